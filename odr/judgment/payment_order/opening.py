"""Opening the case of a payment order (CPL 225). No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.case_without_claim import open_own_case
from odr.filing.inputs import RespondentInput
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.identity.actors import SignIn, acting_for
from odr.identity.models import Account
from odr.judgment import names
from odr.judgment.payment_order.inputs import PaymentOrderInput
from odr.procedure.rules.pack import RulePack
from odr.procedure.sitting import ActReceipt

if TYPE_CHECKING:
    from odr.procedure.court import Court

NUMBERS = "payment_order"


def is_known(pack: RulePack) -> bool:
    """Whether the rules know payment orders."""
    return pack.payment_orders is not None and NUMBERS in pack.case_numbers


def open_payment_order(
    court: Court,
    account: Account,
    given: PaymentOrderInput,
    *,
    key: str | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> ActReceipt:
    """Open the case and lodge the application in one Sitting; repeating the key gives the first receipt.

    The debtor is a party without an account, and is written to when the order is made. Raises ActNotOpen where the rules
    know no payment orders, InvalidInput for a cause the court does not hear.
    """
    with court.sit() as sitting:
        sitting.session.get_one(Account, account.id, with_for_update=True)
        ask = names.ASK_FOR_PAYMENT_ORDER
        earlier = sitting.receipt_for(account.id, key, ask, given) if key else None
        if earlier is not None:
            return earlier
        pack = court.packs.in_force(court.settings.pack, sitting.today)
        if not is_known(pack):
            raise ActNotOpen(
                T("The rules of this court know no payment orders."), source=pack.cited("COURT known-steps")
            )
        if given.cause not in pack.causes_on(sitting.today):
            raise InvalidInput.at(
                "cause", T("This court does not hear that kind of dispute today. Choose one of those listed.")
            )
        debtor = RespondentInput(**given.debtor.model_dump())
        case = open_own_case(
            sitting, account, pack, NUMBERS, Stage.PAYMENT_ORDER, given.cause, given.applicant, [debtor]
        )
        take_seat(sitting, case, Role.CLERK)
        actor = acting_for(parties(case, Role.CLAIMANT)[0], account, sign_in)
        return sitting.perform(ask, case, given, actor=actor, key=key)
