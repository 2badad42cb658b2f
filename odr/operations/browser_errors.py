"""What browsers report of our pages: a script that failed, or something the policy of the page did not let run.

A report comes from anybody and may hold anything: the address of a case, a query, words of an error that quote what was
typed. Nothing of that is kept. What is kept of a report is chosen here among the court's own names: its kind, one of our
files and a line it has, a kind of error of the language, a route. Whatever is none of these is "other".
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException

from odr.identity.sign_in import rate_limits
from odr.web.guards import current_court, public
from odr.web.headers import ALLOWED_DIRECTIVES
from odr.web.pace import Pace
from odr.web.static_files import part

browser_errors = Blueprint("browser_errors", __name__)
told_log = logging.getLogger(__name__)

ADDRESS = "/browser-errors"
MOST = 16 * 1024
"""Bytes of a report."""
AT_ONCE = 5
"""Reports of one request that are looked at."""
OF_A_NETWORK, OF_ALL = 30, 300
"""Reports a minute that each process takes from one network, and from all."""

KINDS = ("policy", "script", "promise")
ERRORS = frozenset(
    [
        "Error",
        "TypeError",
        "ReferenceError",
        "RangeError",
        "SyntaxError",
        "URIError",
        "EvalError",
        "AggregateError",
        "DOMException",
    ]
)
DIRECTIVES = ALLOWED_DIRECTIVES | {
    f"{name}-{part}" for name in ("script-src", "style-src") for part in ("elem", "attr")
}
BLOCKED = frozenset({"inline", "eval", "wasm-eval", "data", "blob"})
OTHER = "other"
FILES = "/static/"


@dataclass(frozen=True)
class Told:
    """What is kept of a report. Every text is one of the court's own names, or "other"."""

    kind: str
    what: str
    blocked: str
    file: str
    line: int
    route: str


@cache
def files() -> dict[str, int]:
    """Our scripts, each with how many lines it has."""
    folder = Path(__file__).resolve().parents[2] / "static"
    return {
        f"{FILES}{path.relative_to(folder).as_posix()}": path.read_bytes().count(b"\n") + 1
        for path in sorted(folder.rglob("*.js"))
    }


def read(body: bytes) -> list[Told]:
    """What a request reports; nothing where it is no report."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return []
    reports = given if isinstance(given, list) else [given]
    return [told for report in reports[:AT_ONCE] if isinstance(report, dict) and (told := _one(report)) is not None]


def _one(report: dict[str, Any]) -> Told | None:
    policy = report.get("csp-report", report.get("body") if report.get("type") == "csp-violation" else None)
    if isinstance(policy, dict):
        said = {name.replace("-", "").lower(): value for name, value in policy.items()}
        what = _among(DIRECTIVES, said.get("effectivedirective", said.get("violateddirective")))
        address = said.get("documenturi", said.get("documenturl"))
        file, line = _place(said.get("sourcefile"), said.get("linenumber"))
        return Told(
            "policy", what, _blocked(said.get("blockeduri", said.get("blockedurl"))), file, line, _route(address)
        )
    kind = report.get("kind")
    if kind not in KINDS[1:]:
        return None
    file, line = _place(report.get("file"), report.get("line"))
    rule = report.get("route")
    known = {each.rule for each in current_app.url_map.iter_rules()}
    return Told(str(kind), _among(ERRORS, report.get("error")), OTHER, file, line, _among(known, rule))


def _among(names: frozenset[str] | set[str], given: object) -> str:
    word = given.partition(" ")[0] if isinstance(given, str) else ""
    return word if word in names else OTHER


def _blocked(given: object) -> str:
    """What the policy stopped: a kind of it, or whose it was."""
    if not isinstance(given, str):
        return OTHER
    if given in BLOCKED:
        return given
    try:
        parts = urlsplit(given)
    except ValueError:
        return OTHER
    if parts.scheme.endswith("extension"):
        return "extension"
    if parts.scheme not in ("http", "https"):
        return OTHER
    return "ours" if parts.netloc == urlsplit(current_court().settings.base_url).netloc else "foreign"


def _place(file: object, line: object) -> tuple[str, int]:
    try:
        name = urlsplit(file).path if isinstance(file, str) else ""
    except ValueError:
        name = ""
    if name.startswith(FILES):
        name = FILES + part(name.removeprefix(FILES))[1]
    most = files().get(name, 0)
    known = isinstance(line, int) and not isinstance(line, bool) and 0 < line <= most
    return (name, line if known else 0) if most else (OTHER, 0)  # type: ignore[return-value]


def _route(address: object) -> str:
    """The route of an address; never the address."""
    try:
        path = urlsplit(address).path if isinstance(address, str) else ""
        rule, _ = current_app.url_map.bind("court").match(path or "/", method="GET", return_rule=True)
    except (ValueError, HTTPException):
        return OTHER
    return str(rule.rule)


class Reports:
    """The count of reports, and how many are taken."""

    def __init__(self, registry: Any, seconds: Any) -> None:
        self.count = Counter("court_browser_errors", "Reports by browsers, by kind", ("kind",), registry=registry)
        for kind in KINDS:
            self.count.labels(kind)
        self._network, self._all = Pace(OF_A_NETWORK, seconds), Pace(OF_ALL, seconds)

    def take(self, network: str) -> None:
        """Count who asks. Raises TooMany."""
        self._network.take(network)
        self._all.take("all")


@browser_errors.post(ADDRESS)
@public(csrf=False, most=MOST)
def report() -> ResponseReturnValue:
    """Take a report; what is none is thanked for all the same, so that nobody learns what we make of it."""
    reports: Reports = current_app.extensions["browser errors"]
    reports.take(rate_limits.network(request.remote_addr or ""))
    for told in read(request.get_data()):
        reports.count.labels(told.kind).inc()
        told_log.warning("a browser reports an error", extra={"facts": {k: _fact(v) for k, v in asdict(told).items()}})
    return "", 204


def _fact(value: object) -> object:
    """As the log tells names: in small letters. The names are ours."""
    return value.lower() if isinstance(value, str) and not value.startswith("/") else value
