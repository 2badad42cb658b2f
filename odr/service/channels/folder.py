"""Training: messages fall into a folder one can read on a page, instead of leaving the house."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from odr.ground.durable import alone
from odr.service.channels import Dispatch, Handover, Outcome

LISTED = "written"
"""The file in the folder that names the messages in the order in which they were written, a line each."""
LONGEST_NAME = 80
"""Bytes of a line of it: somewhat more than the longest reference has."""


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
        self._list(dispatch.reference)
        return Handover(Outcome.REACHED if self._reaches else Outcome.HANDED_OVER, "folder", dispatch.reference)

    def messages(self, limit: int = 100, signs: int | None = None) -> list[FolderMessage]:
        """The newest messages, newest first: so many, and no more of them than have so many signs, but one."""
        read: list[dict[str, Any]] = []
        length = 0
        for name in self._newest(limit):
            path = self._root / name / "message.json"
            if not path.is_file():
                continue
            message = json.loads(path.read_text("utf-8"))
            length += len(message["text"])
            if read and signs is not None and length > signs:
                break
            read.append(message)
        newest = sorted(read, key=lambda m: (m["at"], m["reference"]), reverse=True)
        return [
            FolderMessage(**{**m, "at": datetime.fromisoformat(m["at"]), "attachments": tuple(m["attachments"])})
            for m in newest
        ]

    def _newest(self, limit: int) -> list[str]:
        """Names of the messages written last: what is sent is written in the order in which it is sent. Of very many not all are looked
        at; only where the list is not begun yet.
        """
        listed = self._root / LISTED
        if not listed.is_file() or not listed.stat().st_size:
            return list(reversed(self._by_age()))[:limit]
        with listed.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            # Some were written twice; the first line may be a part of one, and so may one that was broken off.
            file.seek(max(0, size - 2 * limit * LONGEST_NAME))
            names = file.read().decode(errors="replace").splitlines()
        return list(dict.fromkeys(name for name in reversed(names) if name and (self._root / name).is_dir()))[:limit]

    def _by_age(self) -> list[str]:
        """Names of all messages, the oldest first."""
        if not self._root.is_dir():
            return []
        written = sorted((place.stat().st_mtime_ns, place.name) for place in os.scandir(self._root) if place.is_dir())
        return [name for _, name in written]

    def _list(self, name: str) -> None:
        """Put a message on the list of those that were written; what is there from before is put on it first. Web and worker write to
        one folder: of two that would begin the list, one does.
        """
        listed = self._root / LISTED
        with alone(listed), listed.open("ab") as file:
            begun = os.fstat(file.fileno()).st_size > 0
            names = [name] if begun else [*(one for one in self._by_age() if one != name), name]
            # Each begins a line of its own, also after one that was broken off.
            file.write("".join(f"\n{one}" for one in names).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing, and a power cut keeps it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
