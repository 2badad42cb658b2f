"""Captions while a hearing runs: read from the growing recording, told to the room, kept nowhere."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select

from odr.app import create_app
from odr.hearing.live.media.reading import HEAD, PLAIN, SEALED, Kind, NotReadable, Recorded, Tail, read_packets
from odr.hearing.live.obeying import key_context
from odr.hearing.live.transcript.captions import LONG_MS, MOST_MS, Captions, Listener
from odr.hearing.live.transcript.engine import Captioner, WhisperEngine
from odr.hearing.live.transcript.models import Transcript
from odr.hearing.live.transcript.packaged import lay_model
from odr.hearing.live.transcript.sound import RATE
from tests.hearing.live.conftest import Live, pieces
from tests.hearing.live.tape import rtp
from tests.hearing.live.transcript.spoken import SPEECH, packets_of, sealed_block
from tests.hearing.live.transcript.test_engine import SAID, SAID_ZH, mistakes, words_of
from tests.hearing.scene import CHEN, HAIYUN, LI
from tests.hearing.test_pages import Browser
from tests.patience import until


@dataclass
class Growing:
    """A piece of a recording as it grows: what was said up to a moment is on the disk, and a link of the chain says so."""

    folder: Path
    hearing: str = "h1"
    number: int = 1
    key: bytes | None = None
    waiting: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    blocks: dict[str, int] = field(default_factory=dict)

    def says(self, person: str, at_ms: int, packets: Iterable[bytes]) -> int:
        """Somebody's microphone sends these from then on. Gives when it ended."""
        kept, ms = self.waiting.setdefault(person, []), at_ms
        for payload in packets:
            kept.append((ms, rtp(ms // 20, ms * 48, payload)))
            ms += 20
        return ms

    def grows(self, until_ms: int, *, is_over: bool = False, link_ms: int | None = None) -> None:
        """Up to a moment; the last link may be of an earlier one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for person, packets in self.waiting.items():
            here = [(ms, data) for ms, data in packets if ms < until_ms]
            self.waiting[person] = packets[len(here) :]
            plain = b"".join(HEAD.pack(ms, Kind.AUDIO, len(data)) + data for ms, data in here)
            path = self.folder / f"{person}.rtp"
            if here and not path.exists():
                path.write_bytes(SEALED if self.key is not None else PLAIN)
            if here and self.key is not None:
                number = self.blocks.get(person, 0)
                plain = sealed_block(self.key, plain, f"{self.hearing}/{self.number}/{person}/{number}")
                self.blocks[person] = number + 1
            if here:
                with path.open("ab") as file:
                    file.write(plain)
        with (self.folder / "chain").open("a") as file:
            file.write(
                json.dumps({"kind": "end" if is_over else "data", "ms": until_ms if link_ms is None else link_ms})
                + "\n"
            )


@dataclass
class Counts:
    """Hears that somebody speaks wherever there is sound, and writes how long it was: what is cut where is shown by it."""

    asked: list[int] = field(default_factory=list)

    def speech(self, samples: Any) -> list[tuple[int, int]]:
        """Stretches that are louder than silence, a third of a second apart."""
        import numpy

        loud = numpy.flatnonzero(abs(samples) > 0.02)
        if not len(loud):
            return []
        gaps = numpy.flatnonzero(numpy.diff(loud) > RATE // 3)
        firsts = [loud[0], *(loud[at + 1] for at in gaps)]
        lasts = [*(loud[at] for at in gaps), loud[-1]]
        return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]

    def hear_now(self, samples: Any) -> tuple[str, str] | None:
        """How many milliseconds."""
        self.asked.append(len(samples) * 1000 // RATE)
        return "en", f"{len(self.asked)}."


@pytest.fixture
def speech() -> list[bytes]:
    """Seven seconds of committed speech."""
    pytest.importorskip("av", reason="requirements-speech.txt is not installed on this Python")
    return packets_of((SPEECH / "late-parcel.opus").read_bytes())


@given(cuts=st.lists(st.integers(0, 400), max_size=6), sealed=st.booleans())
def test_a_file_that_grows_is_read_once_and_whole(cuts: list[int], sealed: bool) -> None:
    """Wherever the writer stands at a moment, in the middle of a packet or of a sealed block: every packet comes, once."""
    key = bytes(32) if sealed else None
    parts = [HEAD.pack(ms, Kind.AUDIO, 5) + b"%05d" % ms for ms in range(0, 400, 40)]
    if key is None:
        data = PLAIN + b"".join(parts)
    else:
        blocks = [b"".join(parts[:3]) + parts[3][:4], parts[3][4:] + b"".join(parts[4:])]
        data = SEALED + b"".join(sealed_block(key, block, f"h1/1/li/{n}") for n, block in enumerate(blocks))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "li.rtp"
        tail, found = Tail("h1/1", path, key), list[Recorded]()
        for end in [*sorted(cuts), len(data)]:
            path.write_bytes(data[:end])
            found += tail.read()
    assert found == list(read_packets(data, "h1/1/li", key)) and len(found) == 10


def test_a_file_of_another_key_is_not_read(tmp_path: Path) -> None:
    """A sealed file without its key, by another one, or in another's place, says nothing."""
    path = tmp_path / "li.rtp"
    path.write_bytes(SEALED + sealed_block(bytes(32), b"words", "h1/1/li/0"))
    for name, key in (("h1/1", None), ("h1/1", b"x" * 32), ("h1/2", bytes(32))):
        with pytest.raises(NotReadable):
            Tail(name, path, key).read()


def test_a_pause_ends_a_caption_and_nothing_waits_for_one_for_ever(speech: list[bytes], tmp_path: Path) -> None:
    """Two who speak: each from their own sound, in the order in which they began; who does not stop gets captions meanwhile,
    none longer than the engine may take at once, and everything that was said is in one of them.
    """
    piece = Growing(tmp_path / "0001")
    piece.says("li", 1_000, speech[:60])
    piece.says("wu", 3_000, speech * 3)
    engine, listener, found = Counts(), Listener("h1", 1, tmp_path / "0001", None), []
    for moment in range(1_000, 26_000, 1_000):
        piece.grows(moment, is_over=moment == 25_000)
        made = listener.hear(engine)
        assert made == sorted(made, key=lambda one: one.begin_ms)
        found += made
    assert listener.is_closed
    assert found[0].person == "li" and {one.person for one in found[1:]} == {"wu"}
    begins = [one.begin_ms for one in found if one.person == "wu"]
    assert begins == sorted(begins) and len(begins) > 5
    assert max(engine.asked) <= MOST_MS + 400
    assert abs(found[0].begin_ms - 1_000) <= 400
    assert sum(engine.asked) > 0.8 * (60 * 20 + 3 * len(speech) * 20)
    assert max(b - a for a, b in itertools.pairwise(begins)) <= LONG_MS + 1_400


def test_what_was_said_before_the_program_came_is_left_out(speech: list[bytes], tmp_path: Path) -> None:
    """Started in the middle of a hearing, it writes what is said from then on."""
    piece = Growing(tmp_path / "0001")
    piece.says("li", 0, speech)
    piece.says("li", 60_000, speech)
    piece.grows(61_000)
    listener, engine = Listener("h1", 1, tmp_path / "0001", None), Counts()
    found = listener.hear(engine)
    piece.grows(70_000)
    found += listener.hear(engine)
    assert found and min(one.begin_ms for one in found) >= 59_000


def growing(live: Live, number: int) -> Growing:
    """A piece of the hearing that runs, as the recorder writes it."""
    court, hearing, room = live.scene.court, live.hearing().reference, live.room()
    sealed = next(piece.key for piece in pieces(live) if piece.number == number)
    key = court.notary.vault.unseal(sealed, key_context(room.reference, number)) if sealed is not None else None
    return Growing(court.settings.recordings_folder / hearing / f"{number:04d}", hearing, number, key)


def told(live: Live) -> list[tuple[int, dict[str, Any]]]:
    """Every line that the room was told, with its piece."""
    return [(what["segment"], line) for do, what in live.media.asked if do == "caption" for line in what["lines"]]


def test_told_to_the_room_and_kept_nowhere(live: Live, speech: list[bytes], caplog: pytest.LogCaptureFixture) -> None:
    """An open and a sealed piece: each line goes to the room with its own piece, and the court holds none of the words; over,
    the draft is made of the recording as ever.
    """
    live.opened()
    li = live.person(LI).reference
    rounds = Captions(live.scene.court, Counts())
    first = growing(live, 1)
    first.says(li, 0, speech)
    first.grows(3_000)
    assert rounds.round() == 1
    first.grows(8_000)
    assert rounds.round() >= 1
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[live.person(HAIYUN).reference], words="A secret.")
    first.says(li, 8_200, speech[:30])
    first.grows(9_000, is_over=True)
    live.follow()
    assert pieces(live)[0].ended_at is not None and rounds.round() == 1, "the last words before the seal"
    second = growing(live, 2)
    assert second.key is not None
    second.says(li, 0, speech)
    second.grows(8_000)
    assert rounds.round() >= 1
    lines = told(live)
    assert {number for number, _ in lines} == {1, 2} and {line["person"] for _, line in lines} == {li}
    assert [line["words"] for _, line in lines] == [f"{n}." for n in range(1, len(lines) + 1)]
    live.scene.act(CHEN, "end_sealed_part")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.follow()
    assert rounds.round() == 0 and told(live) == lines
    with live.scene.court.database.read() as session:
        assert session.scalar(select(func.count(Transcript.id))) == 0
    assert not any(line["words"] in caplog.text for _, line in lines)


class Breaks(Counts):
    """An engine that stumbles over everything, and says what it heard in its error."""

    def hear_now(self, samples: Any) -> tuple[str, str] | None:
        """Never."""
        raise RuntimeError("the secret word")


def test_an_engine_that_stumbles_leaks_nothing(
    live: Live, speech: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """The piece has no captions for a while; what the engine said of it stands in no log, and the program goes on."""
    live.opened()
    piece = growing(live, 1)
    piece.says(live.person(LI).reference, 0, speech)
    piece.grows(8_000)
    rounds = Captions(live.scene.court, Breaks())
    assert rounds.round() == 0 and rounds.round() == 0
    assert "RuntimeError" in caplog.text and "secret word" not in caplog.text


class Stumbles(Counts):
    """An engine that fails the first time, as a machine without memory for a moment makes it."""

    def hear_now(self, samples: Any) -> tuple[str, str] | None:
        """Once never, then as ever."""
        if not self.asked:
            self.asked.append(0)
            raise MemoryError
        return super().hear_now(samples)


def test_what_failed_once_is_heard_again(live: Live, speech: list[bytes]) -> None:
    """One failure does not take the captions from the rest of the hearing."""
    live.opened()
    piece = growing(live, 1)
    piece.says(live.person(LI).reference, 0, speech)
    piece.grows(8_000)
    rounds = Captions(live.scene.court, Stumbles())
    assert rounds.round() == 0
    until(lambda: rounds.round() > 0, "the piece is heard again")


@dataclass
class Lacks(Counts):
    """An engine that fails while the machine has no memory for it."""

    memory: bool = True

    def hear_now(self, samples: Any) -> tuple[str, str] | None:
        """As ever, where there is memory."""
        if not self.memory:
            raise MemoryError
        return super().hear_now(samples)


def test_what_was_told_before_a_failure_is_not_told_again(live: Live, speech: list[bytes]) -> None:
    """The piece is heard again from where each was heard before: nobody reads the same words twice, and none of those after it is lost."""
    live.opened()
    piece, engine = growing(live, 1), Lacks()
    rounds = Captions(live.scene.court, engine)
    piece.says(live.person(LI).reference, 0, speech[:60])
    piece.grows(2_500)
    assert rounds.round() > 0
    before = [line["from"] for _, line in told(live)]
    piece.says(live.person(LI).reference, 3_000, speech[:60])
    piece.grows(5_500)
    engine.memory = False
    assert rounds.round() == 0
    engine.memory = True
    until(lambda: rounds.round() > 0, "the piece is heard again")
    after = [line["from"] for _, line in told(live)][len(before) :]
    assert max(before) < 2_000 and min(after) >= 2_000


@pytest.mark.parametrize("behind", [0, 20, 190, 200, 210, 1_000, 2_500])
def test_sound_may_be_on_the_disk_before_the_link_that_tells_of_it(
    speech: list[bytes], tmp_path: Path, behind: int
) -> None:
    """On a machine with other work the links stay behind: nothing fails, and every word is heard when they come."""
    piece, listener, engine = Growing(tmp_path / "0001"), Listener("h1", 1, tmp_path / "0001", None), Counts()
    piece.grows(100)
    listener.hear(engine)
    end = piece.says("li", 3_000, speech)
    found = []
    for now in range(1_000, end + 4_000, 250):
        piece.grows(now, link_ms=max(100, now - behind))
        found += listener.hear(engine)
    assert sum(engine.asked) >= 0.8 * (end - 3_000) and found[0].begin_ms >= 2_500


def test_the_room_says_whether_there_are_captions(live: Live) -> None:
    """Without a model: plainly that there are none. With one: that a program writes them, and what they are worth."""
    live.opened()
    app = create_app(court=live.scene.court)
    for name in (LI, CHEN):
        page = Browser(app, live.scene, name).get("/live/room")
        assert "No speech engine on this court." in page and "data-captions" not in page
    settings = live.scene.court.settings
    object.__setattr__(settings, "speech_model", "/var/lib/court/speech")
    for name in (LI, CHEN):
        page = Browser(app, live.scene, name).get("/live/room")
        assert "No speech engine on this court." not in page
        assert "it proves nothing: the recording counts" in page and 'aria-live="off"' in page


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Captioner]:
    """The packaged model, laid and loaded once."""
    pytest.importorskip("faster_whisper", reason="requirements-speech.txt is not installed on this Python")
    folder = tmp_path_factory.mktemp("model")
    lay_model(folder)
    yield WhisperEngine(folder)


@pytest.mark.slow
def test_committed_speech_is_captioned_while_it_is_said(engine: Captioner, tmp_path: Path) -> None:
    """English and Chinese, each in its language, in order, most of it right; of silence and noise nothing."""
    piece, listener = Growing(tmp_path / "0001"), Listener("h1", 1, tmp_path / "0001", None)
    end = piece.says("li", 1_000, packets_of((SPEECH / "late-parcel.opus").read_bytes()))
    end = piece.says("wu", end + 1_000, packets_of((SPEECH / "zh-goods.opus").read_bytes()))
    found = []
    for moment in range(1_000, end + 4_000, 1_000):
        piece.grows(moment, is_over=moment > end + 2_000)
        found += listener.hear(engine)
    english = words_of(" ".join(one.words for one in found if one.person == "li"))
    assert {one.language for one in found if one.person == "li"} == {"en"}
    signs = {word: chr(0x4E00 + at) for at, word in enumerate({*english, *words_of(SAID)})}
    wrong = mistakes("".join(signs[w] for w in words_of(SAID)), "".join(signs[w] for w in english))
    assert wrong / len(words_of(SAID)) <= 0.5, found
    chinese = "".join(sign for one in found if one.person == "wu" for sign in one.words if sign.isalnum())
    assert {one.language for one in found if one.person == "wu"} == {"zh-Hans"}
    assert mistakes(SAID_ZH, chinese) / len(SAID_ZH) <= 0.4, found


@pytest.mark.slow
def test_of_silence_and_noise_no_caption_is_made(engine: Captioner) -> None:
    """Neither is taken for a voice; forced to look at it, the engine is not sure."""
    numpy = pytest.importorskip("numpy")
    noise = numpy.random.default_rng(7)
    for sound in (numpy.zeros(4 * RATE), noise.normal(0, 0.02, 4 * RATE), noise.uniform(-0.6, 0.6, 4 * RATE)):
        samples = sound.astype(numpy.float32)
        assert engine.speech(samples) == [] and engine.hear_now(samples) is None
