"""How a reference in an input becomes a row: one function for each kind, found through what the actor may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odr.docket.models import Case
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

Resolver = Callable[["Sitting", "Case", "Actor", str], Any]
"""Gives the row behind a reference, or None where there is none that the actor may see."""

RESOLVERS: dict[str, Resolver] = {}
"""Kind of a reference, as in ``RefTo("exhibit")`` → what finds its row."""


def resolver(kind: str) -> Callable[[Resolver], Resolver]:
    """Declare what finds the rows of a kind of reference. Raises ValueError for a second one of a kind."""

    def enter(find: Resolver) -> Resolver:
        if kind in RESOLVERS:
            raise ValueError(f"two functions find references of kind {kind}")
        RESOLVERS[kind] = find
        return find

    return enter
