"""Letters people get: plain words, in their language, with no link that must be followed and a code that proves the
court.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from markupsafe import Markup, escape

from odr.ground.text import LOCALES, T, Text, write

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "letters"


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the court's name, the address people type themselves, telephone and street."""

    court: Text
    site: str
    phone: str
    street: Text
    advice: str = ""
    """Number of free legal advice; empty where there is none."""


@dataclass(frozen=True)
class Letter:
    """A letter in both forms."""

    subject: str
    text: str
    html: str


BETWEEN = "\n" + "—" * 30 + "\n\n"
"""What stands between the two languages of a letter."""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(  # nosec B701 # escapes what is HTML; a plain letter is none
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=lambda name: name is not None and name.endswith(".html"),
    )


def render(template: str, locale: str, **data: Any) -> str:
    """A letter's template for a reader of ``locale``. Texts, money, days and instants in ``data`` are written in it.

    Raises jinja2.UndefinedError when the template needs something that was not given.
    """

    def _(msgid: str, **params: Any) -> str:
        return Text(msgid, params).render(locale)

    prepared = {k: write(v, locale) if isinstance(v, Text) else v for k, v in data.items()}
    return (
        _environment()
        .get_template(template)
        .render(_=_, locale=locale, w=lambda value: write(value, locale), **prepared)
    )


@lru_cache(maxsize=1)
def letter_names() -> tuple[str, ...]:
    """The letters there are."""
    return tuple(sorted(p.stem for p in FOLDER.glob("*.txt") if not p.name.startswith("_")))


TRANSLATED = T("Translation. The letter in the language of the case, which stands before it, is the one that counts.")


def write_letter(
    name: str, locale: str, *, subject: Text, both: bool = False, original: str | None = None, **data: Any
) -> Letter:
    """A letter as text and HTML in the recipient's language; ``both`` lets the court's other language follow.

    Both is for a first contact: nobody has yet said which language they read. ``original`` is the language of the case:
    the letter in it stands first and counts, and what follows in the reader's is marked as a translation.
    """
    if name not in letter_names():
        raise TemplateNotFound(name)
    wanted = [locale, *(other for other in LOCALES if other != locale)] if both else [locale]
    locales = list(dict.fromkeys([original, *wanted])) if original in LOCALES else wanted
    marks = [TRANSLATED.render(one) if original in LOCALES and one != original else "" for one in locales]
    written = [render(f"{name}.txt", each, subject=subject, **data).strip() + "\n" for each in locales]
    text = BETWEEN.join(f"{mark}\n\n{part}" if mark else part for mark, part in zip(marks, written, strict=True))
    parts = [
        (f"<p>{escape(mark)}</p>\n" if mark else "") + render(f"{name}.html", each, subject=subject, **data)
        for mark, each in zip(marks, locales, strict=True)
    ]
    # Each part was escaped when it was rendered.
    html = render(
        "_page.html",
        locale,
        subject=subject,
        parts=[(tag, Markup(part)) for tag, part in zip(locales, parts, strict=True)],  # nosec B704
    )
    return Letter(subject.render(locale), text, html)
