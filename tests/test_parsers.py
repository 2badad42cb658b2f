"""Whatever bytes a stranger sends, each reader of the court answers or refuses in its own words, and nothing else comes
out of it. Two hundred tries each, ten thousand in ``make prove``; those of pictures, office files and web pages work in
children of their own, which may fail as they like.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from odr.evidence.intake.media import Media, recognise
from odr.evidence.kit import verifier
from odr.evidence.kit.bag import UnsafePath, checked_path
from odr.evidence.sources import digests, proof_formats
from odr.filing.bulk import claims_table
from odr.filing.draft.pleading import read_pleading
from odr.ground.errors import CourtError
from odr.hearing.examination.exhibit_places import read_moment, read_region
from odr.notary.check.receipt import verify_receipt
from odr.notary.log.note import parse_note
from odr.notary.log.strict import Malformed
from odr.notary.rehash.renewal_tree import parse_proof
from odr.payments.books.statements import HeadingsUnknown, read_statement
from odr.procedure.forms.reading import Unreadable, read_day, read_money, read_phone
from odr.procedure.rules.registry import PackRegistry
from odr.service.channels import seller, sms
from odr.service.channels.post import read_tracking
from odr.service.packet.notice_codes import normalized
from odr.service.packet.photographs import read_all
from odr.service.replies.bounces import read_incoming
from odr.service.sending.return_address import ReturnPath
from tests.payments.test_statements import entry, statement

TRIES = 10_000 if os.environ.get("ODR_PROVE") else 200
NOW = datetime(2026, 11, 27, tzinfo=UTC)
KEY = b"k" * 32
PACK = PackRegistry.load().in_force("cn", NOW.date())
PATHS = ReturnPath("court.example", KEY)

NOTE = b"court.example/log\n3\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 court.example/log " + b"A" * 88 + b"\n"
MAIL = (
    b"From: postmaster@elsewhere.example\r\nTo: x@court.example\r\nSubject: =?utf-8?b?6YCA5L+h?=\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
    b"gone\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\n"
    b"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
)


def text(data: bytes) -> str:
    """As a form gives it."""
    return data.decode("utf-8", "replace")


@dataclass(frozen=True)
class Reader:
    """A reader, how it refuses, and what it takes gladly."""

    read: Callable[[bytes], Any]
    refuses: tuple[type[BaseException], ...]
    takes: tuple[bytes, ...]


READERS: dict[str, Reader] = {
    "note of a log": Reader(parse_note, (Malformed,), (NOTE,)),
    "proof of a renewal": Reader(parse_proof, (Malformed,), (b"c2sp.org/tlog-proof@v1\nindex 3\nAAAA\n\nleaf",)),
    "receipt": Reader(
        lambda data: verify_receipt(data, data, NOTE, vkeys=[]), (), (b'{"case":"a","sha256":"' + b"0" * 64 + b'"}',)
    ),
    "proof in a kit": Reader(verifier.read_proof, (verifier.Wrong,), (b"c2sp.org/tlog-proof@v1\nindex 3\n\n" + NOTE,)),
    "note in a kit": Reader(verifier.read_note, (verifier.Wrong,), (NOTE,)),
    "statement of a round": Reader(
        lambda data: verifier.read_statement(data, "1"), (verifier.Wrong,), (b"renewed\nx\nround 1\nrule a\n\n",)
    ),
    "renewed proof in a kit": Reader(verifier.read_renewed, (verifier.Wrong,), (b"renewed\nindex 1\nAAAA\n\nleaf",)),
    "path in a kit": Reader(lambda data: checked_path(text(data)), (UnsafePath,), (b"data/exhibits/C-1.pdf",)),
    "earlier proof of a file": Reader(
        lambda data: proof_formats.examine(data, "0" * 64, proof_formats.Trust(), NOW, content=data, beside=data),
        (),
        (b"0\x82\x01\x000\x03\x02\x01\x00", b"c2sp.org/tlog-proof@v1\nindex 3\n\n" + NOTE),
    ),
    "beginning of a file": Reader(
        lambda data: _is_media(recognise(data[:4096], data[-4096:], "a.pdf")),
        (),
        (b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<svg onload=x>", b"\xff\xfeM\x00Z\x00"),
    ),
    "photographs": Reader(
        lambda data: read_all([("a.jpg", io.BytesIO(data))]), (CourtError,), (b"\xff\xd8\xff\xe0JFIF",)
    ),
    "list of fingerprints": Reader(
        lambda data: digests.read_list(text(data)),
        (CourtError,),
        (b"0" * 64 + b"  chat.txt\n", b"sha256,title\n" + b"0" * 64 + b",Chat\n"),
    ),
    "bank statement": Reader(
        lambda data: read_statement(data, "CNY"),
        (CourtError, HeadingsUnknown),
        (b"date,amount,purpose\n2026-03-02,1.00,x\n", statement(entry([(1_00, "Li", "x", "CN1")]))),
    ),
    "table of claims": Reader(
        lambda data: claims_table.read(PACK, data, ["sale"]), (CourtError,), (b"claimant,respondent\nLi,Haiyun\n",)
    ),
    "list of the post": Reader(
        read_tracking, (), (b"reference,event,at,signer,words\na,b,2026-03-02T10:00:00+08:00,c,d\n",)
    ),
    "pleading": Reader(
        lambda data: read_pleading(text(data).splitlines()),
        (),
        ("民事起诉状\n原告：李文\n被告：海云公司\n诉讼请求：1. 退款 8,000 元\n事实与理由\n买了".encode(),),
    ),
    "message of the mail system": Reader(
        lambda data: read_incoming(data, PATHS.bounce_address(7), PATHS), (), (MAIL, b"\r\n\r\n", b"Content-Type: x/y;")
    ),
    "report of the text gateway": Reader(
        lambda data: sms.read_report(data, hmac.new(KEY, data, hashlib.sha256).hexdigest(), KEY),
        (),
        (b'{"event":1,"id":"a","status":"delivered","at":"2026-03-02T10:00:00Z"}',),
    ),
    "receipt of a platform": Reader(
        lambda data: seller.read_receipt(data, seller.sign(KEY, data), seller.Platform("m", "https://m.example", KEY)),
        (),
        (b'{"event":1,"id":"a","status":"opened","at":"2026-03-02T10:00:00Z"}',),
    ),
    "amount": Reader(
        lambda data: read_money(text(data), "CNY"), (Unreadable,), ("¥1,000.50".encode(), "8.8万元".encode())
    ),
    "day": Reader(lambda data: read_day(text(data)), (Unreadable,), (b"27 April 2026", "2026年4月27日".encode())),
    "telephone": Reader(lambda data: read_phone(text(data)), (Unreadable,), (b"+86 138 0000 0000",)),
    "part of a picture": Reader(lambda data: read_region(text(data)), (Unreadable,), (b"10, 20, 50, 8",)),
    "moment of a recording": Reader(lambda data: read_moment(text(data)), (Unreadable,), (b"1:02:03",)),
    "code of a letter": Reader(lambda data: normalized(text(data)), (CourtError,), (b"ABCD-EFGH-JKLMN",)),
}
BITS = (
    b"\x00",
    b"\xff\xfe",
    b"\r\n",
    b"\n\n",
    b'"',
    b",",
    b"{",
    b"9" * 400,
    b"1e400",
    b"-1",
    b"\xe2\x80\xae",
    b"=?x?q?=",
    b"NaN",
)
"""What readers stumble over."""


def _is_media(found: Media) -> None:
    assert isinstance(found, Media)


@st.composite
def spoilt(draw: st.DrawFn, takes: tuple[bytes, ...]) -> bytes:
    """Something a reader takes, cut, doubled, mixed and changed; or anything at all."""
    data = draw(st.one_of(st.sampled_from(takes), st.binary(max_size=300)))
    for _ in range(draw(st.integers(0, 6))):
        at, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        piece = draw(st.one_of(st.sampled_from(BITS), st.binary(max_size=4), st.just(data[at:end] * 3)))
        data = (data[:at] + piece + data[draw(st.sampled_from((at, end))) :])[:20_000]
    return data


@pytest.mark.parametrize("name", READERS)
def test_no_bytes_of_a_stranger_make_a_reader_fail(name: str) -> None:
    """A reader gives what it read, or its own refusal; no other error reaches whoever called it."""
    reader = READERS[name]

    @settings(max_examples=TRIES, deadline=None, database=None, derandomize=True)
    @given(data=spoilt(reader.takes))
    def tried(data: bytes) -> None:
        with suppress(*reader.refuses):
            reader.read(data)

    tried()


def test_each_reader_takes_something() -> None:
    """What is spoilt was good before, of those that refuse: else the tries would only see the first check."""
    for name in (
        "note of a log",
        "note in a kit",
        "path in a kit",
        "list of fingerprints",
        "amount",
        "day",
        "telephone",
    ):
        for data in READERS[name].takes:
            READERS[name].read(data)
