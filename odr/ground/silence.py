"""A court that sends nothing: a copy put back from a backup is silent until somebody says that it is the court.

Two courts on one backup would otherwise write to the same people, refund the same fees and ask the same witnesses. The
word lies in a file of the data folder, beside the database and not in it: a database put back does not take it away.
What is due waits as if the mail server did not answer, except that no try is counted, and leaves once the silence ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from odr.ground.durable import sync_folder, write_durably

FILE = "silence.json"
"""In the data folder while the court is silent."""
ENDED = "silence-ended.jsonl"
"""In the data folder: every silence that ended, one line each, who ended it and why."""


class _Settings(Protocol):
    @property
    def data_dir(self) -> Path: ...


class _House(Protocol):
    @property
    def settings(self) -> Any: ...


P = ParamSpec("P")
H = TypeVar("H", bound=_House)


@dataclass(frozen=True)
class Silence:
    """Since when and why the court sends nothing. ``since`` is in UTC; ``why`` is for its keepers."""

    since: datetime
    why: str


def silence(settings: _Settings) -> Silence | None:
    """The silence the court is under; None where it speaks. A file that cannot be read is a silence too."""
    path = settings.data_dir / FILE
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_bytes())
        return Silence(datetime.fromisoformat(told["since"]), str(told["why"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Silence(datetime.fromtimestamp(0, UTC), f"{FILE} cannot be read")


def begin_silence(settings: _Settings, why: str, now: datetime) -> None:
    """From now on nothing is sent, by this process or another. A silence that stands keeps its day and reason."""
    if silence(settings) is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        words = json.dumps({"since": now.astimezone(UTC).isoformat(), "why": why})
        write_durably(settings.data_dir / FILE, words.encode(), mode=0o644)


def end_silence(settings: _Settings, *, by: str, why: str, now: datetime) -> Silence:
    """The court speaks again; who said so and why is kept. Raises ValueError where it is not silent."""
    stands = silence(settings)
    if stands is None:
        raise ValueError("the court is not silent")
    line = {
        "since": stands.since.isoformat(),
        "was": stands.why,
        "ended": now.astimezone(UTC).isoformat(),
        "by": by,
        "why": why,
    }
    ended = settings.data_dir / ENDED
    before = ended.read_bytes() if ended.exists() else b""
    write_durably(ended, before + (json.dumps(line, ensure_ascii=False) + "\n").encode(), mode=0o644)
    (settings.data_dir / FILE).unlink()
    sync_folder(settings.data_dir)
    return stands


def outward(step: Callable[Concatenate[H, P], int]) -> Callable[Concatenate[H, P], int]:
    """A step that reaches somebody outside the court: passed over, and nothing counted, while the court is silent."""

    @wraps(step)
    def kept(court: H, *args: P.args, **kwargs: P.kwargs) -> int:
        return 0 if silence(court.settings) is not None else step(court, *args, **kwargs)

    return cast(Callable[Concatenate[H, P], int], kept)
