"""Who reads to which account a party is paid. No flask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Stage
from odr.identity.actors import Actor
from odr.identity.sign_in.keys import keyring
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.models import Order, PaymentAccount
from odr.judgment.queries import issued, obligations_of

if TYPE_CHECKING:
    from odr.docket.visibility import Viewer
    from odr.procedure.sitting import Sitting

SEALED_FOR = "payment accounts"
"""Purpose of the key under which accounts lie, and of the digest that the docket keeps."""


@dataclass(frozen=True)
class PayTo:
    """An account as one reader sees it: whose it is, and since when."""

    party: Party
    holder: str
    bank: str
    account: str
    since: datetime
    is_changed: bool
    """Whether another one was named before: whoever pays looks twice."""
    is_own: bool


def owed_in_money(sitting: Sitting, case: Case) -> list[tuple[int, int]]:
    """Who owes whom money now, or will once the decision is in effect: ids of debtor and creditor."""
    open_now = [
        (debtor, o.creditor_id)
        for o in obligations_of(sitting.session, case)
        for debtor in o.debtors
        if o.amount_minor is not None and o.creditor_id is not None and o.done_at is None and o.ended_at is None
    ]
    decision = issued(sitting.session, case) if case.stage is Stage.PRONOUNCED else None
    ordered: Sequence[Order] = decision.orders if decision is not None else ()
    to_come = [(one, o.creditor_id) for o in ordered if o.amount_minor and o.creditor_id for one in o.debtors]
    return [(debtor, creditor) for debtor, creditor in dict.fromkeys([*open_now, *to_come]) if debtor and creditor]


def accounts_shown(sitting: Sitting, case: Case, viewer: Viewer) -> list[PayTo]:
    """The accounts a viewer may read: their own, those of whom they owe money, all of them for the judge, and for the
    registry while an enforcement is open. Once nothing is owed any more, the creditor alone reads theirs.
    """
    owed, me = owed_in_money(sitting, case), viewer.party_id
    for_court = viewer.role is Role.JUDGE or (
        viewer.role is Role.CLERK and open_enforcement(sitting.session, case) is not None
    )
    readable = {creditor for debtor, creditor in owed if for_court or (me is not None and me in (debtor, creditor))}
    if me is not None and viewer.role in PARTY_ROLES:
        readable.add(me)
    rows = sitting.session.scalars(
        select(PaymentAccount).where(PaymentAccount.case_id == case.id).order_by(PaymentAccount.id)
    ).all()
    newest = {row.party_id: row for row in rows}
    return [
        _opened(sitting, case, row, me, is_changed=sum(r.party_id == party_id for r in rows) > 1)
        for party_id, row in newest.items()
        if party_id in readable
    ]


def accounts_of(sitting: Sitting, case: Case, party_id: int | None) -> list[PayTo]:
    """The accounts a party may read."""
    party = case.party_if_any(party_id)
    return accounts_shown(sitting, case, Actor(party.role, None, party.name, case.id, party.id)) if party else []


def _opened(sitting: Sitting, case: Case, row: PaymentAccount, me: int | None, *, is_changed: bool) -> PayTo:
    plain = keyring(sitting.court.settings.secret_key).unseal(SEALED_FOR, row.sealed)
    holder, bank, account = json.loads(plain) if plain is not None else ("", "", "")
    return PayTo(case.party(row.party_id), holder, bank, account, row.named_at, is_changed, row.party_id == me)
