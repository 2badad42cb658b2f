"""Acts that are about one of several things: what their list offers, what opens them and what they take are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Guard, guard

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class Offered(Protocol):
    """A row of a case that an act can be about."""

    @property
    def id(self) -> int:
        """Its number."""


R = TypeVar("R", bound=Offered)
Found = Callable[["Sitting", Case, Actor], Sequence[R]]
"""Gives what an act can be about now, for somebody."""


@dataclass(frozen=True)
class Offer(Generic[R]):
    """One kind of such things: the ``resolver`` by which a reference is read, and the ``field`` in which the acts name it."""

    resolver: str
    field: str

    def waits(self, found: Found[R], source: str, reason: Text) -> Guard:
        """Open only where there is something the act can be about."""

        @guard(source)
        def something_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
            return None if found(sitting, case, actor) else reason

        return something_waits

    def chosen(self, sitting: Sitting, case: Case, actor: Actor, reference: str, found: Found[R]) -> R:
        """What an act is about. Raises InvalidInput for one that its list does not offer."""
        one: R = sitting.resolved(self.resolver, reference)
        if all(each.id != one.id for each in found(sitting, case, actor)):
            raise InvalidInput.at(self.field, T("Choose one of those listed."))
        return one
