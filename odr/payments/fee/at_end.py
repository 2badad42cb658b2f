"""The fee of an action of many: nothing in advance; who loses pays at the end, by the sum in dispute (CPI 194)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.text import Money, T
from odr.payments.fee.assessment import question_for
from odr.payments.fee.fee_computation import FIRST_INSTANCE, Assessment, Matter, assess_filing
from odr.payments.fee.scales import FeeStep
from odr.payments.models import FeeBasis
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ARTICLE = "CPI 194"


def standing_at_end(sitting: Sitting, case: Case, matters: Iterable[Matter] = FIRST_INSTANCE) -> list[FeeBasis]:
    """What the fee at the end is computed on, claim by claim; empty where fees are paid in advance."""
    query = select(FeeBasis).where(
        FeeBasis.case_id == case.id,
        FeeBasis.at_end.is_(True),
        FeeBasis.until.is_(None),
    )
    wanted = frozenset(matters)
    return [basis for basis in sitting.session.scalars(query.order_by(FeeBasis.id)) if basis.matter in wanted]


def fee_at_end(
    sitting: Sitting, case: Case, ending: Ending | None = None, matters: Sequence[Matter] = FIRST_INSTANCE
) -> Assessment | None:
    """The fee with every step: all claims of the many as one sum, each claim against them by itself; None where fees
    are paid in advance.

    ``ending`` halves it where the case ended by mediation or was withdrawn (FEE 15). Whom a
    relief was granted is not asked: who bears the fee is not known yet.
    """
    bases = standing_at_end(sitting, case, matters)
    if not bases:
        return None
    claims, others = [b for b in bases if b.matter is Matter.CLAIM], [b for b in bases if b.matter is not Matter.CLAIM]
    found = [
        _assessed(sitting, case, group, ending)
        for group in ([claims] if claims else []) + [[other] for other in others]
    ]
    currency, first = found[0].total.currency, found[0]
    not_before = FeeStep(
        T("Not asked for in advance: the losing side pays when the case ends, by the sum in dispute."),
        Money(0, currency),
        "at_end",
        ARTICLE,
    )
    return Assessment(
        Money(sum(one.total.minor for one in found), currency),
        Money(sum(one.full.minor for one in found), currency),
        (not_before, *(step for one in found for step in one.steps)),
        first.pack,
        first.version,
        prepaid=False,
    )


def fee_on_leaving(sitting: Sitting, case: Case, basis: FeeBasis) -> Assessment:
    """The fee of a claim whose author left the action by leave: by its own sum, halved once, borne by them (FEE 13, 15,
    34; CPI 206).
    """
    found = assess_filing(sitting.pack(case), replace(question_for(sitting, case, basis), ending=Ending.WITHDRAWN))
    alone = FeeStep(
        T("The claim left the action of many: its fee is computed by its own sum, and whoever withdrew bears it."),
        _nothing(found),
        "left",
        "FEE 34",
    )
    return replace(found, steps=(alone, *found.steps), prepaid=False)


def _nothing(found: Assessment) -> Money:
    return Money(0, found.total.currency)


def _assessed(sitting: Sitting, case: Case, bases: Sequence[FeeBasis], ending: Ending | None) -> Assessment:
    first = bases[0]
    together = FeeBasis(
        case_id=case.id,
        party_id=first.party_id,
        matter=first.matter,
        amounts=[amount for basis in bases for amount in basis.amounts],
        non_property=sum(basis.non_property for basis in bases),
        joined=first.joined,
    )
    return assess_filing(
        sitting.pack(case), replace(question_for(sitting, case, together, with_relief=False), ending=ending)
    )
