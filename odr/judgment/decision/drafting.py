"""Where a draft starts: filled from the claim, the answers, the findings and the tariff, so that the judge writes what
only they can.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Role
from odr.docket.queries import entries_of, parties
from odr.filing import names as filing_names
from odr.filing.draft.particulars import told_of
from odr.filing.models import Claim, Relief, ReliefKind
from odr.ground.text import Money, T, side_by_side
from odr.judgment import names
from odr.judgment.decision.costs import propose_shares
from odr.judgment.decision.file_before_judge import CaseFile, case_file
from odr.judgment.decision.inputs import OrderInput
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.decision.standard_sentences import questions
from odr.judgment.models import Decision
from odr.judgment.vocabulary import OrderKind
from odr.procedure.acts.act_versions import input_of
from odr.procedure.forms.form_data import flatten

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ANSWERS = (filing_names.FILE_ANSWER, filing_names.ANSWER_COUNTERCLAIM, filing_names.ANSWER_THIRD_PARTY)
KINDS = {
    ReliefKind.MONEY: "pay",
    ReliefKind.PERFORMANCE: "do",
    ReliefKind.REMOVAL: "refrain",
    ReliefKind.APOLOGY: "do",
    ReliefKind.DECLARATION: "declare",
}


def draft_values(sitting: Sitting, case: Case, decision: Decision | None, locale: str) -> dict[str, Any]:
    """Form values of the draft: what was last written, else a proposal in the reader's language."""
    if decision is not None:
        newest = entries_of(sitting.session, case, names.DRAFT_DECISION)
        if newest:
            return flatten(input_of(newest[-1]))
    return flatten(proposal(sitting, case, locale))


def proposal(sitting: Sitting, case: Case, locale: str) -> dict[str, Any]:
    """A first draft: everything awarded as asked, costs to the losing side; the judge changes what they find otherwise."""
    file = case_file(sitting, case)
    orders = _orders(sitting, case)
    return {
        "kind": "judgment",
        "language": locale if locale in ("en", "zh-Hans") else "en",
        "history": _history(sitting, case, locale),
        "claims": _claims(sitting, case, file, locale),
        "answers": _answers(sitting, case, locale),
        "issues": _issues(case, file, locale),
        "reasons": [{"text": _reasons(file), "articles": None}],
        "orders": orders,
        "costs": shares(sitting, case, orders),
    }


def _history(sitting: Sitting, case: Case, locale: str) -> str:
    said = [
        T(
            "The claim was lodged on %(day)s and accepted on %(accepted)s.",
            day=case.lodged_at,
            accepted=case.accepted_at or case.lodged_at,
        )
    ]
    said.append(T("The case follows the %(track)s.", track=case.track.label))
    return " ".join(t.render(locale) for t in said)


def _claims(sitting: Sitting, case: Case, file: CaseFile, locale: str) -> str:
    heads = list(reliefs_by_key(sitting.session, case).values())
    several = len({c.party_id for c, _ in heads}) > 1
    asked = [_asked(case, c, r, locale, named=several) for c, r in heads]
    said = [
        T("%(label)s: %(value)s", label=one.label, value=one.value).render(locale) for one in told_of(sitting, case)
    ]
    told = [T("Fact %(number)s: %(what)s", number=f.label, what=f.fact.what).render(locale) for f in file.facts]
    return "\n".join([*asked, *said, *told])


def _asked(case: Case, claim: Claim, relief: Relief, locale: str, *, named: bool) -> str:
    """One head in words; who asks is said where several do."""
    what = relief.what
    if relief.amount_minor:
        amount = Money(relief.amount_minor, claim.currency)
        what = T("%(what)s (%(amount)s)", what=what, amount=amount).render(locale)
    who = case.party_if_any(claim.party_id) if named else None
    return T("%(name)s asks: %(what)s", name=who.name, what=what).render(locale) if who else what


def write_amount(minor: int, currency: str, locale: str) -> str:
    """An amount for the reader."""
    return T("%(amount)s", amount=Money(minor, currency)).render(locale)


def _answers(sitting: Sitting, case: Case, locale: str) -> str:
    said = []
    for entry in sorted((e for act in ANSWERS for e in entries_of(sitting.session, case, act)), key=lambda e: e.number):
        who = case.party_if_any(entry.party_id)
        statement = input_of(entry).get("statement", "")
        said.append(side_by_side((who.name if who else "", statement), ":").render(locale))
    return "\n".join(said)


def _issues(case: Case, file: CaseFile, locale: str) -> str:
    """The usual questions of the cause, then what is disputed in this case."""
    facts = [
        T("Fact %(number)s: %(what)s", number=f.label, what=f.fact.what).render(locale)
        for f in file.facts
        if not f.undisputed
    ]
    return "\n".join(
        [
            *questions(case.cause, locale),
            *facts,
            *(f"{e.label} {e.exhibit.title}" for e in file.exhibits if e.is_disputed),
        ]
    )


def _reasons(file: CaseFile) -> str:
    return "\n".join(item.finding.reasons for item in file.items if item.finding is not None and item.finding.reasons)


def _orders(sitting: Sitting, case: Case) -> list[dict[str, Any]]:
    rows = []
    for key, (claim, relief) in reliefs_by_key(sitting.session, case).items():
        who = case.party_if_any(claim.party_id)
        if who is None:
            continue
        other = next(
            (p for p in parties(case, Role.RESPONDENT if who.role is not Role.RESPONDENT else Role.CLAIMANT)), None
        )
        kind = KINDS[relief.kind]
        amount = {"minor": relief.amount_minor, "currency": relief.currency} if relief.amount_minor else None
        row = {
            "kind": kind,
            "relief": key,
            "debtor": other.label if other else None,
            "creditor": who.label,
            "amount": amount,
        }
        rows.append(row | ({} if kind == "pay" else {"what": relief.what}))
    return rows


def shares(sitting: Sitting, case: Case, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The proposed shares of the fee in percent; the last one makes the sum whole."""
    given = [OrderInput.model_validate(o) for o in orders if o["kind"] != OrderKind.PAY.value or o.get("amount")]
    proposed = propose_shares(sitting, case, given)
    lines, left = [], Decimal(100)
    for place, (label, share) in enumerate(proposed.items(), 1):
        percent = left if place == len(proposed) else _percent(share)
        left -= percent
        lines.append({"party": label, "percent": f"{percent:f}"})
    return lines


def _percent(share: Fraction) -> Decimal:
    return (
        (Decimal(share.numerator) * 100 / Decimal(share.denominator))
        .quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
        .normalize()
    )
