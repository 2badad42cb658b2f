"""Training: messages fall into a folder one can read on a page, instead of leaving the house."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from odr.service.channels import Dispatch, Handover, Outcome


@dataclass(frozen=True)
class FolderMessage:
    """A message as it lies in the folder."""

    reference: str
    channel: str
    address: str
    subject: str
    text: str
    html: str
    at: datetime
    attachments: tuple[str, ...]


class Folder:
    """A carrier that writes files. ``reaches`` says whether that counts as arrival (training) or only as handing over."""

    def __init__(self, root: Path, *, reaches: bool = True) -> None:
        self._root = root
        self._reaches = reaches

    def send(self, dispatch: Dispatch) -> Handover:
        """Write the message, whole or not at all; the same attempt overwrites itself."""
        home = self._root / dispatch.reference
        home.mkdir(parents=True, exist_ok=True)
        for number, attachment in enumerate(dispatch.attachments, 1):
            write_whole(home / f"attachment-{number}", attachment.content)
        about = {
            "reference": dispatch.reference,
            "channel": dispatch.channel.value,
            "address": dispatch.address,
            "subject": dispatch.subject,
            "text": dispatch.text,
            "html": dispatch.html,
            "at": dispatch.at.isoformat(),
            "attachments": [a.name for a in dispatch.attachments],
        }
        write_whole(home / "message.json", json.dumps(about, ensure_ascii=False, indent=1).encode())
        return Handover(Outcome.REACHED if self._reaches else Outcome.HANDED_OVER, "folder", dispatch.reference)

    def messages(self, limit: int = 100) -> list[FolderMessage]:
        """The newest messages, newest first."""
        if not self._root.is_dir():
            return []
        # Of very many, those written last are opened; what is sent is written in the order in which it is sent.
        written = sorted((place.stat().st_mtime_ns, place.name) for place in os.scandir(self._root) if place.is_dir())
        read: list[dict[str, Any]] = []
        for _, name in reversed(written):
            if len(read) >= limit:
                break
            path = self._root / name / "message.json"
            if path.is_file():
                read.append(json.loads(path.read_text("utf-8")))
        newest = sorted(read, key=lambda m: (m["at"], m["reference"]), reverse=True)
        return [
            FolderMessage(**{**m, "at": datetime.fromisoformat(m["at"]), "attachments": tuple(m["attachments"])})
            for m in newest
        ]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing, and a power cut keeps it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
