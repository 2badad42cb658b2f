"""Time tokens (RFC 3161, RFC 5816): the notary's own authority, and the client of any other."""

from __future__ import annotations

import enum
import hashlib
import secrets
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from odr.ground import outgoing
from odr.notary.time.authority import ECDSA_SHA256, ECDSA_SHA512
from odr.notary.time.der import bits, explicit, generalized_time, integer, octets, oid, sequence, set_of, tlv, utf8
from odr.notary.vault import Vault

POLICY = "2.25.144768338128736519408337204951029744113"
"""Policy under which the notary's own authority states the time: its machine clock, to the second."""
_DIGESTS = {"sha256": 32, "sha384": 48, "sha512": 64}
_DIGEST_OIDS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_SIGNED_DATA, _TST_INFO = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE, _MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = oid("1.2.840.113549.1.9.16.2.47")
_ECDSA = {"sha256": sequence(oid(ECDSA_SHA256)), "sha512": sequence(oid(ECDSA_SHA512))}
_ACCURACY_ONE_SECOND = sequence(integer(1))
_GRANTED = sequence(integer(0))
MAX_RESPONSE = 100_000


class Failure(enum.IntEnum):
    """Why a request is refused: bit of PKIFailureInfo."""

    BAD_ALGORITHM = 0
    """A digest too weak, SHA-1 above all, or unknown."""
    BAD_REQUEST = 2
    """Digest of the wrong length, or a version not known."""
    BAD_DATA_FORMAT = 5
    """Not a TimeStampReq."""
    UNACCEPTED_POLICY = 15
    """Another policy was asked for."""
    UNACCEPTED_EXTENSION = 16
    """Extensions were asked for; there are none."""


class TimestampUnavailable(Exception):
    """No token could be had just now; the checkpoint stands without it until the next attempt."""


@dataclass(frozen=True)
class Stamp:
    """A response as stored in a ``.tsr`` file, and the nonce it must repeat."""

    response: bytes
    nonce: int | None


class Timestamper(Protocol):
    """Anything that stamps a digest."""

    @property
    def name(self) -> str:
        """Under which its tokens are kept."""
        ...

    @property
    def roots(self) -> Sequence[x509.Certificate]:
        """What its tokens are verified against."""
        ...

    def stamp(self, digest: bytes) -> Stamp:
        """A token over a SHA-256 or SHA-512 digest. Raises :class:`TimestampUnavailable`."""
        ...


class TimeAuthority:
    """Issues tokens with a key of the vault: ECDSA with SHA-256 on P-256, on P-521 with SHA-512 throughout.

    Serial numbers are 127 random bits, so a restart or a restored backup cannot repeat one.
    """

    def __init__(self, vault: Vault, key_id: str, certificate: bytes, root: bytes) -> None:
        self._vault = vault
        self._key_id = key_id
        self._certificate = certificate
        self._root = root
        parsed = x509.load_der_x509_certificate(certificate)
        self._identifier = sequence(parsed.issuer.public_bytes(), integer(parsed.serial_number))
        public = parsed.public_key()
        self._hash = "sha512" if isinstance(public, ec.EllipticCurvePublicKey) and public.key_size > 256 else "sha256"
        self._algorithm = sequence(oid(_DIGEST_OIDS[self._hash]))
        # SHA-256 is the default of ESSCertIDv2 and left out (DER).
        named = b"" if self._hash == "sha256" else self._algorithm
        certificate_id = sequence(named, octets(self._digest(certificate)))
        self._signing_certificate = _attribute(_SIGNING_CERTIFICATE_V2, sequence(sequence(certificate_id)))

    def _digest(self, data: bytes) -> bytes:
        return hashlib.new(self._hash, data).digest()

    @property
    def root(self) -> x509.Certificate:
        """The certificate its tokens are verified against."""
        return x509.load_der_x509_certificate(self._root)

    def token(
        self,
        digest: bytes,
        now: datetime,
        *,
        nonce: int | None = None,
        algorithm: str = "sha256",
        certificates: bool = True,
    ) -> bytes:
        """A time-stamp token (CMS SignedData, DER) over a digest."""
        imprint = sequence(sequence(oid(_DIGEST_OIDS[algorithm])), octets(digest))
        info = sequence(
            integer(1),
            oid(POLICY),
            imprint,
            integer(secrets.randbits(126) | 1 << 126),
            generalized_time(now),
            _ACCURACY_ONE_SECOND,
            integer(nonce) if nonce is not None else b"",
        )
        attributes = set_of(
            _attribute(_CONTENT_TYPE, _TST_INFO),
            _attribute(_MESSAGE_DIGEST, octets(self._digest(info))),
            self._signing_certificate,
        )
        # Signed as SET OF, stored under an implicit tag (RFC 5652 section 5.4).
        signature = self._vault.sign_digest(self._key_id, self._digest(attributes))
        stored = b"\xa0" + attributes[1:]
        signer = sequence(integer(1), self._identifier, self._algorithm, stored, _ECDSA[self._hash], octets(signature))
        chain = explicit(0, *sorted((self._certificate, self._root))) if certificates else b""
        content = sequence(_TST_INFO, explicit(0, octets(info)))
        return sequence(
            _SIGNED_DATA, explicit(0, sequence(integer(3), set_of(self._algorithm), content, chain, set_of(signer)))
        )

    def response(self, digest: bytes, now: datetime, *, nonce: int | None = None) -> bytes:
        """A whole TimeStampResp over a SHA-256 or SHA-512 digest: the content of a ``.tsr`` file."""
        return sequence(_GRANTED, self.token(digest, now, nonce=nonce, algorithm=_of_length(digest)))

    def respond(self, request: bytes, now: datetime) -> bytes:
        """Answer a TimeStampReq as RFC 3161 section 2.4 says; refusals are answers too."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint, version = asked["message_imprint"], asked["version"].native
            algorithm, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
            policy, nonce, certificates = asked["req_policy"].native, asked["nonce"].native, asked["cert_req"].native
            extensions = asked["extensions"].native
        except (ValueError, TypeError, KeyError):
            return refusal(Failure.BAD_DATA_FORMAT, "not a TimeStampReq")
        if algorithm not in _DIGESTS:
            return refusal(Failure.BAD_ALGORITHM, "SHA-256, SHA-384 or SHA-512 only")
        if version != "v1" or len(digest) != _DIGESTS[algorithm] or (nonce is not None and nonce < 0):
            return refusal(Failure.BAD_REQUEST, "digest of the wrong length, version or nonce")
        if policy not in (None, POLICY):
            return refusal(Failure.UNACCEPTED_POLICY, "unknown policy")
        if extensions:
            return refusal(Failure.UNACCEPTED_EXTENSION, "no extensions")
        return sequence(_GRANTED, self.token(digest, now, nonce=nonce, algorithm=algorithm, certificates=certificates))


def refusal(failure: Failure, why: str) -> bytes:
    """A TimeStampResp that rejects."""
    width = failure // 8 + 1
    flags = (1 << (width * 8 - 1 - failure)).to_bytes(width, "big")
    return sequence(sequence(integer(2), sequence(utf8(why)), bits(flags, 7 - failure % 8)))


def _of_length(digest: bytes) -> str:
    return next(name for name, length in _DIGESTS.items() if length == len(digest))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return sequence(kind, set_of(value))


class RemoteTimestamper:
    """A client of an RFC 3161 service over HTTP; ``roots`` are the only certificates trusted for it."""

    def __init__(self, name: str, url: str, roots: Sequence[x509.Certificate], *, timeout: float = 5.0) -> None:
        self.name = name
        self.url = url
        self.roots = tuple(roots)
        self._timeout = timeout

    def stamp(self, digest: bytes) -> Stamp:
        """Ask for a token with a fresh nonce. Raises :class:`TimestampUnavailable`."""
        nonce = secrets.randbits(64)
        imprint = sequence(sequence(oid(_DIGEST_OIDS[_of_length(digest)])), octets(digest))
        query = sequence(integer(1), imprint, integer(nonce), tlv(0x01, b"\xff"))
        request = urllib.request.Request(self.url, query, {"Content-Type": "application/timestamp-query"})
        try:
            with outgoing.in_http(), outgoing.ask(request, timeout=self._timeout) as answer:
                return Stamp(answer.read(MAX_RESPONSE), nonce)
        except OSError as error:
            raise TimestampUnavailable(f"{self.name}: {error}") from error
