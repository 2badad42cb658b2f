"""The decision as the paper that is sealed: all parts CPL 155 asks for, out of the draft, the findings and the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role
from odr.docket.papers import DecisionPaper, Finding, PartyLine, Reason, RulingPaper, Signatory, Words, clerk, judge
from odr.docket.queries import parties
from odr.ground.text import Money, T, Text
from odr.judgment.decision.file_before_judge import CaseFile, ExhibitOnFile, FactOnFile, case_file
from odr.judgment.enforcement.effect import instalments, is_appealable, is_final_retrial
from odr.judgment.models import Decision, Order, Ruling
from odr.judgment.vocabulary import DecisionKind, OrderKind
from odr.payments.costs.rules import Allocation
from odr.payments.fee.assessment import granted_relief
from odr.procedure.case.overview import sitters
from odr.procedure.papers import rulings
from odr.procedure.rules.tariff import ReliefKind

if TYPE_CHECKING:
    from odr.hearing.models import Opinion
    from odr.procedure.sitting import Sitting


def lines(text: str | None) -> list[str]:
    """Paragraphs of what was typed, without empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def order_words(case: Case, order: Order, days: int) -> Text:
    """An order as a sentence."""
    who, whom = case.party_if_any(order.debtor_id), case.party_if_any(order.creditor_id)
    debtor, creditor = who.name if who else "", whom.name if whom else ""
    what = order.what or ""
    if order.kind is OrderKind.PAY:
        base = T(
            "%(debtor)s pays %(creditor)s %(amount)s within %(days)s days after this decision takes effect.",
            debtor=debtor,
            creditor=creditor,
            amount=order.amount,
            days=days,
        )
        if order.interest_from is not None:
            percent = f"{order.interest_percent:f}".rstrip("0").rstrip(".")
            base = T(
                "%(debtor)s pays %(creditor)s %(amount)s, with %(percent)s percent a year on it from %(day)s on, within %(days)s days after effect.",
                debtor=debtor,
                creditor=creditor,
                amount=order.amount,
                percent=percent,
                day=order.interest_from,
                days=days,
            )
        if order.instalments > 1:
            parts = instalments(order.amount_minor or 0, order.instalments, date(2000, 1, 1))
            base = T(
                "%(order)s It is paid in %(count)s monthly instalments, the first of %(first)s within these days, the others of %(each)s each; "
                "if one is late, all the rest falls due.",
                order=base,
                count=order.instalments,
                first=Money(parts[0][1], order.currency or ""),
                each=Money(parts[-1][1], order.currency or ""),
            )
        return T("%(order)s %(more)s", order=base, more=what) if what else base
    if order.kind is OrderKind.DO:
        return T(
            "%(debtor)s does the following within %(days)s days after this decision takes effect: %(what)s",
            debtor=debtor,
            days=days,
            what=what,
        )
    if order.kind is OrderKind.REFRAIN:
        return T("%(debtor)s stops the following: %(what)s", debtor=debtor, what=what)
    if order.kind is OrderKind.DECLARE:
        return T("It is declared: %(what)s", what=what)
    if order.relief_id is None:
        return T("Everything else that was asked for is dismissed.")
    return (
        T("What was asked for as follows is dismissed, as far as it goes beyond these orders: %(what)s", what=what)
        if what
        else T("The rest of this head of the claim is dismissed.")
    )


def cost_words(case: Case, decision: Decision) -> list[Words]:
    """The costs decision in sentences."""
    if decision.kind is DecisionKind.PARTIAL:
        return [T("The court fee is decided on with the judgment on the rest.")]
    allocation = Allocation.from_json(decision.costs)
    names = {p.label: p.name for p in case.parties}
    said: list[Words] = [T("The court fee is %(fee)s. %(reason)s", fee=allocation.fee, reason=allocation.reason)]
    if allocation.attendance is not None:
        said.append(
            T(
                "Of this, %(amount)s was collected for the expert who was heard (Evidence Rules, art. 39).",
                amount=allocation.attendance,
            )
        )
    for share in allocation.shares:
        if share.bears.minor:
            said.append(T("%(name)s bears %(amount)s.", name=names[share.party], amount=share.bears))
        if share.refund.minor:
            said.append(T("The court returns %(amount)s to %(name)s.", amount=share.refund, name=names[share.party]))
        if share.owes_court.minor:
            said.append(T("%(name)s pays %(amount)s to the court.", name=names[share.party], amount=share.owes_court))
    said += [
        T(
            "%(debtor)s reimburses %(creditor)s %(amount)s.",
            debtor=names[d.debtor],
            creditor=names[d.creditor],
            amount=d.amount,
        )
        for d in allocation.reimbursements
    ]
    if allocation.jointly:
        said.append(T("Those who lost bear it jointly."))
    return said


def relief_words(sitting: Sitting, case: Case, decision: Decision) -> list[Words]:
    """Whose court fee was waived or reduced: the paper says so (FEE 51). What is only paid later or in parts is owed whole."""
    if decision.kind is DecisionKind.PARTIAL:
        return []
    said: list[Words] = []
    for party in parties(case):
        relief = granted_relief(sitting.session, case, party.id)
        if relief is not None and relief.kind is ReliefKind.EXEMPTION:
            said.append(T("The court waived the court fee for %(name)s.", name=party.name))
        elif relief is not None and relief.share is not None:
            percent = int(relief.share * 100)
            said.append(
                T(
                    "The court reduced the court fee for %(name)s by %(percent)s percent.",
                    name=party.name,
                    percent=percent,
                )
            )
    return said


def appeal_words(sitting: Sitting, case: Case) -> Text:
    """What can be done against the decision, by the rules of the case."""
    if is_final_retrial(sitting, case):
        return T(
            "This decision is final: what was heard as small claims is heard again without an appeal (Interpretation of the Civil Procedure Law, art. 424). It takes effect when it has been served."
        )
    if not is_appealable(sitting, case):
        return T(
            "This decision is final: small claims are heard in one instance (Civil Procedure Law, art. 165). It takes effect when it has been served."
        )
    words = rulings.appeal_words(sitting, case, "appeal_judgment")
    assert words is not None
    return words


def late_words(sitting: Sitting, case: Case) -> Text | None:
    """What paying late costs, by the rules of the case."""
    rule = sitting.pack(case).late_performance
    if rule is None:
        return None
    percent = f"{Decimal((rule.per_day * 100).numerator) / Decimal((rule.per_day * 100).denominator):f}".rstrip(
        "0"
    ).rstrip(".")
    return T(
        "Who pays late owes, beside the interest that was ordered, %(percent)s percent of what is left for each day of delay (%(article)s).",
        percent=percent,
        article=sitting.pack(case).cite(rule.article),
    )


def party_line(party: Party) -> PartyLine:
    """A party as the head of the paper names them."""
    return PartyLine(party.role.label, party.name, [party.kind.label, *([party.address] if party.address else [])])


def objection_words(case: Case, opinions: list[Opinion]) -> Words:
    """Who objects to what, on one exhibit."""
    said = []
    for opinion in opinions:
        who = case.party_if_any(opinion.party_id)
        said.append(f"{who.name if who else ''}: {opinion.reason or '–'}")
    return "; ".join(said)


STORAGE_WORDS: Mapping[str, Callable[[str], Text]] = {
    "store_rules": lambda said: T("On whoever stored it: %(found)s", found=said),
    "store_ties": lambda said: T("On ties between a party and the store: %(found)s", found=said),
    "store_system": lambda said: T("On its system: %(found)s", found=said),
    "store_process": lambda said: T("On the technique and the way it was stored: %(found)s", found=said),
}
"""What is found on the four points of a store that is doubted, as sentences of the judgment (OLR 17)."""


def finding_lines(case: Case, file: CaseFile) -> list[Finding]:
    """Every finding: exhibits with the objections they answer, facts with what they rest on."""
    facts = [_fact_line(f) for f in file.facts if f.finding is not None]
    return [*facts, *(_exhibit_line(case, e) for e in file.exhibits if e.finding is not None)]


def _fact_line(item: FactOnFile) -> Finding:
    finding = item.finding
    assert finding is not None
    words: Words = T("Fact %(number)s: %(what)s", number=item.label, what=item.fact.what)
    if finding.reasons:
        words = T("%(fact)s %(reasons)s", fact=words, reasons=finding.reasons)
    if finding.basis is not None:
        words = T("%(fact)s (%(basis)s)", fact=words, basis=finding.basis.label)
    return Finding(words, finding.rests_on, T("not disputed") if finding.undisputed else "", "", finding.result.label)


def _dispute_words(case: Case, item: ExhibitOnFile) -> Words:
    """What is said against an exhibit; of an expert's report also that it is objected to, unless that counts as given
    up (EV 38).
    """
    if item.objections:
        return objection_words(case, item.objections)
    return T("the report is objected to") if item.is_disputed else T("not disputed")


def _exhibit_line(case: Case, item: ExhibitOnFile) -> Finding:
    finding = item.finding
    assert finding is not None
    words: Words = T("Exhibit %(label)s: %(title)s.", label=item.label, title=item.exhibit.title)
    if finding.reasons:
        words = T("%(fact)s %(reasons)s", fact=words, reasons=finding.reasons)
    for name, said in (finding.storage or {}).items():
        words = T("%(fact)s %(point)s", fact=words, point=STORAGE_WORDS[name](said))
    return Finding(words, [item.label], _dispute_words(case, item), "", finding.result.label)


def signers(sitting: Sitting, case: Case) -> list[Signatory]:
    """Who stands under a paper: the judge, or the panel with its presiding judge first; then the clerk."""
    seated = sitters(sitting, case)
    others = [Signatory(T("Assessor"), s.name) for s in seated if s.role is Role.ASSESSOR]
    judges = [
        Signatory(T("Presiding judge"), s.name) if others else judge(s.name) for s in seated if s.role is Role.JUDGE
    ]
    return [*judges, *others, *[clerk(s.name) for s in seated if s.role is Role.CLERK][:1]]


def decision_paper(sitting: Sitting, case: Case, decision: Decision, at: datetime) -> DecisionPaper:
    """The whole paper; in the short form parties, what was asked for and orders (CPI 280)."""
    settings, parts = sitting.court.settings, decision.parts
    name = settings.court_name_zh if decision.language == "zh-Hans" else settings.court_name
    kind = T("%(kind)s in default", kind=decision.kind.label) if decision.by_default else decision.kind.label
    long = not decision.short
    return DecisionPaper(
        court=name,
        kind=kind,
        case_number=case.number,
        subject=sitting.subject_of(case),
        issued_on=at.astimezone(settings.tz).date(),
        signatories=signers(sitting, case),
        parties=[party_line(p) for p in parties(case)],
        history=lines(parts.get("history")) if long else (),
        claims=lines(parts.get("claims")),
        answers=lines(parts.get("answers")) if long else (),
        issues=lines(parts.get("issues")) if long else (),
        findings=finding_lines(case, case_file(sitting, case)) if long else (),
        reasons=[Reason(r["text"], r.get("articles")) for r in parts.get("reasons", [])],
        orders=[order_words(case, o, decision.performance_days) for o in decision.orders],
        costs=[*cost_words(case, decision), *relief_words(sitting, case, decision)],
        appeal=appeal_words(sitting, case),
        late_performance=late_words(sitting, case) if any(o.kind is OrderKind.PAY for o in decision.orders) else None,
    )


def ruling_paper(sitting: Sitting, case: Case, ruling: Ruling, language: str, at: datetime) -> RulingPaper:
    """A ruling with its grounds and the remedy (CPL 157)."""
    settings = sitting.court.settings
    return RulingPaper(
        court=settings.court_name_zh if language == "zh-Hans" else settings.court_name,
        case_number=case.number,
        subject=ruling.kind.label,
        issued_on=at.astimezone(settings.tz).date(),
        signatories=signers(sitting, case),
        parties=[party_line(p) for p in parties(case)],
        orders=list(ruling.orders),
        reasons=[Reason(line) for line in lines(ruling.reasons)],
        remedy=remedy_words(sitting, case, ruling),
    )


def remedy_words(sitting: Sitting, case: Case, ruling: Ruling) -> Text:
    """What can be done against a ruling."""
    if ruling.appealable:
        return rulings.appeal_words(sitting, case, "appeal_dismissal") or rulings.NO_APPEAL
    if ruling.kind.value in ("preservation", "evidence_preservation", "advance"):
        return T("Each party may ask for one review; it does not halt execution (Civil Procedure Law, art. 111).")
    return T("No appeal lies against this ruling; it may be raised together with an appeal against the judgment.")
