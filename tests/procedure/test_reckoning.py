"""Time limits: a table reckoned by hand against the official calendars, and rules that hold for any date."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from hypothesis import given, strategies as st

from odr.ground.text import T
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.arrival import Arrival, deemed_served, filed_at
from odr.procedure.time.counting import Suspension
from odr.procedure.time.reckoning import Extension, LengthNotAllowed, Reckoning, reckon, reckon_before

PACKS = PackRegistry.load()
CN = PACKS.for_case("cn", date(2026, 1, 1))
EW = PACKS.for_case("ew", date(2026, 1, 1))
SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A local moment, ten in the morning where no hour is given."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T10:00")
    return moment.replace(tzinfo=zone)


CN_DATES = [
    # window, track, abroad, event, last day, why
    ("answer", None, False, "2026-03-02", "2026-03-17", "fifteen plain days"),
    ("answer", None, False, "2026-03-06", "2026-03-23", "ends on a Saturday"),
    ("answer", None, False, "2026-03-07", "2026-03-23", "ends on a Sunday"),
    ("answer", None, False, "2026-03-02T00:30", "2026-03-17", "just after local midnight is the new day"),
    ("answer", None, False, "2026-03-02T23:59", "2026-03-17", "just before local midnight is still the day"),
    ("answer", None, False, "2026-04-16", "2026-05-06", "ends on Labour Day, five days off"),
    ("answer", None, False, "2026-04-20", "2026-05-06", "ends on the last day off"),
    ("answer", None, False, "2026-04-24", "2026-05-09", "a make-up Saturday is worked"),
    ("answer", None, False, "2026-09-16", "2026-10-08", "ends on National Day"),
    ("answer", None, False, "2026-09-22", "2026-10-08", "ends on the last of the National days off"),
    ("answer", None, False, "2026-09-25", "2026-10-10", "a make-up Saturday in October"),
    ("answer", None, False, "2026-02-01", "2026-02-24", "ends in the Spring Festival"),
    ("answer", None, False, "2026-01-30", "2026-02-14", "a make-up Saturday before the festival"),
    ("answer", None, True, "2026-03-02", "2026-04-01", "thirty days abroad"),
    ("answer", None, True, "2026-04-01", "2026-05-06", "thirty days abroad into a holiday"),
    ("answer", "small_claims", False, "2026-03-02", "2026-03-17", "small claims: at most fifteen"),
    ("answer", None, False, "2024-02-01", "2024-02-18", "the Sunday after the festival is worked"),
    ("answer", None, False, "2024-01-20", "2024-02-04", "a make-up Sunday before the festival"),
    ("answer", None, False, "2024-04-19", "2024-05-06", "ends in the May days off of 2024"),
    ("answer", None, False, "2024-04-13", "2024-04-28", "a make-up Sunday in April"),
    ("answer", None, False, "2024-09-16", "2024-10-08", "National Day 2024"),
    ("answer", None, False, "2025-01-13", "2025-02-05", "Spring Festival 2025"),
    ("answer", None, False, "2025-01-11", "2025-01-26", "make-up Sunday of 2025"),
    ("answer", None, False, "2025-09-23", "2025-10-09", "eight days off in October 2025"),
    ("answer", None, False, "2025-09-26", "2025-10-11", "make-up Saturday of October 2025"),
    ("answer", None, False, "2025-05-16", "2025-06-03", "Dragon Boat Festival with a Monday off"),
    ("fee_payment", None, False, "2026-03-02", "2026-03-09", "seven plain days"),
    ("fee_payment", None, False, "2026-02-08", "2026-02-24", "nine days off"),
    ("fee_payment", None, False, "2026-02-21", "2026-02-28", "make-up Saturday after the festival"),
    ("fee_payment", None, False, "2025-12-26", "2026-01-04", "New Year: the Sunday is worked"),
    ("fee_payment", None, False, "2024-09-22", "2024-09-29", "make-up Sunday before National Day"),
    ("registry_review", None, False, "2026-06-12", "2026-06-22", "Dragon Boat Friday and a weekend"),
    ("serve_claim", None, False, "2026-03-02", "2026-03-09", "five days end on a Saturday"),
    ("serve_claim", None, False, "2026-05-04", "2026-05-09", "five days end on a make-up Saturday"),
    ("join_platform", None, False, "2026-03-02", "2026-03-05", "three plain days"),
    ("join_platform", None, False, "2026-03-05", "2026-03-09", "three days end on a Sunday"),
    ("appeal_judgment", None, False, "2026-03-10", "2026-03-25", "judgment: fifteen days"),
    ("appeal_judgment", None, True, "2026-03-10", "2026-04-09", "judgment abroad: thirty days"),
    ("appeal_judgment", "simple", False, "2026-03-10", "2026-03-25", "simple procedure: the same"),
    ("appeal_ruling", None, False, "2026-03-10", "2026-03-20", "ruling: ten days"),
    ("appeal_ruling", None, False, "2026-03-25", "2026-04-07", "ruling: ends on Tomb-Sweeping days"),
    ("appeal_answer", None, False, "2026-06-04", "2026-06-22", "ends on the Dragon Boat Festival"),
    ("evidence", "ordinary", False, "2026-09-10", "2026-09-28", "ends on Mid-Autumn Friday"),
    ("evidence", "small_claims", False, "2026-09-18", "2026-09-28", "seven days, the same Friday"),
    ("evidence", "small_claims", False, "2026-03-02", "2026-03-09", "seven plain days"),
    ("refund_execution", None, False, "2026-12-17", "2027-01-04", "into a year not yet published"),
    ("mediator_choice", None, False, "2026-04-30", "2026-05-07", "working days over the May holiday"),
    ("mediator_choice", None, False, "2026-02-13", "2026-02-24", "a make-up Saturday counts as a working day"),
    ("mediator_acceptance", None, False, "2026-02-25", "2026-02-28", "three working days ending on a Saturday"),
    ("mediator_acceptance", None, False, "2026-09-18", "2026-09-22", "a make-up Sunday is the first day"),
    ("mediator_acceptance", None, False, "2026-09-30", "2026-10-10", "working days over National Day: 8, 9, 10"),
    ("recusal_decision", None, False, "2024-02-08", "2024-02-18", "three days into the festival"),
    ("adjournment_gap", None, False, "2026-01-31", "2026-02-28", "no 31 February; the 28th is a make-up Saturday"),
    ("adjournment_gap", None, False, "2025-01-31", "2025-02-28", "a common year"),
    ("adjournment_gap", None, False, "2024-01-31", "2024-02-29", "a leap year"),
    ("second_instance_judgment", None, False, "2025-11-30", "2026-02-28", "three months to a shorter one"),
    ("second_instance_judgment", None, False, "2026-01-02", "2026-04-02", "three plain months"),
    ("retrial_application", None, False, "2025-08-31", "2026-02-28", "six months to a shorter one"),
    ("enforcement_application", None, False, "2024-02-29", "2026-02-28", "two years from a leap day"),
    ("enforcement_application", None, False, "2024-10-03", "2026-10-08", "two years into a holiday"),
    ("enforcement_application", None, False, "2024-03-11", "2026-03-11", "two plain years"),
    ("enforcement_inaction", None, False, "2026-04-01", "2026-10-08", "six months into National Day"),
    ("announcement", None, False, "2026-03-02", "2026-04-01", "thirty days"),
    ("announcement", None, True, "2026-03-02", "2026-05-06", "sixty days end on Labour Day"),
    ("late_relief", None, False, "2026-03-02", "2026-03-12", "ten days after the obstacle"),
    ("performance", None, False, "2026-04-25", "2026-05-06", "ten days into the May holiday"),
    ("confirmation_application", None, False, "2026-01-16", "2026-02-24", "thirty days into the festival"),
    ("mediation", "simple", False, "2026-03-02", "2026-03-09", "simple procedure: seven days"),
    ("mediation", "ordinary", False, "2026-03-02", "2026-03-17", "ordinary procedure: fifteen days"),
    ("preservation_review", None, False, "2026-03-02", "2026-03-09", "five days end on a Saturday"),
]


@pytest.mark.parametrize(
    ("window", "track", "abroad", "event", "last", "why"), CN_DATES, ids=[f"{row[0]} {row[3]}" for row in CN_DATES]
)
def test_chinese_limits_end_where_a_hand_reckoning_ends(
    window: str, track: str | None, abroad: bool, event: str, last: str, why: str
) -> None:
    """A limit ends with the last moment of the day that the official calendar gives (CPL 85)."""
    found = reckon(CN, window, at(event), track=track, abroad=abroad)
    assert found.result == date.fromisoformat(last), why
    assert found.due_at == datetime.combine(found.result, time(23, 59, 59, 999999), SHANGHAI).astimezone(UTC)


EW_DATES = [
    ("acknowledgement", "2026-10-02", "2026-10-16", "the example of CPR 2.8"),
    ("answer", "2026-03-06", "2026-04-07", "ends on Good Friday; Easter Monday is closed too"),
    ("answer_unacknowledged", "2026-12-11", "2026-12-29", "Christmas, a weekend and a substitute day"),
    ("appeal_judgment", "2026-04-13", "2026-05-05", "ends on the early May bank holiday"),
    ("performance", "2026-05-11", "2026-05-26", "ends on the spring bank holiday"),
    ("serve_claim", "2026-04-30", "2026-09-01", "four months end on a Sunday before a bank holiday"),
    ("enforcement_application", "2020-02-29", "2026-03-02", "six years from a leap day end on a Saturday"),
    ("registry_review", "2026-08-27", "2026-09-04", "working days over a bank holiday"),
    ("acknowledgement", "2026-12-18", "2027-01-04", "New Year's Day and a weekend"),
]


@pytest.mark.parametrize(("window", "event", "last", "why"), EW_DATES, ids=[f"{row[0]} {row[1]}" for row in EW_DATES])
def test_english_limits_end_at_four_on_the_day_reckoned_by_hand(window: str, event: str, last: str, why: str) -> None:
    """A second country counts by its own rules and closes its days at four in the afternoon (CPR 2.8)."""
    found = reckon(EW, window, at(event, LONDON))
    assert found.due_at == datetime.combine(date.fromisoformat(last), time(16), LONDON).astimezone(UTC), why


@pytest.mark.parametrize(
    ("amount", "event", "last"),
    [
        (5, "2026-04-01", "2026-04-10"),
        (3, "2026-10-02", "2026-10-07"),
        (1, "2026-12-24", "2026-12-29"),
        (6, "2026-10-02", "2026-10-08"),
    ],
)
def test_english_periods_of_five_days_or_less_count_business_days(amount: int, event: str, last: str) -> None:
    """Up to five days, weekends and bank holidays do not count; from six on they do (CPR 2.8(4))."""
    found = reckon(EW, Period(amount=amount, unit=Unit.DAYS), at(event, LONDON))
    assert found.result == date.fromisoformat(last)
    assert ("CPR 2.8(4)" in found.articles) is (amount <= 5)


HOURS = [
    (CN, "preservation_ruling", "2026-03-02T10:20", SHANGHAI, "2026-03-04T11:00"),
    (CN, "preservation_ruling", "2026-03-02T10:00", SHANGHAI, "2026-03-04T11:00"),
    (CN, "preservation_ruling", "2026-04-30T23:30", SHANGHAI, "2026-05-03T00:00"),
    (CN, "cooling_off", "2026-02-15T09:59", SHANGHAI, "2026-02-16T10:00"),
    (EW, "cooling_off", "2026-03-28T12:30", LONDON, "2026-03-29T14:00"),
    (EW, "cooling_off", "2026-10-24T12:30", LONDON, "2026-10-25T12:00"),
    (EW, "cooling_off", "2026-10-24T12:00", LONDON, "2026-10-25T12:00"),
]


@pytest.mark.parametrize(("pack", "window", "event", "zone", "due"), HOURS, ids=[row[2] for row in HOURS])
def test_hours_begin_with_the_next_hour_and_are_real_hours(
    pack: RulePack, window: str, event: str, zone: ZoneInfo, due: str
) -> None:
    """The hour of the event is not counted, holidays move nothing, and a day of 23 or 25 hours is what it is."""
    found = reckon(pack, window, at(event, zone))
    assert found.due_at == at(due, zone).astimezone(UTC)
    assert found.steps[-1].ordinal == found.amount


@pytest.mark.parametrize(
    ("pack", "window", "event", "last"),
    [
        (CN, "summons", "2026-03-10", "2026-03-07"),
        (CN, "limit_extension_request", "2026-07-15", "2026-06-30"),
        (CN, "limit_extension_decision", "2026-07-15", "2026-07-10"),
        (EW, "application_notice", "2023-10-20", "2023-10-16"),
        (EW, "hearing_notice", "2026-10-30", "2026-10-08"),
    ],
)
def test_backward_periods_end_before_the_event(pack: RulePack, window: str, event: str, last: str) -> None:
    """Three days before the 10th is the 7th; England leaves both days out, as the example of CPR 2.8 shows."""
    found = reckon_before(pack, window, at(event, pack.tz))
    assert found.result == date.fromisoformat(last)


def test_small_claims_know_no_appeal() -> None:
    """Small claims are decided in one instance, at home or abroad (CPL 165); only a refusal to accept the claim is
    appealed (CPL 157).
    """
    for window in ("appeal_judgment", "appeal_jurisdiction", "appeal_dismissal"):
        for abroad in (False, True):
            with pytest.raises(NoSuchRule):
                reckon(CN, window, at("2026-03-10"), track="small_claims", abroad=abroad)
        assert reckon(CN, window, at("2026-03-10"), track="ordinary").amount in {10, 15}
    assert reckon(CN, "appeal_ruling", at("2026-03-10"), track="small_claims").result == date(2026, 3, 20)


def test_days_of_a_suspension_do_not_count() -> None:
    """An objection to jurisdiction halts the evidence period until it is decided (EV 55)."""
    halt = Suspension(at("2026-03-10T10:00"), at("2026-03-20T17:00"), T("objection to jurisdiction"), "EV 55(1)")
    found = reckon(CN, "evidence", at("2026-03-02"), suspensions=[halt])
    # Seven days to the 9th, none from the 10th to the 20th, eight more to Saturday the 28th.
    assert found.result == date(2026, 3, 30)
    assert [step.day for step in found.steps if step.ordinal == 7] == [date(2026, 3, 9)]
    assert [step.day for step in found.steps if step.ordinal == 8] == [date(2026, 3, 21)]
    assert "EV 55(1)" in found.articles


def test_a_suspension_pushes_months_and_hours_on() -> None:
    """Halted days are added to a limit in months, halted hours, rounded up, to one in hours."""
    halt = Suspension(at("2026-03-10T10:00"), at("2026-03-12T17:30"), T("stay"), "CPL 153")
    assert reckon(CN, "second_instance_judgment", at("2026-03-02"), suspensions=[halt]).result == date(2026, 6, 5)
    short = Suspension(at("2026-03-03T10:00"), at("2026-03-03T11:30"), T("stay"), "CPL 153")
    assert reckon(CN, "preservation_ruling", at("2026-03-02T10:20"), suspensions=[short]).due_at == at(
        "2026-03-04T13:00"
    ).astimezone(UTC)


def test_an_extension_runs_from_the_end_reached() -> None:
    """More time begins after the last day already reckoned, rolled or not."""
    more = Extension(T("asked for in time"), "EV 54", period=Period(amount=5, unit=Unit.DAYS))
    # Ends on Saturday the 21st, that is Monday the 23rd; five days more end on Saturday the 28th, that is Monday the
    # 30th.
    found = reckon(CN, "evidence", at("2026-03-06"), extensions=[more])
    assert found.result == date(2026, 3, 30)


def test_an_outage_order_holds_a_window_open_until_its_day() -> None:
    """A court-wide outage on a last day extends by order to a day, never back."""
    outage = Extension(T("outage of the platform"), "CPL 86", until_on=date(2026, 3, 18))
    earlier = Extension(T("outage of the platform"), "CPL 86", until_on=date(2026, 3, 3))
    assert reckon(CN, "answer", at("2026-03-02"), extensions=[outage]).result == date(2026, 3, 18)
    assert reckon(CN, "answer", at("2026-03-02"), extensions=[earlier]).result == date(2026, 3, 17)


def test_the_judge_sets_a_length_only_within_the_bounds() -> None:
    """Ordinary evidence periods are at least fifteen days, simple ones at most fifteen (EV 51, CPI 266); an appeal
    period is fixed.
    """
    assert reckon(CN, "evidence", at("2026-03-02"), track="ordinary", amount=20).result == date(2026, 3, 23)
    for window, track, amount, article in (
        ("evidence", "ordinary", 14, "EV 51; CPI 99"),
        ("evidence", "simple", 16, "CPI 266; EV 51"),
        ("appeal_judgment", "simple", 20, "CPL 171; CPI 244"),
    ):
        with pytest.raises(LengthNotAllowed) as refused:
            reckon(CN, window, at("2026-03-02"), track=track, amount=amount)
        assert refused.value.source == article


def test_naive_times_are_refused() -> None:
    """A time limit cannot begin at a moment without a zone."""
    with pytest.raises(ValueError, match="aware"):
        reckon(CN, "answer", datetime(2026, 3, 2, 10))  # noqa: DTZ001 - the refusal is the point
    with pytest.raises(ValueError, match="aware"):
        reckon_before(CN, "summons", datetime(2026, 3, 2, 10))  # noqa: DTZ001


def test_a_year_without_official_calendar_is_marked() -> None:
    """A date in a year not yet published says that it is provisional."""
    assert reckon(CN, "refund_execution", at("2026-12-17")).provisional
    assert not reckon(CN, "refund_execution", at("2026-12-01")).provisional


def test_the_working_shows_every_day_and_can_be_kept() -> None:
    """Every calendar day from the event to the end stands in the working, in both languages, and survives storage."""
    found = reckon(CN, "answer", at("2026-04-16"))
    days = [step.day for step in found.steps]
    assert sorted(set(days)) == [date(2026, 4, 16) + timedelta(days=n) for n in range(21)]
    assert [step.ordinal for step in found.steps if step.ordinal] == list(range(1, 16))
    assert found.articles == ("CPL 85",)
    kept = Reckoning.from_json(json.loads(json.dumps(found.to_json())))
    assert kept == found
    assert kept.steps[-1].reason.render("zh-Hans") != kept.steps[-1].reason.render("en")


@pytest.mark.parametrize(
    ("method", "sent", "served"),
    [
        ("electronic", "2026-10-02T16:29", "2026-10-02"),
        ("electronic", "2026-10-02T16:30", "2026-10-05"),
        ("electronic", "2026-10-03T09:00", "2026-10-05"),
        ("electronic", "2026-10-03T17:00", "2026-10-05"),
        ("post", "2026-10-05T12:00", "2026-10-07"),
        ("post", "2026-10-01T12:00", "2026-10-05"),
        ("post", "2026-04-01T12:00", "2026-04-07"),
        ("claim_form", "2026-10-05T12:00", "2026-10-07"),
        ("claim_form", "2026-10-02T12:00", "2026-10-06"),
        ("claim_form", "2026-10-03T12:00", "2026-10-06"),
    ],
)
def test_english_documents_count_as_served_by_rule(method: str, sent: str, served: str) -> None:
    """Half past four, business days and the second day after posting decide, not the server's clock (CPR 6.14, 6.26)."""
    found = deemed_served(EW, method, at(sent, LONDON))
    assert found.on == date.fromisoformat(served)
    assert found.at.astimezone(LONDON).date() == found.on
    assert Arrival.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_chinese_electronic_service_is_at_once_even_on_a_holiday() -> None:
    """Service takes effect when the data reaches the address's system, at any hour of any day (OLR 31)."""
    sent = at("2026-10-01T22:15")
    assert deemed_served(CN, "electronic", sent).at == sent
    assert deemed_served(CN, "announcement", sent).on == date(2026, 10, 31)
    with pytest.raises(NoSuchRule):
        deemed_served(CN, "pigeon", sent)


@pytest.mark.parametrize(
    ("received", "filed"),
    [
        ("2026-10-02T16:00", "2026-10-02"),
        ("2026-10-02T16:01", "2026-10-05"),
        ("2026-10-04T09:00", "2026-10-05"),
        ("2026-04-02T17:00", "2026-04-07"),
    ],
)
def test_english_filings_after_four_count_as_the_next_working_day(received: str, filed: str) -> None:
    """What arrives after four, or on a closed day, counts as filed on the next working day; in China midnight decides."""
    assert filed_at(EW, at(received, LONDON)).on == date.fromisoformat(filed)
    assert filed_at(CN, at(received)).on == date.fromisoformat(received[:10])


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 10, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware by the strategy
DAY_UNITS = st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS])
PACK = st.sampled_from([CN, EW])


@given(PACK, MOMENTS, st.integers(1, 60), DAY_UNITS)
def test_no_limit_ends_early_and_none_on_a_day_off(pack: RulePack, start: datetime, amount: int, unit: Unit) -> None:
    """Whatever the event, the party has all its days, and the last one is worked."""
    found = reckon(pack, Period(amount=amount, unit=unit), start)
    first = start.astimezone(pack.tz).date()
    assert found.result >= first + timedelta(days=amount)
    assert pack.working_calendar.is_working(found.result)
    counted = [step.ordinal for step in found.steps if step.ordinal]
    assert counted == list(range(1, amount + 1))


@given(PACK, MOMENTS, st.integers(1, 40))
def test_holidays_never_shorten(pack: RulePack, start: datetime, amount: int) -> None:
    """A calendar with more days off never ends a limit sooner than one with fewer."""
    calendar = pack.calendar.model_copy(update={"weekend": ()})
    fewer = pack.model_copy(update={"calendar": calendar})
    for unit in (Unit.DAYS, Unit.WORKING_DAYS):
        period = Period(amount=amount, unit=unit)
        assert reckon(pack, period, start).due_at >= reckon(fewer, period, start).due_at


@given(PACK, MOMENTS, st.integers(1, 40), st.integers(0, 30), st.integers(0, 20))
def test_suspension_and_extension_only_ever_give_time(
    pack: RulePack, start: datetime, amount: int, after: int, length: int
) -> None:
    """No standstill and no extension makes a limit end sooner."""
    period = Period(amount=amount, unit=Unit.DAYS)
    plain = reckon(pack, period, start).due_at
    halt = Suspension(start + timedelta(days=after), start + timedelta(days=after + length), T("stay"), "CPL 153")
    more = Extension(T("asked for in time"), "EV 54", period=Period(amount=length + 1, unit=Unit.DAYS))
    assert reckon(pack, period, start, suspensions=[halt]).due_at >= plain
    assert reckon(pack, period, start, extensions=[more]).due_at > plain


@given(MOMENTS, st.integers(1, 48))
def test_months_end_on_the_corresponding_day_or_the_last(start: datetime, months: int) -> None:
    """Months agree with an independent calendar library before a day off moves the end."""
    found = reckon(CN, Period(amount=months, unit=Unit.MONTHS), start)
    expected = start.astimezone(SHANGHAI).date() + relativedelta(months=months)
    assert found.result == CN.working_calendar.next_working(expected)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)), st.integers(1, 200))  # noqa: DTZ001
def test_hours_across_clock_changes_are_elapsed_hours(start: datetime, amount: int) -> None:
    """Between event and end lie at least the full hours and less than one more, summer time or not."""
    found = reckon(EW, Period(amount=amount, unit=Unit.HOURS), start)
    assert timedelta(hours=amount) < found.due_at - start <= timedelta(hours=amount + 1)


@given(PACK, MOMENTS, st.integers(1, 40), st.integers(1, 72))
def test_later_events_never_end_sooner(pack: RulePack, start: datetime, amount: int, later: int) -> None:
    """Being served later never costs a party time."""
    period = Period(amount=amount, unit=Unit.DAYS)
    assert reckon(pack, period, start + timedelta(hours=later)).due_at >= reckon(pack, period, start).due_at


@given(PACK, MOMENTS, st.integers(1, 30), st.sampled_from(list(Unit)))
def test_any_working_survives_storage(pack: RulePack, start: datetime, amount: int, unit: Unit) -> None:
    """What is stored with a window reads back as the same working."""
    found = reckon(pack, Period(amount=amount, unit=unit), start)
    assert Reckoning.from_json(json.loads(json.dumps(found.to_json()))) == found
