"""Signed statements of accredited certifiers: what they look like, how one is checked, what a case has of them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import rows_of
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.procedure.rules.certified_claims import CertifiedCause, Measure
from odr.settlement.models import CertifiedStatement, Certifier
from odr.settlement.one_key.calculator import Calculation, calculate

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

PREFIX = b"court-certified-statement/1\n"
"""Stands before the canonical JSON in what is signed, so that no other signature of the certifier can be passed off as
a statement.
"""
MOST = {Measure.MONEY: 10**11, Measure.DAYS: 36_500, Measure.PERCENT: 100}
"""The highest figure of each measure: minor units, days, hundredths."""


class StatementText(BaseModel):
    """What a certifier signs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["court-certified-statement/1"]
    certifier: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    case: Annotated[str, Field(min_length=1, max_length=40)]
    file_number: Annotated[str, Field(min_length=1, max_length=120)]
    issued_on: date
    figures: Annotated[dict[str, StrictInt], Field(min_length=1, max_length=40)]


@dataclass(frozen=True)
class Checked:
    """A statement that holds, ready to be kept."""

    certifier: Certifier
    text: StatementText
    signed: str
    signature: str

    @property
    def digest(self) -> str:
        """SHA-256 of what was signed."""
        return sha256_hex(self.signed.encode())


def signed_bytes(statement: Mapping[str, Any]) -> bytes:
    """What the Ed25519 signature of a statement is over."""
    return PREFIX + canonical(statement)


def rules_of(sitting: Sitting, case: Case) -> CertifiedCause | None:
    """How a claim of this cause is worked out, or None where the pack knows no certified facts for it."""
    certified = sitting.pack(case).certified
    return certified.causes.get(case.cause) if certified is not None else None


def _refuse(words: Text) -> InvalidInput:
    return InvalidInput.at("statement", words)


def check(sitting: Sitting, case: Case, written: str) -> Checked:
    """Read ``{"statement": …, "signature": base64}`` and hold it against the certifier, the case and the pack.

    Raises InvalidInput with the first thing that is wrong with it.
    """
    try:
        whole = json.loads(written, parse_float=_no_float, parse_constant=_no_float)
        statement, signature = whole["statement"], base64.b64decode(whole["signature"], validate=True)
        text = StatementText.model_validate(statement)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, ValidationError):
        raise _refuse(
            T(
                "This is not a certified statement. Send the file as the certifier gave it to you, or paste the whole of it."
            )
        ) from None
    certifier = sitting.session.scalar(select(Certifier).where(Certifier.key == text.certifier))
    if certifier is None or certifier.revoked_at is not None:
        raise _refuse(T("This court has not accredited who issued this statement."))
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(certifier.public_key)).verify(
            signature, signed_bytes(statement)
        )
    except (InvalidSignature, ValueError):
        raise _refuse(
            T("The signature does not match: the statement was changed, or somebody else signed it.")
        ) from None
    if text.case != case.reference:
        raise _refuse(T("This statement was issued for another case."))
    if text.kind not in certifier.kinds:
        raise _refuse(T("%(name)s is not accredited for statements of this kind.", name=certifier.name))
    if text.issued_on > sitting.today:
        raise _refuse(T("The statement is dated in the future."))
    _check_figures(sitting, case, text)
    return Checked(certifier, text, canonical(statement).decode(), base64.b64encode(signature).decode())


def _no_float(written: str) -> Any:
    raise ValueError(written)


def _check_figures(sitting: Sitting, case: Case, text: StatementText) -> None:
    rules = rules_of(sitting, case)
    figures = rules.figures if rules is not None else {}
    for name, value in text.figures.items():
        known = figures.get(name)
        if known is None or known.by != text.kind:
            raise _refuse(T("A statement of this kind cannot certify “%(name)s”.", name=known.title if known else name))
        if not 0 <= value <= MOST[known.measure]:
            raise _refuse(T("The figure for “%(name)s” is out of range.", name=known.title))


def statements_of(session: Session, case: Case, *, counted: bool = False) -> Sequence[CertifiedStatement]:
    """Statements brought into the case, in order; ``counted`` leaves out those of certifiers that were revoked since."""
    if not counted:
        return rows_of(session, CertifiedStatement, case)
    query = built_once(
        lambda: (
            select(CertifiedStatement)
            .join(Certifier, Certifier.id == CertifiedStatement.certifier_id)
            .where(CertifiedStatement.case_id == case.id, Certifier.revoked_at.is_(None))
            .order_by(CertifiedStatement.id)
        )
    )
    return session.scalars(query).all()


def figures_of(statements: Sequence[CertifiedStatement]) -> dict[str, int]:
    """The figures that count: of one certifier's statements on the same figure, the latest."""
    return {name: value for statement in statements for name, value in statement.figures.items()}


def worked_out(sitting: Sitting, case: Case) -> Calculation | None:
    """What the claim comes to on the figures that count now, or None where the pack has no rule for this cause."""
    rules = rules_of(sitting, case)
    if rules is None:
        return None
    return calculate(rules, figures_of(statements_of(sitting.session, case, counted=True)), sitting.pack(case).currency)


def certifier_of_figure(statements: Sequence[CertifiedStatement], name: str) -> int | None:
    """Who certified a figure first: only the same may correct it."""
    return next((s.certifier_id for s in statements if name in s.figures), None)
