"""Bundle what others wrote in the media room (``werift``, ``ws`` and what these need) into one file, with every licence.

Run by hand when a version changes: ``python tools/media_bundle/make.py``. The result is committed under
``odr/hearing/live/media/room/vendor``, so that neither installing nor running the court needs npm; a test compares the
file with the digest written beside it. Versions and integrity of every package stand in ``package-lock.json``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "odr/hearing/live/media/room/vendor"
NAME = "third-party.mjs"
ALLOWED = {"MIT", "ISC", "0BSD", "Apache-2.0", "BSD-3-Clause", "Unlicense", "MPL-2.0"}
"""Licences under which a package may be given out with the court; another one is looked at by a person first."""
REQUIRE = (
    'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
)


class Refused(Exception):
    """A package without a licence text, or under one that nobody has looked at."""


def bundled(metafile: dict[str, Any], folder: Path) -> list[Path]:
    """Folders of the packages of which at least one file went into the bundle."""
    found = set()
    for name in metafile["inputs"]:
        if name.startswith("node_modules/"):
            found.add(next(place for place in (folder / name).parents if _is_package(place)))
    return sorted(found)


def _is_package(place: Path) -> bool:
    said = place / "package.json"
    return said.is_file() and "version" in json.loads(said.read_text("utf-8"))


def notice(package: Path) -> str:
    """Name, version and whole licence of one package. Raises Refused."""
    said = json.loads((package / "package.json").read_text("utf-8"))
    licence = said.get("license", "")
    texts = sorted(path for path in package.iterdir() if path.name.upper().startswith(("LICENSE", "LICENCE", "NOTICE")))
    if licence not in ALLOWED:
        raise Refused(f"{said['name']}: licence {licence!r}")
    author = said.get("author", "")
    author = author.get("name", "") if isinstance(author, dict) else author
    # Some packages carry no text of their own: then their own word on it stands here, and the common text at the end.
    body = (
        "\n\n".join(path.read_text("utf-8").strip() for path in texts) or f"({licence}; text at the end of this file)"
    )
    return f"## {said['name']} {said['version']} ({licence})\n\n{author}\n\n{body}\n"


def make(target: Path) -> None:
    """Install by the lock, bundle, gather the notices, write the digest."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ("package.json", "package-lock.json", "entry.mjs"):
            shutil.copy(HERE / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
        subprocess.run(
            [
                *("npm", "exec", "--offline", "--", "esbuild"),
                "entry.mjs",
                "--bundle",
                "--platform=node",
                "--target=node20",
                "--format=esm",
                f"--banner:js={REQUIRE}",
                "--external:bufferutil",
                "--external:utf-8-validate",
                "--legal-comments=none",
                "--metafile=meta.json",
                f"--outfile={NAME}",
                "--log-level=warning",
            ],
            cwd=folder,
            check=True,
        )
        packages = bundled(json.loads((folder / "meta.json").read_text()), folder)
        mit = (HERE / "MIT.txt").read_text("utf-8")
        notices = "\n".join(map(notice, packages))
        head = "# What others wrote in the media room\n\nBundled into `third-party.mjs` by `tools/media_bundle/make.py`.\n\n"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / NAME, target / NAME)
        (target / "NOTICES.md").write_text(
            f"{head}{notices}\n## The MIT License, for packages without a text\n\n{mit}", "utf-8"
        )
        digest = hashlib.sha256((target / NAME).read_bytes()).hexdigest()
        (target / "sha256.txt").write_text(f"{digest}  {NAME}\n")


if __name__ == "__main__":
    make(TARGET)
