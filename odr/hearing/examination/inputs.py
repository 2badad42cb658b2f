"""What is given about a phase, its end, and opinions on exhibits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import model_validator

from odr.docket.models import Case
from odr.evidence.models import Exhibit
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.hearing.queries import standing_exhibits
from odr.hearing.vocabulary import Axis, Stance
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class PhaseInput(CourtModel):
    """A phase, by its reference (the clock's)."""

    phase: str


class CloseInput(CourtModel):
    """An examination, by its reference (the clock's)."""

    examination: str


@choice_source("exhibits_of_others")
def exhibits_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits a party gives opinions on."""
    return _exhibits(e for e in standing_exhibits(sitting.session, case) if e.owner_id != actor.party_id)


@choice_source("own_exhibits")
def own_exhibits(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A party's own exhibits."""
    return _exhibits(e for e in standing_exhibits(sitting.session, case) if e.owner_id == actor.party_id)


class OpinionInput(CourtModel):
    """What a party says to one exhibit: three questions, a reason where it disputes."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"), choices="exhibits_of_others")]
    authenticity: Annotated[
        Stance, Choice(Stance), field(T("Is it authentic?"), T("Is it what it is said to be, unaltered?"))
    ]
    legality: Annotated[Stance, Choice(Stance), field(T("Was it come by lawfully?"))]
    relevance: Annotated[Stance, Choice(Stance), field(T("Does it bear on what is in dispute?"))]
    reason: Annotated[
        str | None, CourtText(0, 4000), field(T("Reason"), T("Needed where you dispute anything."), widget="textarea")
    ] = None
    counter_exhibit: Annotated[
        str | None,
        RefTo("exhibit"),
        field(T("Exhibit that speaks against it"), choices="own_exhibits", widget="select"),
    ] = None

    @model_validator(mode="after")
    def _dispute_has_a_reason(self) -> OpinionInput:
        if Stance.DISPUTE in (self.authenticity, self.legality, self.relevance) and not self.reason:
            raise InvalidInput([FieldFault(("reason",), T("Say why you dispute it."))])
        return self

    def stance(self, axis: Axis) -> Stance:
        """What is said on one axis."""
        found: Stance = getattr(self, axis.value)
        return found


def _exhibits(rows: Iterator[Exhibit]) -> list[Option]:
    return [Option(e.reference, f"{e.label} {e.title}") for e in rows]
