"""Committed speech out of a browser's microphone, through the real media room and its recorder, back as captions in another's."""

from __future__ import annotations

import os
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from odr.hearing.live.media.reading import Kind, open_segment
from odr.hearing.live.media.webm import AUDIO, Frame
from odr.hearing.live.transcript.captions import Captions
from odr.hearing.live.transcript.engine import Captioner, WhisperEngine
from odr.hearing.live.transcript.packaged import lay_model
from odr.hearing.live.transcript.sound import RATE, samples_of
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.media.house import House, until
from tests.hearing.live.test_real_room import held, house, visitor
from tests.hearing.live.transcript.spoken import SPEECH, packets_of
from tests.hearing.scene import CHEN, HAIYUN, LI
from tests.patience import PATIENCE
from tests.peers.browser import find_chromium

__all__ = ["held", "house"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Captioner:
    """The packaged model."""
    pytest.importorskip("faster_whisper", reason="requirements-speech.txt is not installed on this Python")
    folder = tmp_path_factory.mktemp("model")
    lay_model(folder)
    return WhisperEngine(folder)


@pytest.fixture
def speaker(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose microphone says the committed sentence again and again, with two seconds between."""
    import numpy

    packets = packets_of((SPEECH / "late-parcel.opus").read_bytes())
    samples = samples_of(
        [Frame(AUDIO, 20 * n, True, data) for n, data in enumerate(packets)], 20 * len(packets) + 2_000
    )
    with wave.open(str(tmp_path / "said.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32_767).astype(numpy.int16).tobytes())
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    other = browser.browser_type.launch(
        executable_path=find_chromium(),
        args=[
            *arguments,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={tmp_path / 'said.wav'}",
        ],
    )
    yield other
    other.close()


@pytest.fixture
def captioned(held: Live, engine: Captioner) -> Iterator[Callable[[], None]]:
    """The program beside the court, from when it is called on."""
    court = held.scene.court
    object.__setattr__(court.settings, "speech_model", "set")
    stop = threading.Event()

    def works() -> None:
        rounds = Captions(court, engine)
        while not stop.wait(0.25):
            rounds.round()

    thread = threading.Thread(target=works)
    yield thread.start
    stop.set()
    if thread.is_alive():
        thread.join()


def recorded_of(held: Live, name: str) -> set[Kind]:
    """What the recorder wrote of somebody by now."""
    piece = held.scene.court.settings.recordings_folder / held.hearing().reference / "0001"
    me = held.person(name).reference
    if not (piece / f"{me}.rtp").exists():
        return set()
    return {each.kind for each in open_segment(piece).packets(me)}


def test_words_are_read_in_the_room_and_by_nobody_isolated(
    held: Live, house: House, browser: Browser, speaker: Browser, captioned: Callable[[], None]
) -> None:
    """Li speaks: the judge reads her words under her name while she speaks, Li reads them too; while nobody may hear her,
    nothing is written; with the switch a screen reader reads them out, hidden nobody does.
    """
    scene = held.scene
    scene.clock.set(BEGINS)
    held.all_come()
    _, chen, base = visitor(scene, browser, house, CHEN)
    _, wu, _ = visitor(scene, browser, house, HAIYUN)
    _, li, _ = visitor(scene, speaker, house, LI)
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    captioned()
    for page in (chen, li, wu):
        page.goto(f"{base}/live/room")
    state = chen.locator("[data-captions-state]")
    expect(state).to_be_hidden(timeout=PATIENCE * 1000)
    until(lambda: Kind.VIDEO in recorded_of(held, LI), "her picture arrives")
    assert Kind.AUDIO not in recorded_of(held, LI), "she is muted still"
    held.does(CHEN, "floor", LI)
    lines = chen.locator("[data-captions-lines]")
    until(lambda: "phone" in (lines.text_content() or "") or "parcel" in (lines.text_content() or ""), "her words")
    assert lines.locator("b", has_text=LI).count() > 0 and lines.locator("span[lang=en]").count() > 0
    assert lines.get_attribute("aria-live") == "off"
    chen.get_by_label("My screen reader reads them out").check()
    assert lines.get_attribute("aria-live") == "polite"
    chen.get_by_label("Show captions").uncheck()
    expect(lines).to_be_hidden()
    until(lambda: (li.locator("[data-captions-lines]").text_content() or "").strip(), "she reads them as well")
    assert not (wu.locator("[data-captions-lines]").text_content() or "").strip(), "who waits at the door reads nothing"
