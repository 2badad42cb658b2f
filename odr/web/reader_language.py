"""In which language somebody reads, and where one may be sent back to."""

from __future__ import annotations

from urllib.parse import urlsplit

from babel.core import negotiate_locale

from odr.ground.text import LOCALES, SOURCE_LOCALE

COOKIE = "locale"

_OFFERED = {
    "en": "en",
    "zh": "zh-Hans",
    "zh_CN": "zh-Hans",
    "zh_SG": "zh-Hans",
    "zh_Hans": "zh-Hans",
    "zh_Hans_CN": "zh-Hans",
}
"""What browsers ask for → what the court has."""


def choose(cookie: str | None, account: str | None, wanted: list[str]) -> str:
    """The language just chosen, else the account's, else the browser's first that the court speaks, else English."""
    for tag in (cookie, account):
        if tag in LOCALES:
            return tag
    asked = [tag.replace("-", "_") for tag in wanted]
    found = negotiate_locale(asked, list(_OFFERED), sep="_", aliases={})
    return _OFFERED.get(found, SOURCE_LOCALE) if found else SOURCE_LOCALE


def safe_path(target: str | None, default: str = "/") -> str:
    """A path of this site to go to; anything that a browser might take for another site gives ``default``."""
    if not target or not target.startswith("/") or len(target) > 2000:
        return default
    # Browsers drop control characters and read a backslash as a slash.
    if any(ord(c) < 0x21 or ord(c) == 0x7F or c == "\\" for c in target) or target.startswith("//"):
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else target
