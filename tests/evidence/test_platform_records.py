"""An accredited platform writes what a party asked for, signed, and reads nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.evidence.models import Exhibit, ExhibitState
from odr.evidence.sources.models import Platform, PlatformRequest
from odr.evidence.sources.platform_records import NotTaken, check, signed_bytes, take
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.filing.visitor import Visitor
from tests.scene import Scene

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
ASKED: dict[str, Any] = {
    "platform": "baihua",
    "order_number": "BH-1",
    "kinds": ["order", "payment", "logistics", "chat"],
    "proves": "What was ordered and said",
    "agrees": True,
}
GIVE = "Give the platform its code"
AT = "2025-11-06T20:00:00+08:00"
RECORDS: list[dict[str, Any]] = [
    {
        "kind": "order",
        "order": "BH-1",
        "placed_at": AT,
        "buyer": "li-88",
        "seller": "Haiyun",
        "total": {"minor": 800000, "currency": "CNY"},
        "items": [{"name": "Capsules", "count": 30, "price": {"minor": 26667, "currency": "CNY"}}],
    },
    {
        "kind": "payment",
        "order": "BH-1",
        "at": AT,
        "amount": {"minor": 800000, "currency": "CNY"},
        "way": "card",
        "state": "paid",
    },
    {
        "kind": "logistics",
        "order": "BH-1",
        "carrier": "Swift",
        "parcel": "SF-1",
        "events": [{"at": AT, "what": "handed over", "place": "Hangzhou"}],
    },
    {"kind": "chat", "order": "BH-1", "messages": [{"at": AT, "by": "Haiyun", "words": "It is all right to take."}]},
]


@pytest.fixture
def asked(small_scene: Scene) -> Iterator[tuple[Scene, str]]:
    """Li asked the accredited platform; her request's reference."""
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    with small_scene.court.database.write() as session:
        session.add(
            Platform(key="baihua", name="Baihua Market", public_key=public, accredited_at=small_scene.clock.now())
        )
    small_scene.lodge()
    small_scene.accept()
    small_scene.do("ask_platform_records", "li", **ASKED)
    with small_scene.court.database.read() as session:
        yield small_scene, session.scalars(select(PlatformRequest.reference)).one()


def signed(
    request: str, records: list[dict[str, Any]] = RECORDS, key: Ed25519PrivateKey = KEY, **changes: Any
) -> bytes:
    """What the platform sends."""
    statement = {
        "type": "court-platform-records/1",
        "platform": "baihua",
        "request": request,
        "issued_at": "2026-03-02T09:00:00+08:00",
        "records": records,
        **changes,
    }
    return json.dumps(
        {"statement": statement, "signature": base64.b64encode(key.sign(signed_bytes(statement))).decode()}
    ).encode()


def test_records_become_the_partys_exhibit_shown_in_their_own_form(asked: tuple[Scene, str]) -> None:
    """Byte for byte with receipt and provenance; order, payment, parcel and chat are shown as what they are; sent again
    nothing changes.
    """
    scene, request = asked
    app = create_app(court=scene.court)
    platform = app.test_client()
    answer = platform.post("/platform-records", data=signed(request), content_type="application/json")
    assert answer.status_code == 201 and set(answer.json or {}) == {"receipt", "sha256", "exhibit"}
    assert platform.post("/platform-records", data=signed(request)).status_code == 200
    scene.work()
    with scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit)).one()
        assert (exhibit.label, exhibit.state, exhibit.provenance["signed_by"]) == (
            "C-1",
            ExhibitState.SUBMITTED,
            "Baihua Market",
        )
    reader = app.test_client()
    with scene.court.database.write() as session:
        token, _ = open_session(
            session,
            session.get_one(Account, scene.people["li"]),
            scene.clock.machine_now(),
            device="test",
            address="127.0.0.1",
            two_factor=True,
        )
    reader.set_cookie(session_cookie_name(False), token, domain="localhost")
    assert GIVE not in reader.get(f"/cases/{scene.case().reference}").text
    page = reader.get(f"/cases/{scene.case().reference}/exhibits/C-1").text
    for words in ("Capsules", "8,000.00", "Swift", "It is all right to take.", "Baihua Market"):
        assert words in page, words


def test_whoever_asked_is_told_to_give_the_code_and_nobody_else(asked: tuple[Scene, str]) -> None:
    """The first page of the case says which code goes to which platform until when, to the party that asked."""
    scene, request = asked
    scene.join()
    app = create_app(court=scene.court)
    here = f"/cases/{scene.case().reference}"
    mine = Visitor(app, scene, "li").get(here)
    assert GIVE in mine and f'translate="no">{request}</code>' in mine and "gives its records of order BH-1" in mine
    assert GIVE not in Visitor(app, scene, "haiyun").get(here)
    scene.clock.advance(timedelta(days=31))
    assert GIVE not in Visitor(app, scene, "li").get(here)


def test_a_platform_reads_nothing(asked: tuple[Scene, str]) -> None:
    """The code opens no page: there is nothing but the place to write to, and the answer names no case and no party."""
    scene, request = asked
    client = create_app(court=scene.court).test_client()
    assert client.get("/platform-records").status_code in (404, 405)
    assert client.get(f"/platform-records/{request}").status_code == 404
    body = client.post("/platform-records", data=signed(request)).text
    assert scene.case().reference not in body and "Li Wen" not in body


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (lambda r: signed(r).replace(b"Capsules", b"Capsulez"), "signature"),
        (lambda r: signed(r, key=Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)), "signature"),
        (lambda r: signed("a" * 26), "Nobody asked"),
        (lambda r: signed(r, [{**RECORDS[1], "order": "BH-2"}]), "not all of the order"),
        (lambda r: signed(r, platform="other"), "not accredited"),
        (lambda r: signed(r, issued_at="2027-04-01T09:00:00+08:00"), "future"),
        (lambda r: b'{"statement": {"a": 1.5}, "signature": ""}', "not platform records"),
        (lambda r: b"x" * 2_000_001, "too large"),
    ],
)
def test_what_is_changed_unasked_or_malformed_is_refused_and_nothing_kept(
    asked: tuple[Scene, str], body: Any, word: str
) -> None:
    """The first thing wrong is told in words; the case gets no exhibit."""
    scene, request = asked
    with pytest.raises(NotTaken) as refused:
        take(scene.court, body(request))
    assert word in refused.value.message.render("en")
    with scene.court.database.read() as session:
        assert not session.scalars(select(Exhibit)).all()


def test_only_the_kinds_asked_for_are_taken(small_scene: Scene) -> None:
    """Who asked for the payment gets the payment; a chat with it is refused."""
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    with small_scene.court.database.write() as session:
        session.add(
            Platform(key="baihua", name="Baihua Market", public_key=public, accredited_at=small_scene.clock.now())
        )
    small_scene.lodge()
    small_scene.do("ask_platform_records", "li", **{**ASKED, "kinds": ["payment"]})
    with small_scene.court.database.read() as session:
        request = session.scalars(select(PlatformRequest.reference)).one()
    with pytest.raises(NotTaken):
        take(small_scene.court, signed(request))
    assert take(small_scene.court, signed(request, [RECORDS[1]])).exhibit == "C-1"
    with pytest.raises(NotTaken):
        take(small_scene.court, signed(request, [{**RECORDS[1], "state": "refunded"}]))


def test_a_request_runs_out_and_needs_consent_and_an_accredited_platform(asked: tuple[Scene, str]) -> None:
    """After thirty days nothing is taken; without consent, or for a platform not listed, nothing is asked; the court
    asks for nobody.
    """
    scene, request = asked
    for wrong in ({"agrees": False}, {"platform": "nobody"}, {"kinds": ["secrets"]}):
        with pytest.raises(InvalidInput):
            scene.do("ask_platform_records", "li", **{**ASKED, **wrong})
    with pytest.raises(Forbidden):
        scene.do("ask_platform_records", "clerk", **ASKED)
    scene.clock.advance(timedelta(days=31))
    with pytest.raises(NotTaken):
        take(scene.court, signed(request))


def test_without_any_accredited_platform_the_act_says_so(small_scene: Scene) -> None:
    """The page offers screenshots and an order to produce instead."""
    small_scene.lodge()
    with pytest.raises(ActNotOpen):
        small_scene.do("ask_platform_records", "li", **ASKED)


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_no_bytes_break_the_door(data: bytes) -> None:
    """Whatever comes is refused in words before anything is asked of the database."""
    with pytest.raises(NotTaken):
        check(None, data)  # type: ignore[arg-type]


def test_the_operator_accredits_lists_and_revokes_platforms(small_scene: Scene) -> None:
    """A key that is none, or a name taken, is refused; a revoked platform is asked for nothing and nothing of it is
    taken.
    """
    run = create_app(court=small_scene.court).test_cli_runner().invoke
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    assert run(args=["platform", "accredit", "baihua", "Baihua Market", "--public-key", "nothing"]).exit_code == 1
    assert (
        "accredited baihua"
        in run(args=["platform", "accredit", "baihua", "Baihua Market", "--public-key", public]).output
    )
    assert run(args=["platform", "accredit", "baihua", "Again", "--public-key", public]).exit_code == 1
    small_scene.lodge()
    small_scene.do("ask_platform_records", "li", **ASKED)
    with small_scene.court.database.read() as session:
        request = session.scalars(select(PlatformRequest.reference)).one()
    assert "revoked baihua" in run(args=["platform", "revoke", "baihua"]).output
    assert run(args=["platform", "revoke", "baihua"]).exit_code == 1
    assert "revoked" in run(args=["platform", "list"]).output
    with pytest.raises(NotTaken):
        take(small_scene.court, signed(request))
