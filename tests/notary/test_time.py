"""Time tokens: made so that others accept them, and refused when they prove something else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from odr.ground.clock import FixedClock
from odr.notary.models import KeyUse
from odr.notary.notary import Notary
from odr.notary.time.authority import active_key
from odr.notary.time.time_tokens import POLICY, RemoteTimestamper, Stamp, TimeAuthority, TimestampUnavailable
from odr.notary.time.verify import TokenRefused, verify_token
from odr.notary.vault import FileVault, KeyKind
from tests.notary.conftest import record

DATA = b"the checkpoint"
DIGEST = hashlib.sha256(DATA).digest()


@pytest.fixture
def authority(sqlite_notary: Notary) -> TimeAuthority:
    """The notary's own time authority."""
    sqlite_notary.establish()
    with sqlite_notary.database.read() as session:
        return sqlite_notary.time_authority(session)


def test_own_token_verifies_with_its_time(authority: TimeAuthority, clock: FixedClock) -> None:
    """A token says when, under which policy, over which digest, in answer to which request."""
    said = verify_token(
        authority.response(DIGEST, clock.now(), nonce=7), DIGEST, [authority.root], nonce=7, policy=POLICY
    )
    assert (said.gen_time, said.policy) == (clock.now(), POLICY)


def test_other_library_accepts_the_token(authority: TimeAuthority, clock: FixedClock) -> None:
    """rfc3161-client, another implementation, verifies the hand-built DER."""
    answer = decode_timestamp_response(authority.response(DIGEST, clock.now()))
    assert VerifierBuilder().add_root_certificate(authority.root).build().verify_message(answer, DATA)
    assert answer.tst_info.gen_time == clock.now()


def test_serials_never_repeat_after_a_restart(
    sqlite_notary: Notary, authority: TimeAuthority, clock: FixedClock
) -> None:
    """Two processes that know nothing of one another give different serials at the same instant."""
    with sqlite_notary.database.read() as session:
        again = sqlite_notary.time_authority(session)
    serials = {
        verify_token(each.response(DIGEST, clock.now()), DIGEST, [each.root]).serial
        for each in (authority, again, authority, again)
    }
    assert len(serials) == 4


def test_swapped_replayed_and_foreign_tokens_are_refused(authority: TimeAuthority, clock: FixedClock) -> None:
    """Another digest, another nonce, another policy, another root, a time out of bounds."""
    token = authority.response(DIGEST, clock.now(), nonce=7)
    minute = timedelta(minutes=1)
    refused: list[tuple[bytes, Sequence[x509.Certificate], dict[str, Any]]] = [
        (hashlib.sha256(b"other").digest(), [authority.root], {}),
        (DIGEST, [authority.root], {"nonce": 8}),
        (DIGEST, [authority.root], {"policy": "1.2.3"}),
        (DIGEST, [], {}),
        (DIGEST, [authority.root], {"not_after": clock.now() - minute}),
        (DIGEST, [authority.root], {"not_before": clock.now() + minute}),
    ]
    for digest, roots, bounds in refused:
        with pytest.raises(TokenRefused):
            verify_token(token, digest, roots, **bounds)


def test_any_flipped_byte_of_content_or_signature_is_refused(authority: TimeAuthority, clock: FixedClock) -> None:
    """No byte of what is signed, or of the signature, can change."""
    token = authority.response(DIGEST, clock.now(), nonce=7)
    content = token.index(DIGEST)
    for at in [content - 3, content, content + 40, content + 60, len(token) - 1, len(token) - 20, len(token) - 110]:
        changed = bytearray(token)
        changed[at] ^= 1
        with pytest.raises(TokenRefused):
            verify_token(
                bytes(changed),
                DIGEST,
                [authority.root],
                nonce=7,
                policy=POLICY,
                not_before=clock.now(),
                not_after=clock.now(),
            )


@pytest.mark.parametrize("response", [b"", b"x", b"\x30\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x02"])
def test_what_is_no_token_is_refused(response: bytes) -> None:
    """Rubbish, and an answer that grants nothing."""
    with pytest.raises(TokenRefused):
        verify_token(response, DIGEST, [])


def certified(
    clock: FixedClock, vault: FileVault, *, days: int = 30, purposes: list[Any] | None = None, critical: bool = True
) -> TimeAuthority:
    """An authority whose certificate is not as it should be."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Other")])
    start = clock.now() - timedelta(days=20)
    base = (
        x509.CertificateBuilder(name, name, root_key.public_key(), 1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=90))
    )
    root = base.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        root_key, hashes.SHA256()
    )
    public = serialization.load_der_public_key(vault.create_key("time-other", KeyKind.P256))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time")])
    leaf = (
        x509.CertificateBuilder(name, subject, public, 2)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )
    if purposes is not None:
        leaf = leaf.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    certificate = leaf.sign(root_key, hashes.SHA256())
    encoding = serialization.Encoding.DER
    return TimeAuthority(vault, "time-other", certificate.public_bytes(encoding), root.public_bytes(encoding))


TIME = ExtendedKeyUsageOID.TIME_STAMPING


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"purposes": None}, "not for time"),
        ({"purposes": [ExtendedKeyUsageOID.CODE_SIGNING]}, "not for time"),
        ({"purposes": [TIME, ExtendedKeyUsageOID.CODE_SIGNING]}, "not for time"),
        ({"purposes": [TIME], "critical": False}, "not for time"),
        ({"purposes": [TIME], "days": 10}, "not valid at"),
    ],
)
def test_certificate_must_be_for_time_alone_and_valid_then(
    clock: FixedClock, vault: FileVault, settings: dict[str, Any], why: str
) -> None:
    """Missing, other, further or uncritical purpose, and an expired certificate."""
    other = certified(clock, vault, **settings)
    with pytest.raises(TokenRefused, match=why):
        verify_token(other.response(DIGEST, clock.now()), DIGEST, [other.root])


def test_certificate_expired_since_then_still_proves(clock: FixedClock, vault: FileVault) -> None:
    """A token is judged at its own time."""
    other = certified(clock, vault, purposes=[TIME], days=21)
    token = other.response(DIGEST, clock.now())
    clock.advance(timedelta(days=400))
    assert verify_token(token, DIGEST, [other.root], not_after=clock.now())


def test_token_without_or_with_other_certificate_is_refused(
    authority: TimeAuthority, clock: FixedClock, vault: FileVault
) -> None:
    """The signer's certificate comes with the token, and is the one its signed attributes name."""
    other = certified(clock, vault, purposes=[TIME])
    bare = b"\x30\x03\x02\x01\x00" + authority.token(DIGEST, clock.now(), certificates=False)
    with pytest.raises(TokenRefused, match="bring"):
        verify_token(b"\x30\x82" + len(bare).to_bytes(2, "big") + bare, DIGEST, [authority.root])
    answer = tsp.TimeStampResp.load(authority.response(DIGEST, clock.now()))
    signed = answer["time_stamp_token"]["content"]
    theirs = tsp.TimeStampResp.load(other.response(DIGEST, clock.now()))["time_stamp_token"]["content"]
    signed["certificates"] = theirs["certificates"]
    signed["signer_infos"][0]["sid"] = theirs["signer_infos"][0]["sid"]
    with pytest.raises(TokenRefused, match="another certificate"):
        verify_token(answer.dump(force=True), DIGEST, [authority.root, other.root])


def status(response: bytes) -> tsp.PKIStatusInfo:
    """The status of a refusal, which holds nothing else."""
    outer = core.SequenceOf.load(response, spec=tsp.PKIStatusInfo)
    assert len(outer) == 1
    return outer[0]


def query(program: Callable[..., Any], folder: Path, *options: str) -> bytes:
    (folder / "data").write_bytes(DATA)
    program("openssl", "ts", "-query", "-data", "data", "-out", "query", *options, cwd=folder)
    return (folder / "query").read_bytes()


@pytest.mark.parametrize("algorithm", ["-sha256", "-sha384", "-sha512"])
def test_openssl_accepts_answers_to_its_own_requests(
    authority: TimeAuthority, clock: FixedClock, program: Callable[..., Any], tmp_path: Path, algorithm: str
) -> None:
    """Query and answer by openssl's measure: nonce, digest, certificate."""
    (tmp_path / "answer").write_bytes(authority.respond(query(program, tmp_path, algorithm, "-cert"), clock.now()))
    (tmp_path / "ca.pem").write_bytes(authority.root.public_bytes(serialization.Encoding.PEM))
    moment = str(int(clock.now().timestamp()) + 60)
    program(
        "openssl",
        "ts",
        "-verify",
        "-queryfile",
        "query",
        "-in",
        "answer",
        "-CAfile",
        "ca.pem",
        "-attime",
        moment,
        cwd=tmp_path,
    )
    late = str(int(clock.now().timestamp()) + 7 * 366 * 86_400)
    program(
        "openssl",
        "ts",
        "-verify",
        "-queryfile",
        "query",
        "-in",
        "answer",
        "-CAfile",
        "ca.pem",
        "-attime",
        late,
        cwd=tmp_path,
        ok=False,
    )


@pytest.mark.parametrize(
    ("options", "failure"),
    [(("-sha1",), "bad_alg"), (("-sha256", "-tspolicy", "1.2.3.4"), "unaccepted_policy")],
)
def test_weak_and_foreign_requests_are_refused(
    authority: TimeAuthority,
    clock: FixedClock,
    program: Callable[..., Any],
    tmp_path: Path,
    options: tuple[str, ...],
    failure: str,
) -> None:
    """SHA-1 and other policies are refused with the reason RFC 3161 has for it."""
    answer = status(authority.respond(query(program, tmp_path, *options), clock.now()))
    assert answer["status"].native == "rejection"
    assert answer["fail_info"].native == {failure}


@pytest.mark.parametrize(("request_", "failure"), [(b"rubbish", "bad_data_format"), (b"", "bad_data_format")])
def test_rubbish_is_answered_with_a_refusal(
    authority: TimeAuthority, clock: FixedClock, request_: bytes, failure: str
) -> None:
    """A request that cannot be read gets a proper answer."""
    assert status(authority.respond(request_, clock.now()))["fail_info"].native == {failure}


def test_digest_of_the_wrong_length_is_refused(authority: TimeAuthority, clock: FixedClock) -> None:
    """Twenty bytes are no SHA-256."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(20)}
    answer = authority.respond(tsp.TimeStampReq({"version": "v1", "message_imprint": imprint}).dump(), clock.now())
    assert status(answer)["fail_info"].native == {"bad_request"}


def test_certificates_are_made_once_and_renewed_in_time(
    sqlite_notary: Notary, authority: TimeAuthority, clock: FixedClock
) -> None:
    """Half a year before its certificate ends the time key is replaced; the root stays, old tokens verify."""
    token = authority.response(DIGEST, clock.now())
    root = sqlite_notary.tsa_ca_pem()
    for days, key_id in ((0, "time-1"), (365 * 5, "time-1"), (300, "time-2")):
        clock.advance(timedelta(days=days))
        sqlite_notary.establish()
        with sqlite_notary.database.read() as session:
            key = active_key(session, KeyUse.TIME)
            assert key is not None
            assert key.id == key_id
    assert sqlite_notary.tsa_ca_pem() == root
    assert verify_token(token, DIGEST, [authority.root])


def test_seal_key_has_a_certificate_for_documents(sqlite_notary: Notary) -> None:
    """The seal's certificate descends from the root, commits to content, and is not for time."""
    key = sqlite_notary.seal_key()
    assert sqlite_notary.seal_key().id == key.id == "seal-1"
    certificate = x509.load_der_x509_certificate(key.certificate or b"")
    with sqlite_notary.database.read() as session:
        certificate.verify_directly_issued_by(sqlite_notary.authority.root(session))
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)


class Replaying:
    """A time authority that answers with an old token."""

    name = "replay.example"

    def __init__(self, authority: TimeAuthority, stamp: Stamp) -> None:
        self.roots = [authority.root]
        self._stamp = stamp

    def stamp(self, digest: bytes) -> Stamp:
        """Always the same."""
        return self._stamp


def serve_authority(serve: Callable[..., str], authority: TimeAuthority, clock: FixedClock) -> str:
    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        request = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start("200 OK", [("Content-Type", "application/timestamp-reply")])
        return [authority.respond(request, clock.now())]

    return serve(answer)


def test_outside_authority_stamps_the_checkpoint(
    sqlite_notary: Notary, clock: FixedClock, vault: FileVault, serve: Callable[..., str]
) -> None:
    """A token of another authority is asked for, verified, kept, and shown in the receipt's standing."""
    other = certified(clock, vault, purposes=[TIME])
    url = serve_authority(serve, other, clock)
    sqlite_notary.timestampers = (RemoteTimestamper("tsa.example", url, [other.root]),)
    (reference,) = record(sqlite_notary)
    assert [(each.who, each.done) for each in sqlite_notary.attest()] == [("tsa.example", True)]
    assert sqlite_notary.attest() == []
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
        assert sqlite_notary.audit(session) == []
    assert verify_token(files.timestamps["tsa.example"], hashlib.sha256(files.checkpoint or b"").digest(), [other.root])
    assert "1 authority outside the court" in str(files.standing)


def test_untrusted_late_replayed_and_dead_authorities_are_not_believed(
    sqlite_notary: Notary, clock: FixedClock, vault: FileVault, serve: Callable[..., str], authority: TimeAuthority
) -> None:
    """No trust in its root, a clock an hour off, an old token, nobody there: no token is kept, and nothing else
    suffers.
    """
    other = certified(clock, vault, purposes=[TIME])
    late = FixedClock(clock.now() + timedelta(hours=1))
    sqlite_notary.timestampers = (
        RemoteTimestamper("untrusted", serve_authority(serve, other, clock), [authority.root]),
        RemoteTimestamper("late", serve_authority(serve, other, late), [other.root]),
        RemoteTimestamper("dead", "http://127.0.0.1:9/", [other.root], timeout=1),
        Replaying(other, Stamp(other.response(DIGEST, clock.now(), nonce=1), 2)),
    )
    (reference,) = record(sqlite_notary)
    assert [each.done for each in sqlite_notary.attest()] == [False] * 4
    with sqlite_notary.database.read() as session:
        assert set(sqlite_notary.receipt_files(session, reference).timestamps) == {"court"}
    with pytest.raises(TimestampUnavailable):
        sqlite_notary.timestampers[2].stamp(DIGEST)


def test_content_type_of_the_token_is_checked(authority: TimeAuthority, clock: FixedClock) -> None:
    """Signed data that is not a time token is refused."""
    answer = tsp.TimeStampResp.load(authority.response(DIGEST, clock.now()))
    answer["time_stamp_token"]["content"]["encap_content_info"]["content_type"] = cms.ContentType("data")
    with pytest.raises(TokenRefused):
        verify_token(answer.dump(force=True), DIGEST, [authority.root])
