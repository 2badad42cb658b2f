"""What comes back by mail: delivery reports, read receipts, complaints, automatic answers, and people's answers.

A report is believed only when it came to an address with the court's own seal;
anything else is no report at all. Of the bytes only their digest is kept with the fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

from odr.ground.canonical import sha256_hex
from odr.service.sending.return_address import Purpose, ReturnPath
from odr.service.vocabulary import FactKind


@dataclass(frozen=True)
class Incoming:
    """A message understood: to which attempt it belongs, what it tells, and the words for the desk."""

    attempt_id: int
    kind: FactKind
    event_id: str
    words: str


MAX_BYTES = 10 * 2**20


def read_incoming(raw: bytes, envelope_to: str, paths: ReturnPath) -> Incoming | None:
    """What a message that reached the court's return domain tells; None when it carries no valid seal or is unreadable.

    ``envelope_to`` is the address the mail system took it in for. A header may say anything, so
    machine reports count only through it; a person's answer also through our own sealed Message-ID.
    """
    if len(raw) > MAX_BYTES:
        return None
    message = message_from_bytes(raw, policy=policy.default)
    bounced = paths.attempt_of(envelope_to, Purpose.BOUNCE)
    answered = paths.attempt_of(envelope_to, Purpose.REPLY)
    attempt = bounced if bounced is not None else answered
    if attempt is None:
        attempt = _referred(message, paths)
    if attempt is None:
        return None
    kind, words = _understood(
        message, to_bounce_address=bounced is not None, sealed_to=bounced is not None or answered is not None
    )
    if kind is None:
        return None
    return Incoming(attempt, kind, f"mail:{sha256_hex(raw)}", words[:500])


ENVELOPE = ("X-Original-To", "Delivered-To", "Envelope-To", "X-RcptTo")
"""Headers in which a mail server writes for whom it took a message in. Anybody can write them: only the seal counts."""


def envelope_addresses(raw: bytes) -> list[str]:
    """Addresses a message may have been taken in for, as the mail server noted them, the newest header first."""
    message = message_from_bytes(raw[:MAX_BYTES], policy=policy.compat32)
    return [str(value).strip() for name in ENVELOPE for value in (message.get_all(name) or [])][:20]


def subject_of(raw: bytes) -> str:
    """The subject in words, on one line."""
    return " ".join(_header(message_from_bytes(raw, policy=policy.default), "Subject").split())


def plain_words(raw: bytes) -> str:
    """The plain text of a message, without control characters."""
    return "".join(c for c in _body(message_from_bytes(raw, policy=policy.default)) if c in "\n\t" or c.isprintable())


def _referred(message: Message, paths: ReturnPath) -> int | None:
    for header in ("In-Reply-To", "References"):
        for identifier in _header(message, header).split():
            attempt = paths.attempt_of(identifier, Purpose.MESSAGE)
            if attempt is not None:
                return attempt
    return None


def _understood(message: Message, *, to_bounce_address: bool, sealed_to: bool) -> tuple[FactKind | None, str]:
    report = _report_type(message)
    if report == "delivery-status":
        return _delivery_status(message) if sealed_to else (None, "")
    if report == "disposition-notification":
        return _disposition(message) if sealed_to else (None, "")
    if report == "feedback-report":
        return (FactKind.COMPLAINT, _header(message, "Subject")) if sealed_to else (None, "")
    if to_bounce_address:
        # Only machines know this address. Older systems report in prose.
        return _prose_report(message)
    if is_automatic(message):
        return FactKind.AUTO_REPLY, _header(message, "Subject")
    return FactKind.REPLIED, _header(message, "Subject")


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError):
        # The library's own parsers stumble over some hostile headers.
        return ""


def _report_type(message: Message) -> str | None:
    if message.get_content_type() == "multipart/report":
        declared = message.get_param("report-type", "")
        if isinstance(declared, str) and declared:
            return declared.lower()
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status":
            return "delivery-status"
        if part.get_content_type() == "message/disposition-notification":
            return "disposition-notification"
    return None


def _parts(message: Message) -> Iterable[Message]:
    """Parts of the report itself, not of the returned message within it."""
    if not message.is_multipart() or message.get_content_type() == "message/rfc822":
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield part
            if part.get_content_type().startswith("multipart/"):
                yield from _parts(part)


def _blocks(message: Message, content_type: str) -> list[Message]:
    found: list[Message] = []
    for part in _parts(message):
        if part.get_content_type() == content_type:
            payload = part.get_payload()
            if isinstance(payload, Sequence) and not isinstance(payload, str):
                found += [block for block in payload if isinstance(block, Message)]
            elif isinstance(payload, str):
                found += [
                    message_from_bytes(b.encode("utf-8", "replace"))
                    for b in re.split(r"\r?\n\r?\n", payload)
                    if b.strip()
                ]
    return found


_WORST_FIRST = (FactKind.BOUNCED, FactKind.DELAYED, FactKind.REACHED_SYSTEM, FactKind.HANDED_OVER)


def _delivery_status(message: Message) -> tuple[FactKind | None, str]:
    """RFC 3464. With several recipients, as after forwarding, the worst is told."""
    told: list[tuple[FactKind, str]] = []
    for block in _blocks(message, "message/delivery-status"):
        action = _header(block, "Action").strip().lower()
        status = _header(block, "Status").strip()
        words = " ".join(filter(None, (status, _header(block, "Diagnostic-Code"))))
        kind = _action(action, status)
        if kind is not None:
            told.append((kind, words))
    if not told:
        return _prose_report(message)
    return min(told, key=lambda t: _WORST_FIRST.index(t[0]))


def _action(action: str, status: str) -> FactKind | None:
    if action == "failed":
        return FactKind.BOUNCED
    if action == "delayed":
        return FactKind.DELAYED
    if action == "delivered":
        return FactKind.REACHED_SYSTEM
    if action in ("relayed", "expanded"):
        # Handed on to a system that reports nothing: not shown to have arrived.
        return FactKind.HANDED_OVER
    return _by_status(status)


def _by_status(status: str) -> FactKind | None:
    return (
        {"5": FactKind.BOUNCED, "4": FactKind.DELAYED, "2": FactKind.REACHED_SYSTEM}.get(status[:1])
        if re.match(r"[245]\.\d", status)
        else None
    )


def _disposition(message: Message) -> tuple[FactKind, str]:
    """RFC 8098. Displayed by a person's hand is reading; deleted unread, or done by a machine, is not."""
    for block in _blocks(message, "message/disposition-notification"):
        words = _header(block, "Disposition").strip()
        mode, _, kind = words.lower().partition(";")
        if kind.strip().startswith("displayed") and "automatic-action" not in mode:
            return FactKind.READ, words
        if words:
            return FactKind.AUTO_REPLY, words
    return FactKind.AUTO_REPLY, _header(message, "Subject")


_DELAY = re.compile(r"delay|will (?:keep|be) (?:trying|retried)|warning: could not send|尚未送达|延迟", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_SMTP = re.compile(r"\b([45])[0-5]\d[ -]")
_FAILURE = re.compile(
    r"undeliver|delivery (?:has )?failed|failure notice|returned mail|could not be delivered|user unknown|no such user|mailbox (?:is )?full|"
    r"does not exist|this is a permanent error|退信|无法投递|投递失败|发送失败|不存在|邮箱已满",
    re.IGNORECASE,
)


def _prose_report(message: Message) -> tuple[FactKind | None, str]:
    """A report in prose: status numbers first, then the usual phrases. What says nothing certain is a machine's answer."""
    subject, body = _header(message, "Subject"), _body(message)
    words = f"{subject}\n{body[:4000]}"
    if _DELAY.search(subject):
        return FactKind.DELAYED, subject
    if is_automatic(message, bounces_are=False) and not _FAILURE.search(words):
        return FactKind.AUTO_REPLY, subject
    found = _STATUS.search(words) or _SMTP.search(words)
    if found:
        line = next((each.strip() for each in words.splitlines() if found[0] in each), subject)
        kind = {"5": FactKind.BOUNCED, "4": FactKind.DELAYED, "2": FactKind.REACHED_SYSTEM}[found[1]]
        # "Given up after 4.4.7" is a failure, whatever the class of the last try.
        return (FactKind.BOUNCED if _FAILURE.search(words) else kind), line
    if _FAILURE.search(words):
        return FactKind.BOUNCED, subject
    return FactKind.AUTO_REPLY, subject


def _body(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                charset = part.get_content_charset() or "utf-8"
                try:
                    return payload.decode(charset, "replace")
                except LookupError:
                    return payload.decode("utf-8", "replace")
    return ""


_AUTO_SUBJECT = re.compile(
    r"^\s*(?:auto(?:matic)?[ -]?(?:reply|response|antwort)|autoreply|out of (?:the )?office|on vacation|abwesen|réponse automatique|"
    r"自动回复|自動回覆|自动答复|外出|休假)",
    re.IGNORECASE,
)


def is_automatic(message: Message, *, bounces_are: bool = True) -> bool:
    """Whether a machine wrote it (RFC 3834 and the older marks). When in doubt between person and machine: machine."""
    submitted = _header(message, "Auto-Submitted").strip().lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(
        message.get(name) is not None
        for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Autoresponder", "List-Id", "List-Unsubscribe")
    ):
        return True
    if _header(message, "Precedence").strip().lower() in ("bulk", "auto_reply", "auto-reply", "junk", "list"):
        return True
    if _AUTO_SUBJECT.search(_header(message, "Subject")):
        return True
    sender = _header(message, "From").lower()
    empty_sender = _header(message, "Return-Path").strip() == "<>"
    return bounces_are and (empty_sender or "mailer-daemon" in sender or "postmaster" in sender)
