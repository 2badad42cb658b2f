"""What a ruling or a mediation statement that ends the case says of the court fee (FEE 15, 31, 34)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.ground.text import Money, T, Text
from odr.payments.refund.orders import would_go_back
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def fee_at_ending(sitting: Sitting, case: Case, party: Party, ending: str) -> Sequence[Text]:
    """Who bears the fee where the case ends so ("withdrawn", "mediated"), and what goes back; nothing where none was paid."""
    back, stays = would_go_back(sitting, case, party, Ending(ending))
    whole = Money(back.minor + stays.minor, stays.currency)
    if not whole.minor:
        return []
    facts = {"fee": whole, "name": party.name}
    if not back.minor:
        return [T("The court fee of %(fee)s is borne by %(name)s.", **facts)]
    return [
        T(
            "Of the court fee of %(fee)s, %(stays)s is due after the reduction and borne by %(name)s; the court returns %(back)s to %(name)s.",
            stays=stays,
            back=back,
            **facts,
        )
    ]
