"""What a party says of an exhibit when submitting it: where it comes from, and what it is to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from odr.docket.models import Case
from odr.evidence.exhibits.adding import is_late
from odr.evidence.exhibits.checklist import items_for, label_for
from odr.evidence.models import Category
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.forms.exhibit_titles import HINT, ExhibitTitle
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


WHY_LATE = T("Your time for evidence has ended. Why does this come late?")
LATE_MEANS = T("It is taken and marked late. The judge decides with your reason whether it counts.")


@choice_source("late_evidence_time")
def late_evidence_time(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Something while the actor's time for evidence has ended and runs no more: only then a form asks why it is late."""
    party = case.party_if_any(actor.party_id) if case is not None and actor.party_id is not None else None
    return [Option("late", WHY_LATE)] if party is not None and is_late(sitting, case, party) else []


class Provenance(CourtModel):
    """Where a file comes from, in questions anybody can answer (IC 11, OLR 18, EV 93)."""

    made_with: Annotated[
        str | None,
        CourtText(0, 500),
        field(T("With what was it made or saved?"), T("For example: my own phone, the shop’s system.")),
    ] = None
    made_at: Annotated[str | None, CourtText(0, 200), field(T("When?"), T("As exactly as you know."))] = None
    kept: Annotated[str | None, CourtText(0, 500), field(T("Where was it kept since, and who could change it?"))] = None
    changed: Annotated[str | None, CourtText(0, 500), field(T("Was it cut, converted or forwarded? How?"))] = None
    original: Annotated[str | None, CourtText(0, 500), field(T("Where is the original now?"))] = None


Secret = Annotated[
    bool,
    field(
        T("It holds a trade secret or something private: ask the judge to seal it"),
        T(
            "The file is encrypted at once and nobody else opens it until the judge decides. Its title and what it shows are seen by everybody in the case."
        ),
    ),
]
"""Whether the sender asks that nobody but the court opens a file (CPL 71, CPI 103)."""
WhySecret = Annotated[
    str | None, CourtText(0, 1000), field(T("If so: what must be kept from whom, and why?"), widget="textarea")
]
FactNumbers = Annotated[
    list[int],
    Field(max_length=200),
    RefTo("fact_number"),
    field(
        T("Which facts does it show?"),
        T("The numbered facts of claim and answer. Leave it empty if it is none of them."),
        widget="checkboxes",
    ),
]

Summary = Annotated[
    str | None,
    CourtText(0, 1000),
    field(
        T("What is in it, in short?"),
        T("For a long file: what it says, and where the part that matters stands, for example page 3."),
        widget="textarea",
    ),
]


@choice_source("checklist")
def checklist_items(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What usually matters on the actor's side in a case of this cause."""
    items = items_for(sitting.pack(case).cause(case.cause), actor.role)
    return [Option(item.key, label_for(sitting, case, item, actor.role)) for item in items]


class ExhibitInput(CourtModel):
    """A file and what it is to show."""

    upload: Annotated[str, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))]
    title: Annotated[
        str,
        ExhibitTitle(),
        field(T("What is it?"), HINT),
    ]
    category: Annotated[Category, Choice(Category), field(T("Kind of evidence"))] = Category.FILES
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    facts: FactNumbers = []
    summary: Summary = None
    meets: Annotated[
        list[str],
        field(
            T("Which of these is it?"),
            T("What usually matters in a case like this. Leave it empty if it is none of them."),
            choices="checklist",
            widget="checkboxes",
        ),
    ] = []
    language: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(T("Is it in another language?"), T("Say which, and which exhibit is its translation.")),
    ] = None
    source: Annotated[
        str,
        CourtText(1, 1000),
        field(
            T("Where does it come from?"),
            T("For example: my phone, the shop’s page on 11 November."),
            widget="textarea",
        ),
    ]
    provenance: Annotated[
        Provenance | None, field(T("More about its origin"), T("The more you can say, the less there is to dispute."))
    ] = None
    secret: Secret = False
    why_secret: WhySecret = None
    why_late: Annotated[
        str | None,
        CourtText(0, 1000),
        field(WHY_LATE, LATE_MEANS, widget="textarea", asked="late_evidence_time"),
    ] = None
