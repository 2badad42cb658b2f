"""What a form brought: flat values, read into the shape of a model.

Names are ``amount``, ``due_on-day``, ``relief-0-amount``. Groups repeat one level
deep and have buttons ``add=relief`` and ``remove=relief-0``; rows left blank are
dropped.
"""

from __future__ import annotations

import enum
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from odr.ground.text import Money, write_money
from odr.procedure.forms.faults import item_model, label_of, one_model, validate, variants
from odr.procedure.forms.inputs import (
    Choice,
    CourtEmail,
    CourtPhone,
    CourtText,
    DayRule,
    MoneyRule,
    RefTo,
    Widget,
    is_nullable,
    marks,
    union_members,
)


@dataclass(frozen=True)
class GroupAction:
    """A button that adds an empty row to a group or takes one out."""

    group: str
    remove: int | None = None


class Raw:
    """Form values however they came: one string, or a list of strings, a name."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {
            name: [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
            for name, value in values.items()
            if value is not None
        }

    def one(self, name: str) -> str:
        """The first value, or nothing."""
        return next(iter(self._values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value that is not blank."""
        return tuple(v for v in self._values.get(name, ()) if v.strip())

    def has(self, name: str) -> bool:
        """Whether the form brought it at all, blank or not."""
        return name in self._values or any(f"{name}-{part}" in self._values for part in ("day", "month", "year"))

    def rows(self, group: str) -> list[int]:
        """Numbers of a group's rows in the form, ascending."""
        shape = re.compile(re.escape(group) + r"-(\d{1,4})-")
        return sorted({int(m[1]) for name in self._values if (m := shape.match(name))})

    def under(self, name: str) -> dict[str, str]:
        """What the form brought below a name that takes any key: key → answer, the three boxes of a day as one."""
        keys = {full[len(name) + 1 :].split("-")[0] for full in self._values if full.startswith(f"{name}-")}
        return {key: text for key in sorted(keys) if (text := _date_text(self, f"{name}-{key}")).strip()}

    def is_empty(self) -> bool:
        return not self._values


def group_action(values: Mapping[str, Any]) -> GroupAction | None:
    """Which group button was pressed, if one was. The page is then shown again; nothing is checked."""
    raw = Raw(values)
    if raw.one("add"):
        return GroupAction(raw.one("add"))
    group, dash, number = raw.one("remove").rpartition("-")
    return GroupAction(group, int(number)) if dash and number.isdecimal() else None


def parse(model: type[BaseModel], values: Mapping[str, Any], *, currency: str | None = None) -> Any:
    """The model out of form values. Raises InvalidInput, located as ``fields_of`` expects it."""
    return validate(model, collect(model, values), currency=currency, from_form=True)


def collect(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Raw data in the shape of the model: groups as lists without blank rows, dates as one string."""
    return _collect(model, Raw(values), "")


def _collect(model: type[BaseModel], raw: Raw, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        value = _value(info, raw, prefix + name)
        if value is not PydanticUndefined:
            found[name] = value
    return found


def _value(info: FieldInfo, raw: Raw, name: str) -> Any:
    inner = item_model(info.annotation)
    if inner is not None:
        return [_collect(inner, raw, f"{name}-{number}-") for number in kept_rows(info, inner, raw, name)]
    tagged = variants(info)
    nested = tagged.get(raw.one(f"{name}-{info.discriminator}")) if tagged else one_model(info.annotation)
    if nested is not None:
        return _collect(nested, raw, f"{name}-")
    if tagged:
        return {}
    if typing.get_origin(info.annotation) is dict:
        return raw.under(name)
    kind = widget_of(info)
    if kind is Widget.CHECKBOX:
        return bool(raw.one(name))
    if kind is Widget.CHECKBOXES:
        return list(raw.all(name))
    text = _date_text(raw, name) if kind is Widget.DATE else raw.one(name)
    if text.strip():
        return text
    if not raw.has(name) or info.is_required():
        # A blank that is required is simply not there: "fill in" is what must be said.
        return None if is_nullable(info.annotation) and raw.has(name) else PydanticUndefined
    return None if is_nullable(info.annotation) else ""


def _date_text(raw: Raw, name: str) -> str:
    parts = [raw.one(f"{name}-{part}").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return raw.one(name)
    day, month, year = (part or "?" for part in parts)
    return f"{day} {month} {year}" if month.isalpha() else f"{day}/{month}/{year}"


def kept_rows(info: FieldInfo, inner: type[BaseModel], raw: Raw, name: str) -> list[int]:
    """Rows with something in them; where one row is needed, the first is kept though blank, so that its fields say what
    is missing.
    """
    rows = raw.rows(name)
    kept = [n for n in rows if not _is_blank(inner, raw, f"{name}-{n}-")]
    return kept or (rows[:1] if least(info) else [])


def _is_blank(model: type[BaseModel], raw: Raw, prefix: str) -> bool:
    for name, info in model.model_fields.items():
        full = prefix + name
        typed = (_date_text(raw, full) if widget_of(info) is Widget.DATE else " ".join(raw.all(full))).strip()
        if typed and typed != default_text(info):
            return False
    return True


def default_text(info: FieldInfo) -> str:
    default = info.default
    if default is PydanticUndefined or default is None or default is False:
        return ""
    return str(default.value if isinstance(default, enum.Enum) else default)


def least(info: FieldInfo) -> int:
    return next((m.min_length for m in info.metadata if hasattr(m, "min_length")), 0)


def most_rows(info: FieldInfo) -> int | None:
    return next((m.max_length for m in info.metadata if hasattr(m, "max_length")), None)


def flatten(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Form values out of model data (``model_dump(mode="json")``): to amend what was filed, or fill a page."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        full = prefix + name
        if isinstance(value, Mapping) and set(value) == {"minor", "currency"}:
            flat[full] = money_text(value["minor"], value["currency"])
        elif isinstance(value, Mapping):
            flat.update(flatten(value, f"{full}-"))
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value):
                flat.update(flatten(item, f"{full}-{number}-"))
        elif isinstance(value, bool):
            flat |= {full: "true"} if value else {}
        elif value is not None:
            flat[full] = value
    return flat


def money_text(minor: int, currency: str) -> str:
    """An amount as one would type it, with its currency: ``CNY 3,240.00``."""
    return write_money(Money(minor, currency), "en").replace("\u00a0", " ")


def widget_of(info: FieldInfo) -> Widget:
    """How a field is asked for, unless its label says."""
    label = label_of(info)
    if label is not None and label.widget is not None:
        return label.widget
    found = marks(info)
    many = typing.get_origin(info.annotation) in (list, tuple, set, frozenset)
    for kind, widget in (
        (MoneyRule, Widget.MONEY),
        (DayRule, Widget.DATE),
        (CourtEmail, Widget.EMAIL),
        (CourtPhone, Widget.TEL),
    ):
        if any(isinstance(m, kind) for m in found):
            return widget
    if many:
        return Widget.CHECKBOXES
    if (label is not None and (label.choices or label.options)) or any(isinstance(m, Choice | RefTo) for m in found):
        return Widget.RADIOS
    return _widget_of_type(
        [a for a in union_members(info.annotation) if a is not type(None)] or [info.annotation], found
    )


def _widget_of_type(kinds: list[Any], found: list[Any]) -> Widget:
    kind = kinds[0]
    if kind is bool:
        return Widget.CHECKBOX
    if kind is int:
        return Widget.NUMBER
    if typing.get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, enum.Enum)):
        return (
            Widget.HIDDEN if typing.get_origin(kind) is Literal and len(typing.get_args(kind)) == 1 else Widget.RADIOS
        )
    text = next((m for m in found if isinstance(m, CourtText)), None)
    return Widget.TEXTAREA if text is not None and text.most > 400 and not text.one_line else Widget.TEXT
