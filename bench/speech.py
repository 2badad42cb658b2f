"""What a program makes of speech: mistakes, and the processor for a second of sound, beside the bare engine on the same sound.

The sentences are short and clearly spoken by programs; a hearing is neither.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bench.frame import Ratio, compare_together, cpu, report
from odr.hearing.live.media.webm import AUDIO, Frame
from odr.hearing.live.transcript.engine import WhisperEngine
from odr.hearing.live.transcript.packaged import lay_model
from odr.hearing.live.transcript.sound import RATE, samples_of
from tests.hearing.live.transcript.spoken import SPEECH, packets_of
from tests.hearing.live.transcript.test_engine import SAID, SAID_ZH, mistakes, words_of

LIMIT = 1.5
"""The court's part: the language of the court's own, sentences cut by words, nothing invented."""
SENTENCES = {
    "late-parcel.opus": ("en", SAID),
    "label.opus": ("en", "The seller admits that the goods were late, but the label was lawful when they were sold."),
    "zh-goods.opus": ("zh", SAID_ZH),
}


def sound_of(path: Path) -> tuple[Any, float]:
    """Samples, and how many seconds they last."""
    packets = packets_of(path.read_bytes())
    samples = samples_of(
        [Frame(AUDIO, 20 * number, True, data) for number, data in enumerate(packets)], 20 * len(packets)
    )
    return samples, len(samples) / RATE


def error_rate(language: str, said: str, written: str) -> float:
    """Words of English, signs of Chinese that are wrong, of all that were said."""
    if language == "zh":
        return mistakes(said, "".join(sign for sign in written if sign.isalnum())) / len(said)
    told, found = words_of(said), words_of(written)
    signs = {word: chr(0x4E00 + at) for at, word in enumerate({*told, *found})}
    return mistakes("".join(signs[word] for word in told), "".join(signs[word] for word in found)) / len(told)


def run() -> list[Ratio]:
    """Mistakes and processor of each committed recording."""
    found: list[Ratio] = []
    with tempfile.TemporaryDirectory() as folder:
        lay_model(Path(folder))
        engine = WhisperEngine(Path(folder))
        for name, (language, said) in SENTENCES.items():
            samples, seconds = sound_of(SPEECH / name)

            def court(samples: Any = samples) -> float:
                return cpu(lambda: engine.hear(samples, []))

            def bare(samples: Any = samples, language: str = language) -> float:
                return cpu(lambda: list(engine._model.transcribe(samples, language=language, beam_size=5)[0]))

            ratio = compare_together(
                f"speech, {name}",
                ("as the court hears it", court),
                ("bare", bare),
                limit=LIMIT,
                at_least=False,
                turns=1,
            )
            written = " ".join(one.words for one in engine.hear(samples, [])[1])
            plain = "".join(
                piece.text for piece in engine._model.transcribe(samples, language=language, beam_size=5)[0]
            )
            simplified = engine._simplified(plain) if language == "zh" else plain
            ratio.notes.append(
                f"mistakes {error_rate(language, said, written):.3f}, of the bare engine {error_rate(language, said, simplified):.3f}; "
                f"seconds of processor for {seconds:.1f} seconds of sound"
            )
            report(ratio)
            found.append(ratio)
    return found
