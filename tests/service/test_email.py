"""The e-mail carrier: what goes over the wire, and what never does."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, strategies as st

from odr.service.channels import Attachment, Dispatch, Outcome
from odr.service.channels.email import Mailer, Tls, UnusableAddress, _stuffed, build_message, destination
from odr.service.channels.mime import _base64_lines, one_line
from odr.service.sending.return_address import Purpose, ReturnPath
from odr.service.vocabulary import AddressClass, Channel
from tests.peers.smtp import Mood, SmtpPeer
from tests.service.conftest import PATHS, mail_settings

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


def dispatch(
    address: str = "wang@example.com",
    *,
    subject: str = "诉状 Claim",
    name: str = "王丽",
    text: str = "Dear\n.dot\n..two\n",
) -> Dispatch:
    """A message with a paper."""
    return Dispatch(
        7,
        3,
        1,
        "ref-7",
        Channel.EMAIL,
        address,
        AddressClass.GIVEN,
        name,
        "zh-Hans",
        "K7M2-9XQD-4V3TH",
        subject,
        text,
        "<p>你好</p>",
        AT,
        (Attachment("起诉状.pdf", "application/pdf", bytes(range(256)) * 5),),
    )


def test_what_arrives_is_what_was_written(smtp_peer: SmtpPeer) -> None:
    """Text, HTML, attachment and Chinese headers arrive byte for byte; the envelope sender is the sealed return path."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    assert mailer.send(dispatch()).outcome is Outcome.REACHED
    mailer.close()
    (received,) = smtp_peer.messages
    message = received.message
    assert received.recipients == ("wang@example.com",)
    assert PATHS.attempt_of(received.sender, Purpose.BOUNCE) == 7
    assert PATHS.attempt_of(message["Reply-To"], Purpose.REPLY) == 7
    assert message["Message-ID"] == PATHS.message_id(7)
    assert (
        message["Subject"] == "诉状 Claim" and "王丽" in message["To"] and message["Auto-Submitted"] == "auto-generated"
    )
    body = message.get_body(("plain",))
    assert body is not None and body.get_content().replace("\r\n", "\n") == "Dear\n.dot\n..two\n"
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "起诉状.pdf" and attachment.get_content() == bytes(range(256)) * 5


def test_a_letter_about_an_account_is_no_service(smtp_peer: SmtpPeer) -> None:
    """Each has a Message-ID of its own, asks for no receipt and offers no sealed address to answer."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    for reference in ("account-1", "account-2"):
        assert mailer.send(replace(dispatch(), attempt_id=0, reference=reference)).outcome is Outcome.REACHED
    mailer.close()
    one, two = (m.message for m in smtp_peer.messages)
    assert (
        one["Message-ID"] != two["Message-ID"]
        and one["Disposition-Notification-To"] is None
        and one["Reply-To"] is None
    )


@pytest.mark.parametrize("attachments", [(), dispatch().attachments])
def test_a_letter_without_html_has_one_form(smtp_peer: SmtpPeer, attachments: tuple[Attachment, ...]) -> None:
    """A mail program shows the last form it can: with an empty one beside the words the reader would see nothing."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    assert mailer.send(replace(dispatch(), html="", attachments=attachments)).outcome is Outcome.REACHED
    mailer.close()
    message = smtp_peer.messages[0].message
    forms = [part.get_content_type() for part in message.walk() if part.get_content_maintype() == "text"]
    assert forms == ["text/plain"]
    body = message.get_body(("html", "plain"))
    assert body is not None and body.get_content().startswith("Dear")
    assert len(list(message.iter_attachments())) == len(attachments)


def test_a_list_is_ended_by_a_signed_header(smtp_peer: SmtpPeer) -> None:
    """The address of one click and its form stand in the header, covered by the court's signature (RFC 8058); no service has them."""
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    mailer = Mailer(mail_settings(smtp_peer.port, dkim_key=pem, dkim_selector="s1"))
    assert mailer.send(dispatch()).outcome is Outcome.REACHED
    assert mailer.send(replace(dispatch(), unsubscribe="https://court.example/stop/K7")).outcome is Outcome.REACHED
    mailer.close()
    service, listed = (m.message for m in smtp_peer.messages)
    assert service["List-Unsubscribe"] is None and service["List-Unsubscribe-Post"] is None
    assert listed["List-Unsubscribe"] == "<https://court.example/stop/K7>"
    assert listed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    covered = re.sub(r"\s", "", str(listed["DKIM-Signature"])).partition(";h=")[2].partition(";")[0].split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(covered)


def test_several_messages_share_a_connection_and_a_dead_one_is_replaced(smtp_peer: SmtpPeer) -> None:
    """A kept connection that died meanwhile costs nothing."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    assert mailer.send(dispatch()).outcome is Outcome.REACHED
    smtp_peer.refuse()
    smtp_peer.listen()
    assert mailer.send(dispatch()).outcome is Outcome.REACHED
    mailer.close()


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        (Mood.LATER, Outcome.LATER),
        (Mood.NO_SUCH_BOX, Outcome.REFUSED),
        (Mood.LATER_AFTER_DATA, Outcome.LATER),
        (Mood.REFUSED_AFTER_DATA, Outcome.REFUSED),
        (Mood.HANG, Outcome.UNKNOWN),
        (Mood.DROP_BEFORE_DATA, Outcome.LATER),
        (Mood.DROP_AFTER_DATA, Outcome.UNKNOWN),
        (Mood.GARBLED, Outcome.UNKNOWN),
    ],
)
def test_each_answer_becomes_its_outcome(mood: Mood, outcome: Outcome, smtp_peer: SmtpPeer) -> None:
    """4xx is later, 5xx about the recipient is final, a break after the last dot is unknown."""
    mailer = Mailer(mail_settings(smtp_peer.port, timeout=0.3))
    smtp_peer.script(mood)
    assert mailer.send(dispatch()).outcome is outcome
    mailer.close()


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@example.com", "a\nX: y", "a\x00b", "a\u2028b", "a\x85b"])
def test_headers_cannot_be_injected(evil: str, smtp_peer: SmtpPeer) -> None:
    """A line break in name, subject, address or file name refuses the message; nothing is sent."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    for bad in (
        dispatch(subject=evil),
        dispatch(name=evil),
        dispatch(f"{evil}@example.com"),
        dispatch(f"w@example.com{evil}"),
    ):
        assert mailer.send(bad).outcome is Outcome.REFUSED
    assert smtp_peer.attempts == 0


@given(st.text(max_size=40))
def test_a_header_is_one_line_or_refused(text: str) -> None:
    """Whatever a party is called, the message has exactly the headers the court wrote."""
    try:
        one_line(text)
    except ValueError:
        return
    message = build_message(mail_settings(1), dispatch(subject=text, name=text), destination("a@example.com"))
    names = [
        line.split(b":")[0].lower()
        for line in message.split(b"\r\n\r\n")[0].split(b"\r\n")
        if not line.startswith((b" ", b"\t"))
    ]
    assert sorted(names) == sorted(
        {
            b"from",
            b"to",
            b"subject",
            b"date",
            b"message-id",
            b"reply-to",
            b"auto-submitted",
            b"content-language",
            b"disposition-notification-to",
            b"mime-version",
            b"content-type",
        }
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@example.com",
        "a@b@example.com",
        "a b@example.com",
        "a@exa mple.com",
        "a@-x.com",
        "a@x..com",
        "<a@example.com>",
        "a@example.com, b@example.com",
        "a@localhost",
        "x" * 65 + "@example.com",
    ],
)
def test_malformed_addresses_are_refused(address: str) -> None:
    """What cannot be an address is refused before any server is asked."""
    with pytest.raises(UnusableAddress):
        destination(address)


def test_international_addresses() -> None:
    """An international domain becomes ASCII; letters before the @ need a server that carries them."""
    assert destination("wang@例子.中国").address == "wang@xn--fsqu00a.xn--fiqs8s"
    assert not destination("wang@bücher.example").needs_utf8
    assert destination("王@例子.中国").needs_utf8


@pytest.mark.parametrize(
    "name", ["a", "a.b", "A+b_c-d", "x" * 64, "x" * 65, ".a", "a.", "a..b", "a b", "a@b", "", "o'neil", '"a b"']
)
@pytest.mark.parametrize(
    "domain",
    [
        "example.com",
        "EXAMPLE.com",
        "xn--fiq228c.cn",
        "localhost",
        "-a.com",
        "a..com",
        "a.com.",
        " a.com",
        "[1.2.3.4]",
        "b" * 64 + ".com",
        "",
    ],
)
def test_an_address_taken_apart_by_its_domain_is_judged_as_a_whole_one_is(name: str, domain: str) -> None:
    """Addresses: looking at the domain once for all its people lets nothing through that a look at the whole refuses
    (RFC 5321).
    """
    address = f"{name}@{domain}"
    try:
        whole = validate_email(address.strip(), check_deliverability=False, strict=True).ascii_email
    except EmailNotValidError:
        with pytest.raises(UnusableAddress):
            destination(address)
    else:
        assert destination(address).address == whole


def test_an_international_mailbox_is_reached(smtp_peer: SmtpPeer) -> None:
    """With SMTPUTF8 a Chinese mailbox gets its message."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    assert mailer.send(dispatch("王@例子.中国")).outcome is Outcome.REACHED
    mailer.close()
    assert smtp_peer.messages[0].recipients == ("王@例子.中国",)


def test_the_signature_verifies_and_covers_the_words() -> None:
    """DKIM: a receiving system that looks up the court's key finds the message genuine, and a changed one forged."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    settings = mail_settings(1, dkim_key=pem)
    content = build_message(settings, dispatch(), destination("a@example.com"))
    asked: list[bytes] = []

    def answer(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(content, dnsfunc=answer)
    assert asked == [b"court._domainkey.court.example."]
    assert not dkim.verify(content.replace(b"Dear", b"Fear"), dnsfunc=answer)


class _Box:
    def __init__(self) -> None:
        self.secure: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.secure.append(session.ssl is not None)
        return "250 OK"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_path, key_path


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def tls_server(box: _Box, cert: Path, key: Path) -> Iterator[int]:
    """A server that insists on STARTTLS and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"secret")

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_starttls_and_sign_in(tmp_path: Path) -> None:
    """Over a valid certificate the message goes encrypted; over an unknown one it does not go at all."""
    cert, key = certificate(tmp_path)
    box = _Box()
    with tls_server(box, cert, key) as port:
        trusted = Mailer(
            mail_settings(
                port,
                tls=Tls.REQUIRED,
                username="court",
                password="secret",
                context=ssl.create_default_context(cafile=str(cert)),
            )
        )
        assert trusted.send(dispatch()).outcome is Outcome.REACHED
        trusted.close()
        stranger = Mailer(mail_settings(port, tls=Tls.REQUIRED, username="court", password="secret"))
        refused = stranger.send(dispatch())
        assert refused.outcome is Outcome.LATER and "certificate" in refused.said.lower()
        wrong = Mailer(
            mail_settings(
                port,
                tls=Tls.REQUIRED,
                username="court",
                password="wrong",
                context=ssl.create_default_context(cafile=str(cert)),
            )
        )
        assert wrong.send(dispatch()).outcome is Outcome.LATER
    assert box.secure == [True]


@given(st.integers(0, 2**62), st.sampled_from(Purpose))
def test_a_sealed_address_tells_its_attempt_and_no_other(attempt: int, purpose: Purpose) -> None:
    """An address of ours is read back whatever case a mail system gives it, for its own purpose and key only."""
    address = {
        Purpose.BOUNCE: PATHS.bounce_address,
        Purpose.REPLY: PATHS.reply_address,
        Purpose.MESSAGE: PATHS.message_id,
    }[purpose](attempt)
    local = address.strip("<>").split("@")[0]
    assert len(local) <= 64
    assert PATHS.attempt_of(address, purpose) == attempt == PATHS.attempt_of(address.upper(), purpose)
    assert all(PATHS.attempt_of(address, other) is None for other in Purpose if other is not purpose)
    assert ReturnPath("court.example", b"other").attempt_of(address, purpose) is None
    assert PATHS.attempt_of(address.replace(".", "", 1), purpose) is None


@given(st.binary(max_size=300), st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a"]), max_size=40))
def test_no_content_ends_the_message_early(content: bytes, rough: list[bytes]) -> None:
    """However its lines end, each is sent with CRLF, its leading dot doubled, and the only lone dot is the last (RFC
    5321, 4.5.2).
    """
    for typed in (content, b"".join(rough)):
        sent = _stuffed(typed)
        body = sent.removesuffix(b".\r\n")
        assert sent.endswith(b"\r\n.\r\n") and b"\r\n.\r\n" not in b"\r\n" + body
        assert b"\n" not in body.replace(b"\r\n", b"") and b"\r" not in body.replace(b"\r\n", b"")
        lines = [line.removeprefix(b".") if line.startswith(b".") else line for line in body.split(b"\r\n")]
        assert b"\n".join(lines).rstrip(b"\n") == re.sub(rb"\r\n|\r", b"\n", typed).rstrip(b"\n")


@given(st.binary(max_size=400))
def test_a_paper_arrives_as_it_was_sent(content: bytes) -> None:
    """Base64 in lines of at most 76, and back the same bytes."""
    written = _base64_lines(content)
    assert base64.b64decode(written) == content and all(len(line) <= 76 for line in written.split(b"\r\n"))
