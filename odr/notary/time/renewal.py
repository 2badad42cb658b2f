"""Renewing time tokens before what they rest on ends: a new token over the checkpoint and every token before it (RFC
4998, 5.2).

A token proves its time only while its certificate can be believed. Before that ends, checkpoint and old token are
stamped
anew: whoever believes the new token knows that the old one existed while it was still good. The new imprint is SHA-512.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.notary.models import COURT, KeyUse, LogCheckpoint, SigningKey, TimestampRenewal, TimestampToken
from odr.notary.time.time_tokens import Timestamper, TimestampUnavailable
from odr.notary.time.verify import TokenRefused, token_ends, verify_token

if TYPE_CHECKING:
    from odr.notary.notary import Notary

AHEAD = timedelta(days=150)
"""How long before a certificate ends its tokens are renewed: after the time key itself was replaced, or they would end
with it again.
"""
ALARM = timedelta(days=60)
"""With less than this left something has kept the renewal from happening."""
SKEW = timedelta(minutes=2)


@dataclass(frozen=True)
class Ending:
    """A chain of tokens whose last one ends soon. ``number`` is the renewal that is due, from 1."""

    log_id: str
    size: int
    provider: str
    number: int
    ends_at: datetime


def imprint(note: bytes, tokens: Sequence[bytes]) -> bytes:
    """What a renewal is over: the checkpoint and the responses before it, one behind the other (``cat checkpoint
    *.tsr``).
    """
    return hashlib.sha512(b"".join((note, *tokens))).digest()


def ending(session: Session, until: datetime, *, everything: bool = False) -> list[Ending]:
    """Chains whose last token's certificate ends by ``until``; with ``everything`` all there are."""
    return [*_first(session, until, everything), *_further(session, until, everything)]


def _first(session: Session, until: datetime, everything: bool) -> Iterator[Ending]:
    renewed = select(TimestampRenewal.log_id).where(
        TimestampRenewal.log_id == TimestampToken.log_id,
        TimestampRenewal.size == TimestampToken.size,
        TimestampRenewal.provider == TimestampToken.provider,
    )
    bare = select(TimestampToken).where(~renewed.exists()).order_by(TimestampToken.log_id, TimestampToken.size)
    keys = session.scalars(
        select(SigningKey).where(SigningKey.use == KeyUse.TIME).order_by(SigningKey.not_before)
    ).all()
    for key, after in zip(keys, [*keys[1:], None], strict=True):
        if key.not_after is None or (key.not_after > until and not everything):
            continue
        of_key = bare.where(TimestampToken.provider == COURT, TimestampToken.gen_time >= key.not_before)
        if after is not None:
            of_key = of_key.where(TimestampToken.gen_time < after.not_before)
        for token in session.scalars(of_key):
            yield Ending(token.log_id, token.size, token.provider, 1, key.not_after)
    for token in session.scalars(bare.where(TimestampToken.provider != COURT)):
        ends_at = token_ends(bytes(token.token))
        if ends_at <= until or everything:
            yield Ending(token.log_id, token.size, token.provider, 1, ends_at)


def _further(session: Session, until: datetime, everything: bool) -> Iterator[Ending]:
    chain = (TimestampRenewal.log_id, TimestampRenewal.size, TimestampRenewal.provider)
    last = select(*chain, func.max(TimestampRenewal.number).label("number")).group_by(*chain).subquery()
    same = (
        (TimestampRenewal.log_id == last.c.log_id)
        & (TimestampRenewal.size == last.c.size)
        & (TimestampRenewal.provider == last.c.provider)
    )
    query = select(TimestampRenewal).join(last, same & (TimestampRenewal.number == last.c.number)).order_by(*chain)
    for row in session.scalars(query if everything else query.where(TimestampRenewal.ends_at <= until)):
        yield Ending(row.log_id, row.size, row.provider, row.number + 1, row.ends_at)


def renew(notary: Notary, *, everything: bool = False, most: int = 1000) -> tuple[int, list[str]]:
    """Renew what ends within :data:`AHEAD`, or everything there is; gives how many were renewed, and why others could
    not be.
    """
    with notary.database.read() as session:
        due = ending(session, notary.clock.machine_now() + AHEAD, everything=everything)
    if due:
        # A token by a key that ends itself would renew nothing.
        notary.establish()
    done, wrong = 0, list[str]()
    for one in due if everything else due[:most]:
        try:
            _renew(notary, one, everything)
            done += 1
        except (TimestampUnavailable, TokenRefused) as error:
            wrong.append(f"{one.log_id} checkpoint {one.size} token {one.provider}: {error}")
    return done, wrong


def _renew(notary: Notary, one: Ending, everything: bool) -> None:
    with notary.database.read() as session:
        note, tokens = _chain(session, one)
        roots = [notary.authority.root(session)]
        stampers: list[Timestamper] = [stamper for stamper in notary.timestampers if stamper.name == one.provider]
        own = notary.time_authority(session)
    digest, now = imprint(note, tokens), notary.clock.machine_now()
    if stampers:
        stamp = stampers[0].stamp(digest)
        response, nonce, by, roots = stamp.response, stamp.nonce, stampers[0].name, list(stampers[0].roots)
    else:
        # The authority of then may be gone: the court's own keeps the chain unbroken.
        response, nonce, by = own.response(digest, now), None, COURT
    said = verify_token(response, digest, roots, nonce=nonce, not_before=now - SKEW, not_after=now + SKEW)
    ends_at, key = token_ends(response), (one.log_id, one.size, one.provider, one.number)
    row = TimestampRenewal(
        log_id=one.log_id,
        size=one.size,
        provider=one.provider,
        number=one.number,
        made_by=by,
        token=response,
        gen_time=said.gen_time,
        ends_at=ends_at,
    )
    if ends_at <= one.ends_at and not everything:
        raise TokenRefused("the new token ends no later than the old one")
    with notary.database.write() as session:
        if session.get(TimestampRenewal, key) is None:
            session.add(row)


def _chain(session: Session, one: Ending) -> tuple[bytes, list[bytes]]:
    note = session.get_one(LogCheckpoint, (one.log_id, one.size)).note
    first = session.get_one(TimestampToken, (one.log_id, one.size, one.provider)).token
    return bytes(note), [
        bytes(first),
        *(bytes(row.token) for row in renewals(session, one.log_id, one.size, one.provider) if row.number < one.number),
    ]


def renewals(session: Session, log_id: str, size: int, provider: str) -> Sequence[TimestampRenewal]:
    """The renewals of one token, oldest first."""
    where = (TimestampRenewal.log_id == log_id, TimestampRenewal.size == size, TimestampRenewal.provider == provider)
    return session.scalars(select(TimestampRenewal).where(*where).order_by(TimestampRenewal.number)).all()


def verify_chain(
    note: bytes, first: bytes, later: Sequence[TimestampRenewal], roots: dict[str, list[x509.Certificate]]
) -> None:
    """Each renewal is over checkpoint and tokens before it, and was made while the token before it was good. Raises
    TokenRefused.
    """
    tokens = [first]
    for row in later:
        ends = token_ends(tokens[-1])
        verify_token(bytes(row.token), imprint(note, tokens), roots.get(row.made_by, []), not_after=ends)
        tokens.append(bytes(row.token))
