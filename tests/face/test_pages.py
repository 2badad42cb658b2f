"""The shared pages and macros render in both languages, without a word that no translation reaches."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from odr.ground.errors import ActNotOpen, Cited, FieldFault, InvalidInput
from odr.ground.text import LOCALES, T
from odr.procedure.forms import fields as forms
from tests.face.stage import CHOICES, TYPED, Everything, court_things, environment, sample, wrong_fields
from tests.parsed import ROOT

TEMPLATES = ROOT / "templates"
LANGUAGES = sorted(LOCALES)
SOMEBODY = SimpleNamespace(name="Li Wen", is_staff=False, roles=frozenset(), acting_for=None)


def act_page(locale: str, **how: Any) -> str:
    """The generic page of an act, wrong and moved on."""
    fields, things = wrong_fields(locale), court_things()
    return (
        environment(locale, person=SOMEBODY)
        .get_template("generic/act.html")
        .render(
            case=things["case"],
            act=things["act"],
            fields=fields,
            faults=forms.summary(fields),
            premise="7",
            tab="overview",
            **how,
        )
    )


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_macro_renders(locale: str) -> None:
    """One page with every macro says its language and leaves no place unfilled."""
    page = sample(locale, person=SOMEBODY, training=True)
    assert f'<html class="govuk-template" lang="{locale}">' in page
    # court.js fills the places of these attributes, and only these.
    assert "%(" not in re.sub(r'data-(left|over|saved|days|hours|minutes)="[^"]*"', "", page)
    assert 'style="' not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_refused_form_comes_back_filled(locale: str) -> None:
    """The act's page has what was typed, the summary's links lead to fields that are there, and Enter does not press
    “Remove”.
    """
    page = act_page(locale, moved_on=False)
    for target in re.findall(r'<li><a href="#([^"]+)"', page):
        assert f'id="{target}"' in page
    assert 'value="1.000,50"' in page
    form = page[page.index('<form method="post" novalidate') :]
    assert form.index("court-default") < form.index('name="remove"')
    assert 'name="csrf_token" value="token"' in form
    assert 'name="premise" value="7"' in form


def test_moved_on_keeps_what_was_typed() -> None:
    """When the case moved on, the page says so first and the fields still hold the words."""
    page = act_page("en", moved_on=True)
    assert page.index("The case has moved on") < page.index("I booked a room")


def test_typed_markup_is_shown_not_run() -> None:
    """What a person types is text on the page, whatever signs it has."""
    values = TYPED | {"name": '"><script>alert(1)</script>', "facts-0-what": "</textarea><b>"}
    fields = forms.fields_of(Everything, "en", values, [FieldFault(("name",), T("%(words)s", words="<i>"))], CHOICES)
    things = court_things()
    page = (
        environment("en")
        .get_template("generic/act.html")
        .render(
            case=things["case"],
            act=things["act"],
            fields=fields,
            faults=forms.summary(fields),
            premise="7",
            moved_on=False,
        )
    )
    assert "<script>alert" not in page
    assert "</textarea><b>" not in page
    assert "<i>" not in page


def test_a_password_is_never_shown_again() -> None:
    """A password that was typed is not written into the page that comes back."""
    from typing import Annotated

    from odr.procedure.forms.inputs import CourtModel, CourtText, field

    class Secret(CourtModel):
        """A password."""

        password: Annotated[str, CourtText(1, 99), field(T("Name"), widget="password")]

    things = court_things()
    fields = forms.fields_of(Secret, "en", {"password": "hunter2"})
    page = (
        environment("en")
        .get_template("generic/act.html")
        .render(case=things["case"], act=things["act"], fields=fields, faults=[], premise="", moved_on=False)
    )
    assert "hunter2" not in page


@pytest.mark.parametrize("locale", LANGUAGES)
def test_an_error_says_what_one_may_do(locale: str) -> None:
    """The page of a breach has the reason, the way out, the rule, and what was typed."""
    breach = ActNotOpen(T("The time has ended."), T("Choose one of those listed."), Cited("CPL 86", T("Receipt")))
    page = (
        environment(locale).get_template("generic/error.html").render(error=breach, typed=[("statement", "my <words>")])
    )
    for words in (breach.message, breach.way_out):
        assert words is not None
        assert words.render(locale) in page
    assert breach.source is not None and breach.source.words.render(locale) in page and "CPL 86" not in page
    assert "my &lt;words&gt;" in page
    both = InvalidInput([FieldFault(("a",), T("Write this as text.")), FieldFault(("b",), T("Leave this empty."))])
    assert T("Leave this empty.").render(locale) in environment(locale).get_template("generic/error.html").render(
        error=both
    )


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_other_generic_pages_render(locale: str) -> None:
    """Check your answers, the receipt have what they were given and one primary button at most."""
    env = environment(locale, person=SOMEBODY)
    pages = [
        env.get_template("generic/check.html").render(
            sections=[("Facts", "/change", [("When", "27 April"), ("Who", "")])],
            action="/lodge",
            premise="3",
            idempotency_key="k",
            promise="It is sent.",
        ),
        env.get_template("generic/receipt.html").render(
            heading="Lodged",
            number="(2026) 1",
            pairs=[("SHA-256", "ab" * 32)],
            next_steps=["The clerk reads it."],
            links=[("/r", "receipt.json")],
        ),
    ]
    for page, words in zip(pages, ("27 April", "ab" * 32), strict=True):
        assert words in page
        assert len(re.findall(r'<(?:button|a)[^>]*class="govuk-button"', page)) <= 1


def test_the_footer_tells_the_limit_of_the_log() -> None:
    """“No outside witness yet” stands on every page until the day it is no longer true."""
    line = "No outside witness yet"
    assert line in sample("en", witnesses=0)
    assert line not in sample("en", witnesses=2)
    assert "184,207" in sample("en")


def test_the_two_badges_are_never_merged() -> None:
    """The first badge never says that a file is genuine; a broken one is told apart by words."""
    page = sample("en")
    first = page[page.index("court-badge--proof") : page.index("court-badge--source")]
    assert not re.search(r"verified|authentic|genuine", first, re.IGNORECASE)
    assert "Does not match: the court has been told" in page


def test_a_table_keeps_its_roles() -> None:
    """Tables that turn into cards write out their roles and label each cell."""
    for table in re.findall(r"<table.*?</table>", sample("en"), re.DOTALL):
        assert 'role="table"' in table
        assert 'role="rowheader"' in table
        assert all('role="cell"' in cell for cell in re.findall(r"<td[^>]*>", table))


def test_the_language_switch_keeps_the_address() -> None:
    """Changing the language leads back to the same page."""
    assert 'href="/language/zh-Hans?next=/cases/abc"' in sample("en")
    assert 'href="/language/en?next=/cases/abc"' in sample("zh-Hans")


def test_every_wide_table_becomes_cards_or_scrolls_on_a_phone() -> None:
    """A table of three columns is wider than 320 px sooner or later: at a long name, an address, a date."""
    wrong = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        words = path.read_text(encoding="utf-8")
        for found in re.finditer(r"<table\b[^>]*>", words):
            inside = words[found.end() :].partition("</table>")[0]
            is_scrolled = "court-scroll" in words[max(0, found.start() - 200) : found.start()]
            if not re.search("court-(stack|texts)", found[0]) and not is_scrolled and inside.count('scope="col"') > 2:
                wrong.append(f"{path.relative_to(TEMPLATES)}: {found[0]}")
    assert not wrong, wrong
