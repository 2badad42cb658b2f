"""What is taken over from elsewhere is pinned, complete, and free of what the court may not use."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.face.stage import ROOT, sample
from tools.vendor import PINNED, Refused, check_css, court_css

VENDOR = ROOT / "static" / "vendor"


def test_govuk_styles_carry_nothing_of_govuk() -> None:
    """Neither the typeface nor the crest nor any address outside the folder is left."""
    check_css((VENDOR / "govuk-frontend-6.6.0.court.css").read_text())


@pytest.mark.parametrize(
    "left",
    [
        "a{font-family:GDS Transport}",
        "a{background:url(/assets/x.svg)}",
        "a{background:url(https://e.example/x)}",
        "@import 'x'",
    ],
)
def test_the_script_fails_when_something_is_left(left: str) -> None:
    """A new version that brings such a thing in another shape is not let through."""
    with pytest.raises(Refused):
        check_css(left)


def test_the_styles_get_the_courts_font() -> None:
    """Every font of the original becomes the court's own; the rest stays as it was."""
    css = (
        "/*! Copyright. not commercially available. */@font-face{font-family:GDS Transport;src:url(/assets/x)}"
        ".a{font-family:GDS Transport,arial,sans-serif;color:red}@media print{.a{font-family:sans-serif}}"
        ".c{background:url(/assets/images/govuk-crest.svg)}"
    )
    assert (
        court_css(css)
        == ".a{font-family:var(--court-font,sans-serif);color:red}@media print{.a{font-family:var(--court-font,sans-serif)}}\n"
    )


@pytest.mark.parametrize("sheet", sorted(VENDOR.glob("*/*.css")), ids=lambda p: p.name)
def test_every_font_file_is_there_and_no_other(sheet: Path) -> None:
    """A style sheet names exactly the font files beside it."""
    named = set(re.findall(r"url\(([^)]+)\)", sheet.read_text()))
    assert named == {path.name for path in sheet.parent.glob("*.woff2")}
    assert named


def test_chinese_needs_no_installed_font() -> None:
    """The pieces of the Chinese font cover every character of the translations, each found by its range."""
    css = (VENDOR / "noto-sans-sc" / "noto-sans-sc.css").read_text()
    covered: set[int] = set()
    for ranges in re.findall(r"unicode-range: ([^;]+);", css):
        for part in ranges.split(","):
            first, _, last = part.strip().removeprefix("U+").partition("-")
            covered |= set(range(int(first, 16), int(last or first, 16) + 1))
    words = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "translations").rglob("*.po"))
    assert {c for c in words if "\u4e00" <= c <= "\u9fff" and ord(c) not in covered} == set()


def test_the_vendored_fonts_come_last_for_chinese() -> None:
    """A font the reader has is used first; the court's pieces are fetched only where there is none."""
    stack = re.search(r"--court-font: ([^;]+);", (ROOT / "static" / "court.css").read_text())
    assert stack is not None
    families = [family.strip() for family in stack[1].split(",")]
    assert families[0] == '"Public Sans"'
    assert families[-2:] == ['"Court Han"', "sans-serif"]


def test_versions_are_pinned_and_noticed() -> None:
    """Every package taken over stands in the notices with its version."""
    assert json.loads((VENDOR / "versions.json").read_text()) == PINNED
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text()
    assert [f"{name} {version}" for name, version in PINNED.items() if f"{name} {version}" not in notices] == []
    assert "htmx.org" in PINNED
    assert PINNED["htmx.org"].startswith("2.0.")


def test_every_file_a_page_asks_for_is_there() -> None:
    """The frame links to no file that is missing, and none of another site."""
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', sample("en"))
    assert len(addresses) >= 8
    assert [a for a in addresses if not (ROOT / a.removeprefix("/")).is_file()] == []


def test_scripts_make_no_code() -> None:
    """The court's own scripts run under a policy without eval and write no inline style."""
    for path in (ROOT / "static").glob("*.js"):
        assert not re.search(r"\beval\(|new Function|\.style\b|innerHTML|document\.write", path.read_text()), path.name
