"""What the processes tell: one JSON object a line, without anything of a case or a person.

A line says what happened, where in the program and in which request. It never
carries what somebody wrote, a name, an address or a secret: of an exception it keeps
the type and the places it came through, not its message, since drivers put the
values of a row there; of what other libraries say, only the sentence they wrote into
their program.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from odr.ground.config import Settings

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_PLAIN = re.compile(r"[a-z0-9_./:-]{1,60}\Z")
_ROUTE = re.compile(r"[A-Za-z0-9_./:<>(), -]{1,200}\Z")
_SOMEBODYS = re.compile(
    r"[A-Za-z0-9]{20,}"  # references, tokens, digests
    r"|[0-9]{7,}"  # telephones, numbers of documents
    r"|[0-9]{1,3}(\.[0-9]{1,3}){3}"  # networks
    r"|[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:.]*"
)
"""What may stand in for a case or a person, though it is spelled like a name of the program."""
_PLACES = re.compile(r"<[^>]*>")
"""What a route says of what its addresses hold there."""
_PUT_IN = re.compile(r"(?<!\S)(?=\S*[/@0-9=&?\"'])\S+|\b[A-Za-z0-9_-]{20,}\b")
"""In a sentence of a library: whatever is no plain word."""
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Number of the request that this thread answers."""


def new_request_id(offered: str | None = None) -> str:
    """The number a trusted proxy gave, if it is one, or a new one of 64 bits."""
    return offered if offered is not None and _REQUEST_ID.match(offered) else secrets.token_hex(8)


class JsonLines(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """What may be told of a record."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.sentence(record),
        }
        if number := request_id.get():
            told["request"] = number
        told |= {name: value for name, value in getattr(record, "facts", {}).items() if _is_plain(value)}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = error_type(record.exc_info[0])
            told["through"] = places(record.exc_info[2])
        return json.dumps(told, ensure_ascii=False)

    @staticmethod
    def sentence(record: logging.LogRecord) -> str:
        """The sentence of the program; with its facts only where the court itself wrote it, and only harmless ones."""
        if not isinstance(record.msg, str):
            return type(record.msg).__name__
        if not record.name.startswith("odr."):
            # A library may have put an address, a name of a file or a value into its sentence.
            return _PUT_IN.sub("–", record.msg)
        if not record.args:
            return record.msg
        given = record.args if isinstance(record.args, tuple) else (record.args,)
        try:
            return record.msg % tuple(value if isinstance(value, int | float) else harmless(value) for value in given)
        except TypeError:
            return record.msg


def harmless(value: object) -> str:
    """A name of the program's own, such as an act or a log; anything that might be somebody's becomes a dash."""
    if isinstance(value, dict) and all(_is_plain(each) for pair in value.items() for each in pair):
        return ", ".join(f"{key} {count}" for key, count in value.items())
    return str(value) if _is_plain(value) else "–"


def error_type(kind: type[BaseException]) -> str:
    """Name of an error's class with its module."""
    return f"{kind.__module__}.{kind.__qualname__}"


def places(trace: TracebackType | None) -> list[str]:
    """The lines an error came through, innermost last, without their text."""
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
    ][-16:]


def _is_plain(value: object) -> bool:
    if value is None or isinstance(value, int | float):
        return True
    if not isinstance(value, str):
        return False
    said = _PLACES.sub("", value)
    if _SOMEBODYS.search(said) or said != said.lower():
        return False
    return bool(_PLAIN.match(value) or (value.startswith("/") and _ROUTE.match(value)))


def configure(settings: Settings) -> None:
    """Let this process tell what happens on standard error: JSON in a sitting court, plain lines in training."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines() if settings.logs_json else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if settings.logs_json else logging.WARNING)
    for name in ("alembic", "httpx", "urllib3", "botocore", "pyhanko", "fontTools", "sqlalchemy", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)
