"""From the recording to the record: drafted, read by whom it is open for, corrected, entered, signed; gone with the recording."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import select, text

from odr.app import create_app
from odr.docket.models import Document
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing.examination.plan import RECORD
from odr.hearing.live.models import LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.transcript.acts import ChangeInput, change
from odr.hearing.live.transcript.engine import Heard
from odr.hearing.live.transcript.making import MOST, due, hear_due
from odr.hearing.live.transcript.models import Transcript
from odr.hearing.live.transcript.reading import as_captions, said_in
from odr.hearing.models import Examination, RecordSignature
from odr.hearing.queries import examination_of
from odr.hearing.record.papers import paper_of, record_digest, seal_records
from odr.hearing.vocabulary import PhaseState
from tests.hearing.live.conftest import Live, pieces
from tests.hearing.live.transcript.captions import cues
from tests.hearing.live.transcript.spoken import SPEECH, ByHeart, Recording, packets_of
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import ORIGIN, Browser
from tests.scene import PAPERS

HEARD = (Heard(500, 2_000, "I ordered the fone.", 0.4), Heard(2_500, 4_000, "It came <late> & open.", 0.9))


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def recorded(live: Live, *who: str) -> None:
    """What the recorder wrote of each piece, of whoever spoke in it."""
    court, hearing, room = live.scene.court, live.hearing(), live.room()
    speech = packets_of((SPEECH / "late-parcel.opus").read_bytes())
    for piece in pieces(live):
        key = None
        if piece.key is not None:
            key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
        tape = Recording(
            court.settings.recordings_folder / hearing.reference, piece.number, piece.begun_at, hearing.reference, key
        )
        for name in who:
            tape.says(live.person(name).reference, 500, speech)
        tape.ends(8_000)


def held(live: Live) -> None:
    """A hearing with a sealed part in which one side waited outside, closed and recorded."""
    pytest.importorskip("av", reason="requirements-speech.txt is not installed on this Python")
    live.opened()
    live.clock.advance(timedelta(seconds=10))
    he = live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A secret is shown.")
    live.clock.advance(timedelta(seconds=10))
    live.scene.act(CHEN, "end_sealed_part")
    live.clock.advance(timedelta(seconds=10))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    recorded(live, LI)


def test_from_the_recording_to_the_record(live: Live, app: Flask) -> None:
    """Nobody is asked for anything: each piece is heard once, by its speaker; what the clerk corrected is entered and signed."""
    held(live)
    li, wang = Browser(app, live.scene, LI), Browser(app, live.scene, WANG)
    assert "No program that writes down" in li.get("/live/recording/1/text")
    engine = ByHeart(HEARD)
    assert hear_due(live.scene.court, engine) == 3 and hear_due(live.scene.court, engine) == 0
    assert engine.asked == [8 * 16_000] * 3 and engine.told[0] == ["Li Wen", HAIYUN]
    page = li.get("/live/recording/1/text")
    assert page.count("I ordered the fone.") == 3 and "It came &lt;late&gt; &amp; open." in page
    assert "makes mistakes" in page and "Listen and correct" not in page and "Not sure" in page
    assert "#t=0.5" in page
    who = live.person(LI).reference
    at = f"/live/recording/1/1/{who}/said/0"
    form = wang.get(at)
    assert "Sure by 40 in a hundred" in form
    assert "x" * 2001 in wang.post(at, form, 422, words="x" * 2001)
    wang.post(at, form, words="I ordered the phone.")
    page = wang.get("/live/recording/1/text")
    assert "I ordered the phone." in page and "Corrected by" in page and "Enter the text of a hearing" in page
    wang.post(f"/live/recording/1/1/{who}/said/1", form, words="")
    file = wang.get(f"/live/recording/1/1/{who}/captions.vtt")
    assert "A sentence was struck by" in file and "The program heard: It came &lt;late&gt; &amp; open." in file
    assert cues(file) == ["I ordered the phone."]
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    (entry,) = live.entry("enter_transcript")
    result = entry["result"]
    assert re.findall(r"(?m)^[\d:]{8} (.*)$", result["transcript"]) == [
        "Li Wen: I ordered the phone.",
        "Li Wen: I ordered the fone.",
        "Li Wen: It came <late> & open.",
    ]
    assert result["sha256"] == sha256_hex(result["transcript"].encode())
    assert (result["sentences"], result["changed"]) == (4, 2) and result["engines"] == [f"by heart 1, model {'0' * 64}"]
    assert "I ordered the phone." in li.get("/examination/record")
    with pytest.raises(ActNotOpen):
        live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    assert "In the record" in wang.get("/live/recording/1/text")
    wang.post(at, form, 409, words="Something else.")
    assert "Something else." not in wang.get("/live/recording/1/text")


def test_a_sealed_part_stays_with_who_was_in_it(live: Live, app: Flask) -> None:
    """Its words lie encrypted, reach neither page nor captions of who waited outside, and are not entered."""
    held(live)
    hear_due(live.scene.court, ByHeart((Heard(0, 900, "The recipe is salt.", 0.9),)))
    li, wu, wang = (Browser(app, live.scene, who) for who in (LI, HAIYUN, WANG))
    who = live.person(LI).reference
    assert li.get("/live/recording/1/text").count("The recipe is salt.") == 3
    assert wang.get("/live/recording/1/text").count("The recipe is salt.") == 3
    assert wu.get("/live/recording/1/text").count("The recipe is salt.") == 2
    at = f"/live/recording/1/2/{who}/said/0"
    wang.post(at, wang.get(at), words="The recipe is pepper.")
    wu.get(at, 403)
    wu.get(f"/live/recording/1/2/{who}/captions.vtt", 404)
    assert "The recipe is salt." in wu.get(f"/live/recording/1/1/{who}/captions.vtt")
    assert "pepper" in wang.get(f"/live/recording/1/2/{who}/captions.vtt")
    assert "is not entered" in wang.get("/live/recording/1/text") and "is not entered" not in wu.get(
        "/live/recording/1/text"
    )
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    assert len(live.entry("enter_transcript")[0]["result"]["transcript"].splitlines()) == 2
    with live.scene.court.database.read() as session:
        everything = json.dumps(
            [
                [str(value) for value in row]
                for table in ("live_transcript", "live_transcript_change", "docket_entry")
                for row in session.execute(text(f"SELECT * FROM {table}"))
            ]
        )
    assert "pepper" not in everything and everything.count("The recipe is salt.") == 4


def test_it_goes_with_the_recording(live: Live) -> None:
    """Once picture and sound are erased there is no draft, and none is made anew."""
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    from odr.hearing.live.transcript.reading import forget_drafts

    with live.scene.court.database.write() as session:
        room = session.get_one(type(live.room()), live.room().id)
        room.erased_at = live.clock.now()
        forget_drafts(session, room)
    with live.scene.court.database.read() as session:
        assert session.scalars(select(Transcript)).all() == []
    assert due(live.scene.court) == []


def test_what_lies_elsewhere_waits_for_its_machine(live: Live) -> None:
    """A piece of which this machine has nothing is not marked as heard."""
    held(live)
    folder = live.scene.court.settings.recordings_folder
    folder.rename(folder.with_name("elsewhere"))
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 0
    folder.with_name("elsewhere").rename(folder)
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 3


@given(st.text(max_size=200))
def test_no_words_break_the_captions(words: str) -> None:
    """Whatever an engine writes, one cue holds it: no markup, no time, no second line (WebVTT, 4.1)."""
    from tests.hearing.live.transcript.captions import cues, one_said

    (cue, *more) = cues(as_captions([one_said(words)], UTC)) or [None]
    assert not more and (cue is None) == (not words.strip())
    if cue is not None:
        assert cue == " ".join(words.split()) and said_in is not None


def test_a_piece_that_cannot_be_heard_keeps_no_other_from_being_heard(live: Live) -> None:
    """Whatever is wrong with one: its chain, its packets, the program; and what lies on another machine is passed over."""
    held(live)
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference
    chain = folder / "0001" / "chain"
    whole = chain.read_bytes()
    chain.write_bytes(b"[]\n")
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 2
    chain.write_bytes(whole)

    class Fails(ByHeart):
        """An engine that stumbles over a piece."""

        def hear(self, samples: Any, names: Sequence[str]) -> tuple[str, list[Heard]]:
            raise RuntimeError("I ordered the fone.")

    assert hear_due(live.scene.court, Fails(HEARD)) == 0
    assert [piece.number for piece in pieces(live) if piece.heard_at is None] == [1]
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 1


def test_more_pieces_of_another_machine_than_are_read_at_once_hide_none(live: Live) -> None:
    """Six hundred wait for a machine that is away; the one that lies here is heard."""
    held(live)
    with live.scene.court.database.write() as session:
        mine = session.scalars(select(LiveSegment).order_by(LiveSegment.id)).all()
        like = {"begun_at": mine[0].begun_at, "ended_at": mine[0].ended_at, "room_id": mine[0].room_id}
        session.add_all(LiveSegment(number=number, **like) for number in range(1000, 1000 + MOST + 100))
        for piece in mine[:-1]:
            piece.heard_at = piece.ended_at
        session.flush()
        last = LiveSegment(number=mine[-1].number, **like)
        session.delete(mine[-1])
        session.flush()
        session.add(last)
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 1


def test_a_piece_nobody_hears_keeps_no_text_out_of_the_record(live: Live) -> None:
    """The program was turned off before it had heard the last piece: the text goes into the record and says what is missing."""
    held(live)
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference
    (folder / "0003").rename(folder.parent / "elsewhere")
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 2
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    result = live.entry("enter_transcript")[0]["result"]
    assert result["unheard"] == [3]
    lines = result["transcript"].splitlines()
    assert len(lines) == 3 and "No program wrote this part down" in lines[-1] and "程序" in lines[-1]


def test_a_voice_that_cannot_be_read_is_a_gap_that_the_text_tells(live: Live, app: Flask) -> None:
    """What was recorded of one speaker is damaged: the others are written down, and the record says whose words are missing."""
    held(live)
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference
    shutil.rmtree(folder)
    recorded(live, LI, HAIYUN)
    (folder / "0001" / f"{live.person(LI).reference}.rtp").write_bytes(b"nothing the recorder wrote")
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 3
    assert "Pieces that no program wrote down: 1." in Browser(app, live.scene, LI).get("/live/recording/1/text")
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    result = live.entry("enter_transcript")[0]["result"]
    assert result["unheard"] == [1] and result["engines"] == [f"by heart 1, model {'0' * 64}"]
    (gap,) = [line for line in result["transcript"].splitlines() if "No program could read what Li Wen said" in line]
    assert "程序" in gap and f"{HAIYUN}: I ordered the fone." in result["transcript"]


def test_a_program_that_is_set_up_is_left_a_day(live: Live) -> None:
    """Until then the clerk waits for what it has not heard yet; after it nobody waits for ever."""
    held(live)
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference
    (folder / "0003").rename(folder.parent / "elsewhere")
    assert hear_due(live.scene.court, ByHeart(HEARD)) == 2
    live.scene.court.settings = live.scene.court.settings.model_copy(update={"speech_model": "a-model"})
    with pytest.raises(ActNotOpen):
        live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    live.clock.advance(timedelta(days=1))
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)


def test_the_record_is_sealed_whatever_was_heard(live: Live) -> None:
    """Signs that no face of the court has are printed by their number: one of them would keep every record from being sealed."""
    held(live)
    hear_due(live.scene.court, ByHeart((Heard(0, 900, "Music \U0001f3b5 and \U00020bb7.", 0.9),)))
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    assert "\U0001f3b5" in live.entry("enter_transcript")[0]["result"]["transcript"]
    with live.scene.court.database.write() as session:
        examination = session.scalars(select(Examination)).one()
        examination.closed_at, examination.closed_by = live.clock.now(), 1
    assert seal_records(live.scene.court) == 1


def test_two_who_correct_a_sentence_at_once_do_not_write_over_each_other(live: Live, app: Flask) -> None:
    """The second is told, reads the first one's words and decides anew."""
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    wang = Browser(app, live.scene, WANG)
    at = f"/live/recording/1/1/{live.person(LI).reference}/said/0"
    form = wang.get(at)
    wang.post(at, form, words="I ordered the phone.")
    wang.post(at, form, 409, words="I ordered a phone.")
    assert "I ordered the phone." in wang.get("/live/recording/1/text")
    form = wang.get(at)
    (seen,) = re.findall(r'name="seen"[^>]* value="(\d+)"', form)
    wang.post(at, form, words="I ordered a phone.", seen=seen)
    assert "I ordered a phone." in wang.get("/live/recording/1/text")


@pytest.mark.parametrize("begin", ["-5", "7", "200", "9" * 30, "9" * 5000, "x"])
def test_every_beginning_shows_a_page_with_sentences(live: Live, app: Flask, begin: str) -> None:
    """Beyond the last sentence is its page, never an empty one."""
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    page = Browser(app, live.scene, LI).get(f"/live/recording/1/text?from={begin}")
    assert "It came" in page


def test_a_party_proposes_how_a_sentence_should_read(live: Live, app: Flask) -> None:
    """By the act that asks for a correction of the record, about this one sentence: both sides, clerk and judge read it beside
    the program's words; the judge rules with reasons, and it stands there with what became of it. Of a sealed part nothing.
    """
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    li, wu, wang, chen = (Browser(app, live.scene, who) for who in (LI, HAIYUN, WANG, CHEN))
    who = live.person(LI).reference
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    at = f"/live/recording/1/1/{who}/said/0/propose"
    assert "Propose another wording" not in li.get("/live/recording/1/text")
    wu.get(at, 409)
    record_is_read(live)
    assert li.get("/live/recording/1/text").count("Propose another wording") == 4
    assert "Propose another wording" not in wang.get("/live/recording/1/text")
    li.get(f"/live/recording/1/2/{who}/said/0/propose", 404)
    form = wu.get(at)
    assert f"{who}/0" in form and "I ordered the fone." in form
    told = dict(re.findall(r'name="(sentence|place)"[^>]*value="([^"]*)"', form))
    assert told["place"].endswith(" Li Wen")
    sealed = told["sentence"].replace("/1/", "/2/")
    for other in (sealed, told["sentence"] + "9", "no/1/such/0", "x" * 26):
        with pytest.raises(InvalidInput):
            live.scene.act(LI, "correct_record", place="there", words="As I said.", sentence=other)
    wu.post(at, form, words="I ordered the phones.", **told)
    for one in (li, wu, wang, chen):
        page = one.get("/live/recording/1/text")
        assert "I ordered the fone." in page and f"Proposed by {HAIYUN}:" in page and "I ordered the phones." in page
    assert "Rule on it" in chen.get("/live/recording/1/text") and "Rule on it" not in li.get("/live/recording/1/text")
    result = live.entry("correct_record")[0]["result"]
    assert result["sentence"]["heard"] == "I ordered the fone." and result["sentence"]["begin_ms"] == 500
    live.scene.act(
        CHEN, "rule_on_correction", correction=result["correction"], answer="refuse", reasons="One is heard."
    )
    page = li.get("/live/recording/1/text")
    assert "One is heard." in page and "Not granted" in page and "I ordered the fone." in page


def record_is_read(live: Live) -> None:
    """The examination has come to its record."""
    with live.scene.sit() as (sitting, case):
        examination = examination_of(sitting.session, case)
        assert examination is not None
        for phase in examination.phases:
            phase.state = PhaseState.OPEN if phase.key == RECORD else PhaseState.CLOSED


def closed_examination(live: Live, at: int) -> None:
    """The examination closed by this entry."""
    with live.scene.sit() as (sitting, _):
        examination = sitting.session.scalars(select(Examination)).one()
        examination.closed_at, examination.closed_by = live.clock.now(), at


def asked(live: Live, app: Flask, words: str) -> None:
    """Li asks how her first sentence should read."""
    li = Browser(app, live.scene, LI)
    form = li.get(f"/live/recording/1/1/{live.person(LI).reference}/said/0/propose")
    told = dict(re.findall(r'name="(sentence|place)"[^>]*value="([^"]*)"', form))
    li.post(f"/live/recording/1/1/{live.person(LI).reference}/said/0/propose", form, words=words, **told)


def granted(live: Live, reads: str | None = None) -> str:
    """The judge makes the correction that was asked for last. Gives its ruling's entry number."""
    reference = live.entry("correct_record")[-1]["result"]["correction"]
    more = {"reads": reads} if reads is not None else {}
    live.scene.act(CHEN, "rule_on_correction", correction=reference, answer="allow", reasons="It is heard.", **more)
    return str(live.entry("rule_on_correction")[-1]["number"])


def opens(page: str) -> list[str]:
    """Which second of the recording each sentence of a page opens."""
    return re.findall(r'href="[^"]+(#t=[0-9.]+)"', page)


def timing(captions: str) -> list[str]:
    """When each caption is shown."""
    return re.findall(r"^[0-9:.]+ --> [0-9:.]+", captions, re.M)


def test_a_correction_that_was_granted_is_what_the_captions_say(live: Live, app: Flask) -> None:
    """Captions and text read as the ruling says, name it and keep what was heard beside; a copy says which version it is, and
    every earlier version can be had as it was, byte by byte.
    """
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    li, wang = Browser(app, live.scene, LI), Browser(app, live.scene, WANG)
    who = live.person(LI).reference
    file = f"/live/recording/1/1/{who}/captions.vtt"
    first = wang.get(file)
    assert "Version 1: as a program heard it." in first and f"<v {LI}>I ordered the fone." in first
    at = f"/live/recording/1/1/{who}/said/0"
    opens_before = opens(li.get("/live/recording/1/text"))
    wang.post(at, wang.get(at), words="I ordered the phone.")
    second = wang.get(file)
    assert "Version 2, since " in second and "The program heard: I ordered the fone." in second
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    record_is_read(live)
    live.clock.advance(timedelta(minutes=1))
    asked(live, app, "It should say two phones.")
    number = granted(live, reads="I ordered two phones.")
    third = wang.get(file)
    assert cues(third)[0] == "I ordered two phones." and "Version 3, since " in third
    assert f"corrected by the ruling in entry {number} of " in third and f"as {LI} asked" in third
    assert f"第{number}" in third or number in third.split("NOTE")[2]
    assert (wang.get(f"{file}?version=1"), wang.get(f"{file}?version=2")) == (first, second)
    for none in ("0", "4"):
        wang.get(f"{file}?version={none}", 404)
    page = li.get("/live/recording/1/text")
    assert "I ordered two phones." in page and "Corrected by ruling" in page and "Version 3 of this text" in page
    assert page.count("I ordered the phone.") == 1 and "I ordered the fone." in page
    assert "version=3" in li.get("/live/recording/1") and "With corrections, version 3" in li.get("/live/recording/1")
    # The sentence opens the same second whoever corrected it, in the text and in the captions.
    assert opens(page) == opens_before and opens_before
    assert [timing(each) for each in (first, second, third)] == [timing(first)] * 3
    entry = live.entry("rule_on_correction")[-1]
    assert entry["result"]["reads"] == "I ordered two phones." and "I ordered two phones." in entry["words"]["en"]
    assert "Listen and correct</a>" not in wang.get("/live/recording/1/text")


def test_how_it_reads_is_said_only_of_a_sentence_that_is_corrected(live: Live, app: Flask) -> None:
    """No sentence changes by a ruling that refuses, nor by one about another place of the record."""
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    record_is_read(live)
    live.scene.act(LI, "correct_record", place="entry 3", words="As I said.")
    reference = live.entry("correct_record")[-1]["result"]["correction"]
    for answer in ("allow", "refuse"):
        with pytest.raises(InvalidInput):
            live.scene.act(
                CHEN, "rule_on_correction", correction=reference, answer=answer, reasons="Heard.", reads="It."
            )


def test_a_ruling_without_other_words_makes_the_sentence_read_as_it_was_proposed(live: Live, app: Flask) -> None:
    """From then on the clerk, too, changes nothing of it, though the text is not in the record yet."""
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    record_is_read(live)
    asked(live, app, "I ordered two phones.")
    granted(live)
    page = Browser(app, live.scene, WANG).get("/live/recording/1/text")
    assert "I ordered two phones." in page
    at = f"/live/recording/1/1/{live.person(LI).reference}/said/0"
    wang = Browser(app, live.scene, WANG)
    form = wang.get(at)
    assert "The judge has ruled how this sentence reads." in form and "Corrected by ruling" in form
    assert f"{LI}, 9 March" not in form.replace("\u00a0", " "), "who proposed it changed nothing themselves"
    wang.post(at, wang.get(f"/live/recording/1/1/{live.person(LI).reference}/said/1"), 409, words="Something else.")


def test_a_ruling_that_came_while_the_clerk_listened_stands(live: Live, app: Flask) -> None:
    """The clerk read the sentence before the judge ruled on it and sends after: refused, and nothing is written over the ruling."""
    held(live)
    court = live.scene.court
    hear_due(court, ByHeart(HEARD))
    record_is_read(live)
    asked(live, app, "I ordered two phones.")
    with court.database.read() as session:
        room, piece = live.room(), pieces(live)[0]
        read = next(one for one in said_in(court, session, room, [piece]) if one.number == 0)
    granted(live)
    with live.scene.look() as (sitting, _):
        wang = live.scene.actor(sitting, WANG)
    with pytest.raises(ActNotOpen, match="judge has ruled"):
        change(court, room, piece, read, ChangeInput(words="I ordered one."), wang)
    assert "I ordered two phones." in Browser(app, live.scene, LI).get("/live/recording/1/text")


def test_a_record_that_was_sealed_stays_and_another_version_is_sealed_beside_it(live: Live, app: Flask) -> None:
    """A ruling after the seal changes no byte of what was signed: the new version has its own seal, names the old one by its
    digest, and both can be had. Its captions' digests stand in it.
    """
    held(live)
    hear_due(live.scene.court, ByHeart(HEARD))
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    record_is_read(live)
    asked(live, app, "I ordered two phones.")
    number = live.entry("correct_record")[-1]["number"]
    with live.scene.sit() as (sitting, case):
        party = live.person(HAIYUN).party_id
        signs = RecordSignature(case_id=case.id, party_id=party, signed=True, digest=record_digest(sitting, case))
        signs.entry_number, signs.at = number, sitting.now
        sitting.session.add(signs)
    closed_examination(live, number)
    court = live.scene.court
    assert seal_records(court) == 1 and seal_records(court) == 0
    li = Browser(app, live.scene, LI)
    with court.database.read() as session:
        (one,) = session.scalars(PAPERS.where(Document.kind == "record")).all()
        before = [line.render("en") for line in paper_of(court.look(session), live.case(), court.clock.now()).closing]
    assert "kept unchanged" not in li.get("/examination/record")
    granted(live)
    assert seal_records(court) == 1 and seal_records(court) == 0
    with court.database.read() as session:
        old, new = session.scalars(PAPERS.where(Document.kind == "record").order_by(Document.id)).all()
        closing = [line.render("en") for line in paper_of(court.look(session), live.case(), court.clock.now()).closing]
    assert (old.content, old.sha256) == (one.content, one.sha256) and new.content != old.content
    assert new.title["en"] == "Record of the hearing, version 2" and new.receipt != old.receipt
    page = li.get("/examination/record")
    assert "kept unchanged" in page and "It reads: I ordered two phones." in page
    path = f"/cases/{live.case().reference}/examination/record.pdf"
    assert (
        li.client.get(path, base_url=ORIGIN).data == new.content
        and li.client.get(f"{path}?version=1", base_url=ORIGIN).data == old.content
    )
    assert li.client.get(f"{path}?version=3", base_url=ORIGIN).status_code == 404
    file = li.get(f"/live/recording/1/1/{live.person(LI).reference}/captions.vtt")
    assert any("version 2" in line and sha256_hex(file.encode()) in line for line in closing)
    assert any("version 1" in line and "piece 1" in line for line in before)
    number = live.entry("rule_on_correction")[-1]["number"]
    (said,) = [line for line in closing if "signed nothing of them" in line]
    assert said.startswith(HAIYUN) and said.endswith(f"entry {number}.")
    assert not [line for line in before if "signed nothing of them" in line]


def test_who_is_heard_is_named_with_their_role(live: Live, app: Flask) -> None:
    """A witness's sentence says in draft, captions and record that a witness speaks, and who; a party's stays as it was."""
    from tests.hearing.live.test_kept_apart import ZHAO, witness

    pytest.importorskip("av", reason="requirements-speech.txt is not installed on this Python")
    live.opened()
    witness(live)
    live.does(CHEN, "call", ZHAO)
    live.clock.advance(timedelta(seconds=10))
    live.does(CHEN, "isolate", ZHAO)
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    recorded(live, LI, ZHAO)
    hear_due(live.scene.court, ByHeart(HEARD))
    page = Browser(app, live.scene, LI).get("/live/recording/1/text")
    assert f"<b>{ZHAO} (witness)</b>" in page and f"<b>{LI}</b>" in page
    file = Browser(app, live.scene, LI).get(f"/live/recording/1/1/{live.person(ZHAO).reference}/captions.vtt")
    assert f"<v {ZHAO} (witness)>I ordered the fone." in file and f"{ZHAO} (witness). Version 1" in file
    live.scene.act(WANG, "enter_transcript", hearing=live.hearing().reference)
    assert f"{ZHAO} (witness): I ordered" in live.entry("enter_transcript")[0]["result"]["transcript"]
