"""Passkeys (WebAuthn): a key on the person's device, unlocked by finger, face or PIN, and so two factors in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from odr.ground.errors import CourtError, NotFound
from odr.ground.text import T
from odr.identity.accounts import links
from odr.identity.models import Account, AccountState, LinkPurpose, Passkey

SignedIn: TypeAlias = tuple[int, int]
"""An account and the session in which it proves anew who it is."""


class PasskeyRefused(CourtError):
    """What the device sent does not prove possession of the passkey."""

    status = 422
    problem = "passkey-refused"

    def __init__(self) -> None:
        super().__init__(T("The passkey was not accepted."), T("Try again, or sign in with your password."))


@dataclass(frozen=True)
class Site:
    """For whom a passkey is: the host name it is bound to and the origins its pages come from."""

    host: str
    origins: tuple[str, ...]
    name: str


def of_account(session: Session, account_id: int) -> Sequence[Passkey]:
    """The account's passkeys, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def registration_options(session: Session, account: Account, site: Site, now: datetime) -> str:
    """What the browser needs to make a passkey, as JSON; the challenge holds five minutes and once."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account.reference.encode(),
        user_name=account.email,
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id))
            for key in of_account(session, account.id)
        ],
    )
    _keep_challenge(session, options.challenge, now, account.id)
    return webauthn.options_to_json(options)


def register(
    session: Session, account: Account, site: Site, sent: Mapping[str, Any], name: str, now: datetime
) -> Passkey:
    """Take the passkey that the device has made. Raises PasskeyRefused."""
    try:
        credential = parse_registration_credential_json(json.dumps(sent))
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        _use_challenge(session, challenge, now, account.id)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, NotFound, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    key = Passkey(
        account_id=account.id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=" ".join(name.split())[:100] or "Passkey",
        created_at=now,
    )
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == key.credential_id)) is not None:
        raise PasskeyRefused
    session.add(key)
    session.flush()
    return key


def authentication_options(session: Session, site: Site, now: datetime, signed_in: SignedIn | None = None) -> str:
    """What the browser needs to offer the passkeys it has for this site, as JSON; says nothing of any account.

    ``signed_in``: who proves anew who they are; the answer counts for that account and session alone.
    """
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep_challenge(session, options.challenge, now, *(signed_in or (None, None)))
    return webauthn.options_to_json(options)


def authenticate(
    session: Session, site: Site, sent: Mapping[str, Any], now: datetime, signed_in: SignedIn | None = None
) -> Account:
    """The account whose passkey answered the challenge, which was given for the same purpose: coming in, or the account and
    session that prove anew. Raises PasskeyRefused, whatever is wrong.
    """
    try:
        credential = parse_authentication_credential_json(json.dumps(sent))
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        _use_challenge(session, challenge, now, *(signed_in or (None, None)))
        key = session.scalar(
            select(Passkey).where(Passkey.credential_id == bytes_to_base64url(credential.raw_id)).with_for_update()
        )
        if key is None:
            raise PasskeyRefused
        proof = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, NotFound, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    account = session.get_one(Account, key.account_id)
    if account.state is not AccountState.ACTIVE:
        raise PasskeyRefused
    key.sign_count, key.used_at = proof.new_sign_count, now
    return account


def remove(session: Session, account_id: int, key_id: int) -> bool:
    """Give up one of the account's own passkeys; False when it has no such one."""
    return (
        getattr(
            session.execute(delete(Passkey).where(Passkey.id == key_id, Passkey.account_id == account_id)),
            "rowcount",
            0,
        )
        == 1
    )


def _keep_challenge(
    session: Session, challenge: bytes, now: datetime, account_id: int | None, session_id: int | None = None
) -> None:
    links.issue(
        session,
        LinkPurpose.PASSKEY_CHALLENGE,
        now,
        account_id=account_id,
        subject=_subject(session_id),
        token=bytes_to_base64url(challenge),
    )


def _use_challenge(
    session: Session, challenge: bytes, now: datetime, account_id: int | None, session_id: int | None = None
) -> None:
    link = links.use(session, LinkPurpose.PASSKEY_CHALLENGE, bytes_to_base64url(challenge), now)
    if (link.account_id, link.subject) != (account_id, _subject(session_id)):
        raise PasskeyRefused


def _subject(session_id: int | None) -> str | None:
    return f"confirm/{session_id}" if session_id is not None else None
