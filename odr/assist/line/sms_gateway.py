"""A text message as a gateway hands it over: the HTTP forms of Kannel and of scripts under SMS Server Tools.

Kannel fills its escape codes into an address: ``%p`` sender, ``%b`` or ``%a`` text, ``%I`` its own number of the message, ``%T`` when
it was sent in seconds, ``%C`` in which signs the text is, ``%c`` their coding. The same fields may come as a form.
"""

from __future__ import annotations

import codecs
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

MOST_BYTES = 8_192
"""Of address or body: a message in ten parts of Chinese, percent-encoded, and what stands beside it."""
MOST_FIELDS = 20
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_ID = re.compile(r"[A-Za-z0-9._:@-]{1,120}")
_SECONDS = re.compile(r"[0-9]{9,11}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_SIGNS = {"utf-8", "utf-16be", "utf-16le", "iso-8859-1", "windows-1252"}


@dataclass(frozen=True)
class Texted:
    """A message of somebody's telephone."""

    sender: str
    message: str
    text: str
    sent_at: datetime | None


def fields_of(raw: bytes) -> Mapping[str, str]:
    """The fields of an address or a form, with every byte of them kept as one sign. Empty for more fields than there are."""
    if len(raw) > MOST_BYTES:
        return {}
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def is_from_gateway(given: Mapping[str, str], header: str, key: str) -> bool:
    """Whether the secret that gateway and court share came along, in the form or in the header ``X-Court-Key``."""
    told = header or given.get("key", "")
    return bool(key) and hmac.compare_digest(told.encode("utf-8", "replace"), key.encode())


def read_text(given: Mapping[str, str]) -> Texted | None:
    """The message in these fields; None where sender or number of the message is none."""
    sender = re.sub(r"^00", "+", re.sub("^ ", "+", given.get("from", "")).strip())
    if not _NUMBER.fullmatch(sender) or not _ID.fullmatch(given.get("id", "")):
        return None
    text = _decoded(given.get("text", "").encode("latin-1"), given.get("charset", ""), given.get("coding", ""))
    return Texted(sender, given["id"], text, _sent(given.get("sent", "")))


def _decoded(raw: bytes, charset: str, coding: str) -> str:
    name = charset.strip().lower()
    if name in ("utf-16", "ucs-2", "ucs2") or (not name and coding == "2"):
        name = "utf-16be"
    for signs in (name, "utf-8", "windows-1252"):
        if signs in _SIGNS:
            try:
                return codecs.decode(raw, signs)
            except UnicodeError:
                continue
    return raw.decode("utf-8", "replace")


def _sent(told: str) -> datetime | None:
    try:
        if _SECONDS.fullmatch(told):
            return datetime.fromtimestamp(int(told), UTC)
        if _DAY.fullmatch(told):
            return datetime.fromisoformat(told).replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
