"""Do the rows of orders and of what is owed say what was decided? Rebuilt from the drafts and the entries that issued them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing import names as filing_names
from odr.judgment import names
from odr.judgment.models import Decision, Obligation, Order
from odr.judgment.vocabulary import Instrument, OrderKind
from odr.procedure.audit.entry_facts import EntryFacts, entry_facts
from odr.service import names as service_names

if TYPE_CHECKING:
    from odr.procedure.court import Court

ACTS = (
    names.DRAFT_DECISION,
    names.ISSUE_DECISION,
    names.TAKE_EFFECT,
    names.RECORD_APPEAL_OUTCOME,
    names.APPLY_GROUP_JUDGMENT,
    names.RULE_ON_REVERSAL,
    names.RECORD_OUTSIDER_JUDGMENT,
    service_names.DECIDE_REBUTTAL,
    service_names.NOTE_ABODE_ABROAD,
    filing_names.RULE_ON_LATENESS,
    names.APPEAL_DECISION,
)
UNDOING = ACTS[-4:]
"""After these a judgment may bind nobody again: it was not served, its time to appeal came back, or the appeal was under way
when that time ended (CPL 86, 158, 286).
"""
OWED = (OrderKind.PAY, OrderKind.DO, OrderKind.REFRAIN)


def audit_orders(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Issued decisions whose orders, and obligations whose debtor, creditor or amount, are not what the docket says.

    A draft may change until it is issued, so only issued decisions are compared. What a settlement makes owed stands
    in its entries in words only, and what was paid privately stands in none: neither is rebuilt. An obligation's last
    day is reckoned from service and is not compared.
    """
    entries = list(entry_facts(session, case, *ACTS))
    if not entries:
        return
    rows = {row.reference: row for row in session.scalars(select(Decision).where(Decision.case_id == case.id))}
    labels = {party.id: party.label for party in case.parties}
    drafts: dict[str, EntryFacts] = {}
    for entry in entries:
        if entry.act == names.DRAFT_DECISION:
            drafts[entry.result["decision"]] = entry
        elif entry.act == names.ISSUE_DECISION:
            reference = entry.result["decision"]
            if reference not in rows:
                yield f"entry {entry.number}: issued decision {reference}, which is gone"
            else:
                yield from _orders(entry, drafts.get(reference), rows[reference], labels)
    owed = list(session.scalars(select(Obligation).where(Obligation.case_id == case.id).order_by(Obligation.id)))
    by_number = {entry.number: entry for entry in entries}
    yield from _owed(rows, owed, by_number, labels)
    yield from _owed_elsewhere(owed, by_number, labels)


def _orders(issue: EntryFacts, draft: EntryFacts | None, row: Decision, labels: Mapping[int, str]) -> Iterator[str]:
    """An issued decision's orders against the entry that issued it, and its parties and terms against the last draft."""
    name = f"entry {issue.number}: decision {row.reference}"
    if row.issued_entry != issue.number or row.issued_at not in issue.times:
        yield f"{name} was issued by it, the row says by entry {row.issued_entry} at {row.issued_at}"
    said = {one["number"]: one for one in issue.result["orders"]}
    found = {order.number: order for order in row.orders}
    if said.keys() != found.keys():
        yield f"{name} has orders {sorted(said)}, the rows are {sorted(found)}"
    drafted = draft.given().get("orders", []) if draft is not None else []
    for number in sorted(said.keys() & found.keys()):
        one, order = said[number], found[number]
        told = {"kind": one["kind"], "amount": _sum(one["amount"], one["currency"])}
        if number <= len(drafted):
            told |= _terms(drafted[number - 1])
        stands = _standing(order, labels)
        for what in told:
            if told[what] != stands[what]:
                yield f"{name}, order {number}: {what} is {told[what]}, the row says {stands[what]}"


def _terms(one: Mapping[str, Any]) -> dict[str, Any]:
    percent = one.get("interest_percent")
    return {
        "debtor": one.get("debtor"),
        "jointly with": sorted(one.get("jointly_with") or []),
        "creditor": one.get("creditor"),
        "interest from": one.get("interest_from"),
        "interest": Decimal(percent) if percent is not None else None,
        "instalments": one.get("instalments") or 1,
        "what": one.get("what"),
    }


def _standing(order: Order, labels: Mapping[int, str]) -> dict[str, Any]:
    return {
        "kind": order.kind.value,
        "amount": _sum(order.amount_minor, order.currency),
        "debtor": labels.get(order.debtor_id or 0),
        "jointly with": sorted(labels.get(one, "") for one in order.joint_ids or ()),
        "creditor": labels.get(order.creditor_id or 0),
        "interest from": order.interest_from.isoformat() if order.interest_from else None,
        "interest": order.interest_percent,
        "instalments": order.instalments,
        "what": order.what,
    }


def _sum(minor: int | None, currency: str | None) -> str | None:
    return f"{currency} {minor}" if minor is not None else None


def _owed(
    decisions: Mapping[str, Decision],
    owed: list[Obligation],
    entries: Mapping[int, EntryFacts],
    labels: Mapping[int, str],
) -> Iterator[str]:
    """What the orders of decisions in effect make owed, whole or in instalments."""
    by_order: defaultdict[int, list[Obligation]] = defaultdict(list)
    for row in owed:
        if row.order_id is not None:
            by_order[row.order_id].append(row)
    effects = {e.given().get("decision"): e.number for e in entries.values() if e.act == names.TAKE_EFFECT}
    for reference, decision in decisions.items():
        effect = effects.get(reference)
        if effect is not None and decision.effective_at not in _times_of_effect(effect, entries):
            yield f"entry {effect}: brought decision {reference} into effect, the row says at {decision.effective_at}"
        for order in decision.orders:
            rows = _owed_now(by_order[order.id], entries)
            number = rows[0].entry_number if rows else effect
            owing = rows or not decision.upholds
            if owing and order.kind in OWED and order.debtor_id is not None and number is not None:
                yield from (
                    f"entry {number}: decision {reference}, order {order.number}: {w}"
                    for w in _due(order, rows, labels)
                )


def _times_of_effect(effect: int, entries: Mapping[int, EntryFacts]) -> set[datetime | None]:
    """When a decision may be in effect by its docket: since its entry of effect; where that may have been undone later,
    not at all, or since the higher court decided.
    """
    found: set[datetime | None] = {*entries[effect].times}
    later = [entry for number, entry in entries.items() if number > effect]
    if any(entry.act in UNDOING for entry in later):
        found.add(None)
        found.update(at for entry in later if entry.act == names.RECORD_APPEAL_OUTCOME for at in entry.times)
    return found


def _owed_now(rows: list[Obligation], entries: Mapping[int, EntryFacts]) -> list[Obligation]:
    """Of an order that took effect twice, since the first time was undone, what it makes owed since the second."""
    undone = max((number for number, entry in entries.items() if entry.act in UNDOING), default=0)
    return [row for row in rows if row.entry_number > undone] or rows


def _due(order: Order, rows: list[Obligation], labels: Mapping[int, str]) -> Iterator[str]:
    if not rows:
        yield "is in effect, and nothing is owed under it"
        return
    total = sum(row.amount_minor or 0 for row in rows)
    if total != (order.amount_minor or 0) or {row.currency for row in rows} != {order.currency}:
        yield f"is over {_sum(order.amount_minor, order.currency)}, the obligations over {total}"
    for row in rows:
        if (row.debtors, row.creditor_id) != (order.debtors, order.creditor_id):
            said = f"{labels.get(order.debtor_id or 0)} to {labels.get(order.creditor_id or 0)}"
            yield f"is owed by {said}, obligation {row.reference} says by {labels.get(row.debtor_id)} to {labels.get(row.creditor_id or 0)}"


def _owed_elsewhere(
    owed: list[Obligation], entries: Mapping[int, EntryFacts], labels: Mapping[int, str]
) -> Iterator[str]:
    """What the higher court, or a judgment in an action of many or of an outsider, makes owed here."""
    for entry in entries.values():
        rows = [row for row in owed if row.entry_number == entry.number and row.order_id is None]
        said: list[tuple[str | None, str | None]]
        stands: list[tuple[str | None, str | None]]
        if entry.act == names.RECORD_APPEAL_OUTCOME:
            amount, payments = entry.given().get("amount"), entry.given().get("payments", [])
            said = [(None, _sum(amount["minor"], amount["currency"]))] if amount and amount["minor"] and rows else []
            stands = [(None, _sum(r.amount_minor, r.currency)) for r in rows if r.instrument is Instrument.HIGHER_COURT]
            if payments:
                said = [(one["debtor"], _sum(one["amount"]["minor"], one["amount"]["currency"])) for one in payments]
                stands = [(labels.get(r.debtor_id), _sum(r.amount_minor, r.currency)) for r in rows]
        elif entry.act == names.APPLY_GROUP_JUDGMENT:
            said = [
                (o["debtor"], _sum(o["amount"]["minor"], o["amount"]["currency"]) if o["amount"] else None)
                for o in entry.given().get("orders", [])
            ]
            stands = [(labels.get(r.debtor_id), _sum(r.amount_minor, r.currency)) for r in rows]
        elif entry.act == names.RECORD_OUTSIDER_JUDGMENT:
            payments = entry.given().get("payments", [])
            said = [(one["debtor"], _sum(one["amount"]["minor"], one["amount"]["currency"])) for one in payments]
            stands = [(labels.get(r.debtor_id), _sum(r.amount_minor, r.currency)) for r in rows]
        elif entry.act == names.RULE_ON_REVERSAL:
            given = entry.given()
            ordered, amount = given.get("answer") == "order", given.get("amount")
            said = [(given["giver"], _sum(amount["minor"], amount["currency"]))] if ordered and amount else []
            said += [(given["giver"], None)] if ordered and given.get("what") else []
            stands = [(labels.get(r.debtor_id), _sum(r.amount_minor, r.currency)) for r in rows]
        else:
            continue
        if entry.given() and said != stands:
            yield f"entry {entry.number}: makes owed {said}, the rows say {stands}"
