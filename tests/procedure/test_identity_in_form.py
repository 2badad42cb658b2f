"""Who somebody is, is proved in the form of the act: once for a quarter of an hour, by this account in this session."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from hashlib import sha256

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from sqlalchemy import select
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier

from odr.app import create_app
from odr.docket.models import DocketEntry
from odr.identity.models import Account, Passkey, SessionRow
from odr.identity.sign_in import one_time_codes, passkeys
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.passkeys import PasskeyRefused, Site
from odr.procedure.models import ActDraft
from tests.filing.visitor import Forms, Visitor
from tests.scene import Scene

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SITE = Site("court.test", ("https://court.test",), "Internet Court")


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A case that both sides have joined; Li Min and the judge have an app that shows codes."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    ring = keyring(small_scene.court.settings.secret_key)
    with small_scene.court.database.write() as session:
        for who in ("li", "judge"):
            account = session.get_one(Account, small_scene.people[who])
            account.totp_secret = one_time_codes.seal_secret(ring, SECRET)
    return small_scene


@pytest.fixture
def app(pending: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=pending.court)


def code(scene: Scene) -> str:
    """What the app shows now."""
    return pyotp.TOTP(SECRET).at(int(scene.clock.machine_now().timestamp()))


def appoint(scene: Scene) -> str:
    """The page of an act that asks who one is."""
    return f"/cases/{scene.case().reference}/do/appoint_representative"


def send(who: Visitor, scene: Scene, status: int, **values: str) -> str:
    """Fill in the form of the act, as it stands on its page, and send it; the page that answers."""
    found = Forms()
    found.feed(who.get(appoint(scene)))
    sent, headers = {**found.found[""], **values}, {"Origin": who.origin}
    answer = who.client.post(appoint(scene), base_url=who.origin, data=sent, headers=headers)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def appointed(scene: Scene) -> int:
    """How many representatives were appointed."""
    with scene.court.database.read() as session:
        return len(session.scalars(select(DocketEntry.id).where(DocketEntry.act == "appoint_representative")).all())


def test_the_form_of_the_act_asks_who_one_is(pending: Scene, app: Flask) -> None:
    """Signed in just now nothing is asked; later the code stands in the same form, and the act is done with it."""
    li = Visitor(app, pending, "li")
    assert 'name="identity_code"' not in li.get(appoint(pending))
    pending.clock.advance(timedelta(minutes=16))
    assert 'name="identity_code"' in li.get(appoint(pending))
    send(li, pending, 303, email="stranger@court.example", identity_code=code(pending))
    assert appointed(pending) == 1
    assert 'name="identity_code"' not in li.get(appoint(pending)), "once holds for a quarter of an hour"


def test_a_wrong_code_keeps_every_typed_word(pending: Scene, app: Flask) -> None:
    """Wrong or left out, the same form comes back with what was typed and the error at the field; the code is kept nowhere."""
    li = Visitor(app, pending, "li")
    pending.clock.advance(timedelta(minutes=16))
    for typed, words in (("000000", "The code is wrong"), ("", "Write it: without it this is not done.")):
        answer = send(li, pending, 422, email="stranger@court.example", scope="special", identity_code=typed)
        assert "stranger@court.example" in answer and re.search(r'value="special"[^>]*checked', answer)
        assert re.search(r'id="identity_code-error"[^>]*>.*?' + words, answer, re.S)
        assert 'href="#identity_code"' in answer and "000000" not in answer
    assert appointed(pending) == 0
    with pending.court.database.read() as session:
        kept = [json.dumps(one.values) for one in session.scalars(select(ActDraft))]
        assert kept and not any("identity" in one for one in kept)
    send(li, pending, 303, identity_code=code(pending))
    assert appointed(pending) == 1


def test_a_form_without_the_field_comes_back_with_it(pending: Scene, app: Flask) -> None:
    """Opened while nothing was asked and sent when it is, the words come back beside the field, and are sent from there."""
    li, typed = Visitor(app, pending, "li"), {"email": "stranger@court.example", "scope": "ordinary"}
    li.get(appoint(pending))
    pending.clock.advance(timedelta(minutes=16))
    back = send(li, pending, 422, identity_code="", **typed)
    token = re.search(r'name="csrf_token" value="([^"]+)"', back)
    assert token is not None
    headers, where = {"Origin": li.origin}, appoint(pending)
    for sent, status, words in (
        ({}, 403, "stranger@court.example"),
        ({"identity_code": "1"}, 422, "The code is wrong"),
    ):
        data = {"csrf_token": token[1], **typed, **sent}
        answer = li.client.post(where, base_url=li.origin, data=data, headers=headers)
        assert answer.status_code == status and words in answer.text
        assert "stranger@court.example" in answer.text and 'name="identity_code"' in answer.text


def test_a_code_confirms_this_session_and_for_a_quarter_of_an_hour(pending: Scene, app: Flask) -> None:
    """Another device of the same account stays as it was; a used code is taken nowhere again; after 15 minutes it is asked anew."""
    here, there = Visitor(app, pending, "li"), Visitor(app, pending, "li")
    pending.clock.advance(timedelta(minutes=16))
    used = code(pending)
    send(here, pending, 303, email="stranger@court.example", identity_code=used)
    assert 'name="identity_code"' in there.get(appoint(pending))
    answer = send(there, pending, 422, email="fang@court.example", identity_code=used)
    assert "was used before" in answer and appointed(pending) == 1
    with pending.court.database.read() as session:
        mine = session.scalars(select(SessionRow).where(SessionRow.account_id == pending.people["li"])).all()
        assert [row.strong_at == pending.clock.machine_now() for row in mine] == [True, False]
    pending.clock.advance(timedelta(minutes=15, seconds=1))
    assert 'name="identity_code"' in here.get(appoint(pending))


def test_a_code_is_no_use_for_what_is_not_open(pending: Scene, app: Flask) -> None:
    """Whether the act is open is asked before the code is looked at: it serves for the next one."""
    judge = Visitor(app, pending, "judge")
    where = f"/cases/{pending.case().reference}/do/rule_on_withdrawal"
    pending.clock.advance(timedelta(minutes=16))
    token = re.search(r'name="csrf_token" value="([^"]+)"', judge.get("/today"))
    assert token is not None
    data = {"csrf_token": token[1], "identity_code": code(pending)}
    refused = judge.client.post(where, base_url=judge.origin, data=data, headers={"Origin": judge.origin})
    assert refused.status_code >= 400 and data["identity_code"] not in refused.text
    with pending.court.database.read() as session:
        assert session.get_one(Account, pending.people["judge"]).totp_last_step is None


def test_who_has_no_second_factor_writes_the_password(pending: Scene, app: Flask) -> None:
    """In the same form, and a code that somebody puts there instead counts for nothing."""
    haiyun = Visitor(app, pending, "haiyun")
    pending.clock.advance(timedelta(minutes=16))
    page = haiyun.get(appoint(pending))
    assert 'name="identity_password"' in page and 'name="identity_code"' not in page
    send(haiyun, pending, 422, email="stranger@court.example", identity_code="123456")
    back = send(haiyun, pending, 422, email="stranger@court.example", identity_password="not it")
    assert "not it" not in back and appointed(pending) == 0


class Device:
    """A key on somebody's device that answers challenges as WebAuthn has it."""

    def __init__(self, scene: Scene, who: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        algorithm = 0x20 + -1 - COSEAlgorithmIdentifier.ECDSA_SHA_256
        cose = bytes([0xA5, 1, 2, 3, algorithm, 0x20, 1, 0x21, 0x58, 32]) + x + bytes([0x22, 0x58, 32]) + y
        with scene.court.database.write() as session:
            session.add(
                Passkey(
                    account_id=scene.people[who],
                    credential_id=bytes_to_base64url(b"key"),
                    public_key=bytes_to_base64url(cose),
                    sign_count=0,
                    name="Telephone",
                    created_at=scene.clock.machine_now(),
                )
            )

    def answer(self, options: str) -> dict[str, object]:
        """What the device sends for a challenge."""
        said = {"type": "webauthn.get", "challenge": json.loads(options)["challenge"], "origin": SITE.origins[0]}
        client = json.dumps(said).encode()
        data = sha256(SITE.host.encode()).digest() + bytes([0x05]) + bytes(4)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "id": bytes_to_base64url(b"key"),
            "rawId": bytes_to_base64url(b"key"),
            "type": "public-key",
            "response": {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
            },
        }


def test_a_passkey_answers_for_its_account_session_and_purpose(pending: Scene) -> None:
    """A challenge given to one session is answered in no other, one for coming in proves nothing anew, nor the other way."""
    device, li = Device(pending, "li"), pending.people["li"]
    now, database = pending.clock.machine_now(), pending.court.database
    given = {None: (li, 1), (li, 1): (li, 2), (li, 2): None, (pending.people["judge"], 1): (li, 1)}
    for asked, answered in given.items():
        with database.write() as session:
            options = passkeys.authentication_options(session, SITE, now, asked)
        with pytest.raises(PasskeyRefused), database.write() as session:
            passkeys.authenticate(session, SITE, device.answer(options), now, answered)
    with database.write() as session:
        options = passkeys.authentication_options(session, SITE, now, (li, 1))
    late = now + timedelta(minutes=5, seconds=1)
    with pytest.raises(PasskeyRefused), database.write() as session:
        passkeys.authenticate(session, SITE, device.answer(options), late, (li, 1))
    with database.write() as session:
        assert passkeys.authenticate(session, SITE, device.answer(options), now, (li, 1)).id == li
