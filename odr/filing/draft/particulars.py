"""What a claim says of its own kind of dispute: the fields the rule pack asks for each cause (CPL 122; CPI 208)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, create_model

from odr.docket.models import Case
from odr.filing.claim.queries import claims_of
from odr.filing.inputs import ABOUT, ClaimInput
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.procedure.forms.faults import validate
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field, refused
from odr.procedure.forms.reading import Unreadable, read_day
from odr.procedure.rules.cases import Cause, FieldKind, PleadingField
from odr.procedure.rules.pack import RulePack

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ASKED_BEFORE = frozenset({"platform", "shop", "order_number"})
"""What every claim is asked about where the dispute began; not asked a second time."""
PLACE, DAY = "place", "happened_on"
"""What a kind of dispute asks that happened at a place and on a day, such as an accident."""
Particulars = Mapping[str, str | Money]


@dataclass(frozen=True)
class Told:
    """One field as a reader sees it."""

    key: str
    label: Text
    value: Any
    """Words, an amount, a day, or a listed answer in the reader's language."""
    kind: FieldKind = FieldKind.LINE


def asked(cause: Cause) -> tuple[PleadingField, ...]:
    """The cause's own fields, in the pack's order."""
    return tuple(one for one in cause.fields if one.key not in ASKED_BEFORE)


def not_asked_before(pack: RulePack, cause: str) -> frozenset[str]:
    """What nobody is asked of a dispute that happened at a place: no website, no shop, no order."""
    known = pack.causes.list.get(cause)
    return ASKED_BEFORE if known is not None and any(one.key == PLACE for one in known.fields) else frozenset()


def day_told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The day told among what a kind of dispute asks, as the day of the first fact: nobody is asked it twice."""
    return {f"facts-0-{name}": values[name] for name in values if name.startswith(f"{DAY}-") and values[name]}


def model_for(pack: RulePack, cause: str, *, complete: bool = True) -> type[CourtModel]:
    """The cause's fields as an input of the court; ``complete`` lets nothing be missing that the pack requires."""
    return _model(cause, asked(pack.cause(cause)), complete)


@lru_cache(maxsize=64)
def _model(cause: str, fields: tuple[PleadingField, ...], complete: bool) -> type[CourtModel]:
    made: dict[str, Any] = {}
    for one in fields:
        kind, *marks = _kind(one)
        mark = field(one.label, one.hint, options=_options(one))
        needed = one.required and complete
        made[one.key] = (Annotated[kind, *marks, mark], ...) if needed else (Annotated[kind | None, *marks, mark], None)
    return create_model(
        f"Particulars_{cause}", __base__=CourtModel, __doc__="What the rule pack asks of this kind of dispute.", **made
    )


def _kind(one: PleadingField) -> tuple[Any, ...]:
    match one.kind:
        case FieldKind.MONEY:
            return (CourtMoney,)
        case FieldKind.DATE:
            return (CourtDate,)
        case FieldKind.CHOICE:
            return str, CourtText(0, 300, one_line=True), AfterValidator(lambda given: _listed(one, given))
        case FieldKind.ADDRESS:
            return str, CourtText(1, 2000, one_line=True), AfterValidator(_address)
        case FieldKind.TEXT:
            return str, CourtText(1, 4000)
        case FieldKind.LINE:
            return str, CourtText(1, 300, one_line=True)


def _options(one: PleadingField) -> dict[str, Text] | None:
    """Answers by their English words, which the record keeps."""
    return {option.render("en"): option for option in one.options} or None


def _listed(one: PleadingField, given: str | None) -> str | None:
    """The listed answer that was named, in either language."""
    if given is None:
        return None
    for option in one.options:
        if given.casefold() in {option.render(locale).casefold() for locale in ("en", "zh-Hans")}:
            return option.render("en")
    raise refused(Unreadable("not_listed", T("Choose one of those listed.")))


def _address(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise refused(
            Unreadable("address_unreadable", T("Write the address in full, for example https://shop.example/item/1."))
        )
    return given


def read(pack: RulePack, cause: str, given: Mapping[str, Any], *, complete: bool) -> dict[str, str | Money]:
    """What was given, each in its own form: days as 2026-04-27, amounts with currency, listed answers in English.

    Blank answers are left out. Raises InvalidInput, each fault at
    ``("particulars", key)``.
    """
    kept = {key: value for key, value in given.items() if not (isinstance(value, str) and not value.strip())}
    try:
        found = validate(model_for(pack, cause, complete=complete), kept, currency=pack.currency)
    except InvalidInput as error:
        raise InvalidInput(
            [FieldFault(("particulars", *fault.location), fault.message) for fault in error.faults]
        ) from None
    return plain(found)


def plain(found: CourtModel) -> dict[str, str | Money]:
    """The filled fields of a cause's model as the record keeps them."""
    values = {key: getattr(found, key) for key in type(found).model_fields}
    return {
        key: value if isinstance(value, str | Money) else value.isoformat()
        for key, value in values.items()
        if value is not None
    }


def told(pack: RulePack, cause: str, kept: Mapping[str, Any] | None) -> list[Told]:
    """The fields that were filled, in the pack's order, for a reader; money may come as its two parts."""
    return list(_told(pack.cause(cause), kept or {}, pack.currency))


def _told(cause: Cause, kept: Mapping[str, Any], currency: str) -> Iterator[Told]:
    for one in asked(cause):
        value = kept.get(one.key)
        if value is None:
            continue
        if isinstance(value, Mapping):
            value = Money(value["minor"], value["currency"])
        elif one.kind is FieldKind.DATE and isinstance(value, str):
            value = read_day(value)
        elif one.kind is FieldKind.CHOICE:
            value = (_options(one) or {}).get(str(value), value)
        yield Told(one.key, one.label, value, one.kind)


def missing(pack: RulePack, cause: str, kept: Mapping[str, Any] | None) -> list[Text]:
    """Labels of what the pack requires and the claim does not say."""
    return [one.label for one in asked(pack.cause(cause)) if one.required and not (kept or {}).get(one.key)]


def told_of(sitting: Sitting, case: Case) -> list[Told]:
    """What the claim of a case says to the fields of its cause, as it stands now."""
    claim = next((one for one in claims_of(sitting.session, case) if one.kind == "claim" and one.particulars), None)
    return told(sitting.pack(case), case.cause, claim.particulars) if claim is not None else []


def form_for(pack: RulePack, cause: str) -> type[ClaimInput]:
    """The whole claim as a form that asks the fields of one cause, each in its own way."""
    part: Any = Annotated[model_for(pack, cause, complete=False), ABOUT]
    return create_model(f"Claim_{cause}", __base__=ClaimInput, particulars=(part, ...))


def require(pack: RulePack, claim: ClaimInput) -> ClaimInput:
    """The claim with its fields read, none missing that the pack requires: as the form asks it, for programs and
    tables. Raises InvalidInput.
    """
    if claim.matter.cause not in pack.causes.list:
        return claim  # said by whoever opens the case, at the field of the cause
    return claim.model_copy(update={"particulars": read(pack, claim.matter.cause, claim.particulars, complete=True)})
