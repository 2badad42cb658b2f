"""Fetch what the pages need from npm, pinned, and put it under ``static/vendor``.

Run by hand when a version changes; the result is committed, so that neither
building nor running the court needs npm. Fails if anything is left of what the
court may not use: the typeface and the crest of GOV.UK.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
PINNED = {
    "govuk-frontend": "6.6.0",
    "@fontsource/public-sans": "5.3.0",
    "@fontsource/noto-sans-sc": "5.3.0",
    "htmx.org": "2.0.11",
    "tus-js-client": "4.3.1",
    "hash-wasm": "4.13.0",
}
COPIED = {
    ("htmx.org", "dist/htmx.min.js"): "htmx/htmx.min.js",
    ("tus-js-client", "dist/tus.min.js"): "tus/tus.min.js",
    ("hash-wasm", "dist/sha256.umd.min.js"): "hash-wasm/sha256.umd.min.js",
}
LICENCES = {
    "govuk-frontend": None,  # its npm package carries no licence file; the text stands in THIRD-PARTY-NOTICES.md
    "@fontsource/public-sans": "LICENSE",
    "@fontsource/noto-sans-sc": "LICENSE",
    "htmx.org": "LICENSE",
    "tus-js-client": "LICENSE",
    "hash-wasm": "LICENSE",
}


class Refused(Exception):
    """Something was found, or not found, that must not go into the court's pages."""


def fetch(package: str, version: str, folder: Path) -> Path:
    """The unpacked package."""
    made = subprocess.run(
        ["npm", "pack", f"{package}@{version}", "--silent"], cwd=folder, check=True, capture_output=True, text=True
    )
    place = folder / package.replace("/", "-")
    with tarfile.open(folder / made.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(place, filter="data")
    return place / "package"


def court_css(css: str) -> str:
    """GOV.UK's styles without its typeface, notice and crest, in the court's own font."""
    css = re.sub(r"/\*(?:(?!\*/).)*?not commercially available(?:(?!\*/).)*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", "var(--court-font,sans-serif)")
    css = css.replace("font-family:sans-serif", "font-family:var(--court-font,sans-serif)")
    css = re.sub(r"[^{}]*\{[^{}]*govuk-crest\.svg[^{}]*\}", "", css)
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css).strip() + "\n"
    check_css(css)
    return css


def check_css(css: str) -> None:
    """Raises Refused for anything that GOV.UK keeps to itself, or an address outside the folder."""
    for word in (
        "GDS Transport",
        "/assets/",
        "govuk-crest",
        "sourceMappingURL",
        "commercially available",
        "url(http",
        "@import",
    ):
        if word in css:
            raise Refused(f"{word!r} is left in the styles")


_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def faces(css: str, folder: str) -> tuple[str, set[str]]:
    """The font faces with woff2 files only, and the names of those files."""
    kept, files = [], set()
    for face in _FACE.findall(css):
        face = re.sub(r",\s*url\([^)]*\.woff\) format\('woff'\)", "", face)
        files |= set(re.findall(r"files/([\w.-]+\.woff2)", face))
        kept.append(face.replace("./files/", ""))
    if not files:
        raise Refused(f"no font files in {folder}")
    return "\n".join(kept) + "\n", files


def public_sans(package: Path, target: Path) -> None:
    """Latin and extended Latin in the three weights the pages use."""
    ranges = {
        name: re.search(r"unicode-range: ([^;]+);", face)
        for name, face in _named_faces((package / "400.css").read_text())
    }
    sheets = []
    target.mkdir()
    for subset in ("latin-ext", "latin"):
        for weight in (400, 600, 700):
            css, files = faces((package / f"{subset}-{weight}.css").read_text(), "public-sans")
            found = ranges[f"public-sans-{subset}-400-normal"]
            if found is None:
                raise Refused(f"no range for {subset}")
            sheets.append(css.replace("}", f"  unicode-range: {found[1]};\n}}"))
            _copy(package, files, target)
    (target / "public-sans.css").write_text("".join(sheets))


def noto_sans_sc(package: Path, target: Path) -> None:
    """Chinese in pieces by range; a browser without any Chinese font fetches the few pieces a page needs."""
    target.mkdir()
    css, files = faces((package / "400.css").read_text(), "noto-sans-sc")
    wanted = [face for face in _FACE.findall(css) if re.search(r"noto-sans-sc-\d+-400", face)]
    (target / "noto-sans-sc.css").write_text("\n".join(wanted).replace("'Noto Sans SC'", "'Court Han'") + "\n")
    _copy(package, {name for name in files if re.match(r"noto-sans-sc-\d+-400", name)}, target)


def _named_faces(css: str) -> list[tuple[str, str]]:
    return re.findall(r"/\* ([\w\[\]-]+) \*/\s*(@font-face \{.*?\})", css, re.DOTALL)


def _copy(package: Path, files: set[str], target: Path) -> None:
    for name in sorted(files):
        shutil.copyfile(package / "files" / name, target / name)


def build(target: Path) -> None:
    """Make the folder anew."""
    with tempfile.TemporaryDirectory() as scratch:
        packages = {name: fetch(name, version, Path(scratch)) for name, version in PINNED.items()}
        made = Path(scratch) / "made"
        made.mkdir()
        css = (packages["govuk-frontend"] / "dist/govuk/govuk-frontend.min.css").read_text()
        (made / f"govuk-frontend-{PINNED['govuk-frontend']}.court.css").write_text(court_css(css))
        for (name, path), file in COPIED.items():
            text = (packages[name] / path).read_text()
            (made / file).parent.mkdir(exist_ok=True)
            (made / file).write_text(re.sub(r"\n//# sourceMappingURL=.*", "", text).rstrip() + "\n")
        public_sans(packages["@fontsource/public-sans"], made / "public-sans")
        noto_sans_sc(packages["@fontsource/noto-sans-sc"], made / "noto-sans-sc")
        licences = made / "licences"
        licences.mkdir()
        for name, file in LICENCES.items():
            if file is not None:
                shutil.copyfile(packages[name] / file, licences / f"{name.replace('@', '').replace('/', '-')}.txt")
        (made / "versions.json").write_text(json.dumps(PINNED, indent=2) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=TARGET)
    build(parser.parse_args().target)


if __name__ == "__main__":
    main()
