"""Which court decides on an application for retrial, what is not taken a second time (CPL 210; CPI 377, 381, 424), and in which two
cases a retrial costs: new evidence overturns the decision, or whoever applies had not appealed (FEE 9, 19, 23).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role, Stage
from odr.docket.queries import parties, seat
from odr.filing.claim.progress import retrial_heard
from odr.filing.claim.queries import claims_of
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, last_day
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.decision.retried import first_statement, statement_words
from odr.judgment.enforcement.effect import RETRIAL, is_appealable
from odr.judgment.models import Decision, Obligation, Order, ProsecutionAdvice, RetrialApplication
from odr.judgment.queries import issued, obligations_of, petitions_of
from odr.judgment.vocabulary import AppealState, Instrument, OrderKind, RetrialState
from odr.procedure.acts.events import RetrialCosts
from odr.procedure.forms.inputs import CourtMoneyOrZero, field
from odr.procedure.hooks import BindingStatement
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import RetrialGround
    from odr.procedure.sitting import Sitting

NOT_SMALL = "not_small"
"""Key of the ground that the case was no small claim (CPI 424(2))."""
MANY = 10
"""From how many on one side a side counts as many (CPI 75)."""
OPINION, REVIEW = "retrial_opinion", "retrial_review"
UNDECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
"""Where a retrial is heard."""


def of_this_retrial(sitting: Sitting, case: Case) -> list[RetrialApplication]:
    """The applications on which the case is heard again and that have not ended: to what they ask the retrial keeps (CPI 403)."""
    began = retrial_heard(sitting, case)
    if began is None:
        return []
    rows = sitting.session.scalars(
        select(RetrialApplication)
        .where(RetrialApplication.case_id == case.id, RetrialApplication.state == RetrialState.ORDERED)
        .order_by(RetrialApplication.id)
    )
    return [row for row in rows if (row.closed_entry or 0) >= began.number]


First = Decision | BindingStatement
"""What an application for retrial is against: a decision, or a mediation statement (CPL 210, 212)."""


def statement_that_binds(sitting: Sitting, case: Case) -> BindingStatement | None:
    """The mediation statement of the case in effect, where the rules let it be heard again (CPI 382)."""
    rules, find = sitting.pack(case).retrial, sitting.court.hooks.binding_statement
    if find is None or rules is None or rules.statement is None:
        return None
    return find(sitting.session, case)


def grounds_open(sitting: Sitting, case: Case) -> dict[str, RetrialGround]:
    """Grounds on which a retrial can be asked for in a case: those against a judgment, those against a mediation statement, or
    both where a part was decided and the rest agreed on; while one is heard, those of what is heard again.
    """
    rules = sitting.pack(case).retrial
    if rules is None:
        return {}
    if retrial_heard(sitting, case) is not None and case.stage in UNDECIDED:
        kinds = {first_statement(sitting, case) is not None}
    else:
        kinds = {True} if statement_that_binds(sitting, case) is not None else set()
        kinds |= {False} if decision_that_binds(sitting, case) is not None or not kinds else set()
    return {
        key: ground
        for key, ground in rules.grounds.items()
        if ground.of_statement in kinds and not ground.prosecution_only
    }


def decision_that_binds(sitting: Sitting, case: Case) -> Decision | None:
    """The decision of the case that is in effect."""
    found = issued(sitting.session, case)
    return found if found is not None and found.effective_at is not None else None


def is_against(row: RetrialApplication | ProsecutionAdvice, first: First) -> bool:
    """Whether an application, or the prosecution's advice, is against this decision, or this mediation statement."""
    if isinstance(first, Decision):
        return row.decision_id == first.id
    return row.statement_id == first.paper.id


def attacked_by(sitting: Sitting, case: Case, rows: Sequence[RetrialApplication]) -> First | None:
    """What applications that wait are against, as long as it binds; all of a case wait against the same."""
    if any(row.statement_id is not None for row in rows):
        return statement_that_binds(sitting, case)
    return decision_that_binds(sitting, case)


def require_same(sitting: Sitting, case: Case, first: First) -> None:
    """Raises ActNotOpen where applications wait that are against something else in the case: one thing is heard again at a time."""
    waiting = select(RetrialApplication).where(
        RetrialApplication.case_id == case.id, RetrialApplication.state.in_((RetrialState.FILED, RetrialState.SENT))
    )
    if not all(is_against(row, first) for row in sitting.session.scalars(waiting)):
        raise ActNotOpen(
            T("An application waits that is against something else decided or agreed in this case."),
            T("Apply when it is decided; where the case is heard again then, ask for it there."),
            sitting.pack(case).cited("CPI 403"),
        )


def named_in(first: First) -> dict[str, str]:
    """What is heard again, as an entry names it."""
    if isinstance(first, Decision):
        return {"decision": first.reference}
    return {"statement": first.paper.reference}


def stays_as_it_is(sitting: Sitting, case: Case, first: First | None, *, heard_again: bool) -> list[Text]:
    """What a ruling on an application says of what it is against: that it stands, or is not enforced meanwhile (CPL 217; CPI 394)."""
    if first is None:
        return []
    if isinstance(first, Decision):
        return [T("The decision is not enforced meanwhile.") if heard_again else T("The decision stands.")]
    facts = {"statement": statement_words(sitting, case, first.paper)}
    if heard_again:
        return [T("%(statement)s is not enforced meanwhile.", **facts)]
    return [T("%(statement)s stands.", **facts)]


def require_here(sitting: Sitting, case: Case, decision: First) -> None:
    """Raises ActNotOpen where this court cannot be chosen: another court decided last, or the law names only the higher
    one (CPL 210). For a mediation statement of small claims the law has no rule of its own: article 424 is about judgments.
    """
    pack = sitting.pack(case)
    above = T("Apply at the higher court: choose it in the form.")
    sides = [parties(case, role) for role in (Role.CLAIMANT, Role.RESPONDENT)]
    persons = all(p.kind is PartyKind.PERSON for side in sides for p in side)
    if not isinstance(decision, Decision):
        if persons or any(len(side) >= MANY for side in sides):
            return
        raise ActNotOpen(
            T("This court decides itself only between natural persons, or with ten or more on one side."),
            above,
            pack.cited("CPL 210", "CPI 377"),
        )
    if any(
        p.decision_id == decision.id and p.state is not AppealState.WITHDRAWN
        for p in petitions_of(sitting.session, case)
    ):
        raise ActNotOpen(
            T("The higher court decided on appeal; this court is not the one that decided last."),
            above,
            pack.cited("CPL 210, 215"),
        )
    if is_appealable(sitting, case) and not persons and all(len(side) < MANY for side in sides):
        raise ActNotOpen(
            T(
                "This court decides itself only on small claims, between natural persons, or with ten or more on one side."
            ),
            above,
            pack.cited("CPL 210", "CPI 377, 424"),
        )


def require_first(sitting: Sitting, case: Case) -> None:
    """Raises ActNotOpen for an application against what was decided on a retrial (CPI 381)."""
    began = retrial_heard(sitting, case)
    if began is not None:
        raise ActNotOpen(
            T("This was decided on a retrial; the court takes no second application."),
            T("The prosecution has looked at this case once; what was decided since then stands.")
            if json.loads(began.payload)["result"].get("advice")
            else T("You may ask the prosecution to advise a retrial or to protest."),
            sitting.pack(case).cited("CPI 381", "CPL 220"),
        )


def is_small(sitting: Sitting, case: Case) -> bool:
    """Whether the case was heard as small claims, without an appeal (CPL 165)."""
    return not is_appealable(sitting, case)


def begin_review(sitting: Sitting, case: Case, row: RetrialApplication, name: str) -> None:
    """The president gets it on the desk; three months run (CPL 215; CPI 129)."""
    if seat(sitting.session, case, Role.PRESIDENT) is None:
        take_seat(sitting, case, Role.PRESIDENT)
    window = sitting.start_window(case, REVIEW, subject=row.reference)
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.RETRIAL_HERE,
        T("%(name)s applies to this court for retrial. Decide when the others have spoken.", name=name),
        risk=45,
        due_at=window.due_at,
        subject=row.reference,
    )


NEW_EVIDENCE: Literal["new_evidence"] = "new_evidence"
"""Key of the ground of new evidence that overturns the decision (CPL 211(1)); the case of the tariff is called so, too."""
NOT_APPEALED: Literal["not_appealed"] = "not_appealed"
MEDIATED: Literal["mediated"] = "mediated"

Contested = Annotated[
    CourtMoneyOrZero | None,
    field(
        T("How much of the decision do you contest?"),
        T(
            "If the retrial has a fee, it is computed on it. Nothing, if it is not about money; leave it empty if you contest all of what was decided against you."
        ),
    ),
]
OnNewEvidence = Annotated[
    bool,
    field(
        T("It is ordered on new evidence that overturns the decision"),
        T("Whoever applied with it then pays the fee of the retrial in advance [FEE 9(1), 23]."),
    ),
]


def what_a_retrial_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Before anybody applies: in which cases a retrial has a fee, and what follows if it is not paid (FEE 9, 23)."""
    pack = sitting.pack(case)
    rule, window = pack.tariff.retrial, pack.windows.rules.get("retrial_fee")
    if rule is None or window is None:
        return []
    if statement_that_binds(sitting, case) is not None and decision_that_binds(sitting, case) is None:
        return [
            T(
                "If the retrial of a mediation statement is ordered, it has a fee (%(article)s). You get a notice then; unless you pay within %(length)s or ask to pay less, what you ask counts as taken back.",
                article=pack.cite(rule.cases[MEDIATED]),
                length=window.words,
            )
        ]
    return [
        T(
            "A retrial has a fee only where it is ordered on your new evidence, or where you could have appealed and did not (%(article)s). You get a notice then; unless you pay within %(length)s or ask to pay less, what you ask counts as taken back. Every other retrial costs nothing.",
            article=pack.cite(rule.free),
            length=window.words,
        )
    ]


def before_applying(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What whoever applies for a retrial reads first: against a mediation statement on which grounds and until when; what it costs."""
    statement, pack = statement_that_binds(sitting, case), sitting.pack(case)
    said: list[Text] = []
    if statement is not None and RETRIAL in pack.windows.rules:
        said = [
            T(
                "Against the mediation statement there are two grounds only: that the mediation was not of the parties’ own free will, or that what was agreed is against the law. Bring evidence of it. That facts were found or the law applied wrongly does not count: nothing was found and nothing decided, the parties agreed [CPL 212]."
            ),
            T(
                "The time to apply ends with %(day)s, counted from the day the statement took effect. Nothing makes it longer [CPI 127, 382].",
                day=last_day(reckon(pack, RETRIAL, statement.effective_at).due_at, sitting.court.settings.tz),
            ),
        ]
    return [*said, *what_a_retrial_costs(sitting, case, actor)]


def require_new_evidence(rows: Sequence[RetrialApplication], *, ordered: bool, new_evidence: bool) -> None:
    """Raises InvalidInput where new evidence is the ground and nobody brought any, or no retrial is ordered."""
    if new_evidence and not (ordered and any(NEW_EVIDENCE in row.grounds for row in rows)):
        raise InvalidInput.at("new_evidence", T("Nobody applies with new evidence, or no retrial is ordered."))


def announce_costs(
    sitting: Sitting, case: Case, decision: First, rows: Sequence[RetrialApplication], *, new_evidence: bool
) -> None:
    """Tell for whose application, on which a retrial is ordered, there is a fee. To be asked before the case is heard again: then
    its procedure is another.
    """
    if sitting.pack(case).tariff.retrial is None:
        return
    both = len({case.party(row.party_id).role for row in rows}) > 1
    for row in rows:
        party = case.party(row.party_id)
        on_evidence = new_evidence and NEW_EVIDENCE in row.grounds
        if not isinstance(decision, Decision):
            # From a mediation statement nobody appeals: heard again on an application, it has a fee (FEE 9(2)).
            amount = _contested(sitting, case, None, row) or None
            sitting.announce(RetrialCosts(case, party, amount_minor=amount, ground=MEDIATED, both_sides=both))
        elif on_evidence or _left_appeal_out(sitting, case, decision, party):
            ground = NEW_EVIDENCE if on_evidence else NOT_APPEALED
            amount = _contested(sitting, case, decision, row) or None
            sitting.announce(RetrialCosts(case, party, amount_minor=amount, ground=ground, both_sides=both))


def _left_appeal_out(sitting: Sitting, case: Case, decision: Decision, party: Party) -> bool:
    """Whether a party could have appealed and did not, and the decision of this court took effect as it was given (FEE 9(2))."""
    if not is_appealable(sitting, case):
        return False
    petitions = [one for one in petitions_of(sitting.session, case) if one.decision_id == decision.id]
    return not any(one.party_id == party.id or one.state is AppealState.DECIDED for one in petitions)


def _contested(sitting: Sitting, case: Case, decision: Decision | None, row: RetrialApplication) -> int:
    """What of the decision an application contests: as it says, or all that was decided against whoever applied (FEE 19). Without
    a decision, what was agreed against them in a mediation statement.
    """
    if row.contested_minor is not None:
        return row.contested_minor
    party = case.party(row.party_id)
    pay: list[Order | Obligation]
    if decision is not None:
        pay = [order for order in decision.orders if order.kind is OrderKind.PAY]
    else:
        owing = obligations_of(sitting.session, case)
        pay = [owed for owed in owing if owed.instrument is Instrument.STATEMENT and owed.amount_minor is not None]
    owed = sum(order.amount_minor or 0 for order in pay if party.id in order.debtors)
    if party.role is Role.RESPONDENT:
        return owed
    asked = sum(claim.amount_minor for claim in claims_of(sitting.session, case) if claim.party_id == party.id)
    given = sum(order.amount_minor or 0 for order in pay if party.id not in order.debtors)
    return owed + max(asked - given, 0)
