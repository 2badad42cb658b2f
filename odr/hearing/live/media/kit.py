"""A recording to take away: its segments, the digests the court noted, and the program that checks it, in one bag."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from odr.evidence.kit.bag import BagWriter
from odr.hearing.live.media.verify import Noted

VERIFIER = Path(__file__).with_name("verify.py")
CHUNK = 1 << 18
README = """This bag holds the recording of a hearing: for each segment the chain of its links (chain) and what was recorded of each
person, as it came (PERSON.rtp). noted.json names the digests that the court wrote into its public log meanwhile.

To check it you need Python 3.9 or newer. Take the digests from the court's log or from your receipts, never from this bag:

    python3 verify.py --noted SEGMENT:LINKS:DIGEST data

Of a sealed part this bag holds the chain alone, unless you may have it.

本文件包收录一次庭审的录音录像：每段的校验链（chain）以及每人的原始录制内容（PERSON.rtp）。noted.json载有庭审期间法院载入公开日志的校验值。

核验需要Python 3.9或更高版本。校验值请从法院日志或者您的回执中取得，切勿从本文件包中取得。不公开部分仅收录校验链，除非您有权取得。
"""


@dataclass(frozen=True)
class RecordingKit:
    """What goes into the bag: the hearing's folder, what the court noted, and the segments whose content is left out."""

    name: str
    folder: Path
    noted: Sequence[Noted]
    chain_only: frozenset[int]
    info: Mapping[str, str]


def write_recording(kit: RecordingKit) -> Iterator[bytes]:
    """The bag as a ZIP, piece by piece."""
    bag = BagWriter(kit.name)
    for segment in sorted(path for path in kit.folder.iterdir() if path.name.isdigit()):
        files = [segment / "chain"] if int(segment.name) in kit.chain_only else sorted(segment.iterdir())
        for path in files:
            yield from bag.payload(f"{segment.name}/{path.name}", _chunks(path))
    noted = [{"segment": each.segment, "links": each.links, "digest": each.digest} for each in kit.noted]
    yield from bag.tag("noted.json", json.dumps(noted, indent=2).encode() + b"\n")
    yield from bag.tag("verify.py", VERIFIER.read_bytes())
    yield from bag.tag("README.txt", README.encode())
    yield from bag.finish(kit.info)


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data
