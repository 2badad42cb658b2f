"""The second factor: one-time codes from an app (RFC 6238), and recovery codes for the day it is lost."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from odr.ground.db import Database
from odr.ground.errors import CourtError
from odr.ground.text import T
from odr.identity.models import Account, Passkey, RecoveryCode
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import Keyring
from odr.identity.sign_in.rate_limits import Counted

STEP = 30
"""Seconds a code is shown."""
DRIFT = 1
"""Steps a telephone's clock may be off, to either side."""
RECOVERY_CODES = 10

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_PURPOSE = "totp"


class WrongCode(CourtError):
    """The code is wrong, too old, or was used before."""

    status = 422
    problem = "wrong-code"

    def __init__(self) -> None:
        super().__init__(
            T("The code is wrong or was used before."),
            T("Wait until the app shows the next code, then write that one."),
        )


def new_secret() -> str:
    """A fresh secret of 160 bits, base32, to be shown to the person once."""
    return pyotp.random_base32()


def address_of(secret: str, email: str, issuer: str) -> str:
    """The ``otpauth://`` address that an app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def picture(address: str) -> str:
    """The address as a QR code: an SVG in a ``data:`` address, for an image."""
    code: str = segno.make_qr(address, error="m").svg_data_uri(scale=5, border=2)
    return code


def is_enrolled(session: Session, account: Account) -> bool:
    """Whether a second factor is asked of the account: an app's code or a passkey."""
    return (
        account.totp_secret is not None
        or session.scalar(select(Passkey.id).where(Passkey.account_id == account.id).limit(1)) is not None
    )


def enrol(session: Session, keyring: Keyring, account: Account, secret: str, code: str, now: datetime) -> list[str]:
    """Take the app as second factor once it has shown a right code; gives the recovery codes. Raises WrongCode."""
    step = matching_step(secret, code, now)
    if step is None:
        raise WrongCode
    account.totp_secret = seal_secret(keyring, secret)
    account.totp_last_step = step
    session.flush()
    return renew_recovery_codes(session, keyring, account.id)


def seal_secret(keyring: Keyring, secret: str) -> str:
    """An app's secret as it is stored."""
    return keyring.seal(_PURPOSE, secret)


def remove(session: Session, account: Account) -> None:
    """Give up the app and the recovery codes."""
    account.totp_secret = account.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Number of the half minute for which the code is right, within the drift; None when it is wrong."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    current = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    found = [
        step
        for step in range(current - DRIFT, current + DRIFT + 1)
        if pyotp.utils.strings_equal(totp.generate_otp(step), digits)
    ]
    return found[-1] if found else None


def check(database: Database, keyring: Keyring, account_id: int, code: str, now: datetime) -> None:
    """Take a code of the app or a recovery code, each once. Raises WrongCode, TooMany."""
    with database.write() as session:
        taken = rate_limits.take(session, keyring, Counted.CODE, str(account_id), now)
    with database.write() as session:
        account = session.get_one(Account, account_id)
        if not (
            _take_app_code(session, keyring, account, code, now)
            or _take_recovery_code(session, keyring, account_id, code, now)
        ):
            raise WrongCode
        rate_limits.give_back(session, taken)


def renew_recovery_codes(session: Session, keyring: Keyring, account_id: int) -> list[str]:
    """Ten new codes of 49 bits; earlier ones stop working."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_recovery_hash(keyring, account_id, code)) for code in codes
    )
    session.flush()
    return codes


def recovery_codes_left(session: Session, account_id: int) -> int:
    """How many recovery codes are still unused."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def _take_app_code(session: Session, keyring: Keyring, account: Account, code: str, now: datetime) -> bool:
    secret = keyring.unseal(_PURPOSE, account.totp_secret) if account.totp_secret else None
    step = matching_step(secret, code, now) if secret else None
    if step is None:
        return False
    # One statement decides, so that of two uses of one code at the same time one fails.
    fresh = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
    result = session.execute(update(Account).where(Account.id == account.id, fresh).values(totp_last_step=step))
    return getattr(result, "rowcount", 0) == 1


def _take_recovery_code(session: Session, keyring: Keyring, account_id: int, code: str, now: datetime) -> bool:
    hashed = _recovery_hash(keyring, account_id, code)
    taking = update(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.code_hash == hashed, RecoveryCode.used_at.is_(None)
    )
    return getattr(session.execute(taking.values(used_at=now)), "rowcount", 0) == 1


def _recovery_hash(keyring: Keyring, account_id: int, code: str) -> str:
    return keyring.mac("recovery", f"{account_id}/{code.strip().lower().replace('-', '').replace(' ', '')}")
