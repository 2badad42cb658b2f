"""Electronic mail: SMTP with STARTTLS, a sealed return path, DKIM, text and HTML and the papers attached.

A 250 after DATA from a relay means that a carrier has the message. Only where the
setting says that the server is the recipient's own (training, loopback) does it
mean that the system of the address was reached (OLR 31, CPI 135).
"""

from __future__ import annotations

import contextlib
import enum
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from odr.ground.canonical import sha256_hex
from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.channels.mime import FORBIDDEN, header_words, mailbox, one_line, signed, write_message
from odr.service.sending.return_address import ReturnPath


class Tls(enum.Enum):
    """What the connection to the mail server must be."""

    REQUIRED = "required"  # STARTTLS with a valid certificate, or the message waits
    OFFERED = "offered"  # STARTTLS where the server offers it
    NONE = "none"  # never: loopback only


@dataclass(frozen=True)
class EmailSettings:
    """How the court sends mail. Times in seconds."""

    host: str
    port: int
    sender: str
    court_name: str
    return_path: ReturnPath
    tls: Tls = Tls.REQUIRED
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    deadline: float = 120.0
    """A message that takes longer in all is cut off, however slowly the server drips."""
    smtp_is_final: bool = False
    dkim_selector: str = "court"
    dkim_key: bytes = field(default=b"", repr=False)
    """Private key in PEM; empty: no signature."""
    context: ssl.SSLContext | None = None
    messages_per_connection: int = 100


SHORT = 200
"""An address of more letters is looked at whole: its lengths are rules of their own."""
_PLAIN_NAME = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")


class UnusableAddress(Exception):
    """No mail can ever go to this address as it is written."""


@dataclass(frozen=True)
class Destination:
    """An address checked: its ASCII form where there is one, and whether the server must speak SMTPUTF8."""

    address: str
    needs_utf8: bool


@lru_cache(maxsize=4096)
def destination(address: str) -> Destination:
    """Check an address without asking the network. International domains become ASCII. Raises UnusableAddress."""
    if FORBIDDEN.search(address):
        raise UnusableAddress("control characters in the address")
    name, _, domain = address.strip().rpartition("@")
    if len(address) <= SHORT and _PLAIN_NAME.fullmatch(name) and domain.isascii() and (known := _domain(domain)):
        return Destination(f"{name}@{known}", needs_utf8=False)
    try:
        checked = validate_email(address.strip(), check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise UnusableAddress(str(error)) from error
    return Destination(checked.ascii_email or checked.normalized, checked.ascii_email is None)


@lru_cache(maxsize=1024)
def _domain(domain: str) -> str | None:
    """The ASCII form of a domain, None where it is none: few domains have most addresses, and each is taken apart once."""
    try:
        return validate_email(f"court@{domain}", check_deliverability=False, strict=True).ascii_domain
    except EmailNotValidError:
        return None


def build_message(settings: EmailSettings, dispatch: Dispatch, to: Destination) -> bytes:
    """The whole message, signed when the court has a key. The same attempt gives the same Message-ID at every try."""
    paths = settings.return_path
    headers = [
        ("From", mailbox(settings.court_name, settings.sender, "From")),
        ("To", mailbox(dispatch.recipient_name, to.address, "To")),
        ("Subject", header_words(dispatch.subject, "Subject")),
        ("Auto-Submitted", "auto-generated"),
    ]
    if dispatch.attempt_id:
        answers = paths.reply_address(dispatch.attempt_id)
        # The receipt asked for (RFC 8098) is weighed in deemed.py.
        headers += [
            ("Message-ID", paths.message_id(dispatch.attempt_id)),
            ("Reply-To", answers),
            ("Disposition-Notification-To", answers),
        ]
    else:
        headers.append(("Message-ID", f"<a.{sha256_hex(dispatch.reference.encode())[:32]}@{paths.domain}>"))
    headers.append(("Content-Language", one_line(dispatch.locale)))
    if dispatch.unsubscribe:
        headers.append(("List-Unsubscribe", f"<{one_line(dispatch.unsubscribe)}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    content = write_message(headers, dispatch.text, dispatch.html, tuple(dispatch.attachments), dispatch.at)
    if not settings.dkim_key:
        return content
    return signed(
        content, domain=settings.sender.rpartition("@")[2], selector=settings.dkim_selector, pem=settings.dkim_key
    )


@dataclass
class _Line:
    """An open connection and how far the message on it has come."""

    smtp: smtplib.SMTP
    used: int = 0
    sent_all: bool = False


class Mailer:
    """The e-mail carrier. Connections are kept and used for several messages, each by one thread at a time."""

    def __init__(self, settings: EmailSettings) -> None:
        self.settings = settings
        self._idle: list[_Line] = []
        self._lock = threading.Lock()

    def send(self, dispatch: Dispatch) -> Handover:
        """Send one message; every fault of address, network or server becomes an outcome."""
        try:
            to = destination(dispatch.address)
            content = build_message(self.settings, dispatch, to)
        except (UnusableAddress, ValueError) as error:
            return Handover(Outcome.REFUSED, str(error)[:300])
        with self._lock:
            line = self._idle.pop() if self._idle else None
        if line is not None:
            result = self._try(line, dispatch, to, content)
            # A kept connection may have died of age; before the message was on its way nothing was lost by it.
            if result is not None:
                return result
        try:
            line = self._connected()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Handover(Outcome.LATER, _words_of(error))
        return self._try(line, dispatch, to, content) or Handover(Outcome.LATER, "the server hung up")

    def close(self) -> None:
        """Close every kept connection."""
        with self._lock:
            lines, self._idle = self._idle, []
        for line in lines:
            line.smtp.close()

    def _try(self, line: _Line, dispatch: Dispatch, to: Destination, content: bytes) -> Handover | None:
        """One message on an open connection; None when the connection turns out to be dead before it was used."""
        line.sent_all = False
        try:
            with _WATCHDOG.over(line.smtp, self.settings.deadline):
                handover = self._exchange(line, dispatch, to, content)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            line.smtp.close()
            if isinstance(error, smtplib.SMTPServerDisconnected) and not line.sent_all:
                return None
            return Handover(Outcome.UNKNOWN if line.sent_all else Outcome.LATER, _words_of(error))
        line.used += 1
        if handover.outcome in (Outcome.LATER, Outcome.UNKNOWN) or line.used >= self.settings.messages_per_connection:
            line.smtp.close()
        else:
            with self._lock:
                self._idle.append(line)
        return handover

    def _exchange(self, line: _Line, dispatch: Dispatch, to: Destination, content: bytes) -> Handover:
        smtp = line.smtp
        if to.needs_utf8 and not smtp.has_extn("smtputf8"):
            return Handover(Outcome.REFUSED, "the mail server cannot carry an address with these letters")
        dsn = smtp.has_extn("dsn") and dispatch.attempt_id > 0
        options = (["SMTPUTF8", "BODY=8BITMIME"] if to.needs_utf8 else []) + (["RET=HDRS"] if dsn else [])
        if to.needs_utf8:
            smtp.command_encoding = "utf-8"
        steps: tuple[tuple[Callable[[], tuple[int, bytes]], bool], ...] = (
            # Both addresses are checked already; smtplib would take them apart once more, and slowly.
            (
                lambda: smtp.docmd(
                    "MAIL",
                    " ".join([f"FROM:<{self.settings.return_path.bounce_address(dispatch.attempt_id)}>", *options]),
                ),
                False,
            ),
            (lambda: smtp.docmd("RCPT", f"TO:<{to.address}>" + (" NOTIFY=SUCCESS,FAILURE,DELAY" if dsn else "")), True),
            (lambda: smtp.docmd("DATA"), True),
        )
        for step, about_recipient in steps:
            code, words = step()
            if code not in (250, 251, 354):
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    smtp.rset()
                # What the server holds against us, not against the recipient, may be mended: later.
                refused = about_recipient and 500 <= code < 600
                return Handover(Outcome.REFUSED if refused else Outcome.LATER, _reply(code, words))
        smtp.send(_stuffed(content))
        line.sent_all = True
        code, words = smtp.getreply()
        if code == 250:
            outcome = Outcome.REACHED if self.settings.smtp_is_final else Outcome.HANDED_OVER
            return Handover(outcome, _reply(code, words), self.settings.return_path.message_id(dispatch.attempt_id))
        if 500 <= code < 600:
            return Handover(Outcome.REFUSED, _reply(code, words))
        return Handover(Outcome.LATER if 400 <= code < 500 else Outcome.UNKNOWN, _reply(code, words))

    def _connected(self) -> _Line:
        s = self.settings
        smtp = smtplib.SMTP(timeout=s.timeout, local_hostname=s.return_path.domain)
        try:
            # connect() leaves the name by which the certificate is checked to the constructor, which would connect
            # unwatched.
            smtp._host = s.host  # type: ignore[attr-defined]
            with _WATCHDOG.over(smtp, s.deadline):
                code, words = smtp.connect(s.host, s.port)
                if code != 220:
                    raise smtplib.SMTPConnectError(code, words)
                smtp.ehlo_or_helo_if_needed()
                if s.tls is Tls.REQUIRED or (s.tls is Tls.OFFERED and smtp.has_extn("starttls")):
                    smtp.starttls(context=s.context or ssl.create_default_context())
                    smtp.ehlo()
                if s.username:
                    smtp.login(s.username, s.password)
        except BaseException:
            smtp.close()
            raise
        return _Line(smtp)


class _Watchdog:
    """Cuts off connections that take longer than they may; one thread watches all of them and ends when there is
    nothing to watch.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._until: dict[smtplib.SMTP, float] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
        """What happens within is cut off after ``seconds``, however slowly the other side drips."""
        with self._lock:
            self._until[smtp] = until = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="smtp-deadlines", daemon=True)
                self._thread.start()
            elif until <= min(self._until.values()):
                self._lock.notify()
        try:
            yield
        finally:
            with self._lock:
                self._until.pop(smtp, None)

    def _watch(self) -> None:
        with self._lock:
            while True:
                now = time.monotonic()
                for smtp in [s for s, until in self._until.items() if until <= now]:
                    del self._until[smtp]
                    sock = getattr(smtp, "sock", None)
                    if sock is not None:
                        with contextlib.suppress(OSError):
                            sock.shutdown(socket.SHUT_RDWR)
                if not self._until and not self._lock.wait(IDLE_WATCH) and not self._until:
                    self._thread = None
                    return
                if self._until:
                    self._lock.wait(max(0.0, min(self._until.values()) - time.monotonic()))


IDLE_WATCH = 1.0
_WATCHDOG = _Watchdog()


def _stuffed(content: bytes) -> bytes:
    """Content for DATA: CRLF line ends, leading dots doubled, the final dot."""
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    first = b"." if content.startswith(b".") else b""
    return first + content.replace(b"\n.", b"\n..") + (b".\r\n" if content.endswith(b"\n") else b"\r\n.\r\n")


def _reply(code: int, words: bytes) -> str:
    return f"{code} {words.decode('utf-8', 'replace')}"[:300]


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _reply(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return f"{type(error).__name__}: {error}"[:300]
