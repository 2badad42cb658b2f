"""What is given with any act: a value for every field from what the court itself offers in it, by lot."""

from __future__ import annotations

import enum
import typing
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from odr.docket.models import Case
from odr.identity.actors import Actor
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.fields import SOURCES
from odr.procedure.forms.inputs import CourtEmail, CourtPhone, CourtText, DayRule, MoneyRule, RefTo, marks
from odr.procedure.sitting import Sitting
from tests.golden.examples import parts_of

WORDS = "The rules named in the request are read as they stand."


class NothingToChoose(Exception):
    """A field must be chosen and the court offers nothing."""


class Inputs:
    """Fields of one act for one actor, by a lot that can be drawn again."""

    def __init__(
        self, sitting: Sitting, case: Case, actor: Actor, lot: Random, today: date, upload: Callable[[], str]
    ) -> None:
        self.sitting, self.case, self.actor, self.lot, self.today, self.upload = (
            sitting,
            case,
            actor,
            lot,
            today,
            upload,
        )

    def fields(self, model: type[BaseModel]) -> dict[str, Any]:
        """A value for every field; what may be left open is left open half of the time."""
        found = {}
        for name, info in model.model_fields.items():
            if not info.is_required() and self.lot.random() < 0.5:
                continue
            try:
                found[name] = self.value(name, info)
            except NothingToChoose:
                if info.is_required():
                    raise
        return found

    def value(self, name: str, info: FieldInfo) -> Any:
        """A value that the marks on a field and the court's choices allow."""
        found = marks(info)
        many = next((part for part in parts_of(info.annotation) if typing.get_origin(part) in (list, tuple)), None)
        if many is None:
            return self.one(name, info, info.annotation, found)
        least = max((m.min_length for m in found if isinstance(m, annotated_types.MinLen)), default=0)
        if not least and self.lot.random() < 0.5:
            return []
        inner = typing.get_args(many)[0]
        more = list(typing.get_args(inner)[1:]) if typing.get_origin(inner) is typing.Annotated else []
        return [self.one(name, info, inner, found + more)]

    def one(self, name: str, info: FieldInfo, annotation: Any, found: list[Any]) -> Any:
        """One value of a type."""
        reference = next((m.kind for m in found if isinstance(m, RefTo)), None)
        if reference == "upload":
            return self.upload()
        label = label_of(info)
        if label is not None and label.choices and label.choices != "upload":
            return self.chosen(label.choices)
        if reference is not None:
            return self.chosen(reference)
        if label is not None and label.options:
            return self.lot.choice(list(label.options))
        for mark in found:
            if isinstance(mark, CourtEmail):
                return "post@parties.example"
            if isinstance(mark, CourtPhone):
                return "+8613800138000"
            if isinstance(mark, CourtText):
                return WORDS if mark.most >= len(WORDS) else "Written"[: mark.most]
            if isinstance(mark, MoneyRule):
                return "1,000.00"
            if isinstance(mark, DayRule):
                return (self.today + timedelta(days=self.lot.randrange(-3, 20))).isoformat()
        return self.plain(parts_of(annotation)[0], found)

    def chosen(self, source: str) -> str:
        """One of what the court offers. Raises NothingToChoose."""
        ask = SOURCES.get(source)
        options = [o.value for o in ask(self.sitting, self.case, self.actor) if o.value] if ask is not None else []
        if not options:
            raise NothingToChoose(source)
        return self.lot.choice(options)

    def plain(self, kind: Any, found: list[Any]) -> Any:
        """A value of a type without marks of the court's own."""
        if typing.get_origin(kind) is typing.Literal:
            return self.lot.choice(typing.get_args(kind))
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.fields(kind)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return self.lot.choice(list(kind)).value
        if kind is bool:
            return self.lot.random() < 0.5
        if kind is int:
            least = int(max((m.ge for m in found if isinstance(m, annotated_types.Ge)), default=1))
            most = int(min((m.le for m in found if isinstance(m, annotated_types.Le)), default=least + 9))
            return self.lot.randint(least, min(most, least + 9))
        return "1"
