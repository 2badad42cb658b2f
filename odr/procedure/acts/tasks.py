"""What waits on a desk of the court: each kind of task is declared once, by the room that opens it.

A task is taken off by the act that names its desk, when the case is decided, or, where no
one act does it, because whoever has done it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from odr.docket.models import Role, Stage
from odr.ground.text import Text

DECIDED = frozenset({Stage.PRONOUNCED, Stage.EFFECTIVE, Stage.CLOSED})
"""Stages at which nothing waits any more that was for deciding the case."""


@dataclass(frozen=True)
class Desk:
    """A kind of task.

    ``kind`` is kept on each task; ``title`` says what waits, for lists and supervisors;
    ``roles`` on whose desk it may lie; ``until_decided`` whether it is over once the case
    is decided; ``by_hand`` whether no one act does it, such as reading an answer that came
    by e-mail: whoever has done it says so; ``by_itself`` whether it ends by what somebody else
    does: a bank settles a dispute, a party takes part online after all.
    """

    kind: str
    title: Text
    roles: frozenset[Role]
    until_decided: bool = False
    by_hand: bool = False
    by_itself: bool = False
    waits: Text | None = None
    """What a party reads who waits for it; None where whose turn it is says enough, or no party may know what it is."""
    before_closing: bool = False
    """Whether a party asked for something that nobody could grant any more once the hearing is closed."""
    outlives: bool = False
    """Whether it is still to be done when the trial is over: what a bank holds for the case is held until somebody sees to it."""


class Desks:
    """Every kind of task by its key. A second of one key is refused."""

    def __init__(self) -> None:
        self._desks: dict[str, Desk] = {}

    def __getitem__(self, kind: str) -> Desk:
        return self._desks[kind]

    def get(self, kind: str) -> Desk | None:
        """The desk of that key, or None: an old court may hold tasks of a kind that is gone."""
        return self._desks.get(kind)

    def __iter__(self) -> Iterator[Desk]:
        return iter(self._desks.values())

    def add(self, desk: Desk) -> Desk:
        """Enter a kind of task."""
        if desk.kind in self._desks:
            raise ValueError(f"two kinds of task are called {desk.kind}")
        self._desks[desk.kind] = desk
        return desk


DESKS = Desks()


def desk(
    kind: str,
    title: Text,
    *roles: Role,
    until_decided: bool = False,
    by_hand: bool = False,
    by_itself: bool = False,
    before_closing: bool = False,
    waits: Text | None = None,
    outlives: bool = False,
) -> Desk:
    """Declare a kind of task; see :class:`Desk`."""
    return DESKS.add(
        Desk(
            kind,
            title,
            frozenset(roles),
            until_decided,
            by_hand,
            by_itself,
            waits=waits,
            before_closing=before_closing,
            outlives=outlives,
        )
    )


def until_decided() -> frozenset[str]:
    """Kinds of tasks that are over once nothing is heard and decided any more."""
    return frozenset(each.kind for each in DESKS if each.until_decided)


def outliving() -> frozenset[str]:
    """Kinds of tasks that are still to be done when the trial is over."""
    return frozenset(each.kind for each in DESKS if each.outlives)


def before_closing() -> frozenset[str]:
    """Kinds of tasks that are ruled on before a hearing is closed."""
    return frozenset(each.kind for each in DESKS if each.before_closing)


def by_hand() -> frozenset[str]:
    """Kinds of tasks that no one act ends."""
    return frozenset(each.kind for each in DESKS if each.by_hand)
