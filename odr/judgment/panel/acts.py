"""Acts of a panel: deliberating, voting; and the clerk's signature after the judge's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import model_validator

from odr.docket.models import DECIDING_ROLES, Audience, Case, Role, Stage
from odr.filing.claim.procedure_bars import wide_panel_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.decision import issuing
from odr.judgment.inputs import SignInput
from odr.judgment.models import Decision, PanelMinute
from odr.judgment.panel import rules as panel_rules
from odr.judgment.queries import current_draft, decision_named, is_spoken
from odr.judgment.time_limits import SEND_JUDGMENT
from odr.judgment.vocabulary import DecisionState, Vote
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 45")
def a_panel_deliberates(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Deliberation needs several who decide and a draft before them."""
    if not panel_rules.is_panel(sitting, case):
        return T("One judge decides this case alone.")
    return None if current_draft(sitting.session, case) is not None else T("There is no draft to deliberate on yet.")


@guard("CPL 45", "COL 15")
def the_text_is_not_signed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A text is voted on before it is signed; taken back, it is voted on again."""
    decision = current_draft(sitting.session, case)
    if decision is not None and decision.state is not DecisionState.DRAFT:
        return T("This decision is not a draft any more.")
    return None


class DeliberateInput(CourtModel):
    """A word in the panel's deliberation."""

    words: Annotated[
        str,
        CourtText(1, 8000),
        field(T("What you think of the draft"), T("Only the panel reads it, now and later."), widget="textarea"),
    ]


@act(
    title=T("Speak in the deliberation"),
    input=DeliberateInput,
    by=set(DECIDING_ROLES),
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=a_panel_deliberates,
    seen_by=Audience.NAMED,
    means={Milestone.UNTIL_THE_TEXT, Milestone.AMONG_THEMSELVES},
    page="judgment.panel_room",
    source=law("CPL 45"),
    topic=Topic.DECISION,
    in_record=False,
)
def deliberate(sitting: Sitting, case: Case, given: DeliberateInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say something in the panel's deliberation; it goes into the minutes, which nobody but the panel ever reads (CPL
    45).
    """
    decision = current_draft(sitting.session, case)
    assert decision is not None
    _minute(sitting, case, decision, actor, None, given.words)
    return Recorded(T("%(name)s spoke in the deliberation", name=actor.name), named=panel_rules.named(sitting, case))


@choice_source("votes_in_the_panel")
def votes_in_the_panel(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """How a member may vote on the draft: on what is decided, or, once that was spoken in the hearing, on its text alone."""
    if not is_spoken(sitting.session, case):
        wide = wide_panel_of(sitting, case) is not None
        return [Option(one.value, one.label_on_facts if wide else one.label) for one in (Vote.FOR, Vote.AGAINST)]
    return [
        Option(
            Vote.FOR.value,
            Vote.FOR.label_of_text,
            T("It orders what was pronounced, and gives the reasons for which that was decided."),
        ),
        Option(
            Vote.DIFFERS.value,
            Vote.DIFFERS.label_of_text,
            T("Your view goes into the minutes. It keeps nothing back: the orders were pronounced and stand."),
        ),
        Option(
            Vote.AGAINST.value,
            Vote.AGAINST.label_of_text,
            T("Say what has to be changed in it. Everybody votes again on the changed text."),
        ),
    ]


@choice_source("votes_on_the_law")
def votes_on_the_law(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """How a judge in a panel of seven may vote on the law; nobody else votes on it apart (LAJ 22)."""
    if not panel_rules.votes_on_law(sitting, case, actor):
        return []
    return [Option(one.value, one.label_on_law) for one in (Vote.FOR, Vote.AGAINST)]


class VoteInput(CourtModel):
    """A member's vote on the text as it stands."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]
    vote: Annotated[Vote, Choice(Vote), field(T("Your vote on this text"), choices="votes_in_the_panel")]
    law: Annotated[
        Vote | None,
        Choice(Vote),
        field(
            T("Your vote on the law"),
            T(
                "Of a judge in a panel of seven: there the vote above is on the facts, and assessors have none on the law."
            ),
            choices="votes_on_the_law",
        ),
    ] = None
    view: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("Your view, for the minutes"),
            T(
                "Needed unless you vote for it and wrote it, or have said why in the deliberation. On a text that was pronounced, agreeing needs none. Only the panel reads it."
            ),
            widget="textarea",
        ),
    ] = None

    @model_validator(mode="after")
    def _dissent_is_explained(self) -> VoteInput:
        if (self.vote is not Vote.FOR or self.law is Vote.AGAINST) and not self.view:
            raise InvalidInput.at(
                "view",
                T("Say what you would decide or change instead; a different view is minuted truthfully [CPL 45]."),
            )
        return self


@act(
    title=T("Vote in the panel"),
    input=VoteInput,
    by=set(DECIDING_ROLES),
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=(a_panel_deliberates, the_text_is_not_signed),
    seen_by=Audience.NAMED,
    strong=True,
    premise=Premise.SUBJECT,
    subject=issuing.draft_read,
    means={Milestone.UNTIL_THE_TEXT, Milestone.AMONG_THEMSELVES},
    page="judgment.panel_room",
    source=law("CPL 45", "CPI 242", "COL 10, 15", "LAJ 21, 22, 23"),
    version=2,
    topic=Topic.DECISION,
    in_record=False,
)
def vote_on_decision(sitting: Sitting, case: Case, given: VoteInput, *, actor: Actor, now: datetime) -> Recorded:
    """Vote on the text as it stands; a change of the text asks for a new vote, and the majority decides (CPL 45). Once the judgment
    was spoken in the hearing, its orders bind the court, whoever sits now (CPI 242): each looks whether the text says what was
    decided and why (COL 15), and who would have decided otherwise says so in the minutes. In a panel of seven all vote on the
    facts, and on the law the judges alone; an assessor may speak on it (LAJ 22).

    Raises ActNotOpen for what is no draft any more, InvalidInput for that third way before anything was spoken, and for a member
    who agrees and neither wrote the text nor said why (COL 10).
    """
    decision = decision_named(sitting.session, case, given.decision)
    if decision.state is not DecisionState.DRAFT:
        raise ActNotOpen(T("This decision is not a draft any more."))
    if given.vote is Vote.DIFFERS and decision.pronounced_entry is None:
        raise InvalidInput.at("vote", T("Nothing was pronounced yet: vote for this decision or against it."))
    if given.vote is Vote.FOR and not given.view and not panel_rules.has_said_why(sitting, decision, actor):
        raise InvalidInput.at(
            "view",
            T(
                "Say on which facts and by which law you agree: a bare yes is not enough [COL 10]. What you said in the deliberation on this decision counts."
            ),
        )
    _check_law(sitting, case, actor, given.law)
    minute = _minute(sitting, case, decision, actor, given.vote, given.view, given.law)
    said = panel_rules.vote_words(sitting, case, decision, minute)
    assert said is not None
    return Recorded(
        T("%(name)s voted: %(vote)s", name=actor.name, vote=said),
        {"decision": decision.reference},
        named=panel_rules.named(sitting, case),
    )


@upcast(names.VOTE_ON_DECISION, from_version=1)
def on_all_of_it(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first every vote was on all of a text."""
    return {**given, "law": None}


def _check_law(sitting: Sitting, case: Case, actor: Actor, law: Vote | None) -> None:
    """Raises InvalidInput for a vote on the law of who has none, and for a judge of a panel of seven who leaves it out (LAJ 22)."""
    has_one = panel_rules.votes_on_law(sitting, case, actor)
    if has_one and law not in (Vote.FOR, Vote.AGAINST):
        raise InvalidInput.at("law", T("Vote on the law too: in a panel of seven the judges alone decide on it."))
    if not has_one and law is not None:
        raise InvalidInput.at(
            "law",
            T("You have no vote on the law apart [LAJ 22]. What you think of it you can say in the deliberation."),
        )


def _minute(
    sitting: Sitting,
    case: Case,
    decision: Decision,
    actor: Actor,
    vote: Vote | None,
    words: str | None,
    law: Vote | None = None,
) -> PanelMinute:
    assert actor.account_id is not None
    minute = PanelMinute(
        case_id=case.id,
        decision_id=decision.id,
        account_id=actor.account_id,
        name=actor.name,
        vote=vote,
        law_vote=law,
        text_sha256=issuing.words_digest(sitting, case, decision),
        words=words,
        entry_number=sitting.next_number(case),
        at=sitting.now,
    )
    sitting.session.add(minute)
    return minute


@guard("CPL 155")
def waits_for_the_clerk(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The clerk signs what the judge has signed and pronounced."""
    return (
        None
        if issuing.to_countersign(sitting, case) is not None
        else T("No decision is waiting for the clerk’s signature.")
    )


@act(
    title=T("Countersign the decision"),
    input=SignInput,
    by={Role.CLERK},
    at={Stage.PRONOUNCED, Stage.DELIBERATION},
    guard=waits_for_the_clerk,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision of the court"),
        T(
            "Read it: it says what is to be paid or done, and whether and until when you may appeal; that time runs from the day you receive it. If nobody appeals in time, or no appeal is allowed, it takes effect."
        ),
        "decision",
        runs="appeal_judgment",
    ),
    prepare=issuing.prepare_countersignature,
    page="judgment.countersigning",
    source=law("CPL 155"),
    desk=desks.COUNTERSIGN,
    topic=Topic.DECISION,
)
def countersign_decision(sitting: Sitting, case: Case, given: SignInput, *, actor: Actor, now: datetime) -> Recorded:
    """Sign the pronounced decision after the judge, in the place that was kept free; then it is served (CPL 155)."""
    decision = issuing.to_countersign(sitting, case)
    if decision is None or decision.reference != given.decision:
        raise ActNotOpen(T("No decision is waiting for the clerk’s signature."))
    document = issuing.keep_countersigned(sitting, case, decision)
    decision.countersigned_entry, decision.document_sha256 = sitting.next_number(case), document.sha256
    sitting.close_tasks(case, desks.COUNTERSIGN, decision.reference)
    sitting.close_windows(case, SEND_JUDGMENT, WindowState.MET, subject=decision.reference)
    facts = {
        "decision": decision.reference,
        "document": document.reference,
        "sha256": document.sha256,
        "size": len(document.content),
        "document_receipt": document.receipt,
    }
    return Recorded(T("%(name)s countersigned the decision; it is served", name=actor.name), facts)
