"""Checking a time token: whose it is, over what, under which rules, and whether its time can be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

MAX_CHAIN = 5
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


DIGESTS = {32: "sha256", 64: "sha512"}
"""The digests a token may be over, by their length."""


class TokenRefused(ValueError):
    """A time token does not prove what it is shown for."""


class OverSomethingElse(TokenRefused):
    """The token is whole or not, but over another digest."""


class UnknownRoot(TokenRefused):
    """The token is whole and over this digest, but nobody trusted here stands behind it."""


@dataclass(frozen=True)
class TokenTime:
    """What a good token says."""

    gen_time: datetime
    serial: int
    policy: str


def verify_token(
    response: bytes,
    digest: bytes,
    roots: Sequence[x509.Certificate],
    *,
    nonce: int | None = None,
    policy: str | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> TokenTime:
    """Check a TimeStampResp over a SHA-256 digest, or over a SHA-512 one (a renewal).

    ``not_before`` and ``not_after`` bound its time: other programs accept a token
    from the future. Certificates must have been valid at the token's time. Raises :class:`TokenRefused`.
    """
    try:
        return _verify(response, digest, roots, nonce, policy, not_before, not_after)
    except TokenRefused:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        raise TokenRefused(f"not a time token: {error}") from error


def _verify(
    response: bytes,
    digest: bytes,
    roots: Sequence[x509.Certificate],
    nonce: int | None,
    policy: str | None,
    not_before: datetime | None,
    not_after: datetime | None,
) -> TokenTime:
    answer = tsp.TimeStampResp.load(response, strict=True)
    if answer["status"]["status"].native not in ("granted", "granted_with_mods"):
        raise TokenRefused("the authority granted no token")
    signed = _signed_data(answer["time_stamp_token"])
    content = signed["encap_content_info"]["content"].contents
    info = tsp.TSTInfo.load(content, strict=True)
    _check_info(info, digest, nonce, policy)
    at: datetime = info["gen_time"].native.astimezone(UTC)
    if (not_before is not None and at < not_before) or (not_after is not None and at > not_after):
        raise TokenRefused(f"its time {at:%Y-%m-%d %H:%M:%S} cannot be")
    certificates = (
        [x509.load_der_x509_certificate(choice.chosen.dump()) for choice in signed["certificates"]]
        if signed["certificates"]
        else []
    )
    signer = _check_signer(signed, content, certificates)
    _check_purpose(signer)
    _check_chain(signer, certificates, roots, at)
    return TokenTime(at, int(info["serial_number"].native), str(info["policy"].native))


def token_ends(response: bytes) -> datetime:
    """When the certificate under which a token was signed ends. Raises :class:`TokenRefused`."""
    try:
        signed = _signed_data(tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"])
        certificates = [x509.load_der_x509_certificate(choice.chosen.dump()) for choice in signed["certificates"]]
        return _signer_certificate(signed["signer_infos"][0], certificates).not_valid_after_utc
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TokenRefused(f"not a time token: {error}") from error


def _signed_data(token: cms.ContentInfo) -> cms.SignedData:
    if token["content_type"].native != "signed_data":
        raise TokenRefused("a token is signed data")
    signed: cms.SignedData = token["content"]
    if signed["encap_content_info"]["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise TokenRefused("a token has one content and one signer")
    return signed


def _check_info(info: tsp.TSTInfo, digest: bytes, nonce: int | None, policy: str | None) -> None:
    imprint = info["message_imprint"]
    if (
        imprint["hash_algorithm"]["algorithm"].native != DIGESTS.get(len(digest))
        or imprint["hashed_message"].native != digest
    ):
        raise OverSomethingElse("the token is over something else")
    if info["version"].native != "v1" or info["extensions"].native:
        raise TokenRefused("a version or extension not known")
    if nonce is not None and info["nonce"].native != nonce:
        raise TokenRefused("the token answers another request")
    if policy is not None and info["policy"].native != policy:
        raise TokenRefused("the token was made under another policy")


def _check_signer(signed: cms.SignedData, content: bytes, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    info = signed["signer_infos"][0]
    # As they came, before they are looked into: a library that has filled in a default encodes them anew.
    attested = b"\x31" + info["signed_attrs"].dump()[1:]
    signer = _signer_certificate(info, certificates)
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in _HASHES:
        raise TokenRefused("a digest too weak")
    attributes: dict[str, core.Asn1Value] = {}
    for attribute in info["signed_attrs"]:
        if attribute["type"].native in attributes or len(attribute["values"]) != 1:
            raise TokenRefused("a signed attribute is given twice")
        attributes[attribute["type"].native] = attribute["values"][0]
    if (
        attributes["content_type"].native != "tst_info"
        or attributes["message_digest"].native != hashlib.new(algorithm, content).digest()
    ):
        raise TokenRefused("the token's content was altered")
    named = attributes["signing_certificate_v2"]["certs"][0]
    named_algorithm = named["hash_algorithm"]["algorithm"].native
    if named_algorithm not in _HASHES or named["cert_hash"].native != signer.fingerprint(_HASHES[named_algorithm]()):
        raise TokenRefused("the token names another certificate than the one it comes with")
    _verify_signature(signer, info["signature"].native, attested, _HASHES[algorithm]())
    return signer


def _signer_certificate(info: cms.SignerInfo, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    sid = info["sid"].chosen
    for certificate in certificates:
        if not isinstance(sid, cms.IssuerAndSerialNumber):
            break
        if (
            certificate.serial_number == sid["serial_number"].native
            and certificate.issuer.public_bytes() == sid["issuer"].dump()
        ):
            return certificate
    raise TokenRefused("the token does not bring its signer's certificate")


def _verify_signature(
    signer: x509.Certificate, signature: bytes, signed: bytes, algorithm: hashes.HashAlgorithm
) -> None:
    key = signer.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        else:
            raise TokenRefused("a kind of key not used for time")
    except InvalidSignature as error:
        raise TokenRefused("the token's signature is bad") from error


def _check_purpose(signer: x509.Certificate) -> None:
    try:
        purpose = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise TokenRefused("the certificate is not for time") from error
    if not purpose.critical or list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TokenRefused("the certificate is not for time alone")


def _check_chain(
    signer: x509.Certificate, others: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> None:
    current = signer
    for _ in range(MAX_CHAIN):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise TokenRefused("a certificate was not valid at the token's time")
        if any(_issued(current, root) for root in roots if root.not_valid_before_utc <= at <= root.not_valid_after_utc):
            return
        above = next((other for other in others if other != current and _issued(current, other)), None)
        if above is None:
            break
        current = above
    raise UnknownRoot("the certificate does not descend from a trusted root")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return True
