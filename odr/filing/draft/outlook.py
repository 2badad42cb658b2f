"""What a draft will cost, and until when one may go to court with it, as far as it tells: before anything is lodged.

Both are reckoned by the rules of today. The court never raises limitation by itself (CPI 219); it is said here because
whoever waits a week longer may lose by it (CC 188, 193).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from odr.filing.draft import drafts
from odr.filing.draft.inputs import FactsStep
from odr.filing.models import Draft
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, Text
from odr.procedure.forms import fields as forms
from odr.procedure.hooks import FeeTold
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.limitation import limitation

if TYPE_CHECKING:
    from odr.procedure.court import Court

SOON = timedelta(days=60)
"""Within this time of its end the limitation is warned of: a draft is kept for ninety days."""


@dataclass(frozen=True)
class Limit:
    """Until when one may go to court, counted from the first day that is told."""

    counted_from: date
    ends_on: date
    article: Text
    is_over: bool


@dataclass(frozen=True)
class Outlook:
    """Fee and limitation of a draft; None where it does not tell enough yet."""

    fee: FeeTold | None
    limit: Limit | None


def outlook(court: Court, draft: Draft) -> Outlook:
    """What is known of a draft's fee and of its time."""
    today = court.clock.now().astimezone(court.settings.tz).date()
    pack = court.packs.in_force(court.settings.pack, today)
    known = drafts.matter_so_far(draft, pack.currency)
    if known is None or known.cause not in pack.causes_on(today):
        return Outlook(None, None)
    track = drafts.track_of(pack, known.amount, known.is_money, today)
    amount = Money(known.amount, pack.currency) if known.is_money else None
    return Outlook(_fee(court, known.cause, amount, track.value), _limit(pack, known.cause, _days(draft, pack), today))


def _fee(court: Court, cause: str, amount: Money | None, track: str) -> FeeTold | None:
    try:
        return court.hooks.fee_quote(court, cause, amount, track) if court.hooks.fee_quote is not None else None
    except InvalidInput:
        return None


def _days(draft: Draft, pack: RulePack) -> list[date]:
    """Days on which something is said to have happened; none while they cannot be read."""
    try:
        facts = forms.parse(FactsStep, draft.values.get("facts", {}), currency=pack.currency).facts
    except InvalidInput:
        return []
    return [fact.happened_on for fact in facts if fact.happened_on is not None]


def _limit(pack: RulePack, cause: str, days: Iterable[date], today: date) -> Limit | None:
    """The limitation where it is over or ends soon; None where there is time."""
    first = min((day for day in days if day <= today), default=None)
    if first is None:
        return None
    ends = limitation(pack, pack.cause(cause).limitation, datetime.combine(first, time(12), pack.tz))
    if ends.result > today + SOON:
        return None
    return Limit(first, ends.result, pack.cite(ends.article), ends.result < today)
