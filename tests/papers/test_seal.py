"""The seal on a paper: whose it is, when, and that nothing may change under it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings, strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter

from odr.docket.papers import typeset
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.typeset import Typesetter
from odr.notary.notary import Notary
from odr.notary.seal.seal import OwnTime, Sealer, SealKey, SealRefused
from odr.notary.seal.seal_check import SealState, validate_pdf
from odr.notary.vault import FileVault
from tests.papers.specimens import AT, decision


@pytest.fixture
def paper(typesetter: Typesetter) -> bytes:
    """A judgment, not yet sealed."""
    return typeset(typesetter, decision(), "zh-Hans", at=AT)


@pytest.fixture
def sealed(sealer: Sealer, paper: bytes, clock: FixedClock) -> bytes:
    """The judgment under the judge's seal."""
    return sealer.seal_pdf(paper, reason="Judgment pronounced", signer_name="陈瑶", now=clock.machine_now())


def test_sealed_paper_names_signer_reason_and_both_times(sealed: bytes, trust: bytes, clock: FixedClock) -> None:
    """A sealed paper tells who answers for it, why, by which clock and by which token."""
    verdict = validate_pdf(sealed, trust)
    assert verdict.state is SealState.SEALED and verdict.is_sealed and not verdict.open_places
    (finding,) = verdict.findings
    assert (finding.place, finding.signer_name, finding.reason) == ("Seal", "陈瑶", "Judgment pronounced")
    assert finding.claimed_at == finding.stamped_at == clock.machine_now()
    assert finding.unchanged and finding.trusted


def test_a_seal_is_encoded_a_counted_number_of_times(sealer: Sealer, paper: bytes, clock: FixedClock) -> None:
    """What a seal is made of, its time token checked, is put into bytes some 130 times; the library alone would do it two
    thousand times, each structure anew for every one it stands in.
    """
    encoded = Counter[str]()

    def note(frame: FrameType, what: str, called: object) -> None:
        if what == "call" and frame.f_code.co_name == "_set_contents":
            encoded[Path(frame.f_code.co_filename).parent.name] += 1

    # Where this thread stands in a loop of its own, as beside a browser, a thread begun for it seals.
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        sealer.seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now())
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert 0 < encoded["asn1crypto"] <= 160


def test_sealing_only_appends(paper: bytes, sealed: bytes) -> None:
    """The paper that was read before sealing is the beginning of the sealed one, byte for byte."""
    assert sealed.startswith(paper)


def test_sealed_paper_is_still_archival_and_accessible(paper: bytes, sealed: bytes, tmp_path: Path) -> None:
    """Sealing keeps the claim to PDF/A-2a and PDF/UA-1, the tags, and adds only fields that are off the page and
    printable.
    """
    before, after = PdfReader(io.BytesIO(paper)), PdfReader(io.BytesIO(sealed))
    metadata = after.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata and "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert after.metadata == before.metadata
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]
    form = after.trailer["/Root"]["/AcroForm"]
    assert form["/SigFlags"] == 3 and "/NeedAppearances" not in form and "/XFA" not in form
    for field in form["/Fields"]:
        widget = field.get_object()
        x1, y1, x2, y2 = (float(each) for each in widget["/Rect"])
        assert x1 == x2 < 0 and y1 == y2 < 0
        assert widget["/F"] & 0b100 and not widget["/F"] & 0b10
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Tagged:          yes" in info


def test_pdfsig_and_pyhanko_accept_the_seal(sealed: bytes, trust: bytes, tmp_path: Path) -> None:
    """Two programs that are not ours accept the seal, given only the court's root."""
    path, root = tmp_path / "sealed.pdf", tmp_path / "root.pem"
    path.write_bytes(sealed)
    root.write_bytes(trust)
    poppler = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True)
    assert "Signature is Valid" in poppler.stdout and "Total document signed" in poppler.stdout
    assert "ETSI.CAdES.detached" in poppler.stdout
    command = [
        sys.executable,
        "-m",
        "pyhanko",
        "sign",
        "validate",
        "--trust",
        str(root),
        "--trust-replace",
        "--no-revocation-check",
        "--pretty-print",
        str(path),
    ]
    judged = subprocess.run(command, capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "The signature is judged VALID" in judged.stdout and "INVALID" not in judged.stdout


def test_signature_that_needs_more_room_gets_it(notary: Notary, paper: bytes, trust: bytes, clock: FixedClock) -> None:
    """Where a token outgrows the room kept free, the paper is sealed all the same, and so is the next."""
    narrow = Sealer(SealKey.of(notary), OwnTime(notary), room=1_000)
    for _ in range(2):
        assert validate_pdf(
            narrow.seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now()), trust
        ).is_sealed


def test_judge_then_clerk_sign_one_paper(sealer: Sealer, paper: bytes, trust: bytes, clock: FixedClock) -> None:
    """The clerk signs after the judge in the place the judge reserved, and both signatures stand."""
    first = sealer.seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now(), reserved=("Clerk",))
    waiting = validate_pdf(first, trust)
    assert waiting.is_sealed and waiting.open_places == ("Clerk",)
    clock.advance(timedelta(minutes=5))
    both = sealer.countersign_pdf(
        first, place="Clerk", reason="Agrees with the record", signer_name="孙洁", now=clock.machine_now()
    )
    verdict = validate_pdf(both, trust)
    assert verdict.is_sealed and not verdict.open_places
    assert [(finding.place, finding.signer_name) for finding in verdict.findings] == [
        ("Seal", "陈瑶"),
        ("Clerk", "孙洁"),
    ]
    assert verdict.findings[1].stamped_at == verdict.findings[0].stamped_at + timedelta(minutes=5)  # type: ignore[operator]


def test_nobody_signs_where_no_place_was_reserved(sealer: Sealer, sealed: bytes, clock: FixedClock) -> None:
    """A paper sealed without a reserved place takes no further signature, nor a second seal."""
    with pytest.raises(SealRefused):
        sealer.countersign_pdf(sealed, place="Clerk", reason="late", signer_name="孙洁", now=clock.machine_now())
    with pytest.raises(SealRefused):
        sealer.seal_pdf(sealed, reason="again", signer_name="陈瑶", now=clock.machine_now())


def test_what_is_no_pdf_is_not_sealed(sealer: Sealer, clock: FixedClock) -> None:
    """A file that is not a PDF gets no seal."""
    with pytest.raises(SealRefused):
        sealer.seal_pdf(b"not a paper", reason="x", signer_name="y", now=clock.machine_now())


def test_unsealed_and_unreadable_are_told_apart(paper: bytes, trust: bytes) -> None:
    """A paper without a seal and a file that is no paper get different answers, neither of them good."""
    assert validate_pdf(paper, trust).state is SealState.UNSEALED
    assert validate_pdf(b"%PDF-1.7 garbage", trust).state is SealState.UNREADABLE
    assert validate_pdf(b"", trust).state is SealState.UNREADABLE


def test_every_changed_byte_is_noticed(sealed: bytes, trust: bytes) -> None:
    """No byte of a sealed paper can change without the seal breaking, not even in the wrapping that no signature
    covers.
    """
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", start)

    def is_noticed(position: int, flip: int) -> bool:
        changed = bytearray(sealed)
        changed[position] ^= flip
        return not validate_pdf(bytes(changed), trust).is_sealed

    @settings(max_examples=40)
    @given(st.one_of(st.integers(0, len(sealed) - 1), st.integers(start, end - 1)), st.integers(1, 255))
    @example(end - 1, 1)
    @example(start + 12, 0x20)
    def change(position: int, flip: int) -> None:
        assert is_noticed(position, flip)

    change()
    # A name in other letters of the same alphabet is the same name to a parser; it is not the same byte.
    names = list(re.finditer(b"Online court".hex().upper().encode(), sealed[start:end]))
    assert len(names) > 8 and all(is_noticed(start + name.start(), 0x02) for name in names)


def _container(sealed: bytes, alter: Callable[[cms.SignedData], None]) -> bytes:
    """The paper with its signature's wrapping altered and put back in the same room."""
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", start)
    wrapping = cms.ContentInfo.load(bytes.fromhex(sealed[start:end].decode()))
    alter(wrapping["content"])
    written = wrapping.dump().hex().upper().encode()
    return sealed[:start] + written.ljust(end - start, b"0") + sealed[end:]


def _drop_token(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["unsigned_attrs"] = None


def _add_attribute(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["unsigned_attrs"].append({"type": "2.999.1", "values": [core.OctetString(b"nothing")]})


def _add_certificate(signed: cms.SignedData) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another court")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=999))
    )
    signed["certificates"].append(
        cms.CertificateChoices.load(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
    )


def _add_digest(signed: cms.SignedData) -> None:
    signed["digest_algorithms"].append({"algorithm": "sha384"})


@pytest.mark.parametrize("alter", [_drop_token, _add_attribute, _add_certificate, _add_digest])
def test_altered_wrapping_is_refused(sealed: bytes, trust: bytes, alter: Callable[[cms.SignedData], None]) -> None:
    """A time token taken away, a note, a stranger's certificate or an algorithm slipped in: none passes though the
    signature itself is right.
    """
    assert _container(sealed, lambda signed: None) == sealed
    altered = _container(sealed, alter)
    assert altered != sealed and len(altered) == len(sealed)
    assert not validate_pdf(altered, trust).is_sealed


def _rotate(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(0)
    page.get_object()["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page.get_object())


def _retitle(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(
        writer.add_object(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Another")}))
    )


def _overlay(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(0)
    page.get_object()["/Contents"] = generic.ArrayObject(
        [
            page.get_object().raw_get("/Contents"),
            writer.add_object(generic.StreamObject(stream_data=b"0 0 400 400 re f")),
        ]
    )
    writer.update_container(page.get_object())


def _annotate(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(0)
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Text"),
            generic.pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (9, 9, 90, 90)]),
        }
    )
    page.get_object()["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page.get_object())


@pytest.mark.parametrize("change", [_rotate, _retitle, _overlay, _annotate])
@pytest.mark.parametrize("reserved", [(), ("Clerk",)])
def test_incremental_update_after_sealing_is_refused(
    sealer: Sealer,
    paper: bytes,
    trust: bytes,
    clock: FixedClock,
    change: Callable[[IncrementalPdfFileWriter], None],
    reserved: tuple[str, ...],
) -> None:
    """A page turned, covered or annotated, or a new title, added behind the seal breaks it though no old byte changed."""
    sealed = sealer.seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now(), reserved=reserved)
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed)
    assert validate_pdf(out.getvalue(), trust).state is SealState.CHANGED


def test_bytes_behind_the_seal_are_refused(sealed: bytes, trust: bytes) -> None:
    """Something appended after the end, even a comment, is not covered and so refused."""
    assert not validate_pdf(sealed + b"\n% a comment\n", trust).is_sealed


def test_rewritten_paper_is_refused(sealed: bytes, trust: bytes) -> None:
    """A paper opened and saved anew by another program has lost its seal."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(sealed)))
    out = io.BytesIO()
    writer.write(out)
    assert not validate_pdf(out.getvalue(), trust).is_sealed


def test_seal_of_another_court_is_not_ours(
    paper: bytes, trust: bytes, sqlite_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    """A paper sealed by somebody else's notary is unchanged but not trusted."""
    other = Notary(
        Database(sqlite_url + ".other", synchronous="OFF"),
        vault=FileVault(tmp_path / "other"),
        origin="elsewhere.example/log",
        clock=clock,
        log_dir=None,
    )
    from odr.ground.db import Base

    Base.metadata.create_all(other.database.engine)
    foreign = Sealer.of(other).seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now())
    verdict = validate_pdf(foreign, trust)
    assert verdict.state is SealState.UNTRUSTED
    assert verdict.findings[0].unchanged and not verdict.findings[0].trusted


def test_seal_outlives_its_certificate(notary: Notary, paper: bytes, clock: FixedClock) -> None:
    """A paper sealed in 2016, whose key's certificate ended in 2021, is judged at the time its token proves and still
    stands.
    """
    clock.set(datetime(2015, 6, 1, tzinfo=UTC))
    sealer = Sealer.of(notary)
    clock.set(datetime(2016, 6, 1, tzinfo=UTC))
    old = sealer.seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now())
    verdict = validate_pdf(old, notary.tsa_ca_pem().encode())
    assert verdict.is_sealed and verdict.findings[0].stamped_at == clock.machine_now()


def test_the_seal_has_a_new_key_before_its_certificate_ends(notary: Notary, paper: bytes, clock: FixedClock) -> None:
    """A court that has stood for years opens with another key, under the same root: it goes on sealing, and what was sealed with
    the key before stays sealed.
    """
    old = Sealer.of(notary).seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now())
    first = notary.seal_key()
    for years, key in ((5, first.id), (1, "seal-2"), (5, "seal-2"), (1, "seal-3")):
        clock.advance(timedelta(days=round(365.25 * years)))
        sealed = Sealer.of(notary).seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now())
        assert notary.seal_key().id == key
        trust = notary.tsa_ca_pem().encode()
        assert validate_pdf(sealed, trust).is_sealed and validate_pdf(old, trust).is_sealed


@pytest.mark.parametrize("days", [-400, 7 * 366])
def test_nothing_is_sealed_outside_the_certificates_time(
    sealer: Sealer, paper: bytes, clock: FixedClock, days: int
) -> None:
    """Before its certificate begins and after it ends the seal cannot be put on a paper."""
    clock.advance(timedelta(days=days))
    with pytest.raises(SealRefused, match="not valid at the token's time"):
        sealer.seal_pdf(paper, reason="Judgment", signer_name="陈瑶", now=clock.machine_now())
