"""The text service: a talk that goes on, the same message answered once, no name in any answer, limits that bite plainly."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import func, select

from odr.assist.guide.handing import MOST_TRIES, PURPOSE, note_call, waiting
from odr.assist.guide.models import CallOutcome, GuideQuestion
from odr.assist.guide.passages import passages_of
from odr.assist.line.answering import LASTS, LATE, Channel, Outgoing, forget_old
from odr.assist.line.cutting import MOST_PARTS, one_message, parts
from odr.assist.line.models import LineMessage, LineTalk
from odr.assist.line.replies import passage_reply
from odr.assist.line.said import Wants, read
from odr.ground.errors import ActNotOpen
from odr.identity.models import Attempt
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import LIMITS, Counted, take
from odr.service.packet.progress_codes import number_key
from odr.service.sending.text_messages import fits
from tests.assist.line.conftest import Line

QUESTION = "I cannot afford the court fee"
UNKNOWN = "How do I renew my driving licence?"


# What a message says


@pytest.mark.parametrize(
    ("text", "wants", "number", "code"),
    [
        ("status 2026 4471 HK7R-48QX", Wants.STATUS, "2026/4471", "HK7R48QX"),
        ("(2026)浙0192民初4471号 hk7r48qx", Wants.STATUS, "2026/4471", "HK7R48QX"),
        ("查询（2026）浙0192民初4471号，HK7R-48QX", Wants.STATUS, "2026/4471", "HK7R48QX"),
        ("HK7R-48QX 2026 4471", Wants.STATUS, "2026/4471", "HK7R48QX"),
        ("2026-4471", Wants.STATUS, "2026/4471", ""),
        ("HK7R 48QX", Wants.STATUS, "", "HK7R48QX"),
        ("ＨＫ７Ｒ－４８ＱＸ", Wants.STATUS, "", "HK7R48QX"),
        ("Status?", Wants.STATUS, "", ""),
        ("回电", Wants.CALL, "", ""),
        ("Call me back!", Wants.CALL, "", ""),
        ("更多", Wants.MORE, "", ""),
        ("帮助", Wants.HELP, "", ""),
        ("？", Wants.HELP, "", ""),
        (" \u200b ", Wants.NOTHING, "", ""),
        ("2026年3月15日可以上诉吗", Wants.QUESTION, "", ""),
        ("what then", Wants.STATUS, "", "WHATTHEN"),
        (UNKNOWN, Wants.QUESTION, "", ""),
    ],
)
def test_what_a_message_says(text: str, wants: Wants, number: str, code: str) -> None:
    """Wide signs, brackets, order and keywords are forgiven; two words that look like a code are not sure to be one."""
    said = read(text)
    assert (said.wants, number_key(said.number), said.code) == (wants, number, code)
    assert said.is_sure == (text != "what then")


@given(st.text(max_size=600))
def test_nothing_that_is_sent_breaks_the_reading(text: str) -> None:
    """Every string is read as something, and what is kept of it is bounded."""
    said = read(text)
    assert len(said.words) <= 400 and len(said.phone) <= 16


# One message


@given(st.text(alphabet=st.sampled_from("abc ,.çé你好。；\n€"), min_size=1, max_size=900))
def test_each_part_is_one_message_and_none_lacks(text: str) -> None:
    """Parts fit, are numbered, and put together say what was to be said, blanks at the cuts aside."""
    made = parts(text, "en")
    assert all(fits(one) for one in made) and 1 <= len(made) <= MOST_PARTS
    if len(made) > 1:
        said = "".join(one[: one.rindex("(")] for one in made)
        whole = "".join(text.split())
        assert whole.startswith("".join(said.split()).removesuffix("...")), "no word is another"
        assert "".join(said.split()) == whole or said.rstrip().endswith("...")


def test_every_passage_is_told_whole(line: Line) -> None:
    """No passage of the guide is so long that a text message leaves off its end."""
    court = line.scene.court
    today = court.clock.now().date()
    for passage in passages_of(court.packs.in_force(court.settings.pack, today), today):
        for locale in ("en", "zh-Hans"):
            told = one_message(passage_reply(passage, "court.example").words, locale)
            assert not told[-1].split("(")[0].rstrip().endswith("..."), (passage.name, locale)


# A talk


def test_number_and_code_show_stage_and_dates_in_one_message(line: Line) -> None:
    """In both languages it is one message, with what is due and by when."""
    said = line.says(f"{number_key(line.number).replace('/', ' ')} {line.code}")
    assert said.kind == "status" and fits(said.text) and "Next:" in said.text and "by the end of" in said.text
    chinese = line.says(f"查询 {line.number} {line.code}", peer="+8613800000002")
    assert fits(chinese.text) and "下一步" in chinese.text


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_number_and_code_come_in_either_order(line: Line, order: tuple[int, int]) -> None:
    """Apart they are asked for in turn; the network may turn them round."""
    both = (line.number, line.code)
    first = line.says(both[order[0]])
    assert first.kind == ("ask_code" if order[0] == 0 else "ask_number")
    assert line.says(both[order[1]]).kind == "status"


def test_a_wrong_code_says_no_more_than_a_wrong_number(line: Line) -> None:
    """One answer for both."""
    wrong = [line.says(f"{line.number} HK7R-48QX").text, line.says(f"2026 99 {line.code}").text]
    assert wrong[0] == wrong[1]


def test_a_passage_comes_word_for_word_with_its_place(line: Line) -> None:
    """Part after part, on request, and put together it is the passage."""
    first = line.says(QUESTION)
    assert first.kind == "passage" and first.has_more and fits(first.text)
    told = [first]
    while told[-1].has_more:
        told.append(line.says("more"))
    whole = " ".join(one.text[: one.text.rindex("(")].strip() for one in told)
    assert "You may ask to pay nothing, less, or later." in whole and "/guide/fees#" in whole
    assert line.says("more").kind == "no_more"


def test_what_it_does_not_know_goes_to_the_registry_with_the_question(line: Line) -> None:
    """ "Call" after "I do not know" hands over the question, and the number it came from."""
    assert line.says(UNKNOWN).kind == "unknown"
    said = line.says("call")
    assert said.kind == "call_noted" and fits(said.text)
    with line.scene.court.database.read() as session:
        (one,) = waiting(line.scene.court, session).rows
    assert (one.question, one.contact, one.number) == (UNKNOWN, "+8613800000001", "")


def test_a_call_about_a_case_names_it_only_after_the_code(line: Line) -> None:
    """Without the code there is a call, and no case with it."""
    line.says(line.number)
    line.says("call")
    line.says(f"{line.number} {line.code}")
    line.says("call")
    with line.scene.court.database.read() as session:
        assert [one.number for one in waiting(line.scene.court, session).rows] == ["", line.number]


def test_a_code_that_ended_names_no_case(line: Line) -> None:
    """Who had the case open, and whose code was made anew meanwhile, is called about nothing in particular."""
    line.says(f"{line.number} {line.code}")
    line.scene.do("renew_progress_code", "li")
    line.says("call")
    with line.scene.court.database.read() as session:
        assert [one.number for one in waiting(line.scene.court, session).rows] == [""]
    assert line.says(f"{line.number} {line.code}").kind == "no_case"


def test_on_the_page_the_number_to_call_is_asked(line: Line) -> None:
    """Words that are no number are a question again; digits that are too few are asked again."""
    web: dict[str, Any] = {"peer": "t" * 30, "channel": Channel.WEB, "counted": "10.0.0.1"}
    assert line.says("call", **web).kind == "ask_phone"
    assert line.says("12", **web).kind == "ask_phone"
    assert line.says("138 0000 0000", **web).kind == "call_noted"
    assert line.says("call 13800000000", **web).kind == "call_noted"
    with line.scene.court.database.read() as session:
        assert waiting(line.scene.court, session).total == 1


def test_the_language_is_that_of_the_words_until_one_is_chosen(line: Line) -> None:
    """A choice stays; a passage has the language it was asked in."""
    assert line.says("交不起诉讼费怎么办").locale == "zh-Hans"
    assert line.says("english").locale == "en"
    assert line.says("help").locale == "en"
    assert line.says("怎么换驾照呢？").locale == "en"


# Once, and in order


def test_the_same_message_again_gets_the_same_answer_and_changes_nothing(line: Line) -> None:
    """Nor does it count as a try, whatever else it says now."""
    first = line.says(f"{line.number} HK7R-48QX", message="one")
    with line.scene.court.database.read() as session:
        tries = session.scalar(select(func.count()).select_from(Attempt))
    for text in (f"{line.number} HK7R-48QX", "call", ""):
        assert line.says(text, message="one") == first
    with line.scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == tries
        assert waiting(line.scene.court, session).total == 0


def test_a_message_that_comes_twice_at_once_is_taken_once(line: Line) -> None:
    """Two threads of the court, one call on the registry's desk."""
    told: list[Outgoing] = []
    both = [threading.Thread(target=lambda: told.append(line.says("call", message="same"))) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(told) == 4 and len(set(told)) == 1
    with line.scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(GuideQuestion)) == 1
        assert session.scalar(select(func.count()).select_from(LineMessage)) == 1


def test_the_number_of_one_sender_is_not_another_s(line: Line) -> None:
    """Two telephones may number their messages alike."""
    line.says(f"{line.number} {line.code}", message="1", peer="+8613800000001")
    assert line.says("help", message="1", peer="+8613800000009").kind == "help"


def test_what_is_late_is_told_so_and_does_nothing(line: Line) -> None:
    """Somebody who wanted to be called yesterday is not called today without asking."""
    sent = line.scene.clock.machine_now() - LATE - timedelta(minutes=1)
    assert line.says("call", sent_at=sent).kind == "late"
    with line.scene.court.database.read() as session:
        assert waiting(line.scene.court, session).total == 0


def test_an_overtaken_message_takes_back_nothing(line: Line) -> None:
    """It is answered for itself; the language and the case of the newer one stay."""
    now = line.scene.clock.machine_now()
    line.says("english", sent_at=now)
    line.says(f"{line.number} {line.code}", sent_at=now)
    assert line.says("中文", sent_at=now - timedelta(minutes=2)).kind == "language"
    assert line.says("2026 99", sent_at=now - timedelta(minutes=1)).kind == "ask_code"
    assert line.says("help", sent_at=now).locale == "en"
    line.says("call", sent_at=now)
    with line.scene.court.database.read() as session:
        assert [one.number for one in waiting(line.scene.court, session).rows] == [line.number]


def test_a_talk_goes_on_in_another_process_and_ends(line: Line) -> None:
    """It stands in the database, readable with the court's key alone, and is gone after its time."""
    line.says(line.number)
    with line.scene.court.database.read() as session:
        row = session.scalars(select(LineTalk)).one()
        assert "4471" not in row.sealed and "1380" not in row.mark
    line.scene.clock.advance(LASTS + timedelta(minutes=1))
    assert line.says(line.code).kind == "ask_number"
    line.scene.clock.advance(timedelta(days=4))
    assert forget_old(line.scene.court) == 3
    assert forget_old(line.scene.court) == 0


# Limits


def test_wrong_codes_are_counted_for_the_number_whoever_sends(line: Line) -> None:
    """From ever other telephones: the number waits, and says so plainly."""
    most = LIMITS[Counted.PROGRESS_NUMBER].tries
    kinds = [line.says(f"{line.number} HK7R-48QX", peer=f"+86139{at:08}").kind for at in range(most + 1)]
    assert kinds == ["no_case"] * most + ["wait"]
    assert line.says(f"{line.number} {line.code}", peer="+8613700000000").kind == "wait"


def test_one_telephone_sends_so_much_an_hour(line: Line) -> None:
    """The answer then is plain, one message, and nothing is kept of it."""
    most = LIMITS[Counted.LINE_FROM].tries
    told = [line.says("help") for _ in range(most + 3)]
    assert [one.kind for one in told] == ["help"] * most + ["wait"] + ["nothing"] * 2 and fits(told[most].text)
    assert [one.text for one in told[-2:]] == ["", ""]
    with line.scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(LineMessage)) == most


def test_a_page_and_the_line_count_one_network_together(line: Line) -> None:
    """Wrong codes of one network: as many as on the page, whichever of the two is asked."""
    court, network = line.scene.court, "203.0.113.7"
    with court.database.write() as session:
        for _ in range(LIMITS[Counted.PROGRESS_FROM].tries):
            now = court.clock.machine_now()
            take(session, keyring(court.settings.secret_key), Counted.PROGRESS_FROM, network, now)
    said = {"channel": Channel.WEB, "counted": network}
    assert line.says(f"{line.number} {line.code}", peer="a" * 24, **said).kind == "wait"
    assert line.says(f"{line.number} {line.code}", peer="b" * 24, **{**said, "counted": "203.0.113.8"}).kind == "status"


def test_a_stranger_is_called_seldom_whoever_asks_and_however_it_is_written(line: Line) -> None:
    """Ever other senders and questions, one telephone: three calls a day."""
    ways = ["+8613900001111", "008613900001111", "013900001111", "139 0000 1111", "+86 139 0000 1111"]
    kinds = []
    for at, way in enumerate(ways):
        peer = f"+86138{at:08}"
        assert line.says("xyzzy plugh " + "abcde"[at], peer=peer).kind == "unknown"
        kinds.append(line.says(f"call {way}", peer=peer).kind)
    assert kinds == ["call_noted"] * 3 + ["wait"] * 2


def test_a_clock_that_is_ahead_does_not_silence_who_comes_after(line: Line) -> None:
    """A message that says it was sent tomorrow, as anybody may forge it, overtakes nothing that is sent later."""
    now = line.scene.court.clock.machine_now()
    line.says("help", sent_at=now + timedelta(days=1))
    line.says(line.number, sent_at=now)
    line.scene.clock.advance(timedelta(seconds=2))
    line.says("中文", sent_at=now + timedelta(seconds=1))
    assert line.says("help", sent_at=now + timedelta(seconds=2)).locale == "zh-Hans"


# The registry's desk


def test_what_was_answered_is_kept_no_longer(line: Line) -> None:
    """Once the call was made, neither its number nor its question can be read, also with the court's key."""
    line.says("call")
    court, clerk = line.scene.court, line.scene.people["clerk"]
    with court.database.write() as session:
        (one,) = waiting(court, session).rows
        assert note_call(court, session, one.reference, CallOutcome.TOLD, clerk)
        row = session.scalars(select(GuideQuestion)).one()
        opened = keyring(court.settings.secret_key).unseal(PURPOSE, row.sealed)
        assert opened is not None and not any(json.loads(opened)) and row.mark is None


def test_a_call_is_tried_three_times(line: Line) -> None:
    """Each time it is due again by the rules of the desks; then it is off the desk, with what became of it."""
    line.says("call")
    court, clerk = line.scene.court, line.scene.people["clerk"]
    with court.database.write() as session:
        (one,) = waiting(court, session).rows
        for _ in range(MOST_TRIES - 1):
            assert not note_call(court, session, one.reference, CallOutcome.NOT_REACHED, clerk)
        assert note_call(court, session, one.reference, CallOutcome.NOT_REACHED, clerk)
        row = session.scalars(select(GuideQuestion)).one()
        assert (row.outcome, row.tries, row.answered_by) == (CallOutcome.NOT_REACHED, 3, clerk)
        with pytest.raises(ActNotOpen):
            note_call(court, session, one.reference, CallOutcome.TOLD, clerk)


# Whatever is said


WORDS = st.sampled_from(
    [
        "help",
        "call",
        "more",
        "status",
        "english",
        "中文",
        "回电",
        "查询",
        "",
        "13800000000",
        QUESTION,
        UNKNOWN,
        "Li Wen?",
        "what then",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_sequence_is_answered_without_a_name(line: Line, data: st.DataObject) -> None:
    """Never an exception, never a name, always bounded, and the same message again is the same answer."""
    peer = f"+86{data.draw(st.integers(10**9, 10**10 - 1))}"
    known = st.sampled_from([line.number, line.code, f"{line.number} {line.code}", f"{line.code} {line.number}"])
    texts = data.draw(st.lists(st.one_of(WORDS, known, st.text(max_size=80)), min_size=1, max_size=8))
    minutes = data.draw(st.lists(st.integers(-800, 2), min_size=len(texts), max_size=len(texts)))
    for at, (text, minute) in enumerate(zip(texts, minutes, strict=True)):
        sent = line.scene.clock.machine_now() + timedelta(minutes=minute)
        message = f"{peer}-{at}"
        told = line.says(text, peer=peer, message=message, sent_at=sent)
        assert fits(told.text) and told.text.strip()
        for name in line.names:
            assert name not in told.text or name in text
        assert line.says(text, peer=peer, message=message, sent_at=sent) == told


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_heading_that_asks_keeps_its_own_sign(line: Line, locale: str) -> None:
    """No colon stands after a question mark, in any passage of the guide."""
    pack, today = line.scene.court.packs.versions("cn")[-1], line.scene.clock.now().date()
    found = [passage_reply(one, "court.example").words[0].render(locale) for one in passages_of(pack, today)]
    assert found and not [one for one in found if re.search("[?？][:：]", one)]
