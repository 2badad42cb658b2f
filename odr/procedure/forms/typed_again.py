"""What somebody had typed into a form that was not taken, told by the labels of the form, so that they can copy it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from odr.ground.text import T
from odr.procedure.forms.fields import FormField, fields_of
from odr.procedure.forms.form_data import Raw
from odr.procedure.forms.inputs import Widget
from odr.procedure.forms.two_windows import BUTTONS

HIDDEN = BUTTONS | {"password", "new_password", "code", "identity_code", "identity_password"}
"""Names in a form that are no answer of anybody's, or that nobody is shown again."""
MACHINE_WORDS = {Widget.HIDDEN, Widget.PASSWORD, Widget.CODE, Widget.FILE}


def typed_again(models: Sequence[type[BaseModel]], values: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    """Label and words of everything that was typed; ``models`` are what the form may ask for, the likeliest first.

    What none of them knows is told as something that was typed, never by the name it has in the page.
    """
    raw, found, told = Raw(values), [], set[str]()
    for model in models:
        asked = {name: value for name, value in values.items() if name not in told | HIDDEN}
        if not any(name in asked or raw.rows(name) or raw.has(name) for name in model.model_fields):
            continue
        for label, field in _with_place(fields_of(model, locale, asked)):
            names = {field.name, *(f"{field.name}-{part}" for part in ("day", "month", "year"))}
            if names & asked.keys() and not names & told:
                found.extend([(label, field.shown)] if field.shown.strip() and _is_for_people(field) else [])
                told |= names
    rest = T("Something you typed").render(locale)
    return found + [(rest, words) for name in values if name not in told | HIDDEN for words in raw.all(name)]


def _is_for_people(field: FormField) -> bool:
    # Without its options a chosen answer is a reference of the court's, which says nothing to anybody.
    chosen = field.kind in (Widget.RADIOS, Widget.SELECT, Widget.CHECKBOXES)
    return field.kind not in MACHINE_WORDS and (bool(field.options) or not chosen)


def _with_place(fields: Sequence[FormField], row: str = "") -> Iterator[tuple[str, FormField]]:
    for one in fields:
        label = T("%(row)s, %(field)s", row=row, field=one.label).render(one.locale) if row else one.label
        if not one.children and one.kind is not Widget.GROUP:
            yield label, one
        yield from _with_place(one.children, row)
        for each in one.rows:
            yield from _with_place(each.fields, each.title)
