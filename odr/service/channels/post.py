"""Post: a print queue of whole folders, and the carrier's tracking list read back in."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from odr.ground.canonical import sha256_hex
from odr.ground.text import T, Text, side_by_side
from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.channels.folder import write_whole
from odr.service.vocabulary import FactKind, Signer


class PrintQueue:
    """One folder a letter: ``letter.pdf``, the papers, ``address.txt`` and ``slip.json``; it appears complete or not at
    all.
    """

    def __init__(self, root: Path, typeset: Callable[[Dispatch], bytes]) -> None:
        self._root = root
        self._typeset = typeset

    def send(self, dispatch: Dispatch) -> Handover:
        """Lay one letter into the queue; a letter that already lies there is not laid twice."""
        home = self._root / dispatch.reference
        if home.is_dir():
            return Handover(Outcome.HANDED_OVER, "print queue", dispatch.reference)
        if not dispatch.address.strip():
            return Handover(Outcome.REFUSED, "no postal address")
        part = self._root / f".{dispatch.reference}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        write_whole(part / "letter.pdf", self._typeset(dispatch))
        for number, attachment in enumerate(dispatch.attachments, 1):
            write_whole(part / f"{number:02d}.pdf", attachment.content)
        write_whole(part / "address.txt", f"{dispatch.recipient_name}\n{dispatch.address}\n".encode())
        slip = {
            "reference": dispatch.reference,
            "code": dispatch.code,
            "papers": len(dispatch.attachments),
            "queued_at": dispatch.at.isoformat(),
        }
        write_whole(part / "slip.json", json.dumps(slip, indent=1).encode())
        try:
            part.rename(home)
        except OSError:
            if not home.is_dir():
                raise
            shutil.rmtree(part, ignore_errors=True)
        descriptor = os.open(self._root, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        return Handover(Outcome.HANDED_OVER, "print queue", dispatch.reference)


@dataclass(frozen=True)
class Tracked:
    """One line of a tracking list, understood."""

    event_id: str
    reference: str
    kind: FactKind
    at: datetime
    signer: Signer | None
    words: str


@dataclass(frozen=True)
class TrackingFault:
    """One line that was not understood; the rest is taken."""

    line: int
    message: Text


_EVENTS = {
    "accepted": FactKind.HANDED_OVER,
    "nobody": FactKind.NOBODY_THERE,
    "refused": FactKind.REFUSED,
    "signed": FactKind.SIGNED,
    "returned": FactKind.RETURNED,
}
COLUMNS = ("reference", "event", "at", "signer", "words")


def read_tracking(content: bytes) -> tuple[list[Tracked], list[TrackingFault]]:
    """A CSV with the columns reference, event, at (with zone), signer, words. Every line is either taken or named as
    wrong.

    Importing the same list twice gives the same event ids. Raises nothing: a list in
    another encoding or without the columns is one fault at line 1.
    """
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), restkey="more", restval="")
        if not set(COLUMNS[:3]) <= set(rows.fieldnames or ()):
            return [], [TrackingFault(1, T("The list needs the columns reference, event and at."))]
        taken: list[Tracked] = []
        faults: list[TrackingFault] = []
        for row in rows:
            read = _read_line(
                {k: (v or "").strip() for k, v in row.items() if k in COLUMNS and not isinstance(v, list)}
            )
            if isinstance(read, Tracked):
                taken.append(read)
            else:
                faults.append(TrackingFault(rows.line_num, read))
        return taken, faults
    except (UnicodeDecodeError, csv.Error):
        return [], [TrackingFault(1, T("The list is not a CSV file in UTF-8."))]


def _read_line(row: dict[str, str]) -> Tracked | Text:
    kind = _EVENTS.get(row["event"].lower())
    if kind is None:
        return T("Unknown event “%(event)s”.", event=row["event"][:40])
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError:
        return T("“%(at)s” is not a time.", at=row["at"][:40])
    if at.tzinfo is None:
        return T("The time needs its zone, for instance +08:00.")
    signer: Signer | None = None
    if kind is FactKind.SIGNED:
        try:
            signer = Signer(row.get("signer", "").lower())
        except ValueError:
            return T("Who signed? Use one of: %(choices)s.", choices=side_by_side(s.value for s in Signer))
    words = row.get("words", "")
    key = sha256_hex(
        "\x1f".join((row["reference"], kind.value, at.isoformat(), signer.value if signer else "", words)).encode()
    )
    return Tracked(f"post:{key}", row["reference"], kind, at, signer, words)
