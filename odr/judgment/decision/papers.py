"""The decision as the paper that is sealed: all parts CPL 155 asks for, out of the draft, the findings and the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from odr.docket.models import Case, Track
from odr.docket.papers import DecisionPaper, Finding, Reason, RulingPaper, Words
from odr.docket.queries import entry as entry_of, parties
from odr.ground.text import Money, PaperDay, T, Text, side_by_side
from odr.hearing.courtroom.absence.proof import relied, was_away
from odr.hearing.courtroom.absence.waiting import who_should_come
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import Away, Presence
from odr.judgment.decision.default import defaulting
from odr.judgment.decision.file_before_judge import CaseFile, ExhibitOnFile, FactOnFile, case_file
from odr.judgment.decision.new_evidence_costs import costs_order_words, costs_reasons
from odr.judgment.decision.partial_agreement import agreed_order_words, agreement_order, agreement_reasons
from odr.judgment.decision.retried import first_order, first_reasons
from odr.judgment.enforcement.effect import instalments, is_appealable, is_final_retrial
from odr.judgment.models import Decision, Finding as FoundRow, Motion, Order, Ruling
from odr.judgment.preservation.reviews import may_be_reviewed
from odr.judgment.queries import names_of
from odr.judgment.vocabulary import (
    PRESERVATIONS,
    DecisionKind,
    FindingResult,
    FirstJudgment,
    MotionKind,
    MotionState,
    OrderKind,
)
from odr.payments.costs.rules import Allocation
from odr.payments.fee.assessment import granted_relief
from odr.procedure.papers import rulings
from odr.procedure.papers.form import Basis, basis, head, opening, party_block, signatures
from odr.procedure.rules.tariff import ReliefKind

if TYPE_CHECKING:
    from odr.docket.models import Party
    from odr.hearing.models import Opinion
    from odr.procedure.sitting import Sitting


def lines(text: str | None) -> list[str]:
    """Paragraphs of what was typed, without empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def order_words(case: Case, order: Order, days: int) -> Text:
    """An order as a sentence; where several owe it jointly, with what that means."""
    if order.new_evidence_cost is not None:
        return costs_order_words(case, order, days)
    if order.partial_agreement is not None:
        return agreed_order_words(case, order, days)
    words = _order_words(case, order, days)
    if not order.joint_ids:
        return words
    return T(
        "%(order)s They owe it jointly: each the whole of it, and what one of them pays or does counts for all.",
        order=words,
    )


def _order_words(case: Case, order: Order, days: int) -> Text:
    whom = case.party_if_any(order.creditor_id)
    debtor, creditor = names_of(case, order.debtors), whom.name if whom else ""
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
    if order.relief_id is None and not order.head_changed:
        return T("Everything else that was asked for is dismissed.")
    return (
        T("What was asked for as follows is dismissed, as far as it goes beyond these orders: %(what)s", what=what)
        if what
        else T("The rest of this head of the claim is dismissed.")
    )


def orders_words(sitting: Sitting, case: Case, decision: Decision) -> list[Text]:
    """All that a decision orders, sentence by sentence. On a retrial what becomes of the first judgment comes first; upheld, it
    is that which is performed, and nothing is ordered anew (CPI 405).
    """
    first = first_order(sitting, case, decision)
    if first is not None and decision.upholds:
        return [first]
    anew = [order_words(case, one, decision.performance_days) for one in decision.orders]
    confirmed = agreement_order(sitting, case, decision)
    if confirmed is not None:
        own = [one.partial_agreement is None for one in decision.orders]
        anew.insert(own.index(False) if False in own else len(own), confirmed)
    return [first, *anew] if first is not None else anew


def cost_words(case: Case, decision: Decision) -> list[Words]:
    """The costs decision in sentences."""
    if decision.kind is DecisionKind.PARTIAL:
        return [T("The court fee is decided on with the judgment on the rest.")]
    allocation = Allocation.from_json(decision.costs)
    names = {p.label: p.name for p in case.parties}
    bearing = [
        T("%(name)s bears %(amount)s", name=names[share.party], amount=share.bears)
        for share in allocation.shares
        if share.bears.minor
    ]
    said: list[Words] = [
        T("No court fee has to be borne.")
        if not bearing
        else T("The court fee is %(fee)s: %(shares)s.", fee=allocation.fee, shares=side_by_side(bearing, ","))
        if len(bearing) > 1
        else T(
            "The court fee of %(fee)s is borne by %(name)s.",
            fee=allocation.fee,
            name=next(names[share.party] for share in allocation.shares if share.bears.minor),
        )
    ]
    if allocation.mediated:
        said.append(
            T(
                "The fee was halved when the case was mediated at first. It stays halved when the mediation statement is heard again [FEE 9, 15]; who bears it is decided on anew [FEE 32]."
            )
        )
    if allocation.attendance is not None:
        said.append(
            T(
                "Of this, %(amount)s was collected for the expert who was heard [EV 39].",
                amount=allocation.attendance,
            )
        )
    if allocation.witnesses is not None:
        said.append(
            T(
                "Of this, %(amount)s is what witnesses are paid for coming [CPL 77].",
                amount=allocation.witnesses,
            )
        )
    if allocation.retrial is not None:
        said.append(
            T(
                "Of this, %(amount)s is the fee of the retrial, for which both sides applied [FEE 32].",
                amount=allocation.retrial,
            )
        )
    said += [
        T(
            "%(name)s, who applied for the retrial, bears its fee of %(amount)s [FEE 32].",
            name=names[party],
            amount=amount,
        )
        for party, amount in allocation.alone
    ]
    for share in allocation.shares:
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
            "This decision is final: what was heard as small claims is heard again without an appeal [CPI 424]. It takes effect when it has been served."
        )
    if not is_appealable(sitting, case):
        return T(
            "This decision is final: small claims are heard in one instance [CPL 165]. It takes effect when it has been served."
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
        "Whoever pays late owes, beside the interest that was ordered, %(percent)s percent of what is left for each day of delay (%(article)s).",
        percent=percent,
        article=sitting.pack(case).cite(rule.article),
    )


def objection_words(case: Case, opinions: list[Opinion]) -> Words:
    """Who objects to what, on one exhibit."""
    said = []
    for opinion in opinions:
        who = case.party_if_any(opinion.party_id)
        said.append(side_by_side((who.name if who else "", opinion.reason or "–"), ":"))
    return side_by_side(said, ";")


STORAGE_WORDS: Mapping[str, Callable[[str], Text]] = {
    "store_rules": lambda said: T("On whoever stored it: %(found)s", found=said),
    "store_ties": lambda said: T("On ties between a party and the store: %(found)s", found=said),
    "store_system": lambda said: T("On its system: %(found)s", found=said),
    "store_process": lambda said: T("On the technique and the way it was stored: %(found)s", found=said),
}
"""What is found on the four points of a store that is doubted, as sentences of the judgment (OLR 17)."""


def finding_lines(case: Case, file: CaseFile, *, in_default: bool = False) -> list[Finding]:
    """Every finding: exhibits with the objections they answer, facts with what they rest on."""
    facts = [_fact_line(f, in_default) for f in file.facts if f.finding is not None]
    return [*facts, *(_exhibit_line(case, e, in_default) for e in file.exhibits if e.finding is not None)]


def _fact_line(item: FactOnFile, in_default: bool) -> Finding:
    finding = item.finding
    assert finding is not None
    words: Words = T("Fact %(number)s: %(what)s", number=item.label, what=item.fact.what)
    if finding.reasons:
        words = T("%(fact)s %(reasons)s", fact=words, reasons=finding.reasons)
    if finding.basis is not None:
        words = T("%(fact)s (%(basis)s)", fact=words, basis=finding.basis.label)
    undisputed: Words = ""
    if finding.undisputed and item.undisputed:
        undisputed = T("admitted") if in_default else T("not disputed")
    said = _fact_said(item, finding, in_default)
    return Finding(words, finding.rests_on, undisputed, "", finding.result.label, said)


def _fact_said(item: FactOnFile, finding: FoundRow, in_default: bool) -> Text:
    """A fact as the judgment tells it: whose words they are, why, on what, and what the court finds. It is undisputed only
    where everybody on the other side said so (EV 3, 4).
    """
    facts = {
        "name": item.party.name if item.party is not None else "",
        "what": bare(item.fact.what),
        "found": FACT_FOUND[finding.result],
    }
    if finding.undisputed and item.undisputed and in_default:
        said = T("%(name)s says: “%(what)s”. The other side admitted this to the court; %(found)s", **facts)
    elif finding.undisputed and item.undisputed:
        said = T("%(name)s says: “%(what)s”. The other side does not dispute this; %(found)s", **facts)
    elif finding.rests_on:
        shown = side_by_side(finding.rests_on)
        said = T("%(name)s says: “%(what)s”. The court examined %(shown)s on this; %(found)s", shown=shown, **facts)
    else:
        said = T("%(name)s says: “%(what)s”. On this %(found)s", **facts)
    if finding.basis is not None:
        said = T("%(fact)s The ground: %(basis)s.", fact=said, basis=finding.basis.label)
    return T("%(fact)s %(reasons)s", fact=said, reasons=finding.reasons) if finding.reasons else said


def _dispute_words(case: Case, item: ExhibitOnFile, in_default: bool) -> Words:
    """What is said against an exhibit; of an expert's report also that it is objected to, unless that counts as given
    up (EV 38).
    """
    if item.objections:
        return objection_words(case, item.objections)
    if item.is_disputed:
        return T("the report is objected to")
    return T("not disputed") if item.accepted and not in_default else T("examined by the court itself")


def _exhibit_line(case: Case, item: ExhibitOnFile, in_default: bool) -> Finding:
    finding = item.finding
    assert finding is not None
    words: Words = T("Exhibit %(label)s: %(title)s.", label=item.label, title=item.exhibit.title)
    if finding.reasons:
        words = T("%(fact)s %(reasons)s", fact=words, reasons=finding.reasons)
    for name, said in (finding.storage or {}).items():
        words = T("%(fact)s %(point)s", fact=words, point=STORAGE_WORDS[name](said))
    disputed = _dispute_words(case, item, in_default)
    told = _exhibit_said(case, item, finding, in_default)
    return Finding(words, [item.label], disputed, "", finding.result.label, told)


def _exhibit_said(case: Case, item: ExhibitOnFile, finding: FoundRow, in_default: bool) -> Text | None:
    """An exhibit as the judgment tells it: what is objected, and why the court relies on it or not (EV 97). What nobody
    objects to and is relied on without more stands in one sentence with the others.
    """
    if _is_plain(item):
        return None
    facts = {"label": item.label, "title": bare(item.exhibit.title), "found": EXHIBIT_FOUND[finding.result]}
    if item.objections:
        said = T("On exhibit %(label)s (%(title)s): %(objection)s. %(found)s", objection=_objected(case, item), **facts)
    elif item.is_disputed:
        said = T("On exhibit %(label)s (%(title)s): the report is objected to. %(found)s", **facts)
    elif in_default or not item.accepted:
        said = T("On exhibit %(label)s (%(title)s), which the court examined itself: %(found)s", **facts)
    else:
        said = T("On exhibit %(label)s (%(title)s): nobody disputes it. %(found)s", **facts)
    if finding.reasons:
        said = T("%(fact)s %(reasons)s", fact=said, reasons=finding.reasons)
    for name, words in (finding.storage or {}).items():
        said = T("%(fact)s %(point)s", fact=said, point=STORAGE_WORDS[name](words))
    return said


def _objected(case: Case, item: ExhibitOnFile) -> Text:
    said = []
    for opinion in item.objections:
        name = case.name_of(opinion.party_id)
        said.append(
            T("%(name)s objects: %(reason)s", name=name, reason=bare(opinion.reason))
            if opinion.reason
            else T("%(name)s objects", name=name)
        )
    return side_by_side(said, ";")


def _is_plain(item: ExhibitOnFile) -> bool:
    finding = item.finding
    return (
        finding is not None
        and finding.result is FindingResult.ADOPTED
        and not item.is_disputed
        and not finding.reasons
        and not finding.storage
    )


def bare(words: str) -> str:
    """What somebody wrote, to be put inside a sentence: without the sign at its end."""
    return words.strip().rstrip("。.；;")


def evidence_words(file: CaseFile, away: list[Party], *, in_default: bool = False) -> list[Words]:
    """How the evidence was examined, what nobody disputes, and that the rest follows (EV 97). Who stayed ``away`` did not
    examine it, and disputes nothing and accepts nothing by that (CPL 147; EV 4).
    """
    found = [item for item in file.items if item.finding is not None]
    if not found:
        return []
    plain = [item for item in file.exhibits if _is_plain(item)]
    accepted = side_by_side([item.label for item in plain if item.accepted])
    silent = side_by_side([item.label for item in plain if not item.accepted])
    said: list[Words] = [
        _examined_without(file, away)
        if in_default
        else T("The parties put in evidence on the claim, and the court had it exchanged and examined by them.")
    ]
    if any(item.accepted for item in plain):
        said.append(
            T(
                "The other side accepted %(exhibits)s in writing or at a hearing; the court relies on it.",
                exhibits=accepted,
            )
            if in_default
            else T("The parties do not dispute %(exhibits)s; the court relies on it.", exhibits=accepted)
        )
    if any(not item.accepted for item in plain):
        said.append(T("The court examined %(exhibits)s itself and relies on it.", exhibits=silent))
    if len(plain) < len(found):
        said.append(T("On the other evidence and on the facts the court finds as follows:"))
    return said


def _examined_without(file: CaseFile, away: list[Party]) -> Words:
    """The evidence in a decision in default: who did not come gave up examining it there, and the court looks at it itself,
    with what they said to it before (CPI 241).
    """
    spoke = {opinion.party_id for item in file.exhibits for opinion in item.opinions}
    before = [p.name for p in away if p.id in spoke]
    never = [p.name for p in away if p.id not in spoke]
    said: list[Words] = [T("Evidence was put in on the claim.")]
    if never:
        said.append(T("%(names)s did not come, and so gave up examining it.", names=side_by_side(never)))
    if before:
        said.append(
            T(
                "%(names)s did not come to the hearing; what they had said on the evidence before was considered.",
                names=side_by_side(before),
            )
        )
    said.append(T("The court examined the evidence itself."))
    return side_by_side(said, " ")


FACT_FOUND = {
    FindingResult.ADOPTED: T("the court finds it to be so."),
    FindingResult.PARTLY: T("the court finds it to be so in part."),
    FindingResult.REJECTED: T("the court does not find it to be so."),
}
"""What the court finds on a fact, as the end of a sentence of the judgment."""

EXHIBIT_FOUND = {
    FindingResult.ADOPTED: T("The court relies on it."),
    FindingResult.PARTLY: T("The court relies on it in part."),
    FindingResult.REJECTED: T("The court does not rely on it."),
}
"""What the court makes of an exhibit, as a sentence of the judgment."""

APPLIED_FOR = PRESERVATIONS | {MotionKind.ADVANCE}
"""Rulings whose parties are applicant and respondent to the application."""

RULING_LAW: Mapping[MotionKind, tuple[str, ...]] = {
    MotionKind.PRESERVATION: ("CPL 103, 105, 106",),
    MotionKind.EVIDENCE_PRESERVATION: ("CPL 84",),
    MotionKind.PRESERVATION_REVIEW: ("CPL 111",),
    MotionKind.ADVANCE: ("CPL 109, 110",),
    MotionKind.STAY: ("CPL 153",),
    MotionKind.RESUME: ("CPL 153",),
    MotionKind.DISMISSAL: ("CPL 122",),
    MotionKind.ENFORCEMENT_TIME: ("CPL 250",),
    MotionKind.RETRIAL: ("CPL 211",),
}
"""The law each kind of ruling rests on, beside the article on rulings."""


def history_words(sitting: Sitting, case: Case) -> list[Words]:
    """How the case came here and how it was heard: registered, by which procedure, in which hearing, who came (CPL 155)."""
    said: list[Words] = [opening(sitting, case)]
    said.append(T("The court heard the case by law under the %(track)s.", track=case.track.label))
    hearing = relied(sitting, case)
    if hearing is not None:
        said.append(
            T("It sat in a hearing closed to the public.") if hearing.closed_doors else T("It sat in open court.")
        )
        came = [a.name for a in hearing.attendances if a.party_id is not None and a.presence is not Presence.ABSENT]
        if came:
            said.append(T("%(names)s took part in the proceedings.", names=side_by_side(came)))
    said += _who_was_away(sitting, case, hearing)
    said.append(T("The hearing of the case is now concluded."))
    return [side_by_side(said, " ")]


def _who_was_away(sitting: Sitting, case: Case, hearing: Hearing | None) -> list[Words]:
    """Who did not come although called, or whose guardian did not, and who left without leave (CPL 146, 147; CPI 235, 236, 240)."""
    away = defaulting(sitting, case)
    if hearing is not None:
        away += [p for p in parties(case) if p not in away and was_away(hearing, p)]
    left = {a.party_id for a in hearing.attendances if a.away is Away.LEFT} if hearing is not None else set()
    said: list[Words] = []
    if absent := [who_should_come(p) for p in away if p.id not in left]:
        said.append(
            T("%(names)s, summoned by the court, did not come and gave no good reason.", names=side_by_side(absent))
        )
    if gone := [who_should_come(p) for p in away if p.id in left]:
        said.append(T("%(names)s left the hearing without leave of the court.", names=side_by_side(gone)))
    return said


def basis_words(sitting: Sitting, case: Case, decision: Decision) -> Text:
    """The law the judgment rests on: what the judge cited for each paragraph, then that of the procedure (CIT 1, 2)."""
    typed = list(
        dict.fromkeys(one for r in decision.parts.get("reasons", []) if (one := (r.get("articles") or "").strip()))
    )
    own = ["CPL 147"] if decision.by_default else []
    own += ["CPL 156"] if decision.kind is DecisionKind.PARTIAL else []
    own += ["CPL 165"] if case.track is Track.SMALL else []
    if decision.first_judgment is FirstJudgment.REVOKED:
        own += ["CPL 212", "CPL 218"]
    elif decision.first_judgment is not None:
        own += ["CPL 218", "CPI 405"]
    own += ["CPI 410"] if agreement_order(sitting, case, decision) is not None else []
    own += ["CPI 409"] if any(one.new_evidence_cost is not None for one in decision.orders) else []
    return basis(sitting.pack(case), [*own, "CPL 155"], of=Basis.JUDGMENT, typed=typed)


def decision_paper(sitting: Sitting, case: Case, decision: Decision, at: datetime) -> DecisionPaper:
    """The whole paper; in the short form parties, what was asked for and orders (CPI 280)."""
    parts, file = decision.parts, case_file(sitting, case)
    # A Chinese judgment says in its text that somebody did not come; its title is that of every judgment.
    in_default = decision.by_default and decision.language != "zh-Hans"
    kind = T("%(kind)s in default", kind=decision.kind.label) if in_default else decision.kind.label
    long = not decision.short
    away = defaulting(sitting, case)
    without = decision.by_default or bool(away)
    return DecisionPaper(
        **head(sitting, case, decision.language, at),
        kind=kind,
        subject=sitting.subject_of(case),
        signatories=signatures(sitting, case),
        parties=party_block(sitting, case),
        history=(lines(parts.get("history")) or history_words(sitting, case)) if long else (),
        claims=lines(parts.get("claims")),
        answers=lines(parts.get("answers")) if long else (),
        issues=lines(parts.get("issues")) if long else (),
        evidence=evidence_words(file, away, in_default=without) if long else (),
        findings=finding_lines(case, file, in_default=without) if long else (),
        reasons=[
            *(Reason(r["text"], r.get("articles")) for r in parts.get("reasons", [])),
            *first_reasons(decision, agreed=agreement_order(sitting, case, decision) is not None),
            *(Reason(one) for one in costs_reasons(sitting, case, decision)),
            *(Reason(one) for one in agreement_reasons(sitting, case, decision)),
        ],
        basis=basis_words(sitting, case, decision),
        orders=orders_words(sitting, case, decision),
        costs=[*cost_words(case, decision), *relief_words(sitting, case, decision)],
        appeal=appeal_words(sitting, case),
        late_performance=late_words(sitting, case)
        if not decision.upholds and any(o.kind is OrderKind.PAY for o in decision.orders)
        else None,
    )


def ruling_paper(sitting: Sitting, case: Case, ruling: Ruling, language: str, at: datetime) -> RulingPaper:
    """A ruling with its grounds and the remedy (CPL 157)."""
    motion = sitting.session.get(Motion, ruling.motion_id) if ruling.motion_id is not None else None
    of_application = motion is not None and ruling.kind in APPLIED_FOR
    return RulingPaper(
        **head(sitting, case, language, at),
        subject=ruling.kind.label,
        signatories=signatures(sitting, case),
        parties=party_block(
            sitting, case, applicant=motion.party_id if motion is not None and of_application else None
        ),
        history=[opening(sitting, case), *_moved(sitting, case, ruling, motion)],
        orders=[*ruling.orders, *_measure_words(ruling, sitting)],
        reasons=[Reason(line) for line in lines(ruling.reasons)],
        basis=basis(sitting.pack(case), RULING_LAW.get(ruling.kind, ()), of=Basis.RULING),
        remedy=remedy_words(sitting, case, ruling),
    )


def _moved(sitting: Sitting, case: Case, ruling: Ruling, motion: Motion | None) -> list[Words]:
    """Who applied for what, when and why; nothing where the court rules of its own motion."""
    if motion is None or motion.entry_number is None:
        return []
    entry = entry_of(sitting.session, case, motion.entry_number)
    facts = {
        "name": case.name_of(motion.party_id),
        "what": bare(motion.asks),
        "grounds": bare(motion.grounds),
        "kind": ruling.kind.label,
    }
    if entry is None:
        return [T("%(name)s applied for this (%(kind)s): %(what)s. The grounds: %(grounds)s.", **facts)]
    day = PaperDay(entry.effective_at.astimezone(sitting.court.settings.tz).date())
    said: list[Words] = [
        T("On %(day)s %(name)s applied for this (%(kind)s): %(what)s. The grounds: %(grounds)s.", day=day, **facts)
    ]
    return said


def _measure_words(ruling: Ruling, sitting: Sitting) -> list[Words]:
    """What a preservation that is ordered says beside the judge's own orders: security first, then executed at once (CPL
    103, 105).
    """
    if ruling.kind not in PRESERVATIONS or ruling.result is MotionState.REFUSED:
        return []
    if ruling.security_minor:
        security = Money(ruling.security_minor, sitting.pack(sitting.session.get_one(Case, ruling.case_id)).currency)
        return [
            T("This ruling is executed as soon as the applicant has given security of %(amount)s.", amount=security)
        ]
    return [T("This ruling is executed at once.")]


def remedy_words(sitting: Sitting, case: Case, ruling: Ruling) -> Text:
    """What can be done against a ruling."""
    if ruling.appealable:
        return rulings.appeal_words(sitting, case, "appeal_dismissal") or rulings.NO_APPEAL
    if ruling.kind.value in ("preservation", "evidence_preservation", "advance"):
        limit = sitting.pack(case).windows.rules.get("preservation_review")
        if limit is not None:
            return T(
                "Each party may ask this court for one review within %(length)s of receiving this ruling; it does not halt execution (%(article)s).",
                length=limit.words,
                article=sitting.pack(case).cite(limit.article),
            )
        return T("Each party may ask for one review; it does not halt execution [CPL 111].")
    if may_be_reviewed(case, ruling) and (limit := sitting.pack(case).windows.rules.get("preservation_review")):
        return T(
            "Whoever asked for what is lifted may ask this court for one review within %(length)s of receiving this ruling; it does not halt execution (%(article)s).",
            length=limit.words,
            article=sitting.pack(case).cite(limit.article),
        )
    return T("No appeal lies against this ruling; it may be raised together with an appeal against the judgment.")
