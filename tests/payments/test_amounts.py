"""Amounts: as people type them in both languages, as the court writes them, and as Stripe takes them, in any currency."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given, strategies as st

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.ground.text import LOCALES, Money, write_money
from odr.payments.books.pages import CounterInput
from odr.payments.books.statements import read_statement
from odr.payments.costs.acts import DemandInput
from odr.payments.stripe.gateway import GatewayRefused, from_stripe, to_stripe
from odr.procedure.forms import fields
from tests.payments.conftest import BASE, open_court, open_pages

WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
CURRENCIES = (
    "CNY",
    "GBP",
    "USD",
    "EUR",
    "JPY",
    "KRW",
    "KWD",
    "BHD",
    "ISK",
    "UGX",
    "RSD",
    "HUF",
    "MGA",
    "TND",
    "XOF",
    "VND",
)


def typed(amount: str, currency: str = "CNY") -> Money:
    """What the counter's form reads."""
    found: CounterInput = fields.parse(
        CounterInput, {"code": ["x"], "amount": [amount], "slip": ["1"]}, currency=currency
    )
    return found.amount


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("１，２３４．５０", 123450),
        ("1,234.50元", 123450),
        ("人民币1,234.50元", 123450),
        ("RMB 1234.5", 123450),
        ("¥1,234.50", 123450),
        ("￥1234.50", 123450),
        ("1234.50元整", 123450),
        ("3万", 3_000_000),
        ("3.5万元", 3_500_000),
        ("０．５万", 500_000),
        (" 20 ", 2000),
    ],
)
def test_the_right_reading(written: str, minor: int) -> None:
    """Full-width figures, signs, words and 万 are read as meant."""
    assert typed(written) == Money(minor, "CNY")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0",
        "-5",
        "1.234,5",
        "1,23",
        "1 234",
        "12,34,567",
        "1.005",
        "一百元",
        "about 20",
        "5 or 6",
        "1e6",
        "∞",
        "NaN",
        "0x10",
        "$5",
        "USD 5 元",
        "99999999999999999",
        "1万亿",
        "9" * 400,
        "5\u202e00",
        "5%",
    ],
)
def test_never_a_guess(written: str) -> None:
    """What is doubtful, foreign, absurd or no amount is asked again with a message."""
    with pytest.raises(InvalidInput) as refused:
        typed(written)
    assert refused.value.faults and all(str(fault.message) for fault in refused.value.faults)


@given(st.integers(1, 10**12), st.sampled_from(("plain", "comma", "wide", "yuan", "sign", "code")))
def test_every_spelling_of_one_sum_is_that_sum(minor: int, how: str) -> None:
    """However a sum is written by the rules of either language, exactly that sum is read."""
    plain, comma = f"{minor // 100}.{minor % 100:02}", f"{minor // 100:,}.{minor % 100:02}"
    written = {
        "plain": plain,
        "comma": comma,
        "wide": comma.translate(WIDE),
        "yuan": f"{comma}元",
        "sign": f"¥{comma}",
        "code": f"CNY {plain}",
    }[how]
    assert typed(written) == Money(minor, "CNY")


@given(st.text(max_size=40))
def test_anything_typed_is_read_or_refused(written: str) -> None:
    """No text crashes the form, and what is read is above zero and no larger than a court can be asked for."""
    try:
        found = typed(written)
    except InvalidInput:
        return
    assert 0 < found.minor < 10**16


@given(st.sampled_from(CURRENCIES), st.integers(1, 10**11), st.sampled_from(sorted(LOCALES)))
def test_what_the_court_writes_it_reads(currency: str, minor: int, locale: str) -> None:
    """In every currency the written sum has that currency's decimals, and typed in again it is the same sum."""
    written = write_money(Money(minor, currency), locale)
    digits = get_currency_precision(currency)
    number = written.replace("元", "").split("\u00a0")[-1]
    assert len(number.partition(".")[2]) == digits
    assert typed(written, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(5125, "KWD"), "KWD\u00a05.125"),
        (Money(500, "JPY"), "JPY\u00a0500"),
        (Money(1050, "GBP"), "GBP\u00a010.50"),
    ],
)
def test_decimals_are_those_of_the_currency(money: Money, words: str) -> None:
    """Three for dinars, none for yen, two for pounds."""
    assert write_money(money, "en") == words == write_money(money, "zh-Hans")


@pytest.mark.parametrize(
    ("money", "sent"),
    [
        (Money(27500, "CNY"), 27500),
        (Money(500, "JPY"), 500),
        (Money(500, "KRW"), 500),
        (Money(500, "ISK"), 50000),
        (Money(500, "UGX"), 50000),
        (Money(5120, "KWD"), 5120),
        (Money(500, "RSD"), 50000),
        (Money(1234, "EUR"), 1234),
        (Money(7, "VND"), 7),
    ],
)
def test_stripe_gets_its_own_units(money: Money, sent: int) -> None:
    """Whole units, hundredths or thousandths, as Stripe takes each currency; back again it is our sum."""
    assert to_stripe(money) == sent and from_stripe(sent, money.currency.lower()) == money


def test_a_sum_finer_than_stripe_takes_is_paid_another_way() -> None:
    """Dinars go to Stripe in hundredths of a dinar at best: the rest is refused before anything is charged, never
    rounded.
    """
    with pytest.raises(GatewayRefused):
        to_stripe(Money(5125, "KWD"))


@given(st.sampled_from(CURRENCIES), st.integers(0, 10**11))
def test_nothing_is_lost_on_the_way_to_stripe(currency: str, minor: int) -> None:
    """Every sum Stripe takes comes back as the same sum."""
    money = Money(minor * 10 if currency in ("KWD", "BHD", "TND") else minor, currency)
    assert from_stripe(to_stripe(money), currency) == money


@pytest.mark.parametrize("amount", ["1.234,50", "abc", "99999999999999999999"])
def test_a_statement_with_a_doubtful_sum_is_refused_by_line(amount: str) -> None:
    """The bank's file is taken whole or not at all, and the line is named."""
    written = f'date,amount,payer,purpose\n2026-03-02,"10.00",Li,x\n2026-03-02,"{amount}",Li,y\n'
    with pytest.raises(InvalidInput) as refused:
        read_statement(written.encode(), "CNY")
    assert "Line 3" in str(refused.value.faults[0].message)


def test_a_bare_sum_is_in_the_courts_currency() -> None:
    """Where the court reckons in pounds, a bare 20 is twenty pounds; yuan must be said."""
    values: dict[str, Any] = {"party": ["claimant/1"], "amount": ["20"]}
    assert fields.parse(DemandInput, values, currency="GBP").amount == Money(2000, "GBP")
    assert fields.parse(DemandInput, values | {"amount": ["20元"]}, currency="GBP").amount == Money(2000, "CNY")


def test_the_simulator_of_the_second_court_reckons_in_pounds(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    """Under the rules of England and Wales a bare 1,200 is pounds and costs 80; the same address gives the same answer;
    yuan are refused with the reason.
    """
    client = open_pages(open_court(database, clock, tmp_path, pack="ew")).test_client()
    question = {"cause": "online_money_claim", "track": "small_claims", "amount": "1,200"}
    first = client.get("/fees", query_string=question, base_url=BASE).get_data(as_text=True)
    assert "The fee is GBP\u00a080.00" in first
    link = html.unescape(re.findall(r'href="(/fees\?[^"]+)"', first)[0])
    assert "The fee is GBP\u00a080.00" in client.get(link, base_url=BASE).get_data(as_text=True)
    refused = client.get("/fees", query_string=question | {"amount": "1200元"}, base_url=BASE)
    assert refused.status_code == 422 and "GBP" in refused.get_data(as_text=True)
