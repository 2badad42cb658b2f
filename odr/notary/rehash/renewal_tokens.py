"""Time tokens over the statements of hash renewal: SHA-512 throughout, and renewed themselves before their certificates
end.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from asn1crypto import tsp
from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.notary.models import COURT
from odr.notary.rehash.models import HashRenewal, RenewedToken
from odr.notary.rehash.rounds import statement_tokens
from odr.notary.time.renewal import AHEAD, SKEW, imprint
from odr.notary.time.time_tokens import TimestampUnavailable
from odr.notary.time.verify import TokenRefused, token_ends, verify_token

if TYPE_CHECKING:
    from odr.notary.notary import Notary

logger = logging.getLogger(__name__)
STRONG = frozenset({"sha384", "sha512"})


def check_strength(response: bytes) -> None:
    """Refuse a token in which anything rests on SHA-256 or less. Raises :class:`TokenRefused`."""
    signed = tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"]["content"]
    info = signed["signer_infos"][0]
    used = {
        info["digest_algorithm"]["algorithm"].native,
        *(each["algorithm"].native for each in signed["digest_algorithms"]),
    }
    for attribute in info["signed_attrs"]:
        if attribute["type"].native == "signing_certificate_v2":
            used.add(attribute["values"][0]["certs"][0]["hash_algorithm"]["algorithm"].native)
    for certificate in signed["certificates"] or ():
        algorithm = x509.load_der_x509_certificate(certificate.chosen.dump()).signature_hash_algorithm
        used.add(algorithm.name if algorithm else "")
    if not used <= STRONG:
        raise TokenRefused("something in the token rests on a digest weaker than SHA-384")


def first_tokens(notary: Notary, number: int, note: bytes) -> list[RenewedToken]:
    """The court's own token over a new statement, and one of each outside authority that can. Outside ones hold nothing
    up.
    """
    made = [_own(notary, number, COURT, 0, [note])]
    for stamper in notary.timestampers:
        try:
            made.append(_outside(notary, number, stamper.name, 0, [note]))
        except (TimestampUnavailable, TokenRefused) as error:
            logger.warning("round %s was not stamped by %s: %s", number, stamper.name, error)
    return made


def _own(notary: Notary, number: int, provider: str, place: int, parts: Sequence[bytes]) -> RenewedToken:
    now = notary.clock.machine_now()
    with notary.database.write() as session:
        notary.authority_512.establish(session, now)
    with notary.database.read() as session:
        authority = notary.time_authority_512(session)
    response = authority.response(imprint(parts[0], parts[1:]), now)
    return _row(number, provider, place, COURT, response, parts, [authority.root], None, now)


def _outside(notary: Notary, number: int, provider: str, place: int, parts: Sequence[bytes]) -> RenewedToken:
    stamper = next(each for each in notary.timestampers if each.name == provider)
    stamp = stamper.stamp(imprint(parts[0], parts[1:]))
    return _row(
        number,
        provider,
        place,
        provider,
        stamp.response,
        parts,
        list(stamper.roots),
        stamp.nonce,
        notary.clock.machine_now(),
    )


def _row(
    number: int,
    provider: str,
    place: int,
    by: str,
    response: bytes,
    parts: Sequence[bytes],
    roots: list[x509.Certificate],
    nonce: int | None,
    now: datetime,
) -> RenewedToken:
    said = verify_token(
        response, imprint(parts[0], parts[1:]), roots, nonce=nonce, not_before=now - SKEW, not_after=now + SKEW
    )
    check_strength(response)
    return RenewedToken(
        round=number,
        provider=provider,
        number=place,
        made_by=by,
        token=response,
        gen_time=said.gen_time,
        ends_at=token_ends(response),
    )


def ending(session: Session, until: datetime, *, everything: bool = False) -> Sequence[RenewedToken]:
    """The last token of each chain whose certificate ends by ``until``."""
    rows = session.scalars(
        select(RenewedToken).order_by(RenewedToken.round, RenewedToken.provider, RenewedToken.number)
    ).all()
    chains = {(row.round, row.provider): row for row in rows}
    return [row for row in chains.values() if everything or row.ends_at <= until]


def renew(notary: Notary, *, everything: bool = False) -> tuple[int, list[str]]:
    """Renew the tokens over statements that end within :data:`AHEAD`; gives how many, and why others could not be."""
    with notary.database.read() as session:
        due = ending(session, notary.clock.machine_now() + AHEAD, everything=everything)
        chains = [_chain(session, row) for row in due]
        session.expunge_all()
    done, wrong = 0, list[str]()
    for row, parts in zip(due, chains, strict=True):
        try:
            known = any(stamper.name == row.provider for stamper in notary.timestampers)
            # The authority of then may be gone: the court's own keeps the chain unbroken.
            made = (_outside if known else _own)(notary, row.round, row.provider, row.number + 1, parts)
            if made.ends_at <= row.ends_at and not everything:
                raise TokenRefused("the new token ends no later than the old one")
            with notary.database.write() as session:
                if session.get(RenewedToken, (row.round, row.provider, row.number + 1)) is None:
                    session.add(made)
            done += 1
        except (TimestampUnavailable, TokenRefused) as error:
            wrong.append(f"renewal-{row.round}.statement token {row.provider}: {error}")
    return done, wrong


def _chain(session: Session, row: RenewedToken) -> list[bytes]:
    note = session.get_one(HashRenewal, row.round).note or b""
    return [bytes(note), *(bytes(each.token) for each in statement_tokens(session, row.round, row.provider))]


def verify(note: bytes, chain: Sequence[RenewedToken], roots: dict[str, list[x509.Certificate]]) -> None:
    """Each token is over statement and tokens before it, SHA-512 throughout, made while the one before it was good.
    Raises TokenRefused.
    """
    parts, ends = [note], None
    for place, row in enumerate(chain):
        if row.number != place:
            raise TokenRefused(f"token {place} is missing")
        verify_token(bytes(row.token), imprint(parts[0], parts[1:]), roots.get(row.made_by, []), not_after=ends)
        check_strength(bytes(row.token))
        ends = token_ends(bytes(row.token))
        parts.append(bytes(row.token))
