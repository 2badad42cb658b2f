"""The kinds of lists that rooms declare: in which role they are made, what they are called, and what is asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from odr.docket.models import Case, Role
from odr.ground.text import Text
from odr.identity.models import Account

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

Before = Callable[["Sitting", Case, Account, BaseModel], None]
"""What comes before a line is performed, in its Sitting: asks again what the act itself does not ask, or seats whoever acts
by their office. Raises a CourtError that says why the line is not done."""


@dataclass(frozen=True)
class ListKind:
    """One page on which acts are ticked together.

    ``says`` tells what somebody does with a list, by the number of its lines and of those that were ticked; ``office``
    where the role is held by an office of the court, not by a seat in each case.
    """

    name: str
    role: Role
    title: Text
    back: str
    says: Callable[[str, int, int], Text]
    office: bool = False
    before: Before | None = None


KINDS: dict[str, ListKind] = {}


def list_kind(kind: ListKind) -> ListKind:
    """Declare a kind of list: ``REVIEWED = list_kind(ListKind("registry", …))``. Raises ValueError for a name twice."""
    if kind.name in KINDS:
        raise ValueError(f"two kinds of lists are called {kind.name}")
    KINDS[kind.name] = kind
    return kind
