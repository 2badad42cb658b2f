"""A fixed example of what is given with every act, worked out from its input model; by hand where parts of it must
agree.
"""

from __future__ import annotations

import enum
import typing
from decimal import Decimal
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from odr.procedure.acts.table import Act
from odr.procedure.forms.hours import CourtHour
from odr.procedure.forms.inputs import (
    CourtEmail,
    CourtPhone,
    CourtText,
    DayRule,
    MoneyRule,
    RefTo,
    marks,
    union_members,
)
from tests.golden.by_hand import GIVEN

REFERENCE = "abcdefghijklmnopqrstuvwxyz"
WORDS = "Written for the record, 为存案而写. "


def example(act: Act) -> BaseModel:
    """The example of an act, as its model reads it. Raises ValidationError where parts must agree: then it is written
    by hand.
    """
    values = fields_of(act.input)
    return act.input.model_validate({**values, **GIVEN.get(act.name, {})})


def fields_of(model: type[BaseModel]) -> dict[str, Any]:
    """A value for every field; the same each time."""
    return {name: value_of(name, info) for name, info in model.model_fields.items()}


def value_of(name: str, info: FieldInfo) -> Any:
    """A value that the marks on a field allow."""
    found = marks(info)
    many = next((part for part in parts_of(info.annotation) if typing.get_origin(part) in (list, tuple)), None)
    one = one_of(name, many or info.annotation, found)
    return (
        [one] * max((m.min_length for m in found if isinstance(m, annotated_types.MinLen)), default=1)
        if many is not None
        else one
    )


def parts_of(annotation: Any) -> list[Any]:
    """The alternatives of an annotation without None."""
    if typing.get_origin(annotation) is typing.Annotated:
        return parts_of(typing.get_args(annotation)[0])
    members = union_members(annotation)
    return [p for m in members if m is not type(None) for p in parts_of(m)] if members else [annotation]


def one_of(name: str, annotation: Any, found: list[Any]) -> Any:
    """One value of a type."""
    for mark in found:
        if isinstance(mark, RefTo):
            return REFERENCE
        if isinstance(mark, CourtEmail):
            return "post@parties.example"
        if isinstance(mark, CourtPhone):
            return "+8613800138000"
        if isinstance(mark, CourtHour):
            return "09:30"
        if isinstance(mark, CourtText):
            return (
                (WORDS * (mark.least // len(WORDS) + 1)).strip()[: mark.most].strip()
                if mark.most >= 40
                else "Written"[: mark.most]
            )
        if isinstance(mark, MoneyRule):
            return "1,000.50"
        if isinstance(mark, DayRule):
            return "2026-04-27"
    return plain(parts_of(annotation)[0], found)


def plain(kind: Any, found: list[Any]) -> Any:
    """A value of a type without marks of the court's own."""
    origin = typing.get_origin(kind)
    if origin in (list, tuple):
        inner = typing.get_args(kind)[0]
        return one_of(
            "",
            inner,
            found + (list(typing.get_args(inner)[1:]) if typing.get_origin(inner) is typing.Annotated else []),
        )
    if origin is typing.Literal:
        return typing.get_args(kind)[0]
    if origin is dict:
        return {}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return fields_of(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind)).value
    least = max((m.ge for m in found if isinstance(m, annotated_types.Ge)), default=1)
    by_type: dict[Any, Any] = {
        bool: True,
        int: int(least),
        float: float(least),
        Decimal: str(least),
        str: "written",
        Any: "written",
    }  # type: ignore[dict-item]
    return by_type.get(kind, "2026-04-27T09:00:00+08:00")
