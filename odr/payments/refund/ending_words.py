"""What a ruling or a mediation statement that ends the case says of the court fee (FEE 15, 31, 34)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.ground.text import Money, T, Text
from odr.payments.models import FeeBasis
from odr.payments.refund.orders import due_when_ended, touched_by, unpaid_rows, would_go_back
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def fee_at_ending(sitting: Sitting, case: Case, party: Party, ending: str) -> Sequence[Text]:
    """Who bears the fee where the case ends so ("withdrawn", "mediated"), and what goes back; nothing where none was paid. Where a
    claim only counts as withdrawn ("deemed_withdrawn") nothing more is demanded (:func:`due_when_ended`).
    """
    is_deemed = ending == "deemed_withdrawn"
    how = Ending.WITHDRAWN if is_deemed else Ending(ending)
    back, stays = would_go_back(sitting, case, party, how)
    whole = Money(back.minor + stays.minor, stays.currency)
    stands = [] if is_deemed else _still_due(sitting, case, party, how)
    if not whole.minor:
        return stands
    facts = {"fee": whole, "name": party.name}
    if not back.minor:
        return [T("The court fee of %(fee)s is borne by %(name)s.", **facts), *stands]
    return [
        T(
            "Of the court fee of %(fee)s, %(stays)s is due after the reduction and borne by %(name)s; the court returns %(back)s to %(name)s.",
            stays=stays,
            back=back,
            **facts,
        ),
        *stands,
    ]


def _still_due(sitting: Sitting, case: Case, party: Party, ending: Ending) -> list[Text]:
    """What of a fee that the party has not paid stays due all the same (FEE 15)."""
    said: list[Text] = []
    for row in unpaid_rows(sitting, case):
        basis = sitting.session.get(FeeBasis, row.basis_id) if row.basis_id is not None else None
        if basis is None or row.party_id != party.id or row.matter not in touched_by(ending):
            continue
        found = due_when_ended(sitting, case, basis, ending)
        if found is not None and found.total.minor:
            said.append(
                T(
                    "%(left)s of the court fee is not paid yet; %(name)s bears it and pays it to the court.",
                    left=found.total,
                    name=party.name,
                )
            )
    return said
