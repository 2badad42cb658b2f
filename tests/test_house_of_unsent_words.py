"""What somebody has typed is kept: every form of a page that may ask for a text of several lines keeps it, or stands in
``unkept_forms.tsv`` with the reason why it does not.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from odr.procedure.forms.fields import fields_of, leaves
from odr.procedure.forms.inputs import Widget

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
LIST = Path(__file__).resolve().parent / "unkept_forms.tsv"
TAG = r"<form\b(?P<tag>(?:\{\{.*?\}\}|\{%.*?%\}|[^>{])*)>(?P<body>.*?)</form>"
FORM = re.compile(TAG, re.S)
DRAWS = ("fields", "one", "textarea", "group", "fieldset", "row_fields", "some_of")
"""Macros of ``macros/forms.html`` that may draw a text of several lines."""


@dataclass(frozen=True)
class Form:
    """A form as a template writes it."""

    template: str
    action: str
    tag: str
    body: str

    @property
    def is_kept(self) -> bool:
        return "data-autosave" in self.tag


@dataclass(frozen=True)
class Unkept:
    """A line of the list. ``model`` is its input where it has no text of several lines, which is looked at."""

    template: str
    action: str
    model: str
    why: str


def listed() -> list[Unkept]:
    """The list as it is written."""
    lines = LIST.read_text("utf-8").splitlines()
    return [Unkept(*line.split("\t")) for line in lines if line and not line.startswith("#")][1:]


def names_that_draw(source: str) -> set[str]:
    """What a template calls the macros that draw fields: those it imports, and its own that call them."""
    found: set[str] = set()
    for imported in re.findall(r'\{% from "macros/forms\.html" import ([^%]*?)(?: with context)? %\}', source):
        for part in imported.split(","):
            name, _, alias = part.strip().partition(" as ")
            if name in DRAWS:
                found.add(alias or name)
    for name, body in re.findall(r"\{% macro (\w+)\([^%]*%\}(.*?)\{% endmacro %\}", source, re.S):
        if may_ask_for_a_text(body, found):
            found.add(name)
    return found


def may_ask_for_a_text(body: str, draws: set[str]) -> bool:
    """Whether a text of several lines may stand in a form."""
    return "<textarea" in body or any(re.search(rf"\{{\{{[^}}]*\b{name}\(", body) for name in draws)


def with_parts(source: str) -> str:
    """A template with the parts it includes in their places."""
    return re.sub(
        r'\{% include "([\w/.]+\.html)"[^%]*%\}',
        lambda found: with_parts((TEMPLATES / found[1]).read_text("utf-8")),
        source,
    )


def forms_with_texts() -> Iterator[Form]:
    """Every form sent by POST that may ask for a text of several lines."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        source, template = path.read_text("utf-8"), path.relative_to(TEMPLATES).as_posix()
        draws = names_that_draw(source)
        for found in FORM.finditer(source):
            if "macros/" not in template and 'method="get"' not in found["tag"]:
                body = with_parts(found["body"])
                if may_ask_for_a_text(body, draws):
                    where = re.search(r'\baction="(?:\{\{ ?)?(?:url_for\(["\'])?([^"\'\s,)}]*)', found["tag"])
                    yield Form(template, where[1] if where is not None else "-", found["tag"], body)


def test_every_form_with_a_text_keeps_it_or_says_why_not() -> None:
    """A new form that keeps nothing, and a line for one that is gone or keeps by now, are both found."""
    unkept = {(form.template, form.action) for form in forms_with_texts() if not form.is_kept}
    assert unkept == {(line.template, line.action) for line in listed()}


def test_the_house_sees_forms_of_every_kind() -> None:
    """The look itself: a form drawn from a model, one written by hand, one in an included part; and that some keep."""
    found = {form.template for form in forms_with_texts()}
    assert {"generic/act.html", "evidence/digests.html", "hearing/working_copy.html"} <= found
    assert {"register/reading.html", "generic/act.html"} <= {
        form.template for form in forms_with_texts() if form.is_kept
    }


@pytest.mark.parametrize("line", listed(), ids=lambda line: f"{line.template} {line.action}")
def test_a_reason_is_given_and_holds(line: Unkept) -> None:
    """A form that is said to ask for single lines asks for nothing longer."""
    assert len(line.why.split()) >= 4
    for named in filter(None, line.model.split(" ")):
        if named != "-":
            module, _, name = named.rpartition(".")
            model = getattr(importlib.import_module(f"odr.{module}"), name)
            long = [one.name for one in leaves(fields_of(model, "en", {})) if one.kind is Widget.TEXTAREA]
            assert long == [], line
