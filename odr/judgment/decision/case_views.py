"""What the pages of judgment show, for one viewer. No flask."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import undefer

from odr.docket.models import BENCH_ROLES, PARTY_ROLES, Case, Document, Role, Stage
from odr.ground.text import Money, Text
from odr.identity.actors import Actor
from odr.judgment.decision.checks import problems
from odr.judgment.decision.file_before_judge import CaseFile, ExhibitOnFile, FactOnFile, case_file
from odr.judgment.decision.issuing import document_of, has_rested
from odr.judgment.decision.new_evidence_costs import costs_reasons
from odr.judgment.decision.papers import appeal_words, cost_words, lines, orders_words, relief_words
from odr.judgment.decision.partial_agreement import agreement_order, agreement_reasons
from odr.judgment.decision.retried import first_reasons
from odr.judgment.enforcement.agreed_terms import under_agreement
from odr.judgment.enforcement.case_views import waiting_costs
from odr.judgment.enforcement.effect import interest_left, left_of
from odr.judgment.enforcement.queries import barred, open_enforcement, unconfirmed
from odr.judgment.group.judgments import pronounced
from odr.judgment.models import Decision, Obligation
from odr.judgment.queries import current_draft, issued, names_of, obligations_of
from odr.judgment.remedies.retrial import certificates_of
from odr.judgment.vocabulary import DecisionState
from odr.procedure.hooks import FromCases, Looked, Panel
from odr.procedure.models import Window
from odr.procedure.time.interest import InterestKind

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DECIDING = {Stage.HEARING, Stage.DELIBERATION}


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph of the decision: a fact found, with what it rests on and which objections it answers."""

    number: int
    fact: FactOnFile
    exhibits: list[ExhibitOnFile]


@dataclass(frozen=True)
class ReasonView:
    """A paragraph of the reasons with its citations as links."""

    number: int
    text: Markup
    articles: str | None


@dataclass(frozen=True)
class DecisionPage:
    """An issued decision for one viewer, or a draft for the bench."""

    decision: Decision
    document: Document | None
    history: list[Markup]
    claims: list[Markup]
    answers: list[Markup]
    issues: list[Markup]
    findings: list[Paragraph]
    exhibits: list[ExhibitOnFile]
    paragraph_of: Mapping[str, int]
    reasons: list[ReasonView]
    first: list[Any]
    """Why the first judgment stands or falls, where the decision is given on a retrial."""
    orders: list[tuple[int, Text]]
    costs: list[Any]
    appeal: Text


@dataclass(frozen=True)
class Desk:
    """The judge's desk: the file, what nobody disputes, what waits, the draft, every check that still fails, and what the check
    of the text found.
    """

    file: CaseFile
    decision: Decision | None
    problems: list[Text]
    window: Window | None
    rested: bool
    chosen: ExhibitOnFile | FactOnFile | None
    looked: Looked | None = None


def exhibit_pattern(file: CaseFile) -> re.Pattern[str]:
    """Finds the labels of the case's exhibits, and ``fact 3`` or 事实3."""
    labels = "|".join(re.escape(e.label) for e in sorted(file.exhibits, key=lambda e: -len(e.label)))
    label = labels or "(?!)"
    objection = rf"objection\sto\s(?P<objected>{label})(?![\w-])|对(?P<objected_zh>{label})的异议"
    plain = rf"(?<![\w-])(?:(?P<exhibit>{label})|(?P<fact>(?:fact|finding|事实)\s?(?P<number>\d+)))(?![\w-])"
    return re.compile(f"{objection}|{plain}", re.IGNORECASE)


def _target(hit: re.Match[str], file: CaseFile) -> str:
    """Where on the page something that was cited stands."""
    objected = hit["objected"] or hit["objected_zh"]
    if objected:
        first = next((o.reference for e in file.exhibits if e.label == objected.upper() for o in e.objections), None)
        return f"#o-{first}" if first else f"#x-{objected.upper()}"
    return f"#x-{hit['exhibit'].upper()}" if hit["exhibit"] else f"#f{hit['number']}"


def linked(text: str, file: CaseFile) -> Markup:
    """What was written, with every exhibit and fact it names as a link to its place on the page."""
    facts = {f.label for f in file.facts}
    out, at = Markup(), 0
    for hit in exhibit_pattern(file).finditer(text):
        if hit["number"] is not None and hit["number"] not in facts:
            continue
        target = _target(hit, file)
        out += escape(text[at : hit.start()]) + Markup('<a class="govuk-link" href="{}">{}</a>').format(target, hit[0])
        at = hit.end()
    return out + escape(text[at:])


def decision_page(sitting: Sitting, case: Case, decision: Decision) -> DecisionPage:
    """Everything of the decision page but its frame."""
    # A later finding, on what was left to the judgment on the rest, is none of this decision's.
    file, parts = case_file(sitting, case, decision.issued_entry), decision.parts

    def each(name: str) -> list[Markup]:
        return [linked(line, file) for line in lines(parts.get(name))]

    by_label = {e.label: e for e in file.exhibits}
    found = [
        Paragraph(int(f.label), f, [by_label[x] for x in f.finding.rests_on if x in by_label])
        for f in file.facts
        if f.finding is not None
    ]
    first = max([p.number for p in found], default=0) + 1
    agreed = agreement_order(sitting, case, decision) is not None
    return DecisionPage(
        decision=decision,
        document=document_of(sitting.session, decision),
        history=each("history"),
        claims=each("claims"),
        answers=each("answers"),
        issues=each("issues"),
        findings=found,
        exhibits=file.exhibits,
        paragraph_of={e.label: p.number for p in reversed(found) for e in p.exhibits},
        reasons=[
            ReasonView(n, linked(r["text"], file), r.get("articles"))
            for n, r in enumerate(parts.get("reasons", []), first)
        ],
        first=[
            linked(one, file) if isinstance(one, str) else one
            for one in (
                *(r.text for r in first_reasons(decision, agreed=agreed)),
                *costs_reasons(sitting, case, decision),
                *agreement_reasons(sitting, case, decision),
            )
        ],
        orders=list(enumerate(orders_words(sitting, case, decision), 1)),
        costs=[*cost_words(case, decision), *relief_words(sitting, case, decision)],
        appeal=appeal_words(sitting, case),
    )


def desk(sitting: Sitting, case: Case, on: str | None) -> Desk:
    """Gather the desk; ``on`` is the exhibit or fact in hand."""
    file = case_file(sitting, case)
    decision = current_draft(sitting.session, case)
    windows = (
        sitting.windows(case, "cooling_off", state=None, subject=decision.reference) if decision is not None else []
    )
    waiting = [i for i in file.unfinished if i not in file.adoptable]
    chosen = file.find(on) if on else next((i for i in waiting if not isinstance(i, ExhibitOnFile) or i.examined), None)
    return Desk(
        file=file,
        decision=decision,
        problems=problems(sitting, case, decision)
        if decision is not None and decision.state is DecisionState.DRAFT
        else [],
        window=windows[-1] if windows else None,
        rested=decision is not None and decision.state is DecisionState.COOLING and has_rested(sitting, case, decision),
        chosen=chosen,
        looked=looked_at(sitting, case, decision),
    )


def from_cases(sitting: Sitting, case: Case, page: Desk) -> FromCases | None:
    """What earlier cases say beside a draft that is not issued: guiding cases the parties rely on, and sums awarded in decisions like it."""
    ask, draft = sitting.court.hooks.from_cases, page.decision
    if ask is None:
        return None
    return ask(sitting, case, page.file, draft if draft is not None and draft.issued_at is None else None)


def looked_at(sitting: Sitting, case: Case, decision: Decision | None) -> Looked | None:
    """What the check of the text looked at and found in a decision that is not issued yet."""
    look = sitting.court.hooks.text_check
    if look is None or decision is None or decision.issued_at is not None:
        return None
    return look(sitting, case, decision)


@dataclass(frozen=True)
class ClaimedInterest:
    """A stretch of the interest claimed in an enforcement, as the application reckoned it."""

    kind: InterestKind
    start: date
    end: date
    days: int
    on: Money
    adds: Money


def claimed_interest(sitting: Sitting, case: Case) -> list[ClaimedInterest]:
    """The working of the interest in the enforcement under way."""
    found = open_enforcement(sitting.session, case)
    return [
        ClaimedInterest(
            InterestKind(w["kind"]),
            date.fromisoformat(w["from"]),
            date.fromisoformat(w["to"]),
            w["days"],
            Money(w["principal"], row["currency"]),
            Money(w["adds"], row["currency"]),
        )
        for row in (found.claimed if found is not None else [])
        for w in row["working"]
    ]


@dataclass(frozen=True)
class Owed:
    """An obligation for the case page."""

    obligation: Obligation
    debtor: Text | str
    creditor: str
    left: Money | None
    interest: Money | None
    """Interest to today that is not paid."""
    reported: int


def owed(sitting: Sitting, case: Case) -> list[Owed]:
    """What is owed under instruments in effect, with what is left of it."""
    found = []
    for row in obligations_of(sitting.session, case):
        creditor = case.party_if_any(row.creditor_id)
        found.append(
            Owed(
                row,
                names_of(case, row.debtors),
                creditor.name if creditor else "",
                left_of(sitting, row),
                Money(interest_left(sitting, case, row), row.currency) if row.currency is not None else None,
                len(unconfirmed(sitting.session, row)) if row.done_at is None else 0,
            )
        )
    return found


def decision_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the case page: the decision and what is owed."""
    decision = issued(sitting.session, case)
    if decision is not None and actor.role in PARTY_ROLES | BENCH_ROLES | {Role.CLERK, Role.PRESIDENT}:
        return Panel("main", 10, "judgment/_decided.html", _decided(sitting, case, decision, actor))
    if obligations_of(sitting.session, case) and actor.role in PARTY_ROLES | {Role.CLERK}:
        return Panel("main", 10, "judgment/_decided.html", _decided(sitting, case, None, actor))
    return None


def desk_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the case page, for the bench: the way to the desk, as long as anything is left to decide, also beside what was decided on a
    part.
    """
    if case.stage not in DECIDING or actor.role not in BENCH_ROLES:
        return None
    return Panel("main", 9, "judgment/_desk.html", {"desk": desk(sitting, case, None)})


def _with_papers(sitting: Sitting, decisions: Sequence[Decision]) -> list[tuple[Decision, Document | None]]:
    """Decisions with their sealed papers and how long these are, in one look for all."""
    numbers = [one.document_id for one in decisions if one.document_id is not None]
    rows = select(Document).where(Document.id.in_(numbers)).options(undefer(Document.size))
    papers = {paper.id: paper for paper in sitting.session.scalars(rows)} if numbers else {}
    return [(one, papers.get(one.document_id or 0)) for one in decisions]


def _decided(sitting: Sitting, case: Case, decision: Decision | None, actor: Actor) -> dict[str, Any]:
    under_way = open_enforcement(sitting.session, case)
    not_enforced = barred(sitting.session, case) | under_agreement(sitting, case)
    return {
        "decision": decision,
        "every": _with_papers(sitting, pronounced(sitting.session, case)),
        "owed": owed(sitting, case),
        "waiting": waiting_costs(sitting, case, actor),
        "owed_to_me": actor.party_id is not None
        and any(
            o.creditor_id == actor.party_id and o.done_at is None and o.reference not in not_enforced
            for o in obligations_of(sitting.session, case)
        ),
        "enforced_for_me": under_way is not None and under_way.party_id == actor.party_id,
        "certificates": [
            (c, sitting.session.get_one(Document, c.document_id)) for c in certificates_of(sitting.session, case)
        ],
        "claimed": claimed_interest(sitting, case),
    }
