"""What people write is read one way or refused with the way to write it."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated

import pytest
from hypothesis import given, strategies as st

from odr.ground.errors import InvalidInput
from odr.ground.text import LOCALES, Money, T, write_day, write_money
from odr.procedure.forms.faults import validate
from odr.procedure.forms.inputs import (
    CourtDate,
    CourtEmail,
    CourtModel,
    CourtMoney,
    CourtPhone,
    CourtText,
    RefTo,
    field,
    recorded_references,
    references_in,
    schema_for,
)
from odr.procedure.forms.reading import MONTHS, Unreadable, clean_text, read_day, read_money, read_phone

AMOUNTS = st.integers(min_value=1, max_value=10**14)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))


class Sum(CourtModel):
    """One amount."""

    amount: CourtMoney


@given(AMOUNTS, st.sampled_from(["CNY", "GBP", "EUR", "JPY", "USD"]), st.sampled_from(sorted(LOCALES)))
def test_an_amount_the_court_wrote_is_read_back(minor: int, currency: str, locale: str) -> None:
    """What the court prints as an amount, a person can copy into a form and it is the same amount."""
    money = Money(minor, currency)
    assert read_money(write_money(money, locale), "CNY") == money


@given(AMOUNTS)
def test_an_amount_survives_json(minor: int) -> None:
    """An amount in an entry's payload is read back as the same amount."""
    given_sum = Sum(amount=Money(minor, "CNY"))
    assert Sum.model_validate_json(given_sum.model_dump_json()) == given_sum


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1,000.50", 100_050),
        ("1000元", 100_000),
        ("¥1,000", 100_000),
        ("￥1,000", 100_000),
        ("１０００", 100_000),
        ("１，０００．５０", 100_050),
        ("CNY 88,000.00", 8_800_000),
        ("cny\u00a05", 500),
        ("人民币1000元整", 100_000),
        ("8.8万元", 8_800_000),
        ("0.5", 50),
        (" 1000 ", 100_000),
        ("RMB 20", 2_000),
    ],
)
def test_amounts_as_people_write_them(written: str, minor: int) -> None:
    """Full-width figures, signs before or after, thousands with or without commas: all one amount."""
    assert read_money(written, "CNY") == Money(minor, "CNY")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.000,50", "money_ambiguous"),
        ("1,00", "money_ambiguous"),
        ("1,0000", "money_ambiguous"),
        ("1 000", "money_ambiguous"),
        ("0,500", "money_ambiguous"),
        ("1.000", "money_too_fine"),
        ("1.005", "money_too_fine"),
        ("-5", "money_negative"),
        ("about 5", "money_unreadable"),
        ("", "money_unreadable"),
        *((figures, "money_unreadable") for figures in ("³", "10³", "①00", "½", "٣٠", "𝟑𝟎", "CNY 5₂")),
        ("$5", "money_currency"),
        ("XYZ 5", "money_currency"),
        ("USD 5 EUR", "money_currency"),
        ("99999999999999999999", "money_too_large"),
    ],
)
def test_an_amount_that_could_be_two_is_refused(written: str, code: str) -> None:
    """The court never guesses an amount; it says how to write it."""
    with pytest.raises(Unreadable) as refused:
        read_money(written, "CNY")
    assert refused.value.code == code


def test_a_bare_amount_is_in_the_currency_of_the_court() -> None:
    """A court that sits in pounds reads a bare number as pounds, a marked one as it is marked."""
    assert validate(Sum, {"amount": "20"}, currency="GBP").amount == Money(2_000, "GBP")
    assert validate(Sum, {"amount": "20元"}, currency="GBP").amount == Money(2_000, "CNY")


@pytest.mark.parametrize(
    "wrong",
    [
        {"minor": 5},
        {"minor": True, "currency": "CNY"},
        {"minor": 5.0, "currency": "CNY"},
        {"minor": -1, "currency": "CNY"},
        {"minor": 1, "currency": "NOPE"},
        5,
        None,
        [],
        "0",
    ],
)
def test_an_amount_from_a_program_is_whole_minor_units_with_a_currency(wrong: object) -> None:
    """A bare number is neither yuan nor fen and is refused, as are truth values, fractions and nothing at all."""
    with pytest.raises(InvalidInput):
        validate(Sum, {"amount": wrong})


@given(DAYS, st.sampled_from(sorted(LOCALES)))
def test_a_day_the_court_wrote_is_read_back(day: date, locale: str) -> None:
    """A day copied from any page of the court is the same day."""
    assert read_day(write_day(day, locale)) == day


@given(
    DAYS,
    st.sampled_from(
        [
            "{0:%Y-%m-%d}",
            "{0.day}/{0.month}/{0.year}",
            "{0.day} {0.month} {0.year}",
            "{0.year}年{0.month}月{0.day}日",
            "{0.day}.{0.month}.{0.year}",
            "{0:%B} {0.day}, {0.year}",
            "{0.day} {0:%b} {0.year}",
            "{0.year}/{0.month}/{0.day}",
        ]
    ),
)
def test_a_day_in_every_spelling(day: date, spelling: str) -> None:
    """Every usual spelling of a day, day before month, is read as that day."""
    assert read_day(spelling.format(day)) == day


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("30/2/2026", "day_of_month"),
        ("4/27/2026", "day_month"),
        ("29 February 2025", "day_of_month"),
        ("soon", "day_unreadable"),
        ("27/4/26", "day_unreadable"),
        ("0/1/2026", "day_of_month"),
        ("1 Foo 2026", "day_month"),
        ("1/1/1800", "day_year"),
    ],
)
def test_a_day_that_is_none_says_which_part_is_wrong(written: str, code: str) -> None:
    """The fault names the part: no such day in that month, no such month, no such year."""
    with pytest.raises(Unreadable) as refused:
        read_day(written)
    assert refused.value.code == code


def test_the_months_are_in_order() -> None:
    """A fault about a day names the month that was meant."""
    with pytest.raises(Unreadable) as refused:
        read_day("31/4/2026")
    assert str(refused.value.message) == "April 2026 has 30 days, so there is no day 31."
    assert len(MONTHS) == 12


@given(st.text(max_size=200))
def test_text_is_kept_clean_or_refused(text: str) -> None:
    """Kept text has no sign that hides or reorders it, one kind of line end, and cleaning it again changes nothing."""
    try:
        kept = clean_text(text)
    except Unreadable as refused:
        assert refused.code == "text_control"
        return
    assert clean_text(kept) == kept == unicodedata.normalize("NFC", kept)
    assert "\r" not in kept
    assert not set(kept) & set("\u202e\u2066\x00\x1b")


def test_text_that_reads_backwards_is_refused() -> None:
    """A sign that turns the reading direction could show the judge another sentence than the one kept."""
    with pytest.raises(Unreadable, match="text_control"):
        clean_text("pay \u202e001")


@pytest.mark.parametrize(
    "number",
    ["0571 5550 0142", "+86 138 0000 0000", "(020) 7946-0018", "０５７１５５５００１４２", "0571 5550 0142 ext 12"],
)
def test_telephone_numbers_are_taken(number: str) -> None:
    """Numbers with area code, country code and extension."""
    assert sum(c.isdecimal() for c in read_phone(number)) >= 10


class Person(CourtModel):
    """Addresses and words."""

    name: Annotated[str, CourtText(2, 5, one_line=True), field(T("Name"), T("As in the identity document or licence."))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    born: Annotated[CourtDate | None, field(T("When"))] = None
    files: Annotated[list[Annotated[str, RefTo("upload")]], field(T("Exhibit"))] = []


@pytest.mark.parametrize("address", ["a@b", "x", "a@b.example\nBcc: c@d.example", "a b@c.example", "@c.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """No half address, and none that smuggles a line into a letter's head."""
    with pytest.raises(InvalidInput):
        validate(Person, {"name": "Wu", "email": address})


def test_an_international_address_is_taken() -> None:
    """An address in Chinese characters is an address."""
    assert validate(Person, {"name": "Wu", "email": "吴敏@例子.公司"}).email == "吴敏@例子.公司"


def test_a_blank_where_nothing_is_needed_is_nothing() -> None:
    """A blank optional field is None, not an empty text."""
    assert validate(Person, {"name": "Wu", "email": " ", "phone": ""}) == Person(name="Wu")


def test_length_is_counted_in_characters() -> None:
    """Five Chinese characters are five, whatever they take in bytes; line ends count once."""
    assert validate(Person, {"name": "欧阳修文忠"}).name == "欧阳修文忠"
    with pytest.raises(InvalidInput, match="at most 5"):
        validate(Person, {"name": "欧阳修文忠公"})


def test_references_are_found_at_their_places() -> None:
    """Each reference in an input is found with its kind, so that none is taken without being looked up."""
    assert list(references_in(Person(name="Wu", files=["u1", "u2"]))) == [
        (("files", 0), "upload", "u1"),
        (("files", 1), "upload", "u2"),
    ]


class Household(CourtModel):
    """People in lines."""

    words: Annotated[str, CourtText(1, 100), field(T("Name"))]
    people: Annotated[list[Person], field(T("Name"))] = []
    first: Annotated[Person | None, field(T("Name"))] = None


def test_in_what_an_entry_keeps_only_declared_fields_are_references() -> None:
    """Read back from plain JSON, references are those of the model's own fields, in lines too; words that look like one
    are words.
    """
    kept = {
        "words": "u9",
        "people": [{"name": "u8", "files": ["u1"]}],
        "first": {"name": "Wu", "files": ["u2", "u3"]},
        "unknown": "u7",
    }
    assert list(recorded_references(Household, kept)) == [("upload", "u1"), ("upload", "u2"), ("upload", "u3")]


def test_a_schema_speaks_the_readers_language() -> None:
    """The description of an input for programs carries the form's labels and hints, in either language."""
    english, chinese = schema_for(Person, "en")["properties"], schema_for(Person, "zh-Hans")["properties"]
    assert english["name"]["title"] == "Name"
    assert english["name"]["description"] == "As in the identity document or licence."
    assert (english["name"]["minLength"], english["name"]["maxLength"]) == (2, 5)
    assert chinese["name"]["title"] == "姓名"
    assert Person.model_json_schema()["properties"]["name"]["title"] == "Name"
