"""Where the court's libraries come from is written down, and no key or password of anybody stands in the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
KNOWN = "tests/ops/known_secrets.json"
"""What looks like a secret and is none, each looked at by a person: passwords of the training court and of tests."""
PROVE = bool(os.environ.get("ODR_PROVE"))
FOLDERS = ("odr", "bench", "deploy", "docs", "migrations", "templates", "tools", ".ci", *(("tests",) if PROVE else ()))
"""Where secrets are looked for; among the tests too in ``make prove``."""
GENERATED = {ROOT / "docs/law.md"}
"""Lists articles beside files; an article on secrets is none."""
TEXT = {".py", ".md", ".toml", ".html", ".sh", ".example", ".service", ".conf", ".typ", ".js", ".yaml", ".yml", ""}


def pins(name: str) -> dict[str, str]:
    """Libraries of a requirement file with their versions; every line names one."""
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        words = line.split("#")[0].strip()
        if words and not words.startswith("-"):
            one = Requirement(words)
            (pin,) = one.specifier
            assert pin.operator == "==", f"{name}: {line} is not pinned"
            found[canonicalize_name(one.name)] = pin.version
    return found


def test_the_bill_of_materials_names_every_library(tmp_path: Path) -> None:
    """What ``make sbom`` writes is valid CycloneDX and has each library of the court at its version."""
    made = subprocess.run(
        ["sh", "tools/sbom", str(tmp_path / "sbom.cdx.json")],
        cwd=ROOT,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    bill = json.loads((tmp_path / "sbom.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX" and bill["metadata"]["component"]["name"] == "online-dispute-court"
    named = {canonicalize_name(each["name"]): each["version"] for each in bill["components"]}
    assert named == pins("requirements.txt")


def settings() -> dict[str, object]:
    """Detectors and filters as the list of what is known was made."""
    return {key: _known()[key] for key in ("plugins_used", "filters_used")}


def looks_secret(files: list[str], **how: object) -> set[tuple[str, str, str]]:
    """What the detectors find in files of the project: file, kind and digest."""
    with transient_settings({**settings(), **how}):
        found = SecretsCollection(root=str(ROOT))
        for name in files:
            found.scan_file(name)
    return {((ROOT / name).relative_to(ROOT).as_posix(), one.type, one.secret_hash) for name, one in found}


def _known() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / KNOWN).read_text())
    return read


def test_no_secret_stands_in_the_repository() -> None:
    """No private key, token or password but those of the training court and of tests, which open nothing.

    The filters only take away of what was found, and go through every line to do so: they are asked of the files alone in
    which something unknown was found without them.
    """
    known = {(name, one.type, one.secret_hash) for name, one in baseline.load(_known(), KNOWN)}
    files = [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts and path not in GENERATED
    ]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT]
    first = looks_secret([path.relative_to(ROOT).as_posix() for path in files], filters_used=[]) - known
    seen = looks_secret(sorted({name for name, *_ in first})) if first else set()
    unknown = [f"{name}: {kind}" for name, kind, _ in sorted(seen - known)]
    assert len(files) > 500 and unknown == [], "\n".join(unknown)


@pytest.mark.parametrize(
    "planted",
    [
        'KEY = "sk_live_' + "4eC39HqLyjWDarjtT1zdp7dc" + '"',
        "-----BEGIN " + "EC PRIVATE KEY-----",
        'password = "' + "Tr0ub4dor-and-3" + '"',
        "DATABASE=postgresql://court:" + "hunter2" + "@db/court",
    ],
)
def test_a_secret_is_found(planted: str, tmp_path: Path) -> None:
    """The detectors find a key of a payment service, a private key, a password and one in an address."""
    (tmp_path / "planted.py").write_text(planted + "\n")
    with transient_settings(settings()):
        found = SecretsCollection(root=str(tmp_path))
        found.scan_file("planted.py")
    assert len(list(found)) >= 1


def test_each_known_one_was_looked_at() -> None:
    """Nothing stands in the list of what is known that nobody has called harmless, and nothing that is gone."""
    known = _known()["results"]
    for name, secrets in known.items():
        assert (ROOT / name).is_file(), f"{name} is gone"
        assert all(secret.get("is_secret") is False for secret in secrets), name
