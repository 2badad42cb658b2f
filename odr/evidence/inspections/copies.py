"""A copy, picture or excerpt held against what it was made of, where that cannot be brought to the court (CPL 73; EV 11-13, 44)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from odr.docket.models import Case, Role
from odr.docket.queries import parties
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.inspections.acts import UNTIL_DECIDED
from odr.evidence.inspections.inputs import require
from odr.evidence.inspections.models import InspectionState
from odr.evidence.inspections.queries import inspections_of
from odr.evidence.models import HELD_AGAINST, Exhibit, ExhibitState
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

STANDING = (ExhibitState.SUBMITTED, ExhibitState.LATE)


def copies_to_check(sitting: Sitting, case: Case, actor: Actor) -> list[Exhibit]:
    """Exhibits of parties that stand: any of them may be a copy."""
    return [e for e in exhibits_of(sitting.session, case) if e.state in STANDING and not e.of_court]


@guard("CPL 73")
def some_copy(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is held against its original."""
    return None if copies_to_check(sitting, case, actor) else T("No party has brought an exhibit that stands.")


@choice_source("exhibits_that_may_be_copies")
def exhibits_that_may_be_copies(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits of parties that stand."""
    return [Option(e.reference, f"{e.label} {e.title}") for e in copies_to_check(sitting, case, actor)]


RESULTS = {
    "same": T("It matches the original."),
    "differs": T("It does not match the original."),
    "none": T("It cannot be compared: no original is to be had."),
}


class CopyCheckInput(CourtModel):
    """What came of holding a copy against its original."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"), choices="exhibits_that_may_be_copies")]
    kind: Annotated[
        Literal["copy", "substitute", "excerpt"],
        field(
            T("What is it?"),
            options={
                "copy": T("A copy of a paper, recording or file"),
                "substitute": T("A picture, film or other substitute for a thing or place"),
                "excerpt": T("An excerpt from the files of an authority or company"),
            },
            widget="radios",
        ),
    ]
    why: Annotated[
        str,
        CourtText(1, 1000),
        field(
            T("Why is the original itself not handed in?"),
            T("It is needed, cannot be moved, or would not keep."),
            widget="textarea",
        ),
    ]
    original: Annotated[
        str, CourtText(1, 1000), field(T("Where is the original, and who keeps it?"), widget="textarea")
    ]
    unit: Annotated[
        str | None,
        CourtText(0, 1000),
        field(
            T("For an excerpt: whose seal is on it, and who made and signed it"),
            T("It names its source and keeps the content whole [EV 44]."),
            widget="textarea",
        ),
    ] = None
    on: Annotated[CourtDate, field(T("Day"))]
    present: Annotated[
        list[str],
        Field(max_length=200),
        field(T("Which parties were there?"), choices="case_parties", widget="checkboxes"),
    ] = []
    how: Annotated[str, CourtText(1, 2000), field(T("How was it compared, and by whom?"), widget="textarea")]
    answer: Annotated[
        Literal["same", "differs", "none"],
        field(T("What came of it?"), options=RESULTS, widget="radios"),
    ]

    @model_validator(mode="after")
    def _excerpt_has_its_seal(self) -> CopyCheckInput:
        if self.kind == "excerpt":
            require(self, "unit")
        return self


@act(
    title=T("Hold a copy against its original"),
    input=CopyCheckInput,
    by={Role.CLERK, Role.JUDGE},
    at=UNTIL_DECIDED,
    guard=some_copy,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A copy was held against its original"),
        T(
            "The docket says what came of it. You may say in the examination what you think of it; there is nothing else you have to do."
        ),
    ),
    source=law("CPL 73", "EV 11, 12, 13, 44"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T("Where the original or the thing itself cannot be brought, and a copy, picture or excerpt stands for it."),
)
def check_copy(sitting: Sitting, case: Case, given: CopyCheckInput, *, actor: Actor, now: datetime) -> Recorded:
    """Enter that a copy was held against its original, which stays where it is, and what came of it (EV 11). What stands for a
    thing is looked at with both sides: all of them were there, or an inspection to which they were called was held (EV 12).

    A copy that does not match, or cannot be compared, grounds no finding alone (EV 90).
    """
    exhibit: Exhibit = sitting.resolved("exhibit", given.exhibit)
    if all(one.id != exhibit.id for one in copies_to_check(sitting, case, actor)):
        raise InvalidInput.at("exhibit", T("Choose one of those listed."))
    here = {party.label for party in parties(case)}
    if not here.issuperset(given.present):
        raise InvalidInput.at("present", T("Choose one of those listed."))
    if given.on > now.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("on", T("This day has not come yet."))
    if given.kind == "substitute" and here - set(given.present) and not _was_inspected(sitting, case, exhibit):
        raise ActNotOpen(
            T(
                "Both sides are called to look at the thing itself. Order an inspection of exhibit %(label)s first.",
                label=exhibit.label,
            ),
            source=sitting.pack(case).cited("EV 12"),
        )
    words = T(
        "On %(day)s, against the original kept by %(original)s. %(result)s",
        day=given.on,
        original=given.original,
        result=RESULTS[given.answer],
    )
    exhibit.provenance = {
        **exhibit.provenance,
        HELD_AGAINST: given.answer,
        "compared": words.render(language_of(sitting, case)),
    }
    return Recorded(
        T("Exhibit %(label)s. %(what)s", label=exhibit.label, what=words),
        {"exhibit": exhibit.label, "answer": given.answer},
    )


def _was_inspected(sitting: Sitting, case: Case, exhibit: Exhibit) -> bool:
    held = inspections_of(sitting.session, case, InspectionState.RECORDED)
    return any(one.exhibit_id == exhibit.id for one in held)
