"""A case goes to another court of the court's own motion, as far as it may still be sent there (CPL 36, 37, 130; CPI 35 to 39)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing import names
from odr.filing.claim.acknowledgement import ACKNOWLEDGEMENT
from odr.filing.claim.progress import end_case, hearing_has_begun, is_heard_again, requests_of
from odr.filing.inputs import Reasons
from odr.filing.models import RequestKind, RequestState
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WHY_ELSEWHERE = {
    "place": T("Another court of this level is the right one by its place"),
    "level": T("The law gives the case to a court of another level"),
    "exclusive": T("The law gives the case to one court alone"),
    "earlier": T("Another court that is right too registered the same case first"),
}
TELLS = (names.FILE_ANSWER, names.FILE_COUNTERCLAIM)
"""What says something on the merits: whoever does it without objecting accepts the court (CPL 130; CPI 223)."""


class TransferInput(CourtModel):
    """To which court a case goes, and why."""

    ground: Annotated[
        Literal["place", "level", "exclusive", "earlier"] | None,
        field(
            T("Why does this court not hear it?"),
            T(
                "By its place only while nobody has accepted this court and no hearing was held; the others at any time."
            ),
            options=WHY_ELSEWHERE,
            widget="radios",
        ),
    ] = None
    court: Annotated[str, CourtText(3, 200), field(T("Court that hears it"))]
    reasons: Reasons


def _answered(sitting: Sitting, case: Case) -> set[int | None]:
    """Who has said something on the merits, in time or late."""
    told = select(DocketEntry.party_id).where(DocketEntry.case_id == case.id, DocketEntry.act.in_(TELLS))
    return set(sitting.session.scalars(told))


def _can_still_answer(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether a party's time to answer runs or has not begun: by answering they would accept this court."""
    every = sitting.windows(case, "answer", party=party, state=None)
    begun = [window for window in every if window.state is not WindowState.ENDED]
    return not begun or begun[-1].state in (WindowState.OPEN, WindowState.HALTED)


def stays_here(sitting: Sitting, case: Case) -> tuple[Text, str] | None:
    """Why a case is not sent away for its place, with the article; None while it may be.

    Nobody has answered whose time is over, before the first hearing (CPI 35): otherwise this court hears it, by what was answered or by its own
    ruling (CPL 130(2); CPI 39). Where service is acknowledged first, the rules know no acceptance by an answer.
    """
    if ACKNOWLEDGEMENT in sitting.pack(case).windows.rules:
        return None
    if is_heard_again(sitting, case):
        return T("This case is heard again. Whether this court hears it was settled in the first round."), "CPI 39"
    asked = [
        one for one in requests_of(sitting, case, RequestKind.JURISDICTION, None) if one.details["ground"] == "place"
    ]
    if any(one.state is RequestState.ASKED for one in asked):
        return T("A party objects to the jurisdiction of this court. Rule on the objection."), "CPL 130"
    if any(one.state is RequestState.REFUSED for one in asked):
        return T("The court has ruled that it hears this case; that stands."), "CPI 39"
    if hearing_has_begun(sitting, case):
        return T("A hearing was held, and by its place a case is sent away only before the first one."), "CPI 35"
    answered = _answered(sitting, case)
    silent = [one for one in parties(case) if one.role is Role.RESPONDENT and one.id not in answered]
    if not silent:
        return T("Everybody answered without objecting, and so has accepted this court."), "CPL 130"
    waits = next((one for one in silent if _can_still_answer(sitting, case, one)), None)
    if waits is not None:
        return T("%(name)s can still answer, and by that accept this court.", name=waits.name), "CPI 35"
    return None


def _says_why(sitting: Sitting, case: Case, given: TransferInput) -> Sequence[Text]:
    """The paper names the ground."""
    return [T("Why: %(ground)s.", ground=WHY_ELSEWHERE[given.ground])] if given.ground is not None else []


@act(
    title=T("Send the case to another court"),
    input=TransferInput,
    version=2,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING},
    to={Stage.CLOSED},
    strong=True,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Your case goes to another court"),
        T(
            "There is nothing you have to do here. The case is over at this court and goes on at another, which the docket names; the fee paid goes along."
        ),
    ),
    paper=RulingForm(
        T("Transfer to another court"),
        NO_APPEAL,
        ruled=T("This court does not hear the case; it goes to the court that does."),
        omits=("ground",),
        more=_says_why,
    ),
    source=law("CPL 36, 37, 130", "CPI 35, 36, 39, 211"),
    topic=Topic.CLAIM,
    in_record=False,
)
def transfer_case(sitting: Sitting, case: Case, given: TransferInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send a case to the court that hears it; here it is over and the fee paid goes along (CPL 37).

    Raises ActNotOpen where this court was accepted, or may still be; level and exclusive jurisdiction nobody accepts away
    (CPL 130(2)).
    """
    if given.ground is None:
        raise InvalidInput.at("ground", T("Say why this court does not hear the case."))
    stays = stays_here(sitting, case) if given.ground == "place" else None
    if stays is not None:
        reason, article = stays
        raise ActNotOpen(
            reason,
            T("A case that the law gives to another level or to one court alone is sent there all the same."),
            sitting.pack(case).cited(article),
        )
    end_case(sitting, case, Outcome.TRANSFERRED, now)
    return Recorded(
        T("The case goes to %(court)s", court=given.court),
        {"ground": given.ground, "court": given.court, "reasons": given.reasons},
    )


@upcast(names.TRANSFER_CASE, from_version=1)
def on_a_ground_that_was_not_asked(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first the reasons alone said why."""
    return {**given, "ground": None}
