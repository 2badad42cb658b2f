"""What stands between a draft and its issuing: missing parts, unfinished findings, orders against what was asked,
arithmetic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage, Track
from odr.docket.queries import entries_of, parties
from odr.filing.claim.procedure_bars import barred_track, moves_on_first, sum_of_standing
from odr.filing.claim.progress import heard_again_by, retrial_heard
from odr.ground.text import Money, T, Text
from odr.hearing.appraisal.attendance_rules import calls_of, calls_to_pay
from odr.hearing.appraisal.models import LIVE
from odr.hearing.appraisal.queries import witness_of
from odr.hearing.courtroom.absence.waiting import absences
from odr.hearing.courtroom.witness_costs.models import WitnessCostState
from odr.hearing.courtroom.witness_costs.queries import costs_of
from odr.hearing.ripeness.basis import without_basis
from odr.hearing.ripeness.times import unripe
from odr.judgment.decision.closed_part import part_problems
from odr.judgment.decision.default import default_gate, defaulting, not_heard
from odr.judgment.decision.file_before_judge import CaseFile, ExhibitOnFile, case_file, no_ground
from odr.judgment.decision.ground_faults import standing_faults
from odr.judgment.decision.issuing import orders_digest
from odr.judgment.decision.new_evidence_costs import not_found_on_costs
from odr.judgment.decision.partial_agreement import not_found_on_agreement
from odr.judgment.decision.queries import decided_in_part, reliefs_by_key
from odr.judgment.decision.retried import not_said_of_the_first
from odr.judgment.draft.standard_sentences import GAP
from odr.judgment.models import Decision, Order
from odr.judgment.panel.rules import panel_problems
from odr.judgment.queries import motions_of
from odr.judgment.vocabulary import DecisionKind, FindingResult, MotionState, OrderKind
from odr.payments.costs.rules import Allocation
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.papers.language import language_of
from odr.procedure.rules.court_rules import Invariant

if TYPE_CHECKING:
    from odr.filing.models import Claim, Relief
    from odr.procedure.sitting import Sitting


def problems(sitting: Sitting, case: Case, decision: Decision) -> list[Text]:
    """Everything that keeps a draft from being signed, in words; empty when it is ready."""
    file = case_file(sitting, case)
    whole = decision.kind is not DecisionKind.PARTIAL
    found = [
        *in_another_language(sitting, case, decision),
        *unripe(sitting, case),
        *without_basis(sitting, case, whole=whole),
    ]
    found += [*_missing_parts(sitting, case, decision), *_findings(file, decision)]
    found += standing_faults(sitting, case, file)
    found += [
        *not_said_of_the_first(sitting, case, decision),
        *not_found_on_costs(sitting, case, decision),
        *not_found_on_agreement(sitting, case, decision),
        *_orders(sitting, case, decision),
        *_arithmetic(sitting, case, decision),
        *_open_motions(sitting, case),
        *_experts(sitting, case),
        *_witnesses(sitting, case),
    ]
    if not whole:
        found += part_problems(sitting, case, decision, file)
    found += [*_procedure(sitting, case), *panel_problems(sitting, case, decision)]
    found += [*_agreement(sitting, case), *_as_pronounced(decision)]
    for party in defaulting(sitting, case):
        found += [
            T("In default against %(party)s: %(reason)s", party=party.name, reason=reason)
            for reason in default_gate(sitting, case, party)
        ]
    found += [
        T("%(party)s was not heard: %(reason)s", party=party.name, reason=reason)
        for party, reason in not_heard(sitting, case)
    ]
    return [*found, *absent_claims_first(sitting, case)]


def absent_claims_first(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Whoever claims something and stayed away, properly called, is ruled on first: their claim counts as withdrawn, or it is
    decided without them (CPL 146, 148; CPI 235, 236).
    """
    for absence in absences(sitting, case):
        if (
            absence.claim is not None
            and not absence.does_not_count(sitting, case)
            and retrial_heard(sitting, case) is None
        ):
            yield T(
                "%(name)s, who claims something, was away from the hearing. Rule on that first: “Rule on somebody who did not come” [CPL 146; CPI 236].",
                name=absence.party.name,
            )


def not_to_be_spoken(sitting: Sitting, case: Case, decision: Decision) -> list[Text]:
    """Everything that keeps the orders of a draft from being pronounced in the hearing: of what keeps it from being signed all
    but what only a closed hearing and the written findings can settle.
    """
    return [
        *in_another_language(sitting, case, decision),
        *unripe(sitting, case),
        *_missing_parts(sitting, case, decision),
        *not_said_of_the_first(sitting, case, decision),
        *not_found_on_costs(sitting, case, decision),
        *not_found_on_agreement(sitting, case, decision),
        *_orders(sitting, case, decision),
        *_arithmetic(sitting, case, decision),
        *_open_motions(sitting, case),
        *_experts(sitting, case),
        *_witnesses(sitting, case),
        *_procedure(sitting, case),
        *panel_problems(sitting, case, decision),
        *_agreement(sitting, case),
    ]


def _agreement(sitting: Sitting, case: Case) -> Iterator[Text]:
    if sitting.pack(case).keeps(Invariant.JUDGMENT_RECORDS_NO_SETTLEMENT) and agreement_waits(sitting, case):
        yield T("The parties have given the court an agreement. A judgment never records a settlement [CPI 148].")


def _as_pronounced(decision: Decision) -> Iterator[Text]:
    if decision.pronounced_sha256 not in (None, orders_digest(decision)):
        yield T(
            "These orders, or the costs, are not those that were pronounced in the hearing. What was pronounced is changed on appeal alone [CPI 242]."
        )


def in_another_language(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    """Why a draft that was begun in another language than that of the case is neither signed nor issued (CPL 11)."""
    if decision.language != language_of(sitting, case):
        yield T(
            "The draft is not in the language of the case. The judge drafts it again, and takes the decision back first if it already rests."
        )


def _procedure(sitting: Sitting, case: Case) -> Iterator[Text]:
    # Once the hearing is closed, which asks the same, nobody hears the case in another procedure.
    barred = barred_track(sitting, case, sum_of_standing(sitting, case), set()) if case.stage is Stage.HEARING else None
    if barred is not None:
        yield moves_on_first(sitting, case, barred)


def agreement_waits(sitting: Sitting, case: Case) -> bool:
    """Whether the parties gave the court an agreement that has neither bound nor failed since, nor was overtaken because the case
    is heard again (CPL 41).
    """
    given, lost = (
        max((e.number for act in acts_that_mean(what) for e in entries_of(sitting.session, case, act)), default=0)
        for what in (Milestone.AGREEMENT_GIVEN, Milestone.AGREEMENT_LOST)
    )
    again = heard_again_by(sitting, case)
    return given > max(lost, again[-1].number if again else 0)


def _missing_parts(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    parts = decision.parts
    yield from no_short_form(decision, case.track)
    if decision.kind is DecisionKind.SUPPLEMENTARY:
        yield T("The rules of this case know no supplementary judgment; a slip is corrected by ruling.")
    if not parts.get("claims"):
        yield T("The part “%(part)s” is missing.", part=T("What the claimant asks for, and why"))
    if decision.kind is DecisionKind.PARTIAL and any(o.relief_id is None for o in decision.orders):
        yield T(
            "A partial judgment decides on named heads of the claim only; it does not dismiss everything else [CPL 156]."
        )
    if not decision.short and not parts.get("reasons"):
        yield T("The part “%(part)s” is missing.", part=T("Reasons"))
    if any(GAP in str(value) for value in (parts, [o.what for o in decision.orders])):
        yield T("A place marked […] is still to be filled in.")
    answered = any(
        w.state.value == "met"
        for p in parties(case, Role.RESPONDENT)
        for w in sitting.windows(case, "answer", party=p, state=None)
    )
    if answered and not decision.short and not parts.get("answers"):
        yield T("The part “%(part)s” is missing.", part=T("What the respondent answers"))


def no_short_form(decision: Decision, track: Track | None) -> Iterator[Text]:
    """Why a decision may not be written in the short form."""
    if decision.short and track is not Track.SMALL:
        yield T("The short form is open in small claims only [CPI 280].")


def _findings(file: CaseFile, decision: Decision) -> Iterator[Text]:
    rejected = {e.label for e in file.exhibits if e.finding is not None and e.finding.result is FindingResult.REJECTED}
    for exhibit in file.exhibits:
        if exhibit.finding is not None and not exhibit.examined:
            yield T(
                "Exhibit %(label)s was never open to cross-examination; nothing can be found on it [CPI 103].",
                label=exhibit.label,
            )
        if exhibit.finding is not None and exhibit.finding.result is not FindingResult.REJECTED and exhibit.ungrounded:
            yield no_ground(exhibit)
    for item in file.unfinished:
        if isinstance(item, ExhibitOnFile):
            if item.examined:
                yield T("There is no finding on exhibit %(label)s.", label=item.label)
            elif decision.kind is DecisionKind.JUDGMENT:
                yield T(
                    "Exhibit %(label)s was never open to cross-examination. Open it, or let its party withdraw it.",
                    label=item.label,
                )
        elif decision.kind is DecisionKind.JUDGMENT:
            yield T("There is no finding on fact %(number)s.", number=item.label)
    for fact in file.facts:
        finding = fact.finding
        if finding is None:
            continue
        if not finding.undisputed and not finding.reasons:
            yield T("The finding on fact %(number)s has no reasons.", number=fact.label)
        for label in sorted(rejected & set(finding.rests_on)):
            yield T(
                "The finding on fact %(number)s rests on %(label)s, which is not adopted.",
                number=fact.label,
                label=label,
            )


def _orders(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    asked = {r.id: (c, r) for c, r in reliefs_by_key(sitting.session, case).values()}
    settled = {o.relief_id for o in decided_in_part(sitting.session, case) if o.relief_id is not None}
    yield from orders_against_claims(decision, asked, settled)


def orders_against_claims(
    decision: Decision, asked: Mapping[int, tuple[Claim, Relief]], settled: Collection[int]
) -> Iterator[Text]:
    """Where the orders do not answer, head by head, what was asked for; ``settled`` is decided already."""
    by_relief: dict[int, list[Order]] = defaultdict(list)
    rest_dismissed = False
    for order in decision.orders:
        if order.is_beside_claims:
            continue
        if order.relief_id is not None:
            by_relief[order.relief_id].append(order)
        elif order.kind is OrderKind.DISMISS:
            rest_dismissed = True
        else:
            yield T("Order %(number)s answers nothing that was asked for.", number=order.number)
    for relief_id, (claim, relief) in asked.items():
        if relief_id in settled:
            if by_relief.pop(relief_id, []):
                yield T(
                    "What was asked for as no. %(number)s is decided already, by a partial judgment.",
                    number=relief.number,
                )
            continue
        yield from _one_relief(decision, claim, relief, by_relief.pop(relief_id, []), rest_dismissed)
    for left in by_relief.values():
        yield T("Order %(number)s answers something that is no longer asked for.", number=left[0].number)


def _one_relief(
    decision: Decision, claim: Claim, relief: Relief, orders: list[Order], rest_dismissed: bool
) -> Iterator[Text]:
    grants = [o for o in orders if o.kind is not OrderKind.DISMISS]
    dismissed = rest_dismissed or len(grants) < len(orders)
    if not grants and not dismissed:
        if decision.kind is DecisionKind.JUDGMENT:
            yield T("Nothing is decided on what was asked for as no. %(number)s.", number=relief.number)
        return
    paid = sum(o.amount_minor or 0 for o in grants)
    if relief.amount_minor is not None:
        if paid > relief.amount_minor:
            yield T(
                "More is awarded than was asked for as no. %(number)s: %(paid)s of %(asked)s.",
                number=relief.number,
                paid=Money(paid, claim.currency),
                asked=Money(relief.amount_minor, claim.currency),
            )
        if paid < relief.amount_minor and not dismissed:
            yield T(
                "Of no. %(number)s, %(rest)s is neither awarded nor dismissed.",
                number=relief.number,
                rest=Money(relief.amount_minor - paid, claim.currency),
            )
        if paid >= relief.amount_minor and len(grants) < len(orders):
            yield T("No. %(number)s is awarded in full and dismissed as well.", number=relief.number)
    elif paid:
        yield T("Money is awarded where none was asked for, as no. %(number)s.", number=relief.number)
    for order in grants:
        if order.creditor_id is not None and order.creditor_id != claim.party_id:
            yield T("Order %(number)s gives something to somebody who did not ask for it.", number=order.number)
        if order.creditor_id is None and order.kind in (OrderKind.DO, OrderKind.REFRAIN):
            yield T(
                "Order %(number)s does not say to whom it is owed: nobody could have it enforced.", number=order.number
            )
        if claim.party_id in order.debtors:
            yield T("Order %(number)s is against the one who asked.", number=order.number)


def _arithmetic(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    currency = sitting.pack(case).currency
    for order in decision.orders:
        if order.currency not in (None, currency):
            yield T("Order %(number)s is not in the currency of this court.", number=order.number)
        if order.interest_from is not None and order.interest_from > sitting.today:
            yield T("The interest of order %(number)s begins in the future.", number=order.number)
    if decision.kind is DecisionKind.PARTIAL:
        return
    allocation = Allocation.from_json(decision.costs)
    if sum(share.bears.minor for share in allocation.shares) != allocation.fee.minor:
        yield T("The shares of the court fee do not add up to it.")


def _open_motions(sitting: Sitting, case: Case) -> Iterator[Text]:
    for motion in motions_of(sitting.session, case, MotionState.OPEN):
        yield T("A motion still waits for its ruling: %(kind)s.", kind=motion.kind.label)


def _witnesses(sitting: Sitting, case: Case) -> Iterator[Text]:
    """A witness whose costs wait for a ruling: the costs decision depends on it (CPL 77)."""
    for row in costs_of(sitting.session, case, WitnessCostState.STATED):
        yield T(
            "The court has not yet ruled on what the witness %(name)s is paid [CPL 77].",
            name=row.witness.name,
        )


def _experts(sitting: Sitting, case: Case) -> Iterator[Text]:
    """An expert who is called and not yet heard, or heard and not yet paid: the costs depend on how that ended and what
    it came to (EV 39).
    """
    for call in calls_of(sitting.session, case, *LIVE):
        name = witness_of(sitting.session, call.appraisal).name
        yield T(
            "The court has not yet found how the attendance of the expert %(name)s ended [EV 39].",
            name=name,
        )
    for call in calls_to_pay(sitting.session, case):
        name = witness_of(sitting.session, call.appraisal).name
        yield T(
            "What the attendance of the expert %(name)s cost is not known yet: the cashier pays it first [FEE 11].",
            name=name,
        )
