"""The lifecycle as one would tell it to a clerk: what may be done, by whom, when. Written from the rules, not from the
court's code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPEN = {"pending", "hearing"}
PARTIES = {"li", "haiyun"}


@dataclass
class Offer:
    """An offer from one party to the other, open to the end of a day."""

    maker: str
    until: date


@dataclass
class Reference:
    """One case. ``next_working`` is the calendar: the first worked day from a day on."""

    next_working: Callable[[date], date] = field(repr=False)
    now: datetime
    stage: str = "lodged"
    returned: bool = False
    review_until: date | None = None
    correct_until: date | None = None
    told: bool = False
    """The letter that says what is missing reached the claimant."""
    joined: bool = False
    answered: bool = False
    answer_until: date | None = None
    proposed: bool = False
    asks_to_withdraw: bool = False
    offers: list[Offer] = field(default_factory=list)
    agreed: bool = False
    entries: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.review_until = self._in_seven_days()
        self.entries.append("lodge_claim")

    # Time

    @property
    def today(self) -> date:
        """The court's day."""
        return self.now.astimezone(SHANGHAI).date()

    def _in_seven_days(self) -> date:
        # The day it starts does not count; an end on a holiday moves to the next working day (CPL 85).
        return self.next_working(self.today + timedelta(days=7))

    def wait(self, by: timedelta) -> None:
        """Time passes and takes with it what has run out."""
        self.now += by
        if self.stage == "lodged" and self.review_until is not None and self.today > self.review_until:
            self.entries.append("accept_claim")
            self._accepted()
        self.offers = [offer for offer in self.offers if self.today <= offer.until]

    def letters_arrive(self) -> None:
        """What is missing reaches the claimant: the seven days are counted from then, where that gives them more (OLR 9)."""
        if self.stage == "returned" and not self.told:
            self.told, self.correct_until = True, max(self.correct_until or self.today, self._in_seven_days())

    # What may be done

    def may(self, act: str, who: str) -> bool:
        """Whether an act is open to somebody now."""
        return bool(getattr(self, f"_may_{act}")(who))

    def _may_return_claim(self, who: str) -> bool:
        return who == "clerk" and self.stage == "lodged" and not self.returned

    def _may_correct_claim(self, who: str) -> bool:
        return (
            who == "li"
            and self.stage == "returned"
            and self.correct_until is not None
            and self.today <= self.correct_until
        )

    def _may_accept_claim(self, who: str) -> bool:
        return who == "clerk" and self.stage == "lodged"

    def _may_propose_refusal(self, who: str) -> bool:
        # Nobody is refused for what they were never told was missing.
        over = self.told and self._time_to_mend_is_over()
        return who == "clerk" and not self.proposed and (self.stage == "lodged" or over)

    def _may_refuse_claim(self, who: str) -> bool:
        return who == "judge" and self.proposed and self.stage in {"lodged", "returned"}

    def _may_decline_refusal(self, who: str) -> bool:
        return self._may_refuse_claim(who)

    def _time_to_mend_is_over(self) -> bool:
        return self.stage == "returned" and self.correct_until is not None and self.today > self.correct_until

    def _may_join_case(self, who: str) -> bool:
        return who == "haiyun" and self.stage in OPEN and not self.joined

    def _may_file_answer(self, who: str) -> bool:
        return who == "haiyun" and self.joined and self.stage in OPEN and not self.answered

    def _may_withdraw_claim(self, who: str) -> bool:
        return who == "li" and (
            self.stage in {"lodged", "returned"} or (self.stage in OPEN and not self.asks_to_withdraw)
        )

    def _may_rule_on_withdrawal(self, who: str) -> bool:
        return who == "judge" and self.stage in OPEN and self.asks_to_withdraw

    def _may_refuse_withdrawal(self, who: str) -> bool:
        return self._may_rule_on_withdrawal(who)

    def _may_open_examination(self, who: str) -> bool:
        return who == "judge" and self.stage == "pending" and self._could_answer()

    def _could_answer(self) -> bool:
        # Fifteen days from their own service, which is when they joined; an answer ends them (CPL 128, CPI 275).
        return self.answer_until is not None and (self.answered or self.today > self.answer_until)

    def _party(self, who: str) -> bool:
        return self.stage in OPEN and (who == "li" or (who == "haiyun" and self.joined))

    def _may_make_offer(self, who: str) -> bool:
        return self._party(who) and not self.agreed

    def _newest(self, who: str, *, mine: bool) -> bool:
        return self._party(who) and bool(self.offers) and (self.offers[-1].maker == who) is mine

    def _may_accept_offer(self, who: str) -> bool:
        return self._newest(who, mine=False) and not self.agreed

    def _may_decline_offer(self, who: str) -> bool:
        return self._newest(who, mine=False)

    def _may_withdraw_offer(self, who: str) -> bool:
        return self._newest(who, mine=True)

    def _may_decline_agreement(self, who: str) -> bool:
        return self._party(who) and self.agreed

    def _may_change_consent(self, who: str) -> bool:
        return self.stage != "closed" and (who == "li" or (who == "haiyun" and self.joined))

    # What it does

    def do(self, act: str, who: str) -> None:
        """An act that was open is done."""
        self.entries.append("rule_on_withdrawal" if act == "refuse_withdrawal" else act)
        effect = getattr(self, f"_do_{act}", None)
        if effect is not None:
            effect(who)

    def _accepted(self) -> None:
        self.stage, self.review_until, self.proposed = "pending", None, False

    def _close(self) -> None:
        self.stage, self.offers, self.proposed = "closed", [], False

    def _do_return_claim(self, who: str) -> None:
        self.stage, self.returned, self.review_until, self.correct_until = "returned", True, None, self._in_seven_days()
        self.proposed, self.told = False, False

    def _do_correct_claim(self, who: str) -> None:
        self.stage, self.correct_until, self.review_until = "lodged", None, self._in_seven_days()

    def _do_accept_claim(self, who: str) -> None:
        self._accepted()

    def _do_propose_refusal(self, who: str) -> None:
        self.proposed = True

    def _do_decline_refusal(self, who: str) -> None:
        self.proposed = False

    def _do_refuse_claim(self, who: str) -> None:
        self._close()

    def _do_join_case(self, who: str) -> None:
        self.joined, self.answer_until = True, self.next_working(self.today + timedelta(days=15))

    def _do_file_answer(self, who: str) -> None:
        self.answered = True

    def _do_withdraw_claim(self, who: str) -> None:
        if self.stage in OPEN:
            self.asks_to_withdraw = True
        else:
            self._close()

    def _do_rule_on_withdrawal(self, who: str) -> None:
        self.asks_to_withdraw = False
        self._close()

    def _do_refuse_withdrawal(self, who: str) -> None:
        self.asks_to_withdraw = False

    def _do_open_examination(self, who: str) -> None:
        self.stage = "hearing"

    def _do_make_offer(self, who: str) -> None:
        self.offers.append(Offer(who, self._in_seven_days()))

    def _do_accept_offer(self, who: str) -> None:
        self.offers, self.agreed = [], True

    def _do_decline_offer(self, who: str) -> None:
        self.offers.pop()

    def _do_withdraw_offer(self, who: str) -> None:
        self.offers.pop()

    def _do_decline_agreement(self, who: str) -> None:
        self.agreed = False
