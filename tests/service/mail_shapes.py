"""Thirty-odd shapes of what mail systems send back, as they are seen in the wild."""

from __future__ import annotations

from odr.service.vocabulary import FactKind

ORIGINAL = """\
From: Internet Court <service@court.example>
To: wang@example.com
Subject: Claim
Message-ID: <m.7.whatever@court.example>
Auto-Submitted: auto-generated
"""


def dsn(
    action: str,
    status: str,
    *,
    diagnostic: str = "",
    subject: str = "Delivery Status Notification",
    prose: str = "See below.",
    sender: str = "MAILER-DAEMON@mx.example",
    recipient: bool = True,
    original: bool = True,
    newline: str = "\r\n",
    extra: str = "",
    content_type: str = 'multipart/report; report-type=delivery-status; boundary="B"',
) -> bytes:
    """A delivery status notification (RFC 3464)."""
    fields = [f"Action: {action}"] if action else []
    fields += [f"Status: {status}"] if status else []
    fields = (["Final-Recipient: rfc822; wang@example.com"] if recipient else []) + fields
    fields += [f"Diagnostic-Code: {diagnostic}"] if diagnostic else []
    parts = [
        f"From: {sender}\nTo: court\nSubject: {subject}\nMIME-Version: 1.0\nAuto-Submitted: auto-replied\nContent-Type: {content_type}\n",
        "--B\nContent-Type: text/plain; charset=utf-8\n",
        prose,
        "--B\nContent-Type: message/delivery-status\n",
        "Reporting-MTA: dns; mx.example\n\n" + "\n".join(fields) + "\n" + extra,
    ]
    if original:
        parts += ["--B\nContent-Type: message/rfc822\n", ORIGINAL + "\nbody 550 5.1.1 in the original must not count\n"]
    return "\n".join([*parts, "--B--\n"]).replace("\n", newline).encode()


def plain(
    subject: str, body: str, *, sender: str = "wang@example.com", headers: str = "", charset: str = "utf-8"
) -> bytes:
    """A message of plain text."""
    head = f"From: {sender}\nTo: court\nSubject: {subject}\nMIME-Version: 1.0\n{headers}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    return head.encode() + body.encode(charset if charset != "x-unknown" else "utf-8")


def mdn(disposition: str) -> bytes:
    """A message disposition notification (RFC 8098)."""
    return (
        'From: wang@example.com\nTo: court\nSubject: Read: Claim\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nYour message was displayed.\n--B\nContent-Type: message/disposition-notification\n\n"
        f"Reporting-UA: phone; Mail\nFinal-Recipient: rfc822;wang@example.com\nDisposition: {disposition}\n\n--B--\n"
    ).encode()


ARF = (
    b'From: abuse@isp.example\nTo: court\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary="B"\n\n'
    b"--B\nContent-Type: text/plain\n\nThis is an email abuse report.\n--B\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--B--\n"
)

SECOND = "\nFinal-Recipient: rfc822; other@example.com\nAction: delivered\nStatus: 2.0.0\n"

TO_BOUNCE_ADDRESS: dict[str, tuple[bytes, FactKind]] = {
    "postfix: no such user": (dsn("failed", "5.1.1", diagnostic="smtp; 550 5.1.1 User unknown"), FactKind.BOUNCED),
    "postfix: host not found": (dsn("failed", "5.4.4", diagnostic="X-Postfix; Host not found"), FactKind.BOUNCED),
    "postfix: delayed": (dsn("delayed", "4.4.1", subject="Delayed Mail (still being retried)"), FactKind.DELAYED),
    "postfix: delivered": (
        dsn("delivered", "2.0.0", subject="Successful Mail Delivery Report"),
        FactKind.REACHED_SYSTEM,
    ),
    "postfix: relayed": (dsn("relayed", "2.0.0", subject="Successful Mail Delivery Report"), FactKind.HANDED_OVER),
    "postfix: expanded": (dsn("expanded", "2.1.5"), FactKind.HANDED_OVER),
    "sendmail: gave up after 4.4.7": (
        dsn("failed", "4.4.7", diagnostic="smtp; 451 try later", subject="Returned mail: see transcript"),
        FactKind.BOUNCED,
    ),
    "exchange: mailbox full": (
        dsn("failed", "5.2.2", subject="Undeliverable: Claim", sender="postmaster@corp.example"),
        FactKind.BOUNCED,
    ),
    "exchange: no recipient named": (dsn("failed", "5.7.1", recipient=False), FactKind.BOUNCED),
    "gmail: without the original": (
        dsn("failed", "5.1.1", original=False, subject="Delivery Status Notification (Failure)"),
        FactKind.BOUNCED,
    ),
    "line ends of Unix": (dsn("failed", "5.1.1", newline="\n"), FactKind.BOUNCED),
    "no action, only status": (dsn("", "5.1.1"), FactKind.BOUNCED),
    "no action, temporary status": (dsn("", "4.2.2"), FactKind.DELAYED),
    "capital letters": (dsn("FAILED", "5.0.0"), FactKind.BOUNCED),
    "two recipients, one failed": (dsn("failed", "5.1.1", extra=SECOND), FactKind.BOUNCED),
    "multipart/mixed instead of report": (
        dsn("failed", "5.1.1", content_type='multipart/mixed; boundary="B"'),
        FactKind.BOUNCED,
    ),
    "empty status part, prose tells": (dsn("", "", recipient=False, prose="550 5.1.1 no such user"), FactKind.BOUNCED),
    "qmail": (
        plain(
            "failure notice",
            "Hi. This is the qmail-send program at mx.example.\n<wang@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)",
            sender="MAILER-DAEMON@mx.example",
        ),
        FactKind.BOUNCED,
    ),
    "exim": (
        plain(
            "Mail delivery failed: returning message to sender",
            "This message was created automatically.\n  wang@example.com\n    SMTP error: 550 Mailbox unavailable",
            sender="Mailer-Daemon@mx.example",
        ),
        FactKind.BOUNCED,
    ),
    "exim: warning": (
        plain(
            "Warning: message 1abc delayed 24 hours",
            "No action is required; delivery attempts will continue.",
            sender="Mailer-Daemon@mx.example",
        ),
        FactKind.DELAYED,
    ),
    "163.com in Chinese": (
        plain(
            "系统退信",
            "抱歉，您的邮件被退回来了……\n原因：收件人邮件地址（wang@163.example）不存在，邮件无法送达。",
            sender="Postmaster@163.example",
        ),
        FactKind.BOUNCED,
    ),
    "Chinese in GB18030": (
        plain(
            "=?gb18030?B?z7XNs83L0MU=?=",
            "投递失败：550 User not found",
            charset="gb18030",
            sender="postmaster@qq.example",
        ),
        FactKind.BOUNCED,
    ),
    "unknown charset": (plain("Undelivered Mail", "user unknown", charset="x-unknown"), FactKind.BOUNCED),
    "vacation to the envelope sender": (
        plain("Out of office", "I am away until 550 people came.", headers="Auto-Submitted: auto-replied\n"),
        FactKind.AUTO_REPLY,
    ),
    "challenge to the envelope sender": (
        plain("Please confirm your message", "Click to prove that you are human."),
        FactKind.AUTO_REPLY,
    ),
    "complaint": (ARF, FactKind.COMPLAINT),
    "empty": (b"", FactKind.AUTO_REPLY),
    "no MIME at all": (b"garbage \xff\xfe\x00 without any header", FactKind.AUTO_REPLY),
    "cut off": (dsn("failed", "5.1.1")[:330], FactKind.AUTO_REPLY),
}

TO_REPLY_ADDRESS: dict[str, tuple[bytes, FactKind]] = {
    "a person answers": (plain("Re: Claim", "I have received it. Wang Li"), FactKind.REPLIED),
    "a person quotes an error number": (
        plain("Re: Claim", "I got 550 yuan and version 5.1.1 of your letter"),
        FactKind.REPLIED,
    ),
    "a person answers in Chinese": (plain("回复：起诉状", "已收悉"), FactKind.REPLIED),
    "RFC 3834 vacation": (
        plain("Re: Claim", "I am away", headers="Auto-Submitted: auto-replied (vacation)\n"),
        FactKind.AUTO_REPLY,
    ),
    "auto-submitted no": (plain("Re: Claim", "received", headers="Auto-Submitted: no\n"), FactKind.REPLIED),
    "old X-Autoreply": (plain("Re: Claim", "I am away", headers="X-Autoreply: yes\n"), FactKind.AUTO_REPLY),
    "precedence bulk": (plain("Re: Claim", "ticket opened", headers="Precedence: bulk\n"), FactKind.AUTO_REPLY),
    "subject only": (plain("Out of Office: Claim", "back on Monday"), FactKind.AUTO_REPLY),
    "subject only, German": (
        plain("Automatische Antwort: Claim", "bin weg", headers="X-Auto-Reply: 1\n"),
        FactKind.AUTO_REPLY,
    ),
    "subject only, Chinese": (plain("自动回复：起诉状", "您好，邮件已收到"), FactKind.AUTO_REPLY),
    "mailing list": (plain("Re: Claim", "posted", headers="List-Id: <l.example>\n"), FactKind.AUTO_REPLY),
    "mailer daemon": (plain("hello", "x", sender="MAILER-DAEMON@example.com"), FactKind.AUTO_REPLY),
    "null sender": (plain("hello", "x", headers="Return-Path: <>\n"), FactKind.AUTO_REPLY),
    "read by hand": (mdn("manual-action/MDN-sent-manually; displayed"), FactKind.READ),
    "read, receipt sent by setting": (mdn("manual-action/MDN-sent-automatically; displayed"), FactKind.READ),
    "displayed by a machine": (mdn("automatic-action/MDN-sent-automatically; displayed"), FactKind.AUTO_REPLY),
    "deleted unread": (mdn("manual-action/MDN-sent-automatically; deleted"), FactKind.AUTO_REPLY),
    "receipt without words": (mdn(""), FactKind.AUTO_REPLY),
}
