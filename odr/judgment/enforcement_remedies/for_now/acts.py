"""Nothing is found to enforce against: the creditor is told and signs, or a panel examines it and the president approves (CPI 517)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.docket.visibility import side_and_court
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.for_now.models import LIVES_ON, EnforcementSearch, SearchState
from odr.judgment.enforcement_remedies.for_now.queries import search_now
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = SearchState


def _readers(sitting: Sitting, case: Case) -> tuple[str, ...]:
    """Who reads what was searched and what is said to it: the court and the creditor. Whoever owes would learn where nobody has
    looked yet.
    """
    found = open_enforcement(sitting.session, case)
    assert found is not None
    return side_and_court(found.party_id)


def what_follows(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """That the claim lives on, before somebody says that the enforcement ends for now."""
    return [LIVES_ON]


@guard("CPI 517")
def an_enforcement_goes_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The result of a search is told in an enforcement under way."""
    rules = sitting.pack(case).enforcement_halt
    if rules is None or rules.for_now_article is None:
        return T("The rules of this court ask for nobody’s word before an enforcement ends for now.")
    return None if open_enforcement(sitting.session, case) is not None else T("No enforcement is under way.")


def whose_enforcement(sitting: Sitting, case: Case, entry: DocketEntry) -> Sequence[Party]:
    """Who asked for the enforcement."""
    found = open_enforcement(sitting.session, case)
    return [case.party(found.party_id)] if found is not None else []


class SearchResultInput(CourtModel):
    """What was searched, and that nothing was found."""

    on: Annotated[CourtDate, field(T("When the search ended"))]
    result: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("What was searched, and what was found"),
            T("Accounts, securities, land, vehicles, business interests, and what the debtor reported."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Tell the creditor the result of the search for property"),
    input=SearchResultInput,
    by={Role.CLERK, Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=an_enforcement_goes_on,
    seen_by=Audience.NAMED,
    serves=Everyone.CONCERNED,
    concerns=whose_enforcement,
    letter=Letter(
        PaperKind.NOTICE,
        T("The result of the search for property"),
        T(
            "Read what was searched; who owes does not read it. Sign that the enforcement ends for now, or say why not and what you know of property. If it ends for now, what is owed stays owed: once property is found it goes on, at any time [CPI 517]."
        ),
    ),
    source=law("CPI 517"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Where nothing was found to enforce against, before the enforcement ends for now."),
)
def tell_search_result(
    sitting: Sitting, case: Case, given: SearchResultInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Tell what was searched and that nothing was found; an older result, and what was said to it, counts no more."""
    if given.on > sitting.today:
        raise InvalidInput.at("on", T("This day is still to come."))
    found = open_enforcement(sitting.session, case)
    assert found is not None
    sitting.close_tasks(case, desks.ENDING_FOR_NOW)
    row = EnforcementSearch(
        case_id=case.id,
        enforcement_id=found.id,
        result=given.result,
        searched_on=given.on,
        state=S.TOLD,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T("The search for property in enforcement %(number)s found nothing", number=found.number),
        {"search": row.reference, "number": found.number},
        named=side_and_court(found.party_id),
    )


@guard("CPI 517")
def a_result_waits_for_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only who asked for the enforcement answers, and once for each result."""
    found, row = open_enforcement(sitting.session, case), search_now(sitting, case, S.TOLD)
    if row is None or found is None or found.party_id != actor.party_id:
        return T("No result of a search for property is waiting for your answer.")
    return None


class SearchAnswerInput(CourtModel):
    """Whether the creditor signs that the enforcement ends for now."""

    answer: Annotated[
        Literal["sign", "not"],
        field(
            T("Do you agree that the enforcement ends for now?"),
            options={
                "sign": T("I was told the result, and sign that it ends for now"),
                "not": T("I do not sign"),
            },
            widget="radios",
        ),
    ]
    words: Annotated[
        str | None,
        CourtText(0, 4000),
        field(T("What you know of property, or why you do not sign"), widget="textarea"),
    ] = None


@act(
    title=T("Answer the result of the search for property"),
    input=SearchAnswerInput,
    says=what_follows,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=a_result_waits_for_me,
    seen_by=Audience.NAMED,
    strong=True,
    source=law("CPI 517"),
    topic=Topic.DECISION,
    in_record=False,
)
def answer_search_result(
    sitting: Sitting, case: Case, given: SearchAnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The creditor signs after being told, or does not; either goes to the judge. Nobody's silence signs."""
    row = search_now(sitting, case, S.TOLD)
    assert row is not None
    signs = given.answer == "sign"
    row.state = S.SIGNED if signs else S.NOT_SIGNED
    row.answer, row.answered_by = given.words, sitting.next_number(case)
    title = (
        T("The creditor signed: the enforcement may end for now.")
        if signs
        else T("The creditor does not sign that the enforcement ends for now: go on, or have a panel examine it.")
    )
    sitting.open_task(case, Role.JUDGE, desks.ENDING_FOR_NOW, title, risk=30, subject=row.reference)
    words = (
        T("The creditor signed that the enforcement ends for now")
        if signs
        else T("The creditor does not sign that the enforcement ends for now")
    )
    return Recorded(words, {"search": row.reference, "answer": given.answer}, named=_readers(sitting, case))


@guard("CPI 517")
def a_result_can_be_examined(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Where the creditor did not sign, or says nothing, a panel examines the search."""
    if search_now(sitting, case, S.TOLD, S.NOT_SIGNED, S.NOT_APPROVED) is not None:
        return None
    return T("The creditor is told the result of a search first; where they signed, no panel is needed.")


class CheckSearchInput(CourtModel):
    """Who examined the search, and what they hold."""

    members: Annotated[
        str,
        CourtText(3, 1000),
        field(T("Who sat on the panel"), T("Name and office, one to a line; three or more."), widget="textarea"),
    ]
    examined: Annotated[
        str,
        CourtText(10, 8000),
        field(T("What was examined, and why nothing is to be found"), widget="textarea"),
    ]


@act(
    title=T("Put a search for property before the president"),
    input=CheckSearchInput,
    says=what_follows,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=a_result_can_be_examined,
    seen_by=Audience.NAMED,
    strong=True,
    source=law("CPI 517"),
    topic=Topic.DECISION,
    in_record=False,
)
def check_search_result(
    sitting: Sitting, case: Case, given: CheckSearchInput, *, actor: Actor, now: datetime
) -> Recorded:
    """A panel of the court examined that nothing is to be found; the president approves or not. Raises InvalidInput for fewer
    than three.
    """
    row = search_now(sitting, case, S.TOLD, S.NOT_SIGNED, S.NOT_APPROVED)
    assert row is not None
    lines = {line.strip() for line in given.members.splitlines() if line.strip()}
    if len(lines) < 3 or len(lines) % 2 == 0:
        wrong = T("A panel has three members or more, and an odd number of them [CPL 40].")
        raise InvalidInput.at("members", wrong)
    row.state, row.members, row.examined = S.CHECKED, given.members, given.examined
    row.examined_by = sitting.next_number(case)
    sitting.close_tasks(case, desks.ENDING_FOR_NOW, row.reference)
    title = T("Approve that an enforcement ends for now, or not [CPI 517].")
    sitting.open_task(case, Role.PRESIDENT, desks.ENDING_TO_APPROVE, title, risk=40, subject=row.reference)
    words = T("A panel examined the search for property: nothing is to be found")
    return Recorded(words, {"search": row.reference}, named=_readers(sitting, case))


@guard("CPI 517")
def an_examined_result_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The president approves what a panel has examined."""
    return None if search_now(sitting, case, S.CHECKED) is not None else T("No search examined by a panel is waiting.")


class ApproveEndingInput(CourtModel):
    """The president's word."""

    answer: Annotated[
        Literal["approve", "not"],
        field(
            T("May the enforcement end for now?"),
            options={"approve": T("I approve it"), "not": T("I do not approve it: the search goes on")},
            widget="radios",
        ),
    ]
    reasons: Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Approve that an enforcement ends for now"),
    input=ApproveEndingInput,
    says=what_follows,
    by={Role.PRESIDENT},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=an_examined_result_waits,
    seen_by=Audience.NAMED,
    strong=True,
    serves=Everyone.CONCERNED,
    concerns=whose_enforcement,
    letter=Letter(
        PaperKind.NOTICE,
        T("Whether your enforcement may end for now"),
        T(
            "There is nothing you have to do. If it ends for now, a ruling is sent to you; what is owed stays owed, and once property is found it goes on, at any time [CPI 517]."
        ),
    ),
    source=law("CPI 517"),
    desk=desks.ENDING_TO_APPROVE,
    topic=Topic.DECISION,
    in_record=False,
)
def approve_ending_for_now(
    sitting: Sitting, case: Case, given: ApproveEndingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Approve or not what the panel examined; the judge then ends the enforcement for now by ruling, or goes on."""
    row = search_now(sitting, case, S.CHECKED)
    assert row is not None
    approves = given.answer == "approve"
    row.state = S.APPROVED if approves else S.NOT_APPROVED
    row.why, row.decided_by = given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.ENDING_TO_APPROVE, row.reference)
    title = (
        T("The president approved: the enforcement may end for now.")
        if approves
        else T("The president did not approve that the enforcement ends for now: the search goes on.")
    )
    sitting.open_task(case, Role.JUDGE, desks.ENDING_FOR_NOW, title, risk=30, subject=row.reference)
    words = (
        T("The president approved that the enforcement ends for now")
        if approves
        else T("The president did not approve that the enforcement ends for now")
    )
    facts = {"search": row.reference, "answer": given.answer, "reasons": given.reasons}
    return Recorded(words, facts, named=_readers(sitting, case))
