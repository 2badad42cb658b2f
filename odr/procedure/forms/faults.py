"""The one translator from what pydantic found to the court's own sentences, at the right field."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.procedure.forms.inputs import Label, Location, Widget, marks, union_members

Context = Mapping[str, Any]
CHOSEN = {Widget.RADIOS, Widget.SELECT, Widget.CHECKBOXES, Widget.FILE}


def _plain(text: Text) -> Callable[[Context], Text]:
    return lambda ctx: text


_NUMBER = _plain(T("Write a whole number, in figures."))
_DECIMAL = _plain(T("Write a number in figures, for example 3.65."))
_ONE_OF = _plain(T("Choose one of the answers."))
_WORDS = _plain(T("Write this as text."))
_SHAPE = _plain(T("This part is not built as the court expects it. Look at the description of the input."))
_YES_NO = _plain(T("Answer yes or no."))

SENTENCES: dict[str, Callable[[Context], Text]] = {
    "extra_forbidden": _plain(T("The court does not know this field. Remove it.")),
    "string_type": _WORDS,
    "string_unicode": _WORDS,
    "string_too_short": lambda ctx: T("Write at least %(least)s characters.", least=ctx["min_length"]),
    "string_too_long": lambda ctx: T("Write at most %(most)s characters.", most=ctx["max_length"]),
    "string_pattern_mismatch": _plain(T("This is not written as the court expects it.")),
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "finite_number": _NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _DECIMAL,
    "decimal_parsing": _DECIMAL,
    "decimal_max_digits": lambda ctx: T("Write at most %(digits)s digits.", digits=ctx["max_digits"]),
    "decimal_max_places": lambda ctx: T(
        "Write at most %(places)s digits after the point.", places=ctx["decimal_places"]
    ),
    "decimal_whole_digits": lambda ctx: T(
        "Write at most %(digits)s digits before the point.", digits=ctx["whole_digits"]
    ),
    "multiple_of": lambda ctx: T("Write a multiple of %(step)s.", step=ctx["multiple_of"]),
    "greater_than": lambda ctx: T("Write a number above %(least)s.", least=ctx["gt"]),
    "greater_than_equal": lambda ctx: T("Write %(least)s or more.", least=ctx["ge"]),
    "less_than": lambda ctx: T("Write a number below %(most)s.", most=ctx["lt"]),
    "less_than_equal": lambda ctx: T("Write %(most)s or less.", most=ctx["le"]),
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "union_tag_invalid": _ONE_OF,
    "union_tag_not_found": _ONE_OF,
    "none_required": _plain(T("Leave this empty.")),
    "too_short": lambda ctx: T("Give at least %(least)s.", least=ctx["min_length"]),
    "too_long": lambda ctx: T("Give at most %(most)s.", most=ctx["max_length"]),
    "list_type": _SHAPE,
    "tuple_type": _SHAPE,
    "dict_type": _SHAPE,
    "model_type": _SHAPE,
    "model_attributes_type": _SHAPE,
    "json_invalid": _plain(T("This is not valid JSON.")),
    "json_type": _plain(T("This is not valid JSON.")),
    "date_type": _plain(T("Write the day like 27 April 2026 or 2026-04-27.")),
    "date_parsing": _plain(T("Write the day like 27 April 2026 or 2026-04-27.")),
    "date_from_datetime_parsing": _plain(T("Write the day like 27 April 2026 or 2026-04-27.")),
    "date_from_datetime_inexact": _plain(T("Write the day like 27 April 2026 or 2026-04-27.")),
    "datetime_type": _plain(T("Write day and time like 2026-04-27T14:30:00+08:00.")),
    "datetime_parsing": _plain(T("Write day and time like 2026-04-27T14:30:00+08:00.")),
    "datetime_from_date_parsing": _plain(T("Write day and time like 2026-04-27T14:30:00+08:00.")),
    "datetime_object_invalid": _plain(T("Write day and time like 2026-04-27T14:30:00+08:00.")),
    "timezone_aware": _plain(T("Write day and time like 2026-04-27T14:30:00+08:00.")),
    "value_error": _plain(T("This is not right. Look at the example beside the field.")),
    "assertion_error": _plain(T("This is not right. Look at the example beside the field.")),
    "missing": _plain(T("Fill this in.")),
}
"""Pydantic's error code → our sentence. A test walks every act's input and finds each code here."""


MOST = 10**18
"""Numbers beyond fit into no column (2⁶³)."""


def label_of(info: FieldInfo) -> Label | None:
    """The label of a field, if it has one."""
    return next((m for m in marks(info) if isinstance(m, Label)), None)


def variants(info: FieldInfo) -> dict[str, type[BaseModel]]:
    """Tag → model of a field that is a discriminated union; empty for any other field."""
    tag = info.discriminator
    if not isinstance(tag, str):
        return {}
    found: dict[str, type[BaseModel]] = {}
    for member in union_members(info.annotation):
        for value in typing.get_args(member.model_fields[tag].annotation):
            found[str(getattr(value, "value", value))] = member
    return found


def item_model(annotation: Any) -> type[BaseModel] | None:
    """The model of ``list[Model]`` (also in a tuple), else None."""
    if typing.get_origin(annotation) not in (list, tuple):
        return None
    inner = typing.get_args(annotation)[0]
    if typing.get_origin(inner) is typing.Annotated:
        inner = typing.get_args(inner)[0]
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def one_model(annotation: Any) -> type[BaseModel] | None:
    """The model of a nested field, also where None is allowed."""
    members = [a for a in union_members(annotation) if a is not type(None)] or [annotation]
    only = members[0] if len(members) == 1 else None
    return only if isinstance(only, type) and issubclass(only, BaseModel) else None


def walk(model: type[BaseModel], raw: Location) -> tuple[Location, FieldInfo | None]:
    """A location as the form knows it (pydantic's tags of unions dropped) and the last field in it."""
    kept: list[str | int] = []
    info: FieldInfo | None = None
    here: type[BaseModel] | None = model
    steps = iter(raw)
    for step in steps:
        kept.append(step)
        if isinstance(step, int):
            continue
        info = here.model_fields.get(step) if here is not None else None
        if info is None:
            return tuple(kept), None
        tagged = variants(info)
        here = tagged.get(str(next(steps, ""))) if tagged else item_model(info.annotation) or one_model(info.annotation)
    return tuple(kept), info


def missing(info: FieldInfo | None) -> Text:
    """What to say at a field left empty, with its name so that it reads alone in a summary."""
    label = label_of(info) if info is not None else None
    if info is None or label is None:
        return T("Fill this in.")
    if label.missing is not None:
        return label.missing
    choosing = (
        label.widget in CHOSEN
        or label.choices
        or label.options
        or any(type(m).__name__ in {"Choice", "RefTo"} for m in marks(info))
    )
    return (
        T("Choose an answer: %(label)s", label=label.label) if choosing else T("Fill in: %(label)s", label=label.label)
    )


def too_few(info: FieldInfo | None, least: int) -> Text:
    """What to say at a list with too few lines, with its name so that it reads alone in a summary."""
    label = label_of(info) if info is not None else None
    if label is None:
        return T("Give at least %(least)s.", least=least)
    return (
        T("Give at least one: %(label)s", label=label.label)
        if least == 1
        else T("Give at least %(least)s: %(label)s", least=least, label=label.label)
    )


def faults_of(model: type[BaseModel], error: ValidationError) -> Iterator[FieldFault]:
    """Every fault of a validation in our words, at the places of the form."""
    for found in error.errors(include_url=False, include_input=False):
        ctx = found.get("ctx", {})
        where, info = walk(model, found["loc"])
        if found["type"] == "court_faults":
            yield from (FieldFault((*where, *fault.location), fault.message) for fault in ctx["faults"])
        elif found["type"] == "missing" or ctx.get("code") == "text_missing":
            yield FieldFault(where, missing(info))
        elif found["type"] == "too_short":
            yield FieldFault(where, too_few(info, ctx["min_length"]))
        elif found["type"] == "court_sentence":
            yield FieldFault(where, ctx["message"])
        else:
            yield FieldFault(where, SENTENCES.get(found["type"], SENTENCES["value_error"])(ctx))


FROM_FORM = "from_form"
"""What a validator is told where the input was ticked and typed on a page."""


def validate(model: type[BaseModel], data: Any, *, currency: str | None = None, from_form: bool = False) -> Any:
    """The input as the model; raises InvalidInput that names every fault at its field.

    ``currency`` is what a bare amount is in; without it, the court's own. ``from_form`` says that it was ticked and typed on
    a page, where a box without a tick may be one nobody answered.
    """
    context = {**({"currency": currency} if currency else {}), **({FROM_FORM: True} if from_form else {})}
    try:
        found = model.model_validate(data, context=context or None)
    except ValidationError as error:
        raise InvalidInput(list(faults_of(model, error))) from None
    too_large = list(too_large_in(found))
    if too_large:
        raise InvalidInput([FieldFault(where, T("Write a number below %(most)s.", most=MOST)) for where in too_large])
    return found


def too_large_in(given: Any, where: Location = ()) -> Iterator[Location]:
    """Where a number stands that no column of the database holds, whatever its field allows."""
    if isinstance(given, int) and abs(given) > MOST:
        yield where
    elif isinstance(given, BaseModel):
        for name in type(given).model_fields:
            yield from too_large_in(getattr(given, name), (*where, name))
    elif isinstance(given, Money):
        yield from too_large_in(given.minor, where)
    elif isinstance(given, Mapping):
        for name, value in given.items():
            yield from too_large_in(value, (*where, str(name)))
    elif isinstance(given, (list, tuple)):
        for place, value in enumerate(given):
            yield from too_large_in(value, (*where, place))
