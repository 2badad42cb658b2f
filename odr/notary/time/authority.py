"""The notary's own small certificate authority: one root, from which time tokens and the seal descend.

Keys stay in the vault; certificates are put together here and signed there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.notary.models import KeyState, KeyUse, SigningKey
from odr.notary.time.der import bits, oid, sequence
from odr.notary.vault import KeyKind, Vault

ECDSA_SHA256, ECDSA_SHA512 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.4"
ROOT_YEARS, LEAF_YEARS = 25, 6
"""How long a certificate holds: the root's, and those under it."""
RENEW_BEFORE = timedelta(days=180)
"""How long before its certificate ends a time key is replaced."""


@dataclass(frozen=True)
class Suite:
    """The algorithms of an authority, and the uses of its root key and of its time key.

    ``signature`` is the object identifier written into certificates, ``hash`` what is hashed before signing.
    """

    root: KeyUse
    time: KeyUse
    kind: KeyKind
    curve: ec.EllipticCurve
    hash: hashes.HashAlgorithm
    signature: str


SHA256 = Suite(KeyUse.AUTHORITY, KeyUse.TIME, KeyKind.P256, ec.SECP256R1(), hashes.SHA256(), ECDSA_SHA256)
SHA512 = Suite(KeyUse.AUTHORITY_512, KeyUse.TIME_512, KeyKind.P521, ec.SECP521R1(), hashes.SHA512(), ECDSA_SHA512)
"""SHA-512 throughout: certificates, tokens and what is in them."""


_ACTIVE = (
    select(SigningKey)
    .where(SigningKey.use.in_(bindparam("uses", expanding=True)), SigningKey.state == KeyState.ACTIVE)
    .order_by(SigningKey.not_before.desc())
)


def active_key(session: Session, use: KeyUse) -> SigningKey | None:
    """The newest key in use for a purpose; None where there is none yet."""
    return active_keys(session, use).get(use)


def active_keys(session: Session, *uses: KeyUse) -> dict[KeyUse, SigningKey]:
    """The newest key in use for each purpose that has one."""
    found: dict[KeyUse, SigningKey] = {}
    for key in session.execute(_ACTIVE, {"uses": list(uses)}).scalars():
        found.setdefault(key.use, key)
    return found


def lasts(ends: datetime | None, now: datetime) -> bool:
    """Whether there is a certificate and it does not end soon."""
    return ends is not None and ends - RENEW_BEFORE > now


class Authority:
    """Makes the root once, and certificates under it when they are wanted."""

    def __init__(self, vault: Vault, organisation: str, suite: Suite = SHA256) -> None:
        self.vault = vault
        self.organisation = organisation
        self.suite = suite

    def is_established(self, session: Session, now: datetime) -> bool:
        """Whether there is a time key whose certificate does not end soon."""
        key = active_key(session, self.suite.time)
        return lasts(key.not_after if key else None, now)

    def establish(self, session: Session, now: datetime) -> None:
        """Root and time key, if they are missing or the time key's certificate soon ends."""
        if active_key(session, self.suite.root) is None:
            self._make_root(session, now)
        if not self.is_established(session, now):
            self.make_key(session, self.suite.time, now)

    def root(self, session: Session) -> x509.Certificate:
        """The root certificate. Raises LookupError before :meth:`establish`."""
        return self._root(session)[1]

    def make_key(self, session: Session, use: KeyUse, now: datetime) -> SigningKey:
        """A new key with its certificate under the root, for time tokens or the seal; the one before is frozen.

        Raises ValueError for any other use, and LookupError before :meth:`establish`.
        """
        if use not in (self.suite.time, KeyUse.SEAL):
            raise ValueError(f"no certificate for {use.value}")
        replaced = active_key(session, use)
        if replaced is not None:
            replaced.state = KeyState.FROZEN
        key_id = f"{use.value}-{_count(session, use) + 1}"
        public = self.vault.create_key(key_id, self.suite.kind)
        root_id, root = self._root(session)
        until = min(_years_after(now, LEAF_YEARS), root.not_valid_after_utc)
        builder = _builder(_name(self.organisation, _TITLES[use]), root.subject, public, now, until)
        certificate = self._sign(_leaf(builder, use, root, for_time=use is self.suite.time), root_id)
        return _add_key(session, key_id, use, public, certificate, now, until)

    def _root(self, session: Session) -> tuple[str, x509.Certificate]:
        """The root's key, by its id, and certificate."""
        key = active_key(session, self.suite.root)
        if key is None or key.certificate is None:
            raise LookupError("the authority has not been established: call establish() first")
        return key.id, x509.load_der_x509_certificate(key.certificate)

    def _make_root(self, session: Session, now: datetime) -> None:
        use = self.suite.root
        key_id = f"{use.value}-1"
        public = self.vault.create_key(key_id, self.suite.kind)
        until = _years_after(now, ROOT_YEARS)
        name = _name(self.organisation, _TITLES[use])
        builder = _builder(name, name, public, now, until)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        _add_key(session, key_id, use, public, self._sign(builder, key_id), now, until)

    def _sign(self, builder: x509.CertificateBuilder, key_id: str) -> bytes:
        # The library signs only with a key in hand. A throwaway key of the same kind makes the part
        # to be signed; the vault then signs it.
        draft = builder.sign(ec.generate_private_key(self.suite.curve), self.suite.hash)  # type: ignore[arg-type]
        content = draft.tbs_certificate_bytes
        signature = self.vault.sign_digest(key_id, hashlib.new(self.suite.hash.name, content).digest())
        return sequence(content, sequence(oid(self.suite.signature)), bits(signature))


_TITLES = {
    KeyUse.AUTHORITY: "Root",
    KeyUse.TIME: "Time",
    KeyUse.SEAL: "Seal",
    KeyUse.AUTHORITY_512: "Root SHA-512",
    KeyUse.TIME_512: "Time SHA-512",
}


def _count(session: Session, use: KeyUse) -> int:
    return len(session.execute(select(SigningKey.id).where(SigningKey.use == use)).all())


def _add_key(
    session: Session, key_id: str, use: KeyUse, public: bytes, certificate: bytes, now: datetime, until: datetime
) -> SigningKey:
    key = SigningKey(
        id=key_id,
        use=use,
        public=public,
        certificate=certificate,
        not_before=now,
        not_after=until,
        state=KeyState.ACTIVE,
    )
    session.add(key)
    session.flush()
    return key


def _years_after(at: datetime, years: int) -> datetime:
    return at + timedelta(days=round(365.25 * years))


def _name(organisation: str, title: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation} {title}"[:64]),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: bytes, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    key = serialization.load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("certificates here are for keys on a curve")
    builder = (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(until)
    )
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _leaf(
    builder: x509.CertificateBuilder, use: KeyUse, root: x509.Certificate, *, for_time: bool
) -> x509.CertificateBuilder:
    """What a certificate under the root says its key is for."""
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    usage = _usage(digital_signature=True, content_commitment=use is KeyUse.SEAL)
    builder = builder.add_extension(usage, critical=True)
    if for_time:
        # RFC 3161 section 2.3: this purpose only, and critical.
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issued_under = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    return builder.add_extension(issued_under, critical=False)


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature, content_commitment, False, False, False, key_cert_sign, crl_sign, False, False
    )
