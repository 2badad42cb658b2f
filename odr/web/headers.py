"""What every answer says to the browser: run nothing foreign, show it in no frame, keep nothing private."""

from __future__ import annotations

from functools import lru_cache

from flask import g
from werkzeug.wrappers import Response

_POLICY = {
    "default-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:", "blob:"),
    "media-src": ("'self'",),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "manifest-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "base-uri": ("'none'",),
    "report-uri": ("/browser-errors",),
}

_FEATURES = ("camera", "microphone", "display-capture", "geolocation", "payment", "usb", "serial", "bluetooth", "midi")

ALLOWED_DIRECTIVES = frozenset(_POLICY) - {"report-uri"} | {"worker-src", "frame-src"}


def allow(directive: str, *sources: str) -> None:
    """Open one directive of the policy for this answer only, such as ``allow("worker-src", "'self'")``."""
    if directive not in ALLOWED_DIRECTIVES or any(set(source) & set(" ;,\r\n") for source in sources):
        raise ValueError(f"not a directive with sources: {directive} {sources}")
    g.setdefault("policy", {}).setdefault(directive, []).extend(sources)


def allow_feature(name: str) -> None:
    """Let this page ask for a feature of the device, such as the camera in the live room."""
    if name not in _FEATURES:
        raise ValueError(f"no such feature: {name}")
    g.setdefault("features", set()).add(name)


def content_policy(more: dict[str, list[str]]) -> str:
    """The policy as the header's value, with what one answer needs besides."""
    return _content_policy(tuple((name, tuple(sources)) for name, sources in more.items()))


@lru_cache(maxsize=64)
def _content_policy(needed: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    more = dict(needed)
    directives = {**_POLICY, **{name: () for name in more if name not in _POLICY}}
    lines = []
    for name, sources in directives.items():
        added = [source for source in more.get(name, ()) if source not in sources]
        kept = [source for source in sources if source != "'none'" or not added]
        lines.append(" ".join((name, *kept, *added)))
    return "; ".join(lines)


def features_policy(allowed: set[str]) -> str:
    """The features as the header's value: none but those this page asked for."""
    return _features_policy(frozenset(allowed))


@lru_cache(maxsize=64)
def _features_policy(allowed: frozenset[str]) -> str:
    return ", ".join(f"{name}=({'self' if name in allowed else ''})" for name in _FEATURES)


def write(response: Response, *, secure: bool, private: bool) -> None:
    """Set the headers; a policy the route has set itself is stricter and stays.

    ``private``: what is answered belongs to one person and is kept nowhere.
    """
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = content_policy(g.get("policy", {}))
        headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", features_policy(g.get("features", set())))
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if private:
        headers["Cache-Control"] = "no-store"
