"""Forms out of models: what a page asks, filled with what was typed and marked with what was wrong.

Nothing typed is lost: fields are always made from the raw values, never from a model.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from odr.ground.errors import FieldFault
from odr.ground.text import T, Text, side_by_side
from odr.procedure.forms.faults import item_model, label_of, one_model, variants
from odr.procedure.forms.form_data import (
    GroupAction,
    Raw,
    collect,
    default_text,
    flatten,
    group_action,
    kept_rows,
    least,
    money_text,
    most_rows,
    parse,
    widget_of,
)
from odr.procedure.forms.inputs import Choice, CourtText, Label, Location, RefTo, Widget, is_nullable, marks
from odr.procedure.forms.reading import Unreadable, read_day

__all__ = [
    "FormField",
    "Option",
    "Row",
    "choice_source",
    "choices_for",
    "collect",
    "fields_of",
    "flatten",
    "group_action",
    "leaves",
    "money_text",
    "parse",
    "sources_needed",
    "summary",
]

UPLOADS = "upload"
"""Source of the files an actor has sent and not used yet."""
FEW = 7
"""From more options than this a list to choose from replaces radio buttons."""


@dataclass(frozen=True)
class Option:
    """One answer to choose: its value in the form, its words, a line of explanation."""

    value: str
    label: str | Text
    hint: str | Text | None = None


def with_defaults(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form starts with that nobody has sent yet: what the address or the court gives, and the defaults of the rest.

    A form that was sent says everything itself: there an empty box is an answer.
    """
    raw, found = Raw(values), dict(values)
    for name, info in model.model_fields.items():
        if not raw.has(name) and not raw.rows(name):
            plain = isinstance(info.default, str | int | enum.Enum)
            start = "true" if info.default is True else default_text(info) if plain else ""
            found |= {name: start} if start else {}
    return found


@dataclass
class Row:
    """One row of a group: its number from 1 and its fields."""

    number: int
    name: str
    title: str
    fields: list[FormField]
    focus: bool = False
    """Whether the page opens here: it was just added, or stands where one was taken away."""

    @property
    def is_wrong(self) -> bool:
        return any(f.is_wrong for f in self.fields)

    @property
    def preview(self) -> str:
        """What was typed in the row, shortly, for when it is folded away."""
        return " ".join(f.shown for f in self.fields if f.shown)


@dataclass
class FormField:
    """Everything a macro needs to ask for one field in one language."""

    name: str
    kind: Widget
    label: str
    hint: str | None = None
    locale: str = "en"
    value: str = ""
    chosen: tuple[str, ...] = ()
    parts: tuple[str, str, str] = ("", "", "")
    """Day, month and year of a date."""
    error: str | None = None
    required: bool = True
    options: list[Option] = field(default_factory=list)
    children: list[FormField] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    can_add: bool = False
    can_remove: bool = False
    focus: bool = False
    """Whether the page opens at the button that adds a row: the last one was taken away."""
    most: int | None = None
    one_line: bool = True
    sends: bool = False
    """Answered with a file that is sent to the court first."""

    @property
    def id(self) -> str:
        """Where an error summary leads: the control itself, or the first of several."""
        if self.kind is Widget.DATE:
            return f"{self.name}-day"
        return self.name

    @property
    def shown(self) -> str:
        """What was typed or chosen, as words."""
        if self.kind is Widget.DATE:
            return " ".join(part for part in self.parts if part)
        if self.options and self.kind is not Widget.SUGGEST:
            return side_by_side(o.label for o in self.options if o.value in self.chosen).render(self.locale)
        return "" if self.kind in (Widget.HIDDEN, Widget.PASSWORD, Widget.CHECKBOX) else self.value

    @property
    def wants_files(self) -> bool:
        """Whether it, or a field within it, is answered with a file."""
        return (
            self.sends
            or any(c.wants_files for c in self.children)
            or any(f.wants_files for r in self.rows for f in r.fields)
        )

    @property
    def is_wrong(self) -> bool:
        return self.error is not None or any(c.is_wrong for c in self.children) or any(r.is_wrong for r in self.rows)


ChoiceSource = Callable[[Any, Any, Any], Sequence[Option]]
"""(court at a look, case, actor) → options; case and actor are None before there is a case."""
SOURCES: dict[str, ChoiceSource] = {}


def choice_source(name: str) -> Callable[[ChoiceSource], ChoiceSource]:
    """Declare where the options of ``field(…, choices=name)`` or ``RefTo(name)`` come from."""

    def enter(source: ChoiceSource) -> ChoiceSource:
        if name in SOURCES:
            raise ValueError(f"two sources of choices are called {name}")
        SOURCES[name] = source
        return source

    return enter


def sources_needed(model: type[BaseModel]) -> set[str]:
    """Names of the sources a form of this model asks."""
    found: set[str] = set()
    for info in model.model_fields.values():
        label = label_of(info)
        found |= {name for name in (_source_name(info), label.asked if label is not None else None) if name is not None}
        inner = item_model(info.annotation) or one_model(info.annotation)
        for part in [inner] if inner else variants(info).values():
            found |= sources_needed(part)
    return found


def choices_for(model: type[BaseModel], court: Any, case: Any, actor: Any) -> dict[str, list[Option]]:
    """Options of every source the model names, asked once each. Raises KeyError for a source nobody declared."""
    return {name: list(SOURCES[name](court, case, actor)) for name in sorted(sources_needed(model))}


def _source_name(info: FieldInfo) -> str | None:
    label = label_of(info)
    if label is not None and (label.choices or label.widget is Widget.HIDDEN):
        return label.choices
    return next((m.kind for m in marks(info) if isinstance(m, RefTo)), None)


def fields_of(
    model: type[BaseModel],
    locale: str,
    values: Mapping[str, Any] | None = None,
    faults: Sequence[FieldFault] = (),
    choices: Mapping[str, Sequence[Option]] | None = None,
) -> list[FormField]:
    """The fields of a model in a reader's language, filled with raw values and marked with faults.

    A pressed group button in ``values`` is obeyed. A field whose ``asked`` yields nothing is left out unless it was filled. A fault at no field of the
    form stands at the nearest one, or in a notice before all.
    """
    build = _Build(locale, Raw(values or {}), group_action(values or {}), choices or {}, list(faults))
    fields = build.model(model, "", ())
    rest = [f for f in build.faults if not build.is_used(f)]
    if rest:
        fields.insert(
            0,
            FormField("form", Widget.NOTICE, "", locale=locale, error=" ".join(f.message.render(locale) for f in rest)),
        )
    return fields


def summary(fields: Sequence[FormField], row: str = "") -> list[tuple[str, str]]:
    """Where each fault is and what it says, in the order of the page; read alone, it tells the row and the field."""
    found: list[tuple[str, str]] = []
    for one in fields:
        if one.error is not None:
            found.append((one.id, _alone(one, one.error, row)))
        found.extend(summary(one.children, row))
        for each in one.rows:
            found.extend(summary(each.fields, each.title))
    return found


def leaves(fields: Sequence[FormField]) -> Iterator[FormField]:
    """Every field that is answered by itself, in the order of the page."""
    for one in fields:
        if not one.children and not one.rows and one.kind is not Widget.GROUP:
            yield one
        yield from leaves(one.children)
        for row in one.rows:
            yield from leaves(row.fields)


def _alone(one: FormField, words: str, row: str) -> str:
    """A fault with the names of its row and field before it, unless it names the field itself."""
    named = "" if one.label in words else one.label
    place = T("%(row)s, %(field)s", row=row, field=named).render(one.locale) if row and named else row or named
    if place.endswith(("?", "？")):
        return T("%(question)s %(words)s", question=place, words=words).render(one.locale)
    return T("%(place)s: %(words)s", place=place, words=words).render(one.locale) if place else words


class _Build:
    """One page's fields in the making."""

    def __init__(
        self,
        locale: str,
        raw: Raw,
        action: GroupAction | None,
        choices: Mapping[str, Sequence[Option]],
        faults: list[FieldFault],
    ) -> None:
        self.locale, self.raw, self.action, self.choices, self.faults = locale, raw, action, choices, faults
        self._used: set[int] = set()

    def is_used(self, fault: FieldFault) -> bool:
        return id(fault) in self._used

    def error(self, where: Location) -> str | None:
        """The words at a place: the first fault there, or deeper where the form has no deeper field."""
        hits = [f for f in self.faults if f.location[: len(where)] == where and id(f) not in self._used]
        self._used |= {id(f) for f in hits}
        return hits[0].message.render(self.locale) if hits else None

    def model(self, model: type[BaseModel], prefix: str, where: Location) -> list[FormField]:
        return [
            self.field(info, prefix + name, (*where, name))
            for name, info in model.model_fields.items()
            if self.is_asked(info, prefix + name, (*where, name))
        ]

    def is_asked(self, info: FieldInfo, name: str, where: Location) -> bool:
        """Whether the question makes sense now; what was typed, or has a fault, stays on the page in any event."""
        label = label_of(info)
        if label is None or label.asked is None or label.asked not in self.choices or self.choices[label.asked]:
            return True
        return bool(self.raw.one(name)) or any(f.location[: len(where)] == where for f in self.faults)

    def field(self, info: FieldInfo, name: str, where: Location) -> FormField:
        inner = item_model(info.annotation)
        if inner is not None:
            return self.group(info, inner, name, where)
        tagged = variants(info)
        if tagged:
            return self.union(info, tagged, name, where)
        nested = one_model(info.annotation)
        label = label_of(info) or Label(Text(name.replace("_", " ")))
        if nested is not None:
            made = self.base(label, Widget.FIELDSET, info, name)
            made.children = self.model(nested, f"{name}-", where)
        else:
            made = self.control(info, label, name)
        made.error = self.error(where)
        return made

    def base(self, label: Label, kind: Widget, info: FieldInfo, name: str) -> FormField:
        hint = label.hint.render(self.locale) if label.hint is not None else None
        return FormField(
            name,
            kind,
            label.label.render(self.locale),
            hint,
            self.locale,
            required=not is_nullable(info.annotation) and info.default not in ("", False),
        )

    def control(self, info: FieldInfo, label: Label, name: str) -> FormField:
        kind = widget_of(info)
        options = self.options(info, label)
        if kind is Widget.RADIOS and len(options) > FEW:
            kind = Widget.SELECT
        made = self.base(label, kind, info, name)
        made.options = options
        made.sends = _source_name(info) == UPLOADS
        text = next((m for m in marks(info) if isinstance(m, CourtText)), None)
        made.most, made.one_line = (text.most, text.one_line) if text is not None else (None, True)
        typed = self.raw.has(name) or not self.raw.is_empty()
        made.value = "" if kind is Widget.PASSWORD else self.raw.one(name) if typed else default_text(info)
        made.chosen = self.raw.all(name) if typed else ((made.value,) if made.value else ())
        if kind is Widget.RADIOS and label.choices and len(options) == 1 and info.is_required() and not typed:
            # The one thing it can be about is not asked: it is chosen.
            made.chosen = (options[0].value,)
        if kind is Widget.CHECKBOX:
            made.chosen = ("true",) if (bool(self.raw.one(name)) if typed else info.default is True) else ()
        if kind is Widget.DATE:
            made.parts = self.date_parts(name, made.value)
        if kind is Widget.HIDDEN and not made.value:
            made.value = default_text(info) or next(
                iter(str(a) for a in typing.get_args(info.annotation) if isinstance(a, str)), ""
            )
        return made

    def date_parts(self, name: str, value: str) -> tuple[str, str, str]:
        parts = (self.raw.one(f"{name}-day"), self.raw.one(f"{name}-month"), self.raw.one(f"{name}-year"))
        if any(parts) or not value:
            return parts
        try:
            day = read_day(value)
        except Unreadable:
            # Nothing typed is lost: what cannot be split stands in the first box.
            return value, "", ""
        return str(day.day), str(day.month), str(day.year)

    def options(self, info: FieldInfo, label: Label) -> list[Option]:
        if label.options is not None:
            return [Option(value, words.render(self.locale)) for value, words in label.options.items()]
        source = _source_name(info)
        if source is not None and source in self.choices:
            return [Option(o.value, self.words(o.label) or "", self.words(o.hint)) for o in self.choices[source]]
        choice = next((m for m in marks(info) if isinstance(m, Choice)), None)
        return (
            [Option(value, words.render(self.locale)) for value, words in choice.labels()] if choice is not None else []
        )

    def words(self, text: str | Text | None) -> str | None:
        return text.render(self.locale) if isinstance(text, Text) else text

    def union(self, info: FieldInfo, tagged: dict[str, type[BaseModel]], name: str, where: Location) -> FormField:
        """The part chosen on the page before, its kind hidden; or the choice itself."""
        label = label_of(info) or Label(Text(name.replace("_", " ")))
        tag = f"{name}-{info.discriminator}"
        chosen = tagged.get(self.raw.one(tag))
        if chosen is None:
            made = self.base(label, Widget.RADIOS, info, tag)
            made.options = [Option(value, variant_title(model).render(self.locale)) for value, model in tagged.items()]
        else:
            made = self.base(label, Widget.FIELDSET, info, name)
            made.children = self.model(chosen, f"{name}-", where)
        made.error = self.error(where)
        return made

    def group(self, info: FieldInfo, inner: type[BaseModel], name: str, where: Location) -> FormField:
        label = label_of(info) or Label(Text(name.replace("_", " ")))
        made = self.base(label, Widget.GROUP, info, name)
        numbers = self.numbers(info, name)
        kept = kept_rows(info, inner, self.raw, name)
        most = most_rows(info) or 100
        made.can_add = not label.lock and len(numbers) < most
        made.can_remove = not label.lock and len(numbers) > least(info)
        for shown, number in enumerate(numbers):
            at = (*where, kept.index(number)) if number in kept else (*where, -1 - number)
            made.rows.append(self.row(inner, made, name, shown, number, at))
        self.lead(made, name, numbers)
        made.error = self.error(where)
        return made

    def lead(self, made: FormField, name: str, numbers: Sequence[int]) -> None:
        """Where the focus goes after a row came or went: to the new one; to the one that took the place of what was taken
        away, else to the last, else to the button that adds one (WCAG 2.4.3).
        """
        if self.action is None or self.action.group != name:
            return
        gone = self.action.remove
        following = [at for at, number in enumerate(numbers) if gone is not None and number > gone]
        if made.rows:
            made.rows[following[0] if following else -1].focus = True
        else:
            made.focus = True

    def numbers(self, info: FieldInfo, name: str) -> list[int]:
        """Which rows of the form are shown; a number the form does not have is an empty row."""
        numbers = self.raw.rows(name)
        empty = max(numbers, default=-1) + 1
        if self.action is not None and self.action.group == name:
            numbers = (
                [*numbers, empty] if self.action.remove is None else [n for n in numbers if n != self.action.remove]
            )
        if not numbers and self.action is None:
            numbers = list(range((label_of(info) or Label(Text(""))).ready))
        return numbers or ([empty] if least(info) else [])

    def row(self, inner: type[BaseModel], group: FormField, name: str, shown: int, number: int, where: Location) -> Row:
        title = T("%(label)s %(number)s", label=group.label, number=shown + 1).render(self.locale)
        known = number in self.raw.rows(name)
        build = self if known else _Build(self.locale, Raw({}), None, self.choices, self.faults)
        fields = [
            build.field(info, f"{name}-{number}-{child}", (*where, child)) for child, info in inner.model_fields.items()
        ]
        self._used |= build._used
        return Row(shown + 1, f"{name}-{number}", title, fields)


def variant_title(model: type[BaseModel]) -> Text:
    """What a part of a discriminated union is called: its ``title`` class variable. Raises TypeError without one."""
    title = getattr(model, "title", None)
    if not isinstance(title, Text):
        raise TypeError(f"{model.__name__} needs a title before a form can offer it")
    return title
