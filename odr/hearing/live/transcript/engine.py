"""Speech into text on the court's own machine: what an engine must do, and the one there is.

An engine is off until the operator names the folder of its model (``ODR_SPEECH_MODEL``). It needs the libraries of
``requirements-speech.txt``; nothing is asked of another machine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from odr.ground.config import Settings
from odr.ground.text import LOCALES
from odr.hearing.live.transcript.sound import RATE

LIBRARIES = ("faster_whisper", "av", "numpy")
REMEDY = "pip install -r requirements-speech.txt, and lay a model: flask --app wsgi transcripts model FOLDER"
LEAST_LOGPROB = -1.0
"""Below this the engine guesses: starved sound and noise give sentences nobody said."""
MOST_SILENT = 0.6
"""Above this, where it is not sure of the words either, nobody spoke."""
SURE_LOGPROB = -0.5
MOST_PACKED = 2.4
"""Words that repeat themselves more than this were not said."""
PAUSE_MS = 300
"""So long a pause between two words parts what was said."""
PART, LAST, MOMENT = 600 * RATE, 60 * RATE, RATE // 4
"""Samples of a part, of the end of it in which it is cut, and of a moment that is quiet or not."""
SILENCE_MS = 500
"""So long nobody is heard before the engine is spared the silence."""
ENDS, PARTS = frozenset(".!?。！？"), frozenset(",;，；")
LONG_MS = 2_500
"""A sentence that has lasted so long is parted at its next comma: a time beside it opens what one looks for."""
NOW_S = 10
"""Seconds the engine looks at for a caption; for a draft it looks at thirty, which takes six times as long."""
NOW_SILENCE_MS = 300
MOST_NOW = 120
"""Signs of the engine in one caption; more than that in ten seconds nobody says."""
_SPOKEN = frozenset(locale.partition("-")[0] for locale in LOCALES)
MODEL_FILES = ("config.json", "model.bin", "tokenizer.json", "vocabulary.json")


class NoEngine(Exception):
    """No engine is set up here, or what it needs is missing; in words for the operator."""


@dataclass(frozen=True)
class Heard:
    """A sentence: begin and end in milliseconds of the sound, its words, and how sure the engine is from 0 to 1."""

    start_ms: int
    end_ms: int
    words: str
    confidence: float


class Engine(Protocol):
    """What makes text of sound."""

    name: str
    model_sha256: str

    def hear(self, samples: Any, names: Sequence[str]) -> tuple[str, list[Heard]]:
        """The language that is spoken and the sentences, in order; ``names`` are those of the case, which it may know."""
        ...


class Captioner(Protocol):
    """What makes captions of speech while it goes on: of a few seconds at once, quickly rather than well."""

    def speech(self, samples: Any) -> list[tuple[int, int]]:
        """Where somebody speaks: first and last sample of each stretch."""
        ...

    def hear_now(self, samples: Any) -> tuple[str, str] | None:
        """The language and the words of at most :data:`NOW_S` seconds; None where it is not sure that they were said."""
        ...


def is_kept(words: str, *, logprob: float, silent: float, packed: float, asked: str) -> bool:
    """Whether a sentence was said: sure enough, not of silence, not one word again and again, and not what the engine was
    given to read beforehand.
    """
    plain = _plain(words)
    if not plain or logprob < LEAST_LOGPROB or packed > MOST_PACKED:
        return False
    if silent > MOST_SILENT and logprob < SURE_LOGPROB:
        return False
    given = _plain(asked)
    # A name alone may well be said; the whole list of them, or most of it, was only read.
    return not (given and plain in given and len(plain) > len(given) / 2)


def _plain(words: str) -> str:
    return "".join(sign for sign in words.casefold() if sign.isalnum())


def parts_of(samples: Any) -> Iterator[tuple[int, Any]]:
    """A long recording in parts of ten minutes at most, each with its first sample, cut in the quietest moment of their last
    minute: what the engine holds at a time does not grow with the hearing, and no word is cut in two.
    """
    begun = 0
    while len(samples) - begun > PART:
        late = samples[begun + PART - LAST : begun + PART]
        moments = late[: len(late) // MOMENT * MOMENT].reshape(-1, MOMENT)
        quietest = int(abs(moments).mean(axis=1).argmin())
        end = begun + PART - LAST + quietest * MOMENT + MOMENT // 2
        yield begun, samples[begun:end]
        begun = end
    yield begun, samples[begun:]


def sentences_of(words: Sequence[tuple[float, float, str]]) -> Iterator[tuple[float, float, str]]:
    """Words with their seconds, cut where a sentence ends or somebody paused: begin, end and words of each."""
    sentence: list[tuple[float, float, str]] = []
    for at, (start, end, word) in enumerate(words):
        sentence.append((start, end, word))
        pause = (words[at + 1][0] - end) * 1000 if at + 1 < len(words) else PAUSE_MS
        sign = word.rstrip()[-1:]
        breathes = sign in PARTS and (end - sentence[0][0]) * 1000 >= LONG_MS
        if sign in ENDS or breathes or pause >= PAUSE_MS:
            yield sentence[0][0], end, "".join(one for _, _, one in sentence).strip()
            sentence = []
    if sentence:
        yield sentence[0][0], sentence[-1][1], "".join(one for _, _, one in sentence).strip()


def missing_for(folder: Path) -> str | None:
    """What keeps the engine from starting; None where nothing does."""
    libraries = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if libraries:
        return f"{', '.join(libraries)} not installed"
    absent = [name for name in MODEL_FILES if not (folder / name).is_file()]
    return f"{', '.join(absent)} not in {folder}" if absent else None


class WhisperEngine:
    """faster-whisper with the model of a folder, on the processor, in whole numbers."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        if missing := missing_for(folder):
            raise NoEngine(f"{missing}: {REMEDY}")
        import faster_whisper

        self.name = f"faster-whisper {faster_whisper.__version__}"
        self.model_sha256 = digest_of(folder)
        self._model = faster_whisper.WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=1, local_files_only=True
        )
        self._simplified = _simplifier()

    def hear(self, samples: Any, names: Sequence[str]) -> tuple[str, list[Heard]]:
        """As :meth:`Engine.hear`: one of the court's languages, sentences that were said and no others.

        A hearing of hours is heard in parts, each in the language spoken in it: an interpreter speaks two.
        """
        found: list[Heard] = []
        spoken: Counter[str] = Counter()
        for begun, part in parts_of(samples):
            language = self._language(part)
            heard = self._part(part, round(begun * 1000 / RATE), language, names)
            spoken[language] += sum(len(one.words) for one in heard)
            found += heard
        language = max(sorted(spoken), key=lambda name: spoken[name]) if spoken else next(iter(LOCALES))
        return ("zh-Hans" if language == "zh" else language), found

    def speech(self, samples: Any) -> list[tuple[int, int]]:
        """As :meth:`Captioner.speech`."""
        from faster_whisper.vad import get_speech_timestamps

        found = get_speech_timestamps(samples, min_silence_duration_ms=NOW_SILENCE_MS, speech_pad_ms=0)
        return [(one["start"], one["end"]) for one in found]

    def hear_now(self, samples: Any) -> tuple[str, str] | None:
        """As :meth:`Captioner.hear_now`: looked at once, for the language and for the words."""
        from faster_whisper.audio import pad_or_trim
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        width = NOW_S * model.frames_per_second
        seen = model.encode(pad_or_trim(model.feature_extractor(samples[: NOW_S * RATE]), width))
        likely = [token.strip("<|>") for token, _ in model.model.detect_language(seen)[0]]
        language = next(name for name in likely if name in _SPOKEN)
        signs = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
        asked = model.get_prompt(signs, [], without_timestamps=True)
        found = model.model.generate(
            seen, [asked], beam_size=5, return_scores=True, return_no_speech_prob=True, max_length=MOST_NOW
        )[0]
        tokens = found.sequences_ids[0]
        words = signs.decode(tokens).strip()
        # As for a draft: the mean over the words and the sign that ends them.
        logprob = found.scores[0] * len(tokens) / (len(tokens) + 1)
        packed = len(words.encode()) / len(zlib.compress(words.encode()))
        if not is_kept(words, logprob=logprob, silent=found.no_speech_prob, packed=packed, asked=""):
            return None
        return ("zh-Hans", self._simplified(words)) if language == "zh" else (language, words)

    def _part(self, samples: Any, begun_ms: int, language: str, names: Sequence[str]) -> list[Heard]:
        asked = ("，" if language == "zh" else ", ").join(names)
        pieces, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=5,
            vad_filter=True,
            vad_parameters={"min_silence_duration_ms": SILENCE_MS},
            word_timestamps=True,
            condition_on_previous_text=False,
            initial_prompt=asked or None,
        )
        found = []
        for piece in pieces:
            if is_kept(
                piece.text,
                logprob=piece.avg_logprob,
                silent=piece.no_speech_prob,
                packed=piece.compression_ratio,
                asked=asked,
            ):
                sure = min(1.0, max(0.0, math.exp(piece.avg_logprob)))
                for start, end, words in sentences_of([(one.start, one.end, one.word) for one in piece.words]):
                    words = self._simplified(words) if language == "zh" else words
                    found.append(Heard(begun_ms + round(start * 1000), begun_ms + round(end * 1000), words, sure))
        return found

    def _language(self, samples: Any) -> str:
        """Of the court's languages the one that is spoken; the engine knows a hundred, and mistakes one for another."""
        _, _, every = self._model.detect_language(samples, vad_filter=True)
        likely = {name: share for name, share in every if name in _SPOKEN}
        return max(sorted(likely), key=lambda name: likely[name]) if likely else next(iter(LOCALES))


def _simplifier() -> Any:
    """Simplified signs for traditional ones, where the library is there; the engine writes either."""
    if importlib.util.find_spec("opencc") is None:
        return lambda words: words
    import opencc

    return opencc.OpenCC("t2s").convert


def digest_of(folder: Path) -> str:
    """SHA-256 over the digests of a model's files: which model heard it."""
    whole = hashlib.sha256()
    for name in MODEL_FILES:
        with (folder / name).open("rb") as file:
            whole.update(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n".encode())
    return whole.hexdigest()


def is_on(settings: Settings) -> bool:
    """Whether the operator turned it on."""
    return bool(settings.speech_model)


def captioner_of(settings: Settings) -> Captioner:
    """The same engine for captions. Raises NoEngine."""
    return _whisper(settings)


def engine_of(settings: Settings) -> Engine:
    """The engine as it is set up. Raises NoEngine."""
    return _whisper(settings)


def _whisper(settings: Settings) -> WhisperEngine:
    if not is_on(settings):
        raise NoEngine(f"ODR_SPEECH_MODEL names no folder: {REMEDY}")
    return WhisperEngine(Path(settings.speech_model), settings.speech_threads)
