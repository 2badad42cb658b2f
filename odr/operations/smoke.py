"""Whether a court that was just put up really stands: asked from outside, as people reach it, in a few seconds.

``python -m odr.operations.smoke https://court.example``: nothing is written there, no account is needed. Each line says
what was asked and whether it holds; the program ends with 1 where something does not.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit

from odr.ground.outgoing import ask

PATIENCE = 15.0
"""Seconds for an answer."""
MOST = 2**20
"""Bytes of an answer that are read."""


@dataclass(frozen=True)
class Answer:
    """What came back; ``status`` is 0 where nothing did."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


def fetch(address: str, language: str = "en") -> Answer:
    """One question, without following where the answer leads."""
    question = urllib.request.Request(address, headers={"Accept-Language": language, "Accept": "text/html"})
    try:
        with ask(question, timeout=PATIENCE) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read(MOST))
    except HTTPError as error:
        return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read(MOST))
    except (OSError, ValueError):
        return Answer(0, {}, b"")


def check(court: str) -> Iterator[tuple[str, bool]]:
    """Each thing a court must do from outside, and whether it does."""
    start = fetch(court)
    for what, holds in CHECKS.items():
        yield what, holds(court, start)


def _ready(court: str, start: Answer) -> bool:
    answer = fetch(urljoin(court, "/health/ready"))
    return answer.status == 200 and json.loads(answer.body or b"{}").get("status") == "ready"


def _in_chinese(court: str, start: Answer) -> bool:
    return 'lang="zh-Hans"' in fetch(court, "zh").text


def _files(court: str, start: Answer) -> bool:
    found = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg)[^"]*)"', start.text)
    return bool(found) and all(fetch(urljoin(court, one)).status == 200 for one in sorted(set(found)))


def _headers(court: str, start: Answer) -> bool:
    policy = start.headers.get("content-security-policy", "")
    is_safe = "default-src" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
    return is_safe and start.headers.get("x-content-type-options") == "nosniff"


def _only_https(court: str, start: Answer) -> bool:
    parts = urlsplit(court)
    if parts.scheme != "https":
        return False
    plain = fetch(f"http://{parts.hostname}/")
    leads = plain.headers.get("location", "").startswith("https://")
    return "strict-transport-security" in start.headers and (plain.status == 0 or (300 <= plain.status < 400 and leads))


def _log(court: str, start: Answer) -> bool:
    keys = fetch(urljoin(court, "/log/keys")).text.split()
    if not keys:
        return False
    year = keys[-1].partition("+")[0].rpartition("/")[2]
    head = fetch(urljoin(court, f"/log/{year}/checkpoint"))
    return head.status == 200 and head.text.startswith(keys[-1].partition("+")[0] + "\n")


def _kept_in(court: str, start: Answer) -> bool:
    return fetch(urljoin(court, "/metrics")).status == 404


def _closed(court: str, start: Answer) -> bool:
    return fetch(urljoin(court, "/home")).status in (302, 303) and fetch(urljoin(court, "/no-such-page")).status == 404


CHECKS: dict[str, Callable[[str, Answer], bool]] = {
    "the start page is there": lambda court, start: start.status == 200 and 'lang="en"' in start.text,
    "it is there in Chinese": _in_chinese,
    "acts can be received and signed for": _ready,
    "style, scripts and seal are there": _files,
    "the page of outages answers": lambda court, start: fetch(urljoin(court, "/status.json")).status == 200,
    "the log is published under its key": _log,
    "the safety headers are set": _headers,
    "plain http leads to https": _only_https,
    "numbers are not told to everybody": _kept_in,
    "what needs a person leads to the sign-in": _closed,
}


def main(argv: list[str] | None = None) -> int:
    """Ask everything; 0 where all of it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="the court, such as https://court.example")
    parser.add_argument("--plain", action="store_true", help="a court without TLS, on this machine: a trial")
    given = parser.parse_args(argv)
    bad = 0
    for what, holds in check(given.address):
        is_left_out = given.plain and CHECKS[what] is _only_https
        sys.stdout.write(f"{'skip' if is_left_out else 'ok' if holds else 'BAD'}  {what}\n")
        bad += not holds and not is_left_out
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
