"""What a decision says of conduct in a hearing, and how whoever is no party gets to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Role
from odr.ground.text import T, Text
from odr.hearing.models import Hearing
from odr.register import desks
from odr.register.enforcement_list.sanctions.models import ConductSanction, Measure, Order, SanctionState
from odr.register.enforcement_list.sanctions.people import address_of
from odr.service.notices_to_appear import call_in

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def conduct_words(sitting: Sitting, row: Measure) -> list[Text]:
    """Of what was done in a hearing: in which, as what, and what the bench had done before (CPI 177)."""
    if not isinstance(row, ConductSanction):
        return []
    lines = [T("They took part as: %(role)s.", role=row.role.label)]
    hearing = sitting.session.get(Hearing, row.hearing_id) if row.hearing_id is not None else None
    if hearing is not None:
        lines.append(T("It was in the hearing of %(at)s.", at=hearing.begins_at))
    if row.order_before is not Order.NONE:
        lines.append(T("What the bench had done before: %(step)s.", step=row.order_before.label))
    return lines


def tell_others(sitting: Sitting, case: Case, row: Measure) -> None:
    """Whoever is no party is written to where the court knows an address, and the registry hands the paper to them: their days
    begin with that, and nothing is presumed of a message (COURT sanction-hearing).
    """
    if not isinstance(row, ConductSanction) or row.party_id is not None:
        return
    proposed = row.state is SanctionState.PROPOSED
    address = address_of(sitting, case, row)
    if address is not None:
        title = (
            T("A fine or detention of you is proposed in case %(case)s", case=case.number or case.reference)
            if proposed
            else T("A fine or detention of you was ordered in case %(case)s", case=case.number or case.reference)
        )
        email, own = address
        call_in(sitting, case, subject=row.reference, name=row.name, email=email, own=own, title=title, due_at=None)
    words = (
        T("Hand %(name)s the proposal of a fine or detention, and record it.", name=row.name)
        if proposed
        else T("Hand %(name)s the decision on a fine or detention, and record it.", name=row.name)
    )
    sitting.open_task(case, Role.CLERK, desks.SANCTION_HANDING, words, risk=70, subject=row.reference)
