"""``flask log audit URL``: one visit of the monitor to a log, told in lines and an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from odr.notary.check.monitor import Breach, Report, visit
from odr.notary.check.remote_log import HttpSource, NotReached
from odr.notary.check.tree_memory import Memory, MemoryDamaged
from odr.notary.log.note import NoteKey, SignatureType
from odr.notary.log.strict import Malformed

SOUND, WRONG, NOT_REACHED = 0, 1, 3
"""Exit codes; 2 is a command wrongly given."""
_CONTRADICTIONS = {Breach.ROLLBACK, Breach.SPLIT_VIEW}


def watch(
    url: str, vkey: str | None, folder: Path, witnesses: Sequence[str] = (), *, everything: bool = False, tries: int = 4
) -> tuple[list[str], int]:
    """Visit the log once; gives what to print and the exit code. What was found sound is remembered, and nothing else
    is.
    """
    if vkey is None:
        raise ValueError("give the log's verifier key with --key: a key taken from the log itself would prove nothing")
    key = _key(vkey)
    source = HttpSource(url, tries=tries)
    memory = Memory(folder, key.vkey)
    with memory.locked():
        try:
            before = memory.load()
            report = visit(source, key, before, [NoteKey.parse(text) for text in witnesses], everything=everything)
        except NotReached as error:
            return [f"not reached, nothing is known: {error}"], NOT_REACHED
        except MemoryDamaged as error:
            return [f"what was remembered is damaged; move it away only if you can do without it: {error}"], WRONG
        if report.findings or report.seen is None:
            lines = [
                f"{finding.breach.value}: {source.url}/{finding.culprit}: {finding.words.render('en')}"
                for finding in report.findings
            ]
            if before is not None and any(finding.breach in _CONTRADICTIONS for finding in report.findings):
                lines.append(
                    "both signed tree heads are kept; show them to anybody: "
                    + ", ".join(map(str, memory.keep_proof(before.note, report.note)))
                )
            return [*lines, f"{len(report.findings)} faults"], WRONG
        memory.keep(report.seen)
    return _sound(report, before is None, len(witnesses)), SOUND


def _key(vkey: str) -> NoteKey:
    try:
        key = NoteKey.parse(vkey.strip())
    except Malformed as error:
        raise ValueError(f"--key: {error}") from error
    if key.type is not SignatureType.ED25519:
        raise ValueError("--key: this is a witness's key, not a log's")
    return key


def _sound(report: Report, first: bool, asked: int) -> list[str]:
    assert report.seen is not None
    lines = [
        f"{report.seen.size} entries, {report.read} of them read now; "
        + ("seen for the first time" if first else "they continue what was seen before")
    ]
    if asked:
        lines.append(
            f"cosigned by {len(report.witnesses)} of {asked} witnesses asked for"
            + "".join(f", {name}" for name in report.witnesses)
        )
    return [*lines, "the log is sound"]
