"""Looking at the seal of a paper: whose it is, since when, and whether anything changed."""

from __future__ import annotations

import asyncio
import enum
import io
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from asn1crypto import cms, pem, x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

# A stranger's file is refused in the verdict; a trace of the parser in the journal tells nobody more.
for _noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


_SHA256 = {bytes.fromhex("300b0609608648016503040201"), bytes.fromhex("300d06096086480165030402010500")}
_ECDSA = bytes.fromhex("300a06082a8648ce3d040302")
"""Algorithm identifiers as the court's own papers have them, byte for byte."""


class SealState(enum.Enum):
    """What looking at the seal of a paper shows."""

    SEALED = "sealed"
    """Every signature is the court's, has its time, and covers the paper as it is."""
    UNSEALED = "unsealed"
    """A PDF without any signature."""
    CHANGED = "changed"
    """Bytes were changed, or something was added that the seal does not allow."""
    UNTRUSTED = "untrusted"
    """Unchanged, but signed with a key that is not the court's, or without a trusted time."""
    UNREADABLE = "unreadable"
    """Not a PDF that can be read."""


@dataclass(frozen=True)
class SealFinding:
    """One signature: who, why, by its own claim when, when by the time token, and whether it holds."""

    place: str
    signer_name: str
    reason: str
    claimed_at: datetime | None
    stamped_at: datetime | None
    unchanged: bool
    trusted: bool


@dataclass(frozen=True)
class SealVerdict:
    """The state of the whole and each signature in the order of signing; ``open_places`` are reserved but empty."""

    state: SealState
    findings: tuple[SealFinding, ...] = ()
    open_places: tuple[str, ...] = ()

    @property
    def is_sealed(self) -> bool:
        """Whether the paper is the court's and unchanged."""
        return self.state is SealState.SEALED


def validate_pdf(pdf: bytes, trust_pem: bytes) -> SealVerdict:
    """Judge the seals of a paper by the roots in ``trust_pem`` alone; nothing is fetched.

    A certificate is judged at the time its token proves, so a seal stays good
    when the key's certificate ends.
    """
    roots = [asn1.Certificate.load(der) for _, _, der in pem.unarmor(trust_pem, multiple=True)]
    try:
        return _verdict(pdf, roots)
    except Exception:
        # The file is a stranger's; whatever the parser trips over, the answer is the same.
        return SealVerdict(SealState.UNREADABLE)


def _verdict(pdf: bytes, roots: list[asn1.Certificate]) -> SealVerdict:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    signatures = sorted(reader.embedded_signatures, key=lambda each: int(each.signed_revision))
    open_places = tuple(name for name, value, _ in enumerate_sig_fields(reader) if value is None)
    if not signatures:
        return SealVerdict(SealState.UNSEALED, open_places=open_places)
    judged = [(each, _judge(each, roots)) for each in signatures]
    findings = tuple(_finding(signature, status) for signature, status in judged)
    state = _state(judged, findings)
    if state is SealState.SEALED and not all(_is_exact(each, pdf, roots) for each in signatures):
        state = SealState.CHANGED
    return SealVerdict(state, findings, open_places)


def _judge(signature: EmbeddedPdfSignature, roots: list[asn1.Certificate]) -> PdfSignatureStatus:
    token = next(extract_tst_data_iter(signature.signer_info, signed=False), None)
    at = token["encap_content_info"]["content"].parsed["gen_time"].native if token is not None else None
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)
    return outside_any_loop(lambda: validate_pdf_signature(signature, context, ts_validation_context=context))


def _finding(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> SealFinding:
    named, stamp = signature.sig_object, status.timestamp_validity
    unchanged = bool(status.intact and status.valid and status.docmdp_ok)
    stamped = stamp is not None and stamp.valid and stamp.intact and stamp.trusted
    return SealFinding(
        place=signature.field_name,
        signer_name=str(named.get("/Name", "")),
        reason=str(named.get("/Reason", "")),
        claimed_at=signature.self_reported_timestamp,
        stamped_at=stamp.timestamp if stamp is not None and stamped else None,
        unchanged=unchanged,
        trusted=bool(status.trusted and stamped),
    )


def _state(
    judged: Sequence[tuple[EmbeddedPdfSignature, PdfSignatureStatus]], findings: Sequence[SealFinding]
) -> SealState:
    certifies = judged[0][0].docmdp_level is not None
    # Bytes behind the last signature are nobody's, even when they change nothing one sees.
    covered = judged[-1][1].coverage is SignatureCoverageLevel.ENTIRE_FILE
    grown = all(
        status.modification_level in (ModificationLevel.NONE, ModificationLevel.FORM_FILLING) for _, status in judged
    )
    if not (certifies and covered and grown and all(finding.unchanged for finding in findings)):
        return SealState.CHANGED
    if not all(finding.trusted and status.bottom_line for finding, (_, status) in zip(findings, judged, strict=True)):
        return SealState.UNTRUSTED
    return SealState.SEALED


def _is_exact(signature: EmbeddedPdfSignature, pdf: bytes, roots: Sequence[asn1.Certificate]) -> bool:
    """Whether the container of a signature has no byte that means nothing.

    A signature cannot sign its own wrapping, and parsers forgive what is wrong in
    it: a root nobody looks at, a list of algorithms, padding. Here it must be
    written the one way the court writes it, so no byte of the paper can change.
    """
    # The gap of the byte range is <hexadecimal>: the container, then zeros.
    first, second = signature.byte_range[1], signature.byte_range[2]
    written = pdf[first + 1 : second - 1]
    container = signature.pkcs7_content
    der = container[: len(cms.ContentInfo.load(container).dump())]
    padded = der.hex().upper().encode().ljust(len(written), b"0")
    if pdf[first : first + 1] != b"<" or pdf[second - 1 : second] != b">" or written != padded:
        return False
    outer = cms.ContentInfo.load(der, strict=True)
    tokens = list(extract_tst_data_iter(signature.signer_info, signed=False))
    return (
        _is_der(der)
        and outer["content_type"].native == "signed_data"
        and _is_plain(outer["content"], "v1", roots)
        and len(tokens) == 1
        and all(_is_plain(token, "v3", roots) for token in tokens)
    )


def _is_plain(signed: cms.SignedData, version: str, roots: Sequence[asn1.Certificate]) -> bool:
    """One signer, one digest, no revocation lists, and no certificate but the roots and what they issued."""
    if signed["version"].native != version or len(signed["signer_infos"]) != 1 or signed["crls"].native:
        return False
    (signer,) = signed["signer_infos"]
    digests = [each.dump() for each in (*signed["digest_algorithms"], signer["digest_algorithm"])]
    if (
        len(digests) != 2
        or set(digests) - _SHA256
        or signer["signature_algorithm"].dump() != _ECDSA
        or signer["version"].native != "v1"
    ):
        return False
    unsigned = [each["type"].native for each in signer["unsigned_attrs"] or ()]
    if unsigned != (["signature_time_stamp_token"] if version == "v1" else []):
        return False
    # Names that differ in case alone are one name to a parser: the signer is named as its certificate writes the
    # issuer.
    named = signer["sid"].chosen
    if not any(
        choice.chosen.issuer.dump() == named["issuer"].dump()
        and choice.chosen.serial_number == named["serial_number"].native
        for choice in signed["certificates"]
    ):
        return False
    known = {root.dump() for root in roots}
    issuers = [x509.load_der_x509_certificate(root) for root in known]
    embedded = [choice.chosen.dump() for choice in signed["certificates"]]
    return all(
        der in known or any(_issued(x509.load_der_x509_certificate(der), issuer) for issuer in issuers)
        for der in embedded
    )


def _is_der(data: bytes) -> bool:
    """Whether bytes are nested elements with the shortest lengths and nothing between or behind them."""
    at = 0
    while at < len(data):
        if data[at] == 0 or data[at] & 0x1F == 0x1F or at + 2 > len(data):
            return False
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start])
            if length < 0x80 or data[at + 2] == 0:
                return False
        if start + length > len(data) or (data[at] & 0x20 and not _is_der(data[start : start + length])):
            return False
        at = start + length
    return True


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


Result = TypeVar("Result")


def outside_any_loop(work: Callable[[], Result]) -> Result:
    """What ``work`` returns. pyHanko runs an event loop of its own, so a caller that stands in one gets a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
