"""The act by which a judge puts a search for similar cases on file, as a report or an explanation (SIM 7, 8)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from odr.docket.models import DECIDING_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, field
from odr.procedure.rules.base import law
from odr.register.search.desk import open_search

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import SimilarRules
    from odr.procedure.sitting import Sitting

READERS = (*sorted(role.value for role in DECIDING_ROLES), Role.PRESIDENT.value, Role.CLERK.value)
"""Who reads the closed part of the file in which a search stands; no party ever does."""
UNDECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
MOST = 20
"""Cases that one report tells of."""


class Trigger(enum.Enum):
    """Why a search is made (SIM 2)."""

    MEETING = "meeting"  # to be put before the judges' meeting or the committee (SIM 2(1))
    NO_RULE = "no_rule"  # no clear rule, or none that is settled (SIM 2(2))
    PRESIDENT = "president"  # asked for in supervision (SIM 2(3))
    OTHER = "other"  # needed otherwise (SIM 2(4))

    @property
    def label(self) -> Text:
        """The reason in words."""
        return {
            Trigger.MEETING: T("The case is to be put before the judges’ meeting or the committee"),
            Trigger.NO_RULE: T("There is no clear rule, or none that is settled"),
            Trigger.PRESIDENT: T("The president or the division’s head asks for it"),
            Trigger.OTHER: T("It is needed for another reason"),
        }[self]


@choice_source("search_triggers")
def reasons_here(sitting: Sitting, case: Case, actor: Actor) -> Sequence[Option]:
    """The reasons that the rules of the case know, as these rules call them."""
    rules = sitting.pack(case).similar
    return [Option(value, words) for value, words in reasons_of(rules)] if rules is not None else []


def reasons_of(rules: SimilarRules) -> list[tuple[str, Text]]:
    """Why a search has to be made under some rules, as their readers call it."""
    told = {str(key): words for key, words in rules.triggers.items()}
    return [(one.value, told.get(one.value, one.label)) for one in Trigger if one.value in rules.why]


class Form(enum.Enum):
    """In which form the search is put on file (SIM 7)."""

    REPORT = "report"
    EXPLANATION = "explanation"

    @property
    def label(self) -> Text:
        """The form in words."""
        return {
            Form.REPORT: T("A report of its own"),
            Form.EXPLANATION: T("An explanation for the deliberation"),
        }[self]


class FoundInput(CourtModel):
    """A decision that was found, and what the judge makes of it (SIM 6, 8, 9)."""

    decision: Annotated[
        str, CourtText(2, 120, one_line=True), field(T("Number of the case, or of the guiding case, and the court"))
    ]
    gist: Annotated[str, CourtText(5, 1000), field(T("What it decided, in short"), widget="textarea")]
    made_of_it: Annotated[
        Literal["followed", "considered", "different"],
        field(
            T("What do you make of it?"),
            options={
                "followed": T("It is followed"),
                "considered": T("It is considered"),
                "different": T("It is another case"),
            },
        ),
    ]
    why: Annotated[str, CourtText(5, 1000), field(T("Why?"), widget="textarea")]


class SearchInput(CourtModel):
    """Why and how was searched, what was found, and what is made of it (SIM 8)."""

    form: Annotated[Form, Choice(Form), field(T("In which form?"))]
    trigger: Annotated[Trigger, Choice(Trigger), field(T("Why is a search made?"), choices="search_triggers")]
    question: Annotated[
        str, CourtText(5, 1000), field(T("The question in dispute that was searched for"), widget="textarea")
    ]
    platform: Annotated[
        str,
        CourtText(2, 200, one_line=True),
        field(T("Where was searched?"), T("For example the published decisions of this court.")),
    ]
    method: Annotated[
        str,
        CourtText(2, 500),
        field(T("How was searched?"), T("Words, articles, or cases that cite each other."), widget="textarea"),
    ]
    found: Annotated[list[FoundInput], Field(max_length=MOST), field(T("Case found"))] = []
    conclusion: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What follows for this case"), T("Also that nothing was found is a result."), widget="textarea"),
    ]


@guard("SIM 4")
def searches_are_ruled(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only where the rules of the case know such searches."""
    return None if sitting.pack(case).similar is not None else T("The rules of this case know no search of this kind.")


@act(
    title=T("Put a search for similar cases on file"),
    input=SearchInput,
    by={Role.JUDGE},
    at=UNDECIDED,
    guard=searches_are_ruled,
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("SIM 3, 7, 8", "COURT similar"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
    help=T("It goes into the closed part of the file. It binds nobody, and no party reads it."),
)
def record_similar_search(sitting: Sitting, case: Case, given: SearchInput, *, actor: Actor, now: datetime) -> Recorded:
    """The judge of the case answers for the search being true and exact (SIM 3); which of the cases are published here is noted.

    Raises InvalidInput for a reason the rules of the case do not know.
    """
    rules = sitting.pack(case).similar
    if rules is not None and given.trigger.value not in rules.why:
        raise InvalidInput.at("trigger", T("The rules of this case know no such reason for a search."))
    search = open_search(sitting.court, sitting.session)
    here = {
        one.decision: address
        for one in given.found
        if search is not None and (address := search.address_of(one.decision)) is not None
    }
    words = T(
        "%(name)s put a search for similar cases on file: %(form)s, %(count)s cases.",
        name=actor.name,
        form=given.form.label,
        count=len(given.found),
    )
    return Recorded(words, {"published_here": here}, named=READERS)
