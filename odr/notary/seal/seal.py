"""The seal: PAdES signatures of baseline B-T on the court's papers (ETSI EN 319 142-1).

The first seal on a paper certifies it: afterwards nothing may change except that
the places reserved for further signatures are filled, and when none is reserved,
nothing at all. The key stays in the vault, which sees only a digest. A paper
that was PDF/A-2a and PDF/UA-1 stays so: the signature fields have no look of
their own (the seal one sees is drawn by the template) and lie off the page.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.fields import (
    InvisSigSettings,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.general import SigningError, as_signing_certificate_v2
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from odr.notary.notary import Notary
from odr.notary.seal.seal_check import SealFinding, SealState, SealVerdict, outside_any_loop, validate_pdf
from odr.notary.time.time_tokens import Stamp, Timestamper
from odr.notary.time.verify import TokenRefused, verify_token
from odr.notary.vault import Vault

__all__ = [
    "SEAL_PLACE",
    "OwnTime",
    "SealFinding",
    "SealKey",
    "SealRefused",
    "SealState",
    "SealVerdict",
    "Sealer",
    "validate_pdf",
]

SEAL_PLACE = "Seal"
"""Name of the field of the first signature."""
_OFF_THE_PAGE = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)


class SealRefused(Exception):
    """The paper cannot take this signature: not a PDF, already closed, or no such place."""


ROOM = 8_192
"""Hexadecimal digits kept free for a signature: the court's own needs 5,600 of them."""


@dataclass(frozen=True)
class SealKey:
    """A key in the vault with its certificate and that of the root, DER."""

    vault: Vault
    key_id: str
    certificate: bytes
    root: bytes

    @classmethod
    def of(cls, notary: Notary) -> SealKey:
        """The seal key in use, made under the notary's root when there is none."""
        key = notary.seal_key()
        if key.certificate is None:
            raise LookupError("the seal key has no certificate")
        with notary.database.read() as session:
            root = notary.authority.root(session).public_bytes(Encoding.DER)
        return cls(notary.vault, key.id, bytes(key.certificate), root)


class OwnTime:
    """The notary's own authority as a :class:`~odr.notary.time.time_tokens.Timestamper`, by the machine clock."""

    name = "own"

    def __init__(self, notary: Notary) -> None:
        self._notary = notary

    @property
    def roots(self) -> Sequence[x509.Certificate]:
        """The root of the notary."""
        with self._notary.database.read() as session:
            return (self._notary.authority.root(session),)

    def stamp(self, digest: bytes) -> Stamp:
        """A token over a SHA-256 digest, of this second."""
        with self._notary.database.read() as session:
            authority = self._notary.time_authority(session)
        return Stamp(authority.response(digest, self._notary.clock.machine_now()), None)


class Sealer:
    """Puts the court's seal on papers."""

    @classmethod
    def of(cls, notary: Notary, timestamper: Timestamper | None = None) -> Sealer:
        """A sealer with the notary's seal key; without another timestamper, by the notary's own time."""
        return cls(SealKey.of(notary), timestamper or OwnTime(notary))

    def __init__(self, key: SealKey, timestamper: Timestamper, *, room: int = ROOM) -> None:
        self._signer = _VaultSigner(key)
        self._timestamper = _Timestamper(timestamper)
        self._room = room

    def seal_pdf(
        self, pdf: bytes, *, reason: str, signer_name: str, now: datetime, reserved: Sequence[str] = ()
    ) -> bytes:
        """The paper certified under the seal.

        ``signer_name`` is the person who answers for it, ``now`` the machine time
        written beside it (the time token states its own). ``reserved`` names the
        places that :meth:`countersign_pdf` may still fill; any other change breaks the seal.

        Raises :class:`SealRefused`; TimestampUnavailable when no token could be had.
        """
        permission = MDPPerm.FILL_FORMS if reserved else MDPPerm.NO_CHANGES
        metadata = _metadata(SEAL_PLACE, reason, signer_name, certify=True, docmdp_permissions=permission)

        def prepare(writer: IncrementalPdfFileWriter) -> None:
            if list(enumerate_sig_fields(writer)):
                raise SealRefused("the paper is sealed already")
            for name in (SEAL_PLACE, *reserved):
                append_signature_field(writer, SigFieldSpec(name, invis_sig_settings=_OFF_THE_PAGE))

        return self._sign(pdf, metadata, now, prepare)

    def countersign_pdf(self, pdf: bytes, *, place: str, reason: str, signer_name: str, now: datetime) -> bytes:
        """The paper with a reserved place filled: the clerk's signature after the judge's.

        Raises :class:`SealRefused` when the place was not reserved or is taken.
        """

        def prepare(writer: IncrementalPdfFileWriter) -> None:
            places = {name for name, value, _ in enumerate_sig_fields(writer) if value is None}
            if place not in places:
                raise SealRefused(f"no empty place {place!r} is reserved on this paper")

        return self._sign(pdf, _metadata(place, reason, signer_name), now, prepare)

    def _sign(
        self,
        pdf: bytes,
        metadata: PdfSignatureMetadata,
        now: datetime,
        prepare: Callable[[IncrementalPdfFileWriter], None],
    ) -> bytes:
        if now.tzinfo is None:
            raise ValueError("naive time given to the sealer")
        signer = _DatedSigner(metadata, self._signer, timestamper=self._timestamper)
        signer.at = now

        def sign(room: int | None) -> bytes:
            writer = _Appender(io.BytesIO(pdf))
            prepare(writer)
            return outside_any_loop(
                lambda: bytes(signer.sign_pdf(writer, existing_fields_only=True, bytes_reserved=room).getvalue())
            )

        try:
            try:
                sealed = sign(self._room)
            except SigningError:
                # As when a time authority outside sends more certificates than there is room for. How much a signature
                # needs
                # is estimated by making one for nothing, once: key, certificates and authority stay; half as much again
                # is left.
                sealed = sign(None)
                if placed := _SIGNATURE.search(sealed, len(pdf)):
                    self._room = len(placed[1])
        except (PdfError, SigningError, TokenRefused) as error:
            raise SealRefused(str(error)) from error
        return sealed


_SIGNATURE = re.compile(rb"/Contents <([0-9a-fA-F]+)>")


def _metadata(
    place: str,
    reason: str,
    signer_name: str,
    *,
    certify: bool = False,
    docmdp_permissions: MDPPerm = MDPPerm.FILL_FORMS,
) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=place,
        md_algorithm="sha256",
        name=signer_name,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=docmdp_permissions,
    )


class _VaultSigner(Signer):
    """Hands digests to the vault."""

    def __init__(self, key: SealKey) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1.Certificate.load(key.root))
        super().__init__(
            signing_cert=asn1.Certificate.load(key.certificate),
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = key
        self.signed_attr_prov_spec = _CertificateAlone(self.signing_cert)

    async def signed_attrs(self, *args: Any, **kwargs: Any) -> cms.CMSAttributes:
        """As its superclass has them, read back: what was put together anew is encoded again at each look."""
        return cms.CMSAttributes.load((await super().signed_attrs(*args, **kwargs)).dump())

    def signer_info(self, digest_algorithm: str, signed_attrs: cms.CMSAttributes, signature: bytes) -> cms.SignerInfo:
        """As its superclass has it, read back for the same reason."""
        return cms.SignerInfo.load(super().signer_info(digest_algorithm, signed_attrs, signature).dump())

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            # The longest DER of a P-256 signature.
            return bytes(72)
        return self._key.vault.sign_digest(self._key.key_id, hashlib.sha256(data).digest())


class _CertificateAlone(SignedAttributeProviderSpec):
    """What a PAdES signature signs besides the paper (ETSI EN 319 142-1, 6.3): which certificate it is under, the same for every
    paper and so encoded once.
    """

    def __init__(self, certificate: asn1.Certificate) -> None:
        self._named = tsp.SigningCertificateV2.load(as_signing_certificate_v2(certificate).dump())

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[CMSAttributeProvider]:
        yield _Encoded("signing_certificate_v2", self._named)


class _Encoded(CMSAttributeProvider):
    """An attribute whose value is known."""

    def __init__(self, attribute_type: str, value: core.Asn1Value) -> None:
        self.attribute_type = attribute_type
        self._value = value

    async def build_attr_value(self, dry_run: bool = False) -> core.Asn1Value:
        return self._value


class _Timestamper(TimeStamper):
    """Shows pyHanko a timestamper of the notary's."""

    def __init__(self, timestamper: Timestamper) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self._timestamper = timestamper

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> object:
        if md_algorithm != "sha256":
            raise ValueError("the notary stamps SHA-256 digests only")
        stamp = self._timestamper.stamp(message_digest)
        verify_token(stamp.response, message_digest, self._timestamper.roots, nonce=stamp.nonce)
        return tsp.TimeStampResp.load(stamp.response)["time_stamp_token"]


class _Appender(IncrementalPdfFileWriter):
    """Adds objects and leaves the metadata as typst wrote it: pyHanko's own rewriting reads a clock and
    reorders what PDF/A is particular about."""

    def _update_meta(self) -> None:
        return


class _DatedSigner(PdfSigner):
    """Writes the court's machine time beside the signature instead of reading a clock."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.at
        return session
