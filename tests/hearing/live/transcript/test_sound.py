"""Sound is put where it was heard: a packet's length from its own head, a silence where nobody sent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings, strategies as st

from odr.hearing.live.media.webm import AUDIO, VIDEO, Frame
from odr.hearing.live.transcript.engine import ENDS, LAST, PART, is_kept, parts_of, sentences_of
from odr.hearing.live.transcript.sound import JITTER_MS, RATE, lasts_ms, runs, samples_of
from tests.hearing.live.transcript.spoken import SPEECH, packets_of

TALK = bytes([0b01111_0_00])
"""Head of a packet of Opus that holds one frame of twenty milliseconds."""


@pytest.mark.parametrize(
    ("head", "ms"),
    [
        (b"\x00", 10.0),
        (bytes([3 << 3]), 60.0),
        (bytes([13 << 3 | 1]), 40.0),
        (bytes([16 << 3]), 2.5),
        (bytes([31 << 3]), 20.0),
        (bytes([31 << 3 | 3, 3]), 60.0),
        (bytes([31 << 3 | 3]), 0.0),
    ],
)
def test_a_packet_says_how_long_it_plays(head: bytes, ms: float) -> None:
    """RFC 6716, 3.1, table 2 and the number of frames."""
    assert lasts_ms(head) == ms


@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 40)), max_size=8))
def test_every_packet_is_in_one_run_and_each_run_begins_where_it_was_heard(talks: list[tuple[int, int]]) -> None:
    """However often somebody pauses: nothing is lost, nothing moved by more than what counts as jitter."""
    frames, at = [], 0
    for pause, packets in talks:
        at += pause
        for _ in range(packets):
            frames.append(Frame(AUDIO, at, True, TALK + bytes([len(frames) % 256])))
            at += 20
    found = list(runs(frames))
    assert list(itertools.chain.from_iterable(packets for _, packets in found)) == [frame.data for frame in frames]
    place = 0
    for begun, packets in found:
        for number in range(len(packets)):
            assert abs(frames[place].ms - (begun + 20 * number)) <= JITTER_MS
            place += 1


def test_pictures_and_empty_packets_are_no_sound() -> None:
    """Only what is heard counts."""
    assert list(runs([Frame(VIDEO, 0, True, b"x"), Frame(AUDIO, 0, True, b"")])) == []


def test_speech_stands_at_its_second() -> None:
    """Three seconds after the beginning, and silence before; a damaged packet takes nothing else with it."""
    pytest.importorskip("av", reason="requirements-speech.txt is not installed on this Python")
    packets = packets_of((SPEECH / "late-parcel.opus").read_bytes())
    packets[40] = b"\xff\xff\xff"
    frames = [Frame(AUDIO, 3_000 + 20 * number, True, data) for number, data in enumerate(packets)]
    samples = samples_of(frames, 12_000)
    assert len(samples) == 12 * RATE
    loud = [second for second in range(12) if abs(samples[second * RATE : (second + 1) * RATE]).max() > 0.05]
    assert loud[0] == 3 and loud[-1] in (8, 9)


@given(st.text(max_size=40), st.floats(-3, 0), st.floats(0, 1), st.floats(0.5, 4))
def test_what_was_not_said_is_not_kept(words: str, logprob: float, silent: float, packed: float) -> None:
    """Nothing kept is a guess, an echo of silence, or one word again and again."""
    if is_kept(words, logprob=logprob, silent=silent, packed=packed, asked=""):
        assert any(sign.isalnum() for sign in words) and logprob >= -1 and packed <= 2.4
        assert silent <= 0.6 or logprob >= -0.5


def test_the_names_it_was_told_are_not_taken_for_speech() -> None:
    """The list it read before is none of the hearing; a single name may be."""
    sure = {"logprob": -0.2, "silent": 0.1, "packed": 1.0, "asked": "Li Wen, Haiyun Technology"}
    assert not is_kept("Li Wen, Haiyun Technology.", **sure)
    assert is_kept("Li Wen.", **sure) and is_kept("Li Wen sold it.", **sure)


@given(
    st.lists(
        st.tuples(st.floats(0, 2), st.floats(0.01, 1), st.sampled_from([" a", " b.", "好", "吗？", " "])), max_size=20
    )
)
def test_every_word_stands_in_one_sentence_at_its_time(told: list[tuple[float, float, str]]) -> None:
    """However somebody speaks: no word is lost or moved, and none but the last of a sentence ends one."""
    at, words = 0.0, []
    for pause, lasts, word in told:
        words.append((at + pause, at + pause + lasts, word))
        at += pause + lasts
    found = list(sentences_of(words))
    assert "".join("".join(one.split()) for _, _, one in found) == "".join(
        "".join(word.split()) for _, _, word in words
    )
    assert [start for start, _, _ in found] == sorted(start for start, _, _ in found)
    assert all(start <= end for start, end, _ in found)
    assert not any(set(one[:-1]) & ENDS for _, _, one in found)


@settings(max_examples=8)
@given(st.integers(0, 3), st.lists(st.integers(0, LAST // RATE - 2), min_size=3, max_size=3))
def test_hours_are_heard_in_parts_that_are_cut_where_nobody_speaks(more: int, quiet: list[int]) -> None:
    """Every sample is in one part, none is longer than ten minutes, and each cut falls into the only second without a voice."""
    numpy = pytest.importorskip("numpy", reason="requirements-speech.txt is not installed on this Python")
    samples = numpy.full(more * PART + 5 * RATE, 0.3, dtype=numpy.float32)
    at, cuts = 0, []
    while len(samples) - at > PART:
        at += PART - LAST + quiet[len(cuts)] * RATE
        samples[at : at + RATE] = 0
        cuts.append(at)
        at += RATE // 8
    parts = list(parts_of(samples))
    assert numpy.array_equal(numpy.concatenate([part for _, part in parts]), samples)
    assert all(len(part) <= PART for _, part in parts)
    assert [begun for begun, _ in parts] == [
        sum(len(part) for _, part in parts[:number]) for number in range(len(parts))
    ]
    assert all(any(cut <= begun <= cut + RATE for cut in cuts) for begun, _ in parts[1:])
