"""Types of the court for what people give it, and the labels that ride on them.

One model serves the form, the API and its OpenAPI document. A field is written
``Annotated[str, CourtText(1, 200), field(T("Name"), T("As in the licence."))]``.
"""

from __future__ import annotations

import enum
import re
import types
import typing
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.procedure.forms.reading import Unreadable, clean_text, read_day, read_money, read_phone

COURT_CURRENCY = "CNY"
_LOCALE: ContextVar[str] = ContextVar("schema_locale", default="en")
Location = tuple[str | int, ...]
Validator = typing.Callable[[Any], Any]


class Widget(enum.Enum):
    """How a field is asked for on a page."""

    TEXT = "text"  # one line
    SUGGEST = "suggest"  # one line, with words one may choose instead of typing
    TEXTAREA = "textarea"  # several lines, with a count of characters
    MONEY = "money"  # an amount with the currency before it
    NUMBER = "number"  # a whole number
    DATE = "date"  # day, month, year
    EMAIL = "email"
    TEL = "tel"
    PASSWORD = "password"  # never shown again
    CODE = "code"  # a one-time code or case code
    RADIOS = "radios"  # one of few
    SELECT = "select"  # one of many
    CHECKBOX = "checkbox"  # yes or no
    CHECKBOXES = "checkboxes"  # several of few
    FILE = "file"
    HIDDEN = "hidden"  # chosen on the page before
    GROUP = "group"  # rows of the same fields
    FIELDSET = "fieldset"  # fields that belong together
    NOTICE = "notice"  # a fault of the whole, at no field


@dataclass(frozen=True)
class Label:
    """What a person reads at a field, in the reader's language."""

    label: Text
    hint: Text | None = None
    widget: Widget | None = None
    choices: str | None = None
    options: Mapping[str, Text] | None = None
    lock: bool = False
    """Rows of a group cannot be added or removed: the page gave them."""
    ready: int = 0
    """How many empty rows of a group stand ready on a new form, so that nobody has to ask for one; empty ones count as none."""
    missing: Text | None = None
    """What to say where nothing was chosen or written, if the label alone would not be a sentence."""
    asked: str | None = None
    """A source that yields something only while the question makes sense; else the field is not asked (see ``fields_of``)."""

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        written = handler(schema)
        locale = _LOCALE.get()
        written["title"] = self.label.render(locale)
        if self.hint is not None:
            written["description"] = self.hint.render(locale)
        return written

    __hash__ = object.__hash__


def field(
    label: Text,
    hint: Text | None = None,
    *,
    widget: Widget | str | None = None,
    choices: str | None = None,
    options: Mapping[str, Text] | None = None,
    lock: bool = False,
    ready: int = 0,
    missing: Text | None = None,
    asked: str | None = None,
) -> Label:
    """Label a field. ``choices`` names a source of options that depends on the case; ``options`` gives fixed ones.
    ``asked`` names a source, too: where it yields nothing, the form does not ask.
    """
    kind = Widget(widget) if widget is not None else None
    return Label(label, hint, kind, choices, options, lock, ready, missing, asked)


def refused(fault: Unreadable) -> PydanticCustomError:
    """The same fault as pydantic carries it; the translator takes the sentence out again."""
    return PydanticCustomError("court_sentence", "{code}", {"code": fault.code, "message": fault.message})


def is_nullable(annotation: Any) -> bool:
    """Whether None is an answer."""
    return annotation is None or annotation is type(None) or any(is_nullable(a) for a in union_members(annotation))


def union_members(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) if typing.get_origin(annotation) in (typing.Union, types.UnionType) else ()


@dataclass(frozen=True)
class _Reads:
    """Parent of the marks that read a string their own way before pydantic checks its type."""

    def read(self, text: str) -> str:
        """The string as kept. Raises Unreadable."""
        raise NotImplementedError

    def constraints(self) -> dict[str, Any]:
        """JSON Schema keywords for the string."""
        return {}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        nullable = is_nullable(source)

        def before(value: Any) -> Any:
            if not isinstance(value, str):
                return value
            if nullable and not value.strip():
                return None
            try:
                return self.read(value)
            except Unreadable as fault:
                raise refused(fault) from None

        return core_schema.no_info_before_validator_function(before, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        written = handler(schema)
        for part in written.get("anyOf", [written]):
            if part.get("type") == "string":
                part.update(self.constraints())
        return written


@dataclass(frozen=True)
class CourtText(_Reads):
    """Words of a person: ``least`` to ``most`` characters, cleaned; blank is None where None is allowed."""

    least: int = 1
    most: int = 4000
    one_line: bool = False

    def read(self, text: str) -> str:
        cleaned = clean_text(text, one_line=self.one_line)
        if len(cleaned) < self.least:
            if not cleaned:
                raise Unreadable("text_missing", T("Fill this in."))
            raise Unreadable(
                "text_short",
                T("Write at least %(least)s characters; there are %(have)s.", least=self.least, have=len(cleaned)),
            )
        if len(cleaned) > self.most:
            raise Unreadable(
                "text_long",
                T("Write at most %(most)s characters; there are %(have)s.", most=self.most, have=len(cleaned)),
            )
        return cleaned

    def constraints(self) -> dict[str, Any]:
        return {"minLength": self.least, "maxLength": self.most} if self.least else {"maxLength": self.most}


@dataclass(frozen=True)
class CourtEmail(_Reads):
    """An e-mail address; internationalised ones too. Whether anybody reads it, only a confirmation shows."""

    def read(self, text: str) -> str:
        if not text.strip():
            raise Unreadable("text_missing", T("Fill this in."))
        try:
            return validate_email(
                clean_text(text, one_line=True), check_deliverability=False, allow_quoted_local=False
            ).normalized
        except EmailNotValidError:
            raise Unreadable(
                "email_unreadable", T("Write the address in full, for example name@example.com.")
            ) from None

    def constraints(self) -> dict[str, Any]:
        return {"format": "idn-email", "maxLength": 254}


@dataclass(frozen=True)
class CourtPhone(_Reads):
    """A telephone number."""

    def read(self, text: str) -> str:
        return read_phone(text)


@dataclass(frozen=True)
class RefTo(_Reads):
    """A reference to something in the case (``exhibit``, ``party``, ``upload``), given as its string; a numbered thing,
    by its number.
    """

    kind: str

    SHAPE: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}")

    def read(self, text: str) -> str:
        if not self.SHAPE.fullmatch(text.strip()):
            raise Unreadable("reference_unreadable", T("Choose one of those listed."))
        return text.strip()

    def constraints(self) -> dict[str, Any]:
        return {"maxLength": 80}


@dataclass(frozen=True)
class Choice:
    """One member of an enum, whose ``label`` is shown."""

    kind: type[enum.Enum]

    def labels(self) -> list[tuple[str, Text]]:
        """Value and words of every member."""
        return [(str(member.value), member_label(member)) for member in self.kind]


def member_label(member: enum.Enum) -> Text:
    """The words of an enum member. Raises TypeError for an enum nobody gave words to."""
    label = getattr(member, "label", None)
    if not isinstance(label, Text):
        raise TypeError(f"{type(member).__name__} needs a label property before a form can show it")
    return label


@dataclass(frozen=True)
class MoneyRule:
    zero: bool = False

    def read(self, value: Any, info: core_schema.ValidationInfo) -> Money:
        money = self._money(value, (info.context or {}).get("currency", COURT_CURRENCY))
        if money.minor == 0 and not self.zero:
            raise refused(Unreadable("money_zero", T("Enter an amount above zero.")))
        return money

    def _money(self, value: Any, currency: str) -> Money:
        if isinstance(value, Money):
            value = {"minor": value.minor, "currency": value.currency}
        try:
            if isinstance(value, str):
                return read_money(value, currency)
            if (
                isinstance(value, dict)
                and set(value) == {"minor", "currency"}
                and type(value["minor"]) is int
                and isinstance(value["currency"], str)
            ):
                read_money(f"{value['currency']} 1", currency)
                if 0 <= value["minor"] < 10**16:
                    return Money(value["minor"], value["currency"].upper())
        except Unreadable as fault:
            raise refused(fault) from None
        raise refused(
            Unreadable(
                "money_shape", T("Give the amount as a text such as “1,000.50”, or as minor units with their currency.")
            )
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(
            lambda m: {"minor": m.minor, "currency": m.currency}, when_used="json-unless-none"
        )
        return core_schema.with_info_plain_validator_function(self.read, serialization=written)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        minor = {"type": "integer", "minimum": 0 if self.zero else 1}
        units = {
            "type": "object",
            "properties": {"minor": minor, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
            "required": ["minor", "currency"],
            "additionalProperties": False,
        }
        return {"anyOf": [units, {"type": "string", "examples": ["1,000.50"]}]}


CourtMoney = Annotated[Money, MoneyRule()]
"""An amount above zero: "1,000.50", "1000元", "¥1,000", or {"minor": 100050, "currency": "CNY"}."""
CourtMoneyOrZero = Annotated[Money, MoneyRule(zero=True)]
"""As CourtMoney, and nothing is an amount too."""


class AnswerRule:
    """One answer to a question of the rule pack: words, or an amount with its currency."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: Any, info: core_schema.ValidationInfo) -> str | Money:
            if not isinstance(value, str):
                return MoneyRule(zero=True).read(value, info)
            try:
                return _ANSWER.read(value)
            except Unreadable as fault:
                raise refused(fault) from None

        written = core_schema.plain_serializer_function_ser_schema(
            lambda v: {"minor": v.minor, "currency": v.currency} if isinstance(v, Money) else v,
            when_used="json-unless-none",
        )
        return core_schema.with_info_plain_validator_function(read, serialization=written)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        units = MoneyRule(zero=True).__get_pydantic_json_schema__(schema, handler)["anyOf"][0]
        return {"anyOf": [{"type": "string", "maxLength": _ANSWER.most}, units]}


_ANSWER = CourtText(0, 4000)
CourtAnswer = Annotated[str | Money, AnswerRule()]
"""An answer to a field that the rule pack declares; what it must be, the pack says."""


class DayRule:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: Any) -> date:
            if isinstance(value, date) and not isinstance(value, datetime):
                return value
            try:
                if isinstance(value, str):
                    return read_day(value)
                raise Unreadable("day_unreadable", T("Write the day like 27 April 2026 or 2026-04-27."))
            except Unreadable as fault:
                raise refused(fault) from None

        written = core_schema.plain_serializer_function_ser_schema(
            lambda d: d.isoformat(), when_used="json-unless-none"
        )
        return core_schema.no_info_plain_validator_function(read, serialization=written)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "date"}


CourtDate = Annotated[date, DayRule()]
"""A day: "2026-04-27", "27 April 2026", "27/4/2026", "2026年4月27日"."""


class CourtModel(BaseModel):
    """Parent of every input: frozen, strict about names.

    A model's own check may raise InvalidInput with locations relative to itself;
    they arrive at the right row of the form.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def carry(value: Any, inner: core_schema.ValidatorFunctionWrapHandler) -> Any:
            try:
                return inner(value)
            except InvalidInput as error:
                raise PydanticCustomError("court_faults", "faults of a part", {"faults": error.faults}) from None

        return core_schema.no_info_wrap_validator_function(carry, handler(source))


def schema_for(model: type[BaseModel], locale: str) -> dict[str, Any]:
    """JSON Schema of an input with titles and descriptions in ``locale``."""
    token = _LOCALE.set(locale)
    try:
        return model.model_json_schema()
    finally:
        _LOCALE.reset(token)


def marks(info: FieldInfo) -> list[Any]:
    """What is annotated on a field, also inside ``| None`` and list items."""
    found = list(info.metadata)
    parts = [info.annotation]
    while parts:
        part = parts.pop()
        if typing.get_origin(part) is Annotated:
            inner, *more = typing.get_args(part)
            found.extend(more)
            parts.append(inner)
        elif union_members(part) or typing.get_origin(part) in (list, tuple):
            parts.extend(typing.get_args(part))
    return found


def references_in(given: BaseModel, at: Location = ()) -> Iterator[tuple[Location, str, str]]:
    """Every reference of an input with its location and kind."""
    for name, info in type(given).model_fields.items():
        # What an entry keeps in place of its input may leave fields out.
        value = getattr(given, name, None)
        kind = next((m.kind for m in marks(info) if isinstance(m, RefTo)), None)
        items = list(enumerate(value)) if isinstance(value, list | tuple) else [(None, value)]
        for index, item in items:
            where: Location = (*at, name) if index is None else (*at, name, index)
            if isinstance(item, BaseModel):
                yield from references_in(item, where)
            elif kind is not None and isinstance(item, str | int):
                yield where, kind, str(item)


def recorded_references(model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and reference of every field declared as one in what an entry keeps of an input, also inside its lines.

    What an entry keeps is plain JSON: only the model says which of its strings refer
    to something, and words that look like a reference are words.
    """
    for name, info in model.model_fields.items():
        value = values.get(name)
        kind = next((m.kind for m in marks(info) if isinstance(m, RefTo)), None)
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, Mapping):
                for inner in _models_in(info.annotation):
                    yield from recorded_references(inner, item)
            elif kind is not None and isinstance(item, str | int):
                yield kind, str(item)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field holds, alone or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models_in(part)
