"""House rules that keep whole classes of weakness out: what runs code, what renders without escaping, what follows a
redirect, what hashes or signs, what starts a program, each only where it is written down with its reason.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.parsed import files, nodes_in, tree_of

ROOT = Path(__file__).resolve().parents[1]
SECURITY_PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")

RUNS_CODE = {"eval", "exec", "compile", "__import__"}
UNPACKS = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}
"""Libraries whose reading of bytes can run what stands in them."""
PROGRAMS = {
    "odr/evidence/kit/verifier.py": "openssl, a word of the kit's own, never of what it verifies",
    "odr/evidence/sources/webpage/capturer.py": "the child that captures a page, without the court's settings or keys",
    "odr/evidence/sources/webpage/child.py": "Chromium, with a gate on loopback as its only way out",
    "odr/ground/bounded.py": "the court's own child for a stranger's bytes, with its memory, time and files bounded",
    "odr/hearing/live/media/serve.py": "Node, found on the machine, asked for its version and then become the media room",
    "odr/operations/backup.py": "pg_dump and pg_restore, found on the machine, with the operator's address",
    "odr/operations/rehearsal.py": "deploy/roll and the proxy, on a copy of the court in a folder of its own",
    "odr/operations/rehearsed_units.py": "what the units of deploy/ start, on that copy",
    "odr/training/run.py": "the training court's own processes",
}
"""Who starts programs, and which."""
GLUED = {
    "odr/ground/db.py": "seconds of patience, names of triggers and of a table of the court's own code",
    "odr/ground/memory/none_of.py": "the court's own statement, once for each case of a list; the cases are bound",
    "odr/ground/migrate.py": "names of tables that the code declares",
    "odr/notary/log/log_rows.py": "names of tables that the code declares",
    "odr/notary/triggers.py": "triggers of the court's own code",
    "odr/operations/doctor.py": "names of pragmas of the check-up itself",
    "odr/operations/move.py": "triggers as the database itself tells them",
    "odr/procedure/case/coming_dates/dates.py": "names of tables and columns that the code declares",
    "odr/insight/distribution/counted.py": "how each engine writes the day of a column of the court's own",
    "odr/procedure/case/desk_counts/counts.py": "how each engine writes the hour of a column of the court's own",
    "odr/training/volume/rows.py": "names of tables and columns that the code declares, and numbers it counted",
    "odr/service/models.py": "triggers and a condition that the module spells itself",
}
"""Where a statement holds more than constants, and what: never anything that somebody wrote."""
UNESCAPED = {
    "odr/app.py": "a place to break the line in a case’s name, and the language of words: both are escaped as they are put in",
    "odr/register/publication/mirror/files.py": "a page without a template; every word of the text is escaped",
    "odr/register/publication/mirror/making.py": "a page without a template; addresses and names of files are escaped",
    "odr/judgment/decision/case_views.py": "the rest of the text is escaped; only links of the court's own are put in",
    "odr/register/formats/html.py": "marks of the court's own; what the decision says is escaped as it is put in",
    "odr/service/sending/letters.py": "parts that Jinja escaped when it rendered them",
}
"""Where a text is called safe for a page."""
CALLS_OUT = {
    "odr/evidence/sources/webpage/gate.py": "every hop of a capture passes the gate, redirects like the page",
    "odr/ground/outgoing.py": "the one way in which the five below ask",
    "odr/hearing/live/media/control.py": "the media room, on a Unix socket or loopback, by http.client, which follows no redirect",
    "odr/identity/sign_in/oidc.py": "the provider of the settings; redirects refused",
    "odr/notary/check/remote_log.py": "the auditor's own tool, at the address the auditor gives; redirects refused",
    "odr/notary/check/witness.py": "witnesses of the settings; redirects refused",
    "odr/notary/time/time_tokens.py": "time authorities of the settings; redirects refused",
    "odr/operations/rehearsal.py": "the copy of the court on loopback that is rehearsed, by http.client, which follows no redirect",
    "odr/operations/smoke.py": "the check after a deployment, at the address its keeper gives; redirects refused",
    "odr/operations/watch.py": "the watcher outside, at the address of the court that its keeper gives; redirects refused",
    "odr/service/channels/messenger.py": "the messenger's gateway of the settings, through posting.py",
    "odr/service/channels/posting.py": "gateways of the settings, by http.client, which follows no redirect",
    "odr/service/channels/seller.py": "inboxes of the settings, by http.client, which follows no redirect",
    "odr/service/channels/sms.py": "the gateway of the settings, by http.client, which follows no redirect",
    "odr/training/run.py": "the training court's own pages",
    "odr/training/stripe_peer/webhooks.py": "training only: the court's own hook",
}
"""Who asks another machine over HTTP; Stripe's and S3's own libraries aside."""
CRYPTOGRAPHY = {"hashlib", "hmac", "cryptography", "argon2", "secrets", "pyotp", "asn1crypto", "pyhanko", "webauthn"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the court, read."""
    return {path.relative_to(ROOT).as_posix(): tree_of(path) for path in files()}


@cache
def imported(tree: ast.AST) -> frozenset[str]:
    """Names of libraries, with the modules in them."""
    found: set[str] = set()
    for node in nodes_in(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@cache
def calls(tree: ast.AST) -> tuple[tuple[str, ast.Call], ...]:
    """Every call with the name that is called."""
    return tuple((ast.unparse(node.func), node) for node in nodes_in(tree) if isinstance(node, ast.Call))


def where(rule: object) -> set[str]:
    """Modules of which a rule of these tests holds."""
    assert callable(rule)
    return {name for name, tree in modules().items() if rule(tree)}


def test_nothing_a_stranger_wrote_is_run() -> None:
    """No module evaluates text, or reads bytes in a form that can carry code."""
    assert where(lambda tree: RUNS_CODE & {name for name, _ in calls(tree)}) == set()
    assert where(lambda tree: UNPACKS & {name.split(".")[0] for name in imported(tree)}) == set()


def test_programs_are_started_by_few_and_never_through_a_shell() -> None:
    """Only the modules named start a program, with a list of words and no shell."""
    starters = where(lambda tree: any(name.split(".")[0] == "subprocess" for name in imported(tree)))
    assert starters == PROGRAMS.keys()
    for name, tree in modules().items():
        assert not {"os.system", "os.popen", "os.execv", "pty.spawn"} & {called for called, _ in calls(tree)}, name
        assert not any(k.arg == "shell" for _, call in calls(tree) for k in call.keywords), name


def test_no_statement_is_glued_from_text() -> None:
    """A statement given to the database as text is a constant: what somebody wrote is bound, never put in."""
    assert where(_glues) == GLUED.keys()


def _glues(tree: ast.AST) -> bool:
    binds = "sqlalchemy.text" in imported(tree)
    for called, call in calls(tree):
        name = called.split(".")[-1]
        if call.args and (name == "exec_driver_sql" or (binds and called in ("text", "sql_text"))):
            names = [part for part in ast.walk(call.args[0]) if isinstance(part, ast.Name)]
            if any(not part.id.isupper() for part in names):
                return True
    return False


def test_pages_escape_what_they_show() -> None:
    """Nothing is called safe in a template, and in code only where the reason is written down."""
    marked = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+false", _without_constants(path.read_text(encoding="utf-8")))
    }
    assert marked == set()
    assert where(lambda tree: {"Markup", "markupsafe.Markup"} & {name for name, _ in calls(tree)}) == UNESCAPED.keys()


def _without_constants(template: str) -> str:
    """The template without the words of its own that it calls safe."""
    return re.sub(r"'[^'{}]*'\s*\|\s*safe\b", "", template)


def test_calls_to_other_machines_follow_no_redirect() -> None:
    """Who speaks HTTP to others is listed, and each goes where the settings say and nowhere else."""
    speakers = {"urllib.request", "http.client", "requests", "httpx", "aiohttp"}
    assert where(lambda tree: speakers & imported(tree)) | {"odr/evidence/sources/webpage/gate.py"} == CALLS_OUT.keys()
    for name, tree in modules().items():
        for called, call in calls(tree):
            assert called not in ("urlopen", "urllib.request.urlopen") or "training" in name, (
                f"{name}: follows redirects"
            )
            if called in ("requests.get", "requests.post", "requests.request"):
                said = {k.arg: ast.unparse(k.value) for k in call.keywords}
                assert said.get("allow_redirects") == "False" and "timeout" in said, name


def test_every_use_of_cryptography_is_in_the_inventory() -> None:
    """What hashes, signs, encrypts or draws lots stands on the security page with the folder it is in."""
    listed = set(re.findall(r"`(odr/[a-z_/.]*)`", SECURITY_PAGE.partition("## Algorithms")[2].partition("\n## ")[0]))
    users = where(lambda tree: CRYPTOGRAPHY & {name.split(".")[0] for name in imported(tree)})
    unlisted = {name for name in users if not any(_is_in(name, place) for place in listed)}
    assert unlisted == set()
    assert {place for place in listed if not any(_is_in(name, place) for name in users)} == set()


def _is_in(name: str, place: str) -> bool:
    """Whether a module is the one named, or lies in the folder named."""
    return name.startswith(place) if place.endswith("/") else name == place


@pytest.mark.parametrize("weak", ["md5", "sha1", "des", "rc4", "blowfish"])
def test_no_weak_algorithm_is_used(weak: str) -> None:
    """No module asks for an algorithm that is broken, whatever for."""
    asks = re.compile(rf"\b(hashlib\.{weak}|hashes\.{weak.upper()}|algorithms\.{weak}\b|\"{weak}\")", re.I)
    found = {name for name in modules() if asks.search((ROOT / name).read_text(encoding="utf-8"))}
    assert found - REFUSES_WEAK == set()


REFUSES_WEAK = {"odr/notary/time/authority.py", "odr/notary/time/verify.py", "odr/evidence/kit/verifier.py"}
"""Who names such an algorithm to refuse it."""


def test_each_room_stands_in_the_threat_model() -> None:
    """Every room of the court has its lines: what comes in, who would gain by it, what stands against it."""
    model = SECURITY_PAGE.partition("## Rooms and who would gain")[2].partition("\n## ")[0]
    rooms = {path.name for path in (ROOT / "odr").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert rooms == set(re.findall(r"^\| \*\*([a-z]+)\*\*", model, re.M))


SINKS = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|__proto__|\.cookie\b")
KEEPS = re.compile(r"localStorage|sessionStorage|indexedDB")


def test_the_courts_scripts_write_no_page_and_keep_nothing() -> None:
    """Our scripts put words into pages as text alone, and leave nothing of a case in the browser."""
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "static").glob("*.js")}
    assert len(scripts) > 4
    assert {name for name, text in scripts.items() if SINKS.search(text)} == set()
    assert {name for name, text in scripts.items() if KEEPS.search(text)} <= KEEP_SOMETHING.keys()


KEEP_SOMETHING = {"registry.js": "whether somebody of the registry works by keys"}
"""Scripts that keep something in the browser, and what: nothing of a case."""


def test_no_page_loads_anything_from_elsewhere() -> None:
    """No template names another host for a script, style, picture or form: what a page needs the court gives."""
    foreign = re.compile(
        r"<(?:script|link|img|iframe|form|source|video|audio)\b[^>]*\b(?:src|href|action)=\"(?:https?:)?//"
    )
    pages = {path: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    assert [path.name for path, text in pages.items() if foreign.search(text)] == []


def test_only_authenticated_encryption_is_used() -> None:
    """AES-GCM and Fernet, and no mode or padding that lets bytes be changed unseen; old RSA signatures only verify what
    others signed, or sign mail as DKIM wants it.
    """
    text = {name: (ROOT / name).read_text(encoding="utf-8") for name in modules()}
    assert {
        name for name, words in text.items() if re.search(r"modes\.(ECB|CBC|CTR|OFB|CFB)|padding\.PKCS7", words)
    } == set()
    assert {name for name, words in text.items() if "PKCS1v15" in words} == {
        "odr/notary/time/verify.py",
        "odr/service/channels/mime.py",
    }
