"""What a case heard again is about: what is asked of the retrial, by whom and on which grounds; it keeps to that (CPI 402, 403)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import DECIDING_ROLES, PARTY_ROLES, Case, Stage
from odr.docket.visibility import READS_FILE
from odr.filing.claim.progress import debate_is_open, retrial_heard
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.decision.new_evidence_costs import costs_of_this_retrial, items_words
from odr.judgment.decision.partial_agreement import agreement_shown
from odr.judgment.decision.retried import first_judgment, first_statement, statement_words
from odr.judgment.enforcement.effect import RETRIAL
from odr.judgment.models import Decision, RetrialApplication
from odr.judgment.remedies.inputs import Asks, Facts, Grounds, KnownOn
from odr.judgment.remedies.retrial_checks import check_grounds, check_knowledge, retrials_of
from odr.judgment.remedies.retrial_rules import First, is_against, of_this_retrial
from odr.judgment.vocabulary import RetrialState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.hooks import BindingStatement, Panel
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPI 403")
def may_join_the_retrial(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a party asks nothing of a retrial: none is heard, the debate has ended, or they have applied."""
    began = retrial_heard(sitting, case)
    if began is None:
        return T("No retrial is heard in this case.")
    if not debate_is_open(sitting, case):
        return T("The debate has ended; nothing more is asked of the retrial.")
    first = _retried(sitting, case)
    mine = [r for r in retrials_of(sitting.session, case) if r.party_id == actor.party_id]
    if any(is_against(r, first) and r.state is not RetrialState.FELL for r in mine):
        return T("You have applied already; an application is decided once.")
    return None


def _retried(sitting: Sitting, case: Case) -> First:
    """What is heard again, with the day it took effect."""
    decision = first_judgment(sitting, case)
    if decision is not None:
        return decision
    paper, began = first_statement(sitting, case), retrial_heard(sitting, case)
    assert paper is not None and began is not None
    took_effect = json.loads(began.payload)["result"]["before"]["effective_at"]
    return BindingStatement(paper, datetime.fromisoformat(took_effect))


class JoinRetrialInput(CourtModel):
    """What another party asks of a retrial that is heard."""

    grounds: Grounds
    facts: Facts
    asks: Asks
    known_on: KnownOn = None


@act(
    title=T("Ask something of the retrial yourself"),
    input=JoinRetrialInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=may_join_the_retrial,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Another party asks something of the retrial"),
        T(
            "The court hears it together with what was asked before. Read it, and say what you think of it in the hearing; there is nothing you have to do now."
        ),
    ),
    source=law("CPI 403", "CPL 211, 212, 216"),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Until the debate ends, and in the time to apply for a retrial, counted from the day on which what is heard again took effect. Without it the court hears what the others ask."
    ),
)
def join_retrial(sitting: Sitting, case: Case, given: JoinRetrialInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask something of a retrial that is heard on another's application: until the debate ends and in the time of the law it is
    heard with it (CPI 403; CPL 216).

    Raises OutOfTime after six months from effect, but for what became known later.
    """
    me, first = sitting.party_of(case, actor), _retried(sitting, case)
    check_grounds(sitting, case, given.grounds, here=False)
    assert first.effective_at is not None
    if reckon(sitting.pack(case), RETRIAL, first.effective_at).due_at < sitting.now:
        check_knowledge(sitting, case, given.grounds, given.known_on)
    number = sitting.next_number(case)
    row = RetrialApplication(
        case_id=case.id,
        decision_id=first.id if isinstance(first, Decision) else None,
        statement_id=None if isinstance(first, Decision) else first.paper.id,
        party_id=me.id,
        grounds=list(given.grounds),
        facts=given.facts,
        asks=given.asks,
        known_on=given.known_on,
        here=False,
        state=RetrialState.ORDERED,
        entry_number=number,
        closed_entry=number,
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T("%(name)s asks something of the retrial too", name=me.name),
        {"retrial": row.reference, "grounds": list(given.grounds)},
    )


@dataclass(frozen=True)
class Asked:
    """What one party asks of the retrial."""

    name: str
    asks: str
    grounds: tuple[tuple[Any, Text], ...]
    """Each ground with the article it stands in."""
    back: bool
    """Whether they have asked to take it back."""


def asked_of_the_retrial(sitting: Sitting, case: Case) -> list[Asked]:
    """What is asked of the retrial that is heard, in the order in which it was applied for (CPI 402)."""
    rules, pack = sitting.pack(case).retrial, sitting.pack(case)
    known = rules.grounds if rules is not None else {}
    return [
        Asked(
            case.name_of(row.party_id),
            row.asks or row.facts,
            tuple((known[key].title, pack.cite(known[key].article)) for key in row.grounds if key in known),
            row.back_entry is not None,
        )
        for row in of_this_retrial(sitting, case)
    ]


def retrial_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the page of a case heard again: what is asked of the retrial and on which grounds; to that it keeps (CPI 403)."""
    if actor.role not in READS_FILE or retrial_heard(sitting, case) is None:
        return None
    paper = first_statement(sitting, case)
    data = {
        "asked": asked_of_the_retrial(sitting, case),
        "costs": [
            (case.name_of(row.party_id), case.name_of(row.against_id), row.asked, items_words(row), row.words)
            for row in costs_of_this_retrial(sitting, case)
        ],
        "agreement": agreement_shown(sitting, case),
        "statement": statement_words(sitting, case, paper) if paper is not None else None,
        "decides": actor.role in DECIDING_ROLES,
    }
    return Panel("main", 12, "judgment/_retrial.html", data)
