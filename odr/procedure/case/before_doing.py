"""What a page says before an act is done: what it may cost, and what the act says of itself. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def may_cost(sitting: Sitting, case: Case, act: Act) -> Money | None:
    """The fee that is asked for when an act fails; None where it costs nothing by the rules of the case."""
    pack = sitting.pack(case)
    kind = pack.tariff.kinds.get(act.may_cost or "")
    return Money(kind.base.set, pack.currency) if kind is not None and kind.base is not None else None


def cost_words(sitting: Sitting, case: Case, act: Act) -> Text | None:
    """What an act may cost, with the article; None where it costs nothing."""
    amount, pack = may_cost(sitting, case, act), sitting.pack(case)
    if amount is None:
        return None
    article = pack.cite(pack.tariff.kinds[act.may_cost or ""].article)
    return T(
        "If it fails, this costs you %(amount)s (%(article)s). Otherwise it costs nothing.",
        amount=amount,
        article=article,
    )


def said_before(sitting: Sitting, case: Case, actor: Actor, act: Act) -> list[Text]:
    """Everything a page says before an act is done, the cost first."""
    cost = cost_words(sitting, case, act)
    return [*([cost] if cost is not None else []), *(act.says(sitting, case, actor) if act.says is not None else ())]
