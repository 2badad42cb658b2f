"""Signed records of accredited platforms: their form, how one is checked, how one becomes an exhibit (EV 14, 94; OLR
18).

A platform writes exactly what a party asked for, and reads nothing: the answer
names the receipt and the exhibit, never the case.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, ValidationError
from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence import names
from odr.evidence.models import CaptureState, Exhibit
from odr.evidence.sources.early_fetches import records_came
from odr.evidence.sources.inputs import PlatformRecordsFact
from odr.evidence.sources.models import EarlyFetch, EarlyKind, Platform, PlatformRequest
from odr.evidence.store.ports import desk_of
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import CourtError
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import CLOCK_ACTOR

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

PREFIX = b"court-platform-records/1\n"
"""Stands before the canonical JSON in what is signed, so that no other signature of the platform can be passed off as
one.
"""
MOST_BYTES = 2_000_000
AHEAD = timedelta(minutes=10)
"""How far a platform's clock may go before ours."""


class NotTaken(CourtError):
    """What a platform sent is not taken."""

    status = 422
    problem = "platform-records-refused"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Short = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(min_length=1, max_length=4000)]


class Amount(_Part):
    """Minor units and currency."""

    minor: Annotated[StrictInt, Field(ge=0, le=10**13)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Item(_Part):
    """One line of an order."""

    name: Short
    count: Annotated[StrictInt, Field(ge=1, le=100_000)]
    price: Amount


class OrderRecord(_Part):
    """What was ordered."""

    kind: Literal["order"]
    order: Short
    placed_at: AwareDatetime
    buyer: Short
    seller: Short
    items: Annotated[list[Item], Field(min_length=1, max_length=200)]
    total: Amount


class PaymentRecord(_Part):
    """What was paid."""

    kind: Literal["payment"]
    order: Short
    at: AwareDatetime
    amount: Amount
    way: Short
    state: Short


class ParcelEvent(_Part):
    """One station of a parcel."""

    at: AwareDatetime
    what: Short
    place: Short | None = None


class LogisticsRecord(_Part):
    """A parcel's way."""

    kind: Literal["logistics"]
    order: Short
    carrier: Short
    parcel: Short
    events: Annotated[list[ParcelEvent], Field(max_length=500)]


class Message(_Part):
    """One message of a chat."""

    at: AwareDatetime
    by: Short
    words: Long


class ChatRecord(_Part):
    """What buyer and shop wrote."""

    kind: Literal["chat"]
    order: Short
    messages: Annotated[list[Message], Field(min_length=1, max_length=5000)]


Record = Annotated[OrderRecord | PaymentRecord | LogisticsRecord | ChatRecord, Field(discriminator="kind")]


class PlatformText(_Part):
    """What a platform signs."""

    type: Literal["court-platform-records/1"]
    platform: Annotated[str, Field(min_length=1, max_length=60)]
    request: Annotated[str, Field(min_length=1, max_length=40)]
    issued_at: AwareDatetime
    records: Annotated[list[Record], Field(min_length=1, max_length=200)]


@dataclass(frozen=True)
class Checked:
    """Records that hold, for the request they answer."""

    request: PlatformRequest | EarlyFetch
    platform: Platform
    text: PlatformText
    sha256: str


@dataclass(frozen=True)
class Taken:
    """What the platform is told."""

    receipt: str
    sha256: str
    exhibit: str | None
    """None before there is a case."""
    repeated: bool


def signed_bytes(statement: dict[str, Any]) -> bytes:
    """What the Ed25519 signature of a platform is over."""
    return PREFIX + canonical(statement)


def check(sitting: Sitting, body: bytes) -> Checked:
    """Hold what came against the platform's key and the party's request. Raises NotTaken with the first thing wrong.

    An unknown request and one of another platform are refused in the same words.
    """
    if len(body) > MOST_BYTES:
        raise NotTaken(T("The records are too large. Send at most 2 MB."))
    try:
        whole = json.loads(body, parse_float=_no_float, parse_constant=_no_float)
        statement, signature = whole["statement"], base64.b64decode(whole["signature"], validate=True)
        text = PlatformText.model_validate(statement)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, ValidationError):
        raise NotTaken(T("These are not platform records as the court describes them.")) from None
    platform = sitting.session.scalar(
        select(Platform).where(Platform.key == text.platform, Platform.revoked_at.is_(None))
    )
    if platform is None:
        raise NotTaken(T("This court has not accredited this platform."))
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(platform.public_key)).verify(
            signature, signed_bytes(statement)
        )
    except (InvalidSignature, ValueError):
        raise NotTaken(
            T("The signature does not match: the records were changed, or somebody else signed them.")
        ) from None
    request = _asked(sitting, platform, text.request)
    if request is None:
        raise NotTaken(T("Nobody asked you for these records."))
    found = Checked(request, platform, text, sha256_hex(body))
    reason = _unasked(sitting, found)
    if reason is not None:
        raise NotTaken(reason)
    return found


def _asked(sitting: Sitting, platform: Platform, reference: str) -> PlatformRequest | EarlyFetch | None:
    """What somebody asked this platform for, in a case or while they write a claim; what was stopped is asked no more."""
    in_case = (PlatformRequest.reference == reference, PlatformRequest.platform_id == platform.id)
    before = (
        EarlyFetch.reference == reference,
        EarlyFetch.platform_id == platform.id,
        EarlyFetch.kind == EarlyKind.RECORDS,
        EarlyFetch.state.in_((CaptureState.WAITING, CaptureState.DONE)),
    )
    return sitting.session.scalar(select(PlatformRequest).where(*in_case)) or sitting.session.scalar(
        select(EarlyFetch).where(*before)
    )


def _unasked(sitting: Sitting, found: Checked) -> Text | None:
    """Why records go beyond what was asked for, or come when nobody waits for them."""
    request, text = found.request, found.text
    if not request.has_come and (request.until is None or request.until < sitting.now):
        return T("The request has run out. The party can ask again.")
    if text.issued_at > sitting.now + AHEAD:
        return T("The records are dated in the future.")
    if request.has_come and request.sha256 != found.sha256:
        return T("Other records were given for this request before.")
    if any(record.order != request.order_number for record in text.records):
        return T("The records are not all of the order that was asked for.")
    if not {record.kind for record in text.records} <= set(request.kinds):
        return T("Only what was asked for is taken: %(kinds)s.", kinds=side_by_side(request.kinds))
    return None


def _no_float(written: str) -> Any:
    raise ValueError(written)


def take(court: Court, body: bytes) -> Taken:
    """Keep the records byte for byte, anchor them, and make them the party's exhibit; the same bytes again give the
    same answer.
    """
    with court.database.read() as session:
        found = check(court.look(session), body)
        request, account, number = found.request, found.request.account_id, found.request.order_number
        if isinstance(request, EarlyFetch):
            if request.has_come:
                return Taken(request.files[0].upload.receipt or "", found.sha256, None, repeated=True)
        elif request.exhibit_id is not None:
            exhibit = session.get_one(Exhibit, request.exhibit_id)
            return Taken(exhibit.upload.receipt or "", found.sha256, exhibit.label, repeated=True)
    kept = desk_of(court).receive(
        account, f"{found.platform.key}-{number}.json"[:255], "application/json", BytesIO(body)
    )
    if kept is None:
        raise CourtError(T("The file was not kept."))
    if isinstance(request, EarlyFetch):
        told = {"issued_at": found.text.issued_at.isoformat(), "key": found.platform.public_key}
        with court.sit() as sitting:
            records_came(sitting, request.reference, kept.reference, found.sha256, told)
        court.sequence()
        return Taken(kept.receipt or "", found.sha256, None, repeated=False)
    with court.sit() as sitting:
        case = sitting.session.get_one(Case, request.case_id)
        fact = PlatformRecordsFact(request=request.reference, upload=kept.reference, sha256=found.sha256)
        sitting.perform(names.RECORD_PLATFORM_RECORDS, case, fact, actor=CLOCK_ACTOR)
        exhibit = sitting.session.scalars(
            select(Exhibit)
            .join(PlatformRequest, PlatformRequest.exhibit_id == Exhibit.id)
            .where(PlatformRequest.id == request.id)
        ).one()
        return Taken(kept.receipt or "", found.sha256, exhibit.label, repeated=False)


def records_in(exhibit: Exhibit, data: bytes) -> PlatformText | None:
    """What the file of an exhibit that came from a platform states, to be shown in its own form."""
    return PlatformText.model_validate(json.loads(data)["statement"]) if is_from_platform(exhibit) else None


def is_from_platform(exhibit: Exhibit) -> bool:
    """Whether an accredited platform signed it."""
    return "signed_by" in exhibit.provenance
