"""The form on which a party confirms its addresses: what stands is there, and only messengers of this court are asked about."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.ground.text import LOCALES
from odr.procedure.acts.letter import PaperKind
from odr.service.address import as_confirmed
from odr.service.models import Packet, ServiceAddress
from odr.service.packet.packets import contacts_of
from odr.service.vocabulary import LIVE_ATTEMPT_STATES, AttemptState, Channel
from tests.evidence.test_case_file import signed_in
from tests.scene import Scene, open_court

GIVEN = {"email": "li@parties.example", "phone": "0571 5550 0142", "address": "Lakeside 3, Hangzhou"}


@pytest.mark.parametrize("language", LOCALES)
def test_whoever_changes_one_address_keeps_the_rest_and_what_they_agreed_to(small_scene: Scene, language: str) -> None:
    """The page shows what stands; sent as it is, nothing is taken back: papers go on coming the way that was agreed on."""
    scene = small_scene
    scene.pend()
    scene.do("confirm_address", "li", **GIVEN, scope=["notice", "pleading"], carries_on=True, no_reminders=True)
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        stands = as_confirmed(look, case, scene.actor("li"))
    page = signed_in(scene, "li").get(
        f"/cases/{scene.case().reference}/do/confirm_address", headers={"Accept-Language": language}
    )
    text = page.get_data(as_text=True)
    assert all(f'value="{value}"' in text for value in (GIVEN["email"], GIVEN["phone"])) and GIVEN["address"] in text
    assert text.count(" checked") == 4, "two kinds of papers, later stages, no reminders"
    assert 'name="messenger"' not in text, "this court writes to none"
    scene.do("confirm_address", "li", **{name: value for name, value in stands.items() if value}, key="again")
    with scene.court.database.read() as session:
        (mine,) = (p for p in session.get_one(Case, scene.case_id).parties if p.role is Role.CLAIMANT)
        left = [one for one in contacts_of(session, mine.id).consents if one.withdrawn_at is None]
        assert {kind for one in left for kind in one.scope} == {PaperKind.NOTICE.value, PaperKind.PLEADING.value}
        assert mine.details["no_reminders"] and mine.details["addresses_carry_on"]


def test_what_was_emptied_or_unticked_stays_so_when_the_form_is_opened_again(small_scene: Scene) -> None:
    """A form begun from what stands is not filled anew with it, and can be sent as it is."""
    scene = small_scene
    scene.pend()
    scene.do("confirm_address", "li", **GIVEN, scope=["notice", "pleading"])
    at = f"/cases/{scene.case().reference}/do/confirm_address"
    client, origin = signed_in(scene, "li"), {"headers": {"Origin": "http://localhost"}, "base_url": "http://localhost"}
    token = client.get(at).get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    changed = {
        "csrf_token": token,
        "email": GIVEN["email"],
        "phone": "",
        "address": GIVEN["address"],
        "scope": "notice",
    }
    assert client.post(f"{at}/draft", data=changed, **origin).status_code in (204, 303)
    page = client.get(at).get_data(as_text=True)
    assert GIVEN["phone"] not in page and page.count(" checked") == 1
    was = unescape(page.split('name="was" value="')[1].split('"')[0])
    sent = client.post(at, data={**changed, "was": was}, **origin)
    assert sent.status_code == 303, sent.get_data(as_text=True)[:3000]


def test_what_is_left_empty_is_given_no_more(small_scene: Scene) -> None:
    """A telephone that belongs to somebody else now, a mailbox that is lost: nothing of the case goes there any more, no
    arrival there is service, whatever is agreed to later, and the form does not offer them again (OLR 30, 31).
    """
    scene = small_scene
    scene.pend()
    scene.do("confirm_address", "li", **GIVEN, scope=["notice"])
    with pytest.raises(InvalidInput, match="postal address"):
        scene.do("confirm_address", "li", email=GIVEN["email"])
    scene.do("confirm_address", "li", address=GIVEN["address"])
    scene.do("change_consent", "li", agrees=True)
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        (mine,) = (p for p in case.parties if p.role is Role.CLAIMANT)
        left = {one.channel: one.value for one in contacts_of(session, mine.id).addresses}
        assert left == {Channel.PLATFORM: mine.reference, Channel.POST: GIVEN["address"]}
        again = as_confirmed(look, case, scene.actor("li"))
        assert (again["email"], again["phone"], again["address"]) == ("", "", GIVEN["address"])
    scene.do("file_counterclaim", "haiyun", facts=[{"what": "The shop was right."}], relief=MONEY)
    with scene.court.database.read() as session:
        sent = COUNTERCLAIM.where(Packet.party_id == mine.id)
        channels = {attempt.channel for attempt in session.scalars(sent).one().attempts}
    assert channels == {Channel.PLATFORM, Channel.POST}


def test_what_has_not_gone_out_goes_to_the_new_address(small_scene: Scene) -> None:
    """A letter by post that waits, as three days behind a mail, goes where the party lives now; to a telephone that was
    taken back nothing goes.
    """
    scene = small_scene
    scene.pend()
    scene.do("confirm_address", "li", **GIVEN, scope=["pleading"])
    scene.do("file_counterclaim", "haiyun", facts=[{"what": "The shop was right."}], relief=MONEY)
    moved = {"email": GIVEN["email"], "address": "9 Hill Street, Hangzhou"}
    scene.do("confirm_address", "li", **moved, scope=["pleading"])
    with scene.court.database.read() as session:
        (packet,) = (p for p in session.scalars(COUNTERCLAIM) if p.recipient_name == "Li Wen")
        waits = {one.channel: one.address.value for one in packet.attempts if one.state in LIVE_ATTEMPT_STATES}
        ended = {one.channel for one in packet.attempts if one.state is AttemptState.CANCELLED}
    assert waits[Channel.POST] == moved["address"] and waits[Channel.EMAIL] == moved["email"]
    assert ended == {Channel.SMS}


COUNTERCLAIM = select(Packet).where(Packet.occasion == "file_counterclaim")
MONEY = [{"kind": "money", "amount": "1000", "what": "Pay the price"}]


def test_before_anything_is_confirmed_the_form_holds_what_the_court_knows(small_scene: Scene) -> None:
    """The e-mail address of the account, what the claim says, and what was agreed to on the way."""
    scene = small_scene
    scene.pend()
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        known = as_confirmed(look, case, scene.actor("haiyun"))
        other = as_confirmed(look, case, scene.actor("li"))
        standing = {
            kind
            for party in case.parties
            if party.role is Role.RESPONDENT
            for one in contacts_of(session, party.id).consents
            if one.withdrawn_at is None
            for kind in one.scope
        }
    assert known["email"] and known["email"] != other["email"] and not known["carries_on"]
    assert known["scope"] == sorted(standing), "what was agreed to on joining, and nothing besides"


@pytest.mark.parametrize("written", ["微信：li-wen-88", "wechat:li-wen-88", "WeChat: li-wen-88"])
def test_a_messenger_may_be_called_as_people_call_it(
    sqlite_url: str, clock: FixedClock, tmp_path: Path, written: str
) -> None:
    """Where the court writes to a messenger the form asks for an account there, under the name it goes by in either language."""
    messengers = "wechat http://127.0.0.1:9/send a-key-of-some-length-for-this-test"
    scene = open_court(Database(sqlite_url, synchronous="OFF"), clock, tmp_path / "court", messengers=messengers)
    scene.lodge()
    client = signed_in(scene, "li")
    page = client.get(f"/cases/{scene.case().reference}/do/confirm_address").get_data(as_text=True)
    assert 'name="messenger"' in page
    scene.do("confirm_address", "li", address="1 Lake Road", messenger=written)
    with scene.court.database.read() as session:
        kept = session.scalars(select(ServiceAddress.value).where(ServiceAddress.channel == Channel.MESSENGER)).all()
    assert kept == ["wechat:li-wen-88"]
