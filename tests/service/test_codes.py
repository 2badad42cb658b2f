"""Codes on notices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.procedure.acts.letter import PaperKind
from odr.service.models import NoticeCode
from odr.service.packet.notice_codes import ALPHABET, look_up, new_code, normalized


def test_a_code_has_sixty_random_bits_and_no_doubtful_letters() -> None:
    """Twelve letters of five bits and a check; never 0, O, 1 or I."""
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500 and len(ALPHABET) == 32
    assert {len(c.replace("-", "")) for c in codes} == {13}
    assert not set("".join(codes)) & set("01IO")


def test_a_code_is_understood_however_it_is_typed() -> None:
    """Case, spaces, dashes and full-width letters of a Chinese keyboard are forgiven."""
    code = new_code()
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in code)
    for typed in (code.lower(), code.replace("-", " "), f"  {code} ", wide, code.replace("-", "—")):
        assert normalized(typed) == code


@given(st.integers(0, 12), st.integers(1, 31))
def test_one_wrong_letter_is_always_noticed(place: int, shift: int) -> None:
    """Any single wrong letter is told apart from a forged code."""
    letters = new_code().replace("-", "")
    wrong = ALPHABET[(ALPHABET.index(letters[place]) + shift) % 32]
    with pytest.raises(InvalidInput):
        normalized(letters[:place] + wrong + letters[place + 1 :])


@given(st.integers(0, 12), st.integers(0, 12))
def test_two_swapped_letters_are_always_noticed(one: int, other: int) -> None:
    """Any two different letters in each other's place are noticed."""
    letters = list(new_code().replace("-", ""))
    if letters[one] == letters[other]:
        return
    letters[one], letters[other] = letters[other], letters[one]
    with pytest.raises(InvalidInput):
        normalized("".join(letters))


@pytest.mark.parametrize("typed", ["", "K7M2", "0" * 13, "O" * 13, "K7M2-9XQD-4V3TH-2", "<script>alert(1)"])
def test_nonsense_is_refused_with_a_reason(typed: str) -> None:
    """What cannot be a code is refused before anything is looked up."""
    with pytest.raises(InvalidInput):
        normalized(typed)


def test_looking_up_reveals_kind_and_date_and_nothing_else(database: Database, clock: FixedClock) -> None:
    """The case number shows only where the court said so; an unknown code is simply not the court's."""
    with database.write() as session:
        plain, open_ = new_code(), new_code()
        session.add(NoticeCode(code=plain, kind=PaperKind.DECISION, issued_at=clock.now(), entry_id=77))
        later = clock.now() + timedelta(days=1)
        session.add(NoticeCode(code=open_, kind=PaperKind.NOTICE, issued_at=later, case_number="(2026) Net Civ 4471"))
    with database.read() as session:
        view = look_up(session, plain.lower())
        assert view is not None
        assert (view.kind, view.issued_at, view.case_number) == (PaperKind.DECISION, clock.now(), None)
        assert not hasattr(view, "entry_id") and not hasattr(view, "packet_id")
        shown = look_up(session, open_)
        assert shown is not None and shown.case_number == "(2026) Net Civ 4471"
        assert look_up(session, new_code()) is None
