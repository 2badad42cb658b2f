"""What a page says before an act is done: what it may cost, and what the act says of itself. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case
from odr.ground.text import Money, T, Text, last_day
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act
from odr.procedure.acts.windows import TIME_LIMITS, shown_windows
from odr.procedure.case.next_box import silence_of

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


def by_when(sitting: Sitting, case: Case, actor: Actor, act: Act) -> list[Text]:
    """Until when a party can do what one of its time limits is met by, and what silence brings; nothing for an act that no
    time limit of theirs waits for. The same words as in the box.
    """
    if actor.role not in PARTY_ROLES:
        return []
    mine = [
        (window.due_at, window)
        for window in shown_windows(sitting, case, actor)
        if window.party_id == actor.party_id and window.due_at is not None
        if (limit := TIME_LIMITS.get(window.kind)) is not None and act.name in limit.met_by
    ]
    if not mine:
        return []
    due, window = min(mine, key=lambda each: each[0])
    day = T("By the end of %(day)s.", day=last_day(due, sitting.court.settings.tz))
    silence = silence_of(sitting, case, actor, window)
    return [day, *([T("If you do nothing: %(then)s", then=silence)] if silence is not None else [])]


def said_before(sitting: Sitting, case: Case, actor: Actor, act: Act) -> list[Text]:
    """Everything a page says before an act is done: until when, then what it costs."""
    cost = cost_words(sitting, case, act)
    return [
        *by_when(sitting, case, actor, act),
        *([cost] if cost is not None else []),
        *(act.says(sitting, case, actor) if act.says is not None else ()),
    ]
