"""What the registry finds out and hears, the letter passed on, and many outcomes at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Stage
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.service.models import Packet, ServiceAddress, ServiceAttempt, ServiceConsent, ServiceFact
from odr.service.packet.packets import contacts_of, record_fact
from odr.service.registry.acts import ask_again
from odr.service.registry.figures import figures, harmless
from odr.service.registry.outcome_batch import record_batch
from odr.service.sending.ports import message_folder
from odr.service.vocabulary import AddressClass, Channel, ConsentWay, FactKind, PacketState
from tests.scene import Scene
from tests.service.test_pages import BASE, browser, packets, read, send, served

__all__ = ["served"]


def respondent(scene: Scene) -> str:
    return next(p.reference for p in scene.case().parties if p.label == "respondent/1")


def addresses(scene: Scene, channel: Channel) -> list[ServiceAddress]:
    with scene.court.database.read() as session:
        return list(
            session.scalars(select(ServiceAddress).where(ServiceAddress.channel == channel).order_by(ServiceAddress.id))
        )


def test_a_search_is_on_record_and_what_is_out_goes_there_too(served: Scene) -> None:
    """A search that found nothing stands too; a found address is attributed, never given, and the letter that is out
    also goes there.
    """
    served.do(
        "record_search", "clerk", party=respondent(served), place="register", where="Company register of Hangzhou"
    )
    with pytest.raises((InvalidInput, ValueError)):
        served.do(
            "record_search",
            "clerk",
            party=respondent(served),
            place="platform",
            where="Baihua",
            email="new@haiyun.example",
        )
    served.do(
        "record_search",
        "clerk",
        party=respondent(served),
        place="platform",
        where="Baihua",
        email="new@haiyun.example",
        words="Named in the shop licence.",
        active_on="2026-02-20",
    )
    (found,) = [a for a in addresses(served, Channel.EMAIL) if a.value == "new@haiyun.example"]
    assert (found.standing, found.source) == (AddressClass.ATTRIBUTED, "platform: Baihua")
    served.work()
    with served.court.database.read() as session:
        (attempt,) = session.scalars(select(ServiceAttempt).where(ServiceAttempt.address_id == found.id))
        assert attempt.packet_id == packets(served.court.database)[0].id
    assert packets(served.court.database)[0].state is PacketState.OUT
    page = read(browser(served, "clerk"), f"/cases/{served.case().reference}/service")
    assert "nothing found" in page
    assert "1 address found" in page
    assert "查到1个" in read(browser(served, "clerk"), f"/cases/{served.case().reference}/service", "zh-CN")


def test_four_ways_of_consent_each_with_what_shows_it(served: Scene) -> None:
    """By conduct only after an electronic service was taken without objecting; an earlier agreement names its address
    and covers only its papers.
    """
    party, shown = respondent(served), "Clause 9 of the terms of 2025-05-01."
    with pytest.raises(InvalidInput):
        served.do("record_consent_found", "clerk", party=party, way="by_conduct", scope=["notice"], shown_by=shown)
    with pytest.raises(InvalidInput):
        served.do("record_consent_found", "clerk", party=party, way="agreed_earlier", scope=["notice"], shown_by=shown)
    served.do(
        "record_consent_found",
        "clerk",
        party=party,
        way="agreed_earlier",
        scope=["notice"],
        shown_by=shown,
        email="agreed@haiyun.example",
    )
    with served.court.database.write() as session:
        packet = session.scalars(select(Packet).where(Packet.occasion == "claim")).one()
        attempt = session.scalars(
            select(ServiceAttempt).where(ServiceAttempt.packet_id == packet.id, ServiceAttempt.channel == Channel.EMAIL)
        ).first()
        assert attempt is not None
        now = served.clock.now()
        record_fact(
            session,
            packet_id=packet.id,
            attempt_id=attempt.id,
            kind=FactKind.READ,
            at=now,
            recorded_at=now,
            event_id="r1",
        )
    served.do(
        "record_consent_found",
        "clerk",
        party=party,
        way="by_conduct",
        scope=["notice", "pleading"],
        shown_by="Read the claim on 2 March, did not object.",
    )
    with served.court.database.read() as session:
        told = [
            (c.way, c.scope, c.proof)
            for c in session.scalars(select(ServiceConsent).order_by(ServiceConsent.id))
            if c.proof
        ]
    assert told[0] == (ConsentWay.AGREED_EARLIER, ["notice"], shown)
    assert told[1][0] is ConsentWay.BY_CONDUCT
    assert (
        next(a for a in addresses(served, Channel.EMAIL) if a.value == "agreed@haiyun.example").standing
        is AddressClass.GIVEN
    )
    assert [p.occasion for p in packets(served.court.database, "consent")] == ["consent", "consent"]
    page = read(browser(served, "clerk"), f"/cases/{served.case().reference}/service")
    assert "did not object" in page
    served.join()
    served.do("change_consent", "haiyun", agrees=False)
    with served.court.database.read() as session:
        party_id = packets(served.court.database)[0].party_id
        assert all(
            c.withdrawn_at for c in session.scalars(select(ServiceConsent).where(ServiceConsent.party_id == party_id))
        )


def test_what_a_party_says_themselves_goes_before_what_was_agreed_earlier(served: Scene) -> None:
    """A clause of the contract replaces no address they confirmed in the case, and brings back no consent they took back, nor
    does that they read a letter here; what they tell the clerk does (OLR 29, 30).
    """
    served.join()
    party = respondent(served)
    found = {"party": party, "scope": ["pleading"], "shown_by": "Clause 12 of the terms of 3 May 2025."}
    clause = {**found, "way": "agreed_earlier", "email": "old@haiyun.example"}
    served.do("confirm_address", "haiyun", email="new@haiyun.example", scope=["notice"])
    with pytest.raises(InvalidInput, match="said themselves"):
        served.do("record_consent_found", "clerk", **clause)
    assert [a.value for a in addresses(served, Channel.EMAIL) if a.ended_at is None and a.given_at][-1:] == [
        "new@haiyun.example"
    ]
    served.do("change_consent", "haiyun", agrees=False)
    for way in (clause, {**found, "way": "by_conduct"}):
        with pytest.raises(InvalidInput):
            served.do("record_consent_found", "clerk", **way)
    served.do("record_consent_found", "clerk", **{**found, "way": "express"})


def test_addresses_that_do_not_carry_on_are_asked_for_again(served: Scene) -> None:
    """Who did not let the addresses carry on is asked once in enforcement and agreed to nothing until then; who did is
    not asked (CPI 137).
    """
    served.join()
    served.do("confirm_address", "haiyun", email="h@haiyun.example", scope=["notice"])
    served.do("confirm_address", "li", email="li@parties.example", scope=["notice"], carries_on=True)
    with served.court.sit() as sitting:
        case = sitting.session.merge(served.case())
        case.stage = Stage.ENFORCEMENT
        entry = sitting.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number.desc())
        ).first()
        assert entry is not None
        ask_again(sitting, case, entry)
        ask_again(sitting, case, entry)
    asked = packets(served.court.database, "address")
    assert [p.recipient_name for p in asked] == ["Haiyun Information Technology Co., Ltd."]


def test_who_confirms_in_a_later_stage_is_not_asked_in_the_same_breath(served: Scene) -> None:
    """What a party agreed to in enforcement holds there, whether or not it carries on; the letter that asks for addresses
    brings nothing of the entry after which it goes, which may be for others only (CPI 137).
    """
    served.join()
    with served.court.database.write() as session:
        session.get_one(Case, served.case_id).stage = Stage.ENFORCEMENT
    served.do("confirm_address", "haiyun", email="h@haiyun.example", scope=["notice"])
    assert packets(served.court.database, "address") == []
    with served.court.database.write() as session:
        session.get_one(Case, served.case_id).stage = Stage.APPEALED
        (mine,) = (p for p in session.get_one(Case, served.case_id).parties if p.label == "respondent/1")
        left = [one for one in contacts_of(session, mine.id).consents if one.withdrawn_at is None]
        assert [one.scope for one in left] == [["notice"]]
    served.do("record_search", "clerk", party=mine.reference, place="register", where="Register of companies")
    (asked,) = packets(served.court.database, "address")
    assert asked.documents == []


def test_a_call_of_yesterday_takes_back_nothing_agreed_to_today(served: Scene) -> None:
    """Who declined by telephone and agreed afterwards has agreed, whenever the call is entered (OLR 29, 30)."""
    served.clock.advance(timedelta(hours=30))
    day = served.clock.now().date() - timedelta(days=1)
    agreed = {"way": "express", "scope": ["notice"], "shown_by": "Called back today and agreed to notices."}
    served.do("record_consent_found", "clerk", party=respondent(served), **agreed)
    reference = packets(served.court.database)[0].reference
    call = {"packet": reference, "happened_on": day.isoformat(), "hour": "16:00", "what": "declined"}
    served.do("record_call", "clerk", **call)
    with served.court.database.read() as session:
        (mine,) = (p for p in session.get_one(Case, served.case_id).parties if p.label == "respondent/1")
        assert [one for one in contacts_of(session, mine.id).consents if one.withdrawn_at is None]


def test_a_call_is_no_service_and_who_declines_gets_paper(served: Scene) -> None:
    """A call is on record and serves nobody; declining electronic service ends every consent."""
    served.clock.advance(timedelta(hours=3))
    reference = packets(served.court.database)[0].reference
    call = {"packet": reference, "happened_on": "2026-03-02", "hour": "11:00"}
    served.do("record_call", "clerk", what="spoke", words="Has the letter.", **call)
    assert packets(served.court.database)[0].state is PacketState.OUT
    with pytest.raises(InvalidInput):
        served.do("record_call", "clerk", what="spoke", packet=reference, happened_on="2026-03-09")
    served.do("record_call", "clerk", what="declined", **call)
    with served.court.database.read() as session:
        facts = session.scalars(
            select(ServiceFact.kind)
            .where(ServiceFact.kind.in_([FactKind.CALLED, FactKind.OBJECTED]))
            .order_by(ServiceFact.id)
        ).all()
    assert list(facts) == [FactKind.CALLED, FactKind.OBJECTED]


def test_who_gets_the_letter_passes_it_on_without_seeing_the_case(served: Scene) -> None:
    """An employee names the person responsible: she gets a letter with a code of her own; nothing of the case is shown,
    and three times is enough.
    """
    anybody, code = browser(served, None), served.code()
    path = f"/letters/{code}/pass-on"
    page = read(anybody, path)
    assert "Haiyun" in page
    for hidden in ("Li Wen", "capsules", "8,000"):
        assert hidden not in page
    assert "转交" in read(anybody, path, "zh-CN")
    assert send(anybody, path, path, name="Wang", email="not an address")[0] == 422
    evil = "Wang\r\nBcc: x@example.com"
    given_values = {"name": evil, "position": "Legal", "email": "wang@haiyun.example"}
    status, where = send(anybody, path, path, **given_values)
    assert status == 303, where
    assert "Passed on" in read(anybody, f"{path}?done=1")
    first, second = packets(served.court.database)
    assert first.code != second.code
    assert second.first_contact
    assert first.state is not PacketState.SERVED
    served.work()
    letters = [m for m in message_folder(served.court.settings).messages() if m.address == "wang@haiyun.example"]
    assert len(letters) == 1
    assert second.code in letters[0].text
    assert "Li Wen" not in letters[0].text
    for number in (2, 3):
        assert send(anybody, path, path, name="Wang", email=f"w{number}@haiyun.example")[0] == 303
    assert "as often as it may" in read(anybody, path)
    assert anybody.get("/letters/K7M2-9XQD-4V3TH/pass-on", base_url=BASE).status_code == 303


def test_many_outcomes_at_once_and_nothing_is_lost(served: Scene) -> None:
    """Right lines are recorded, each once however often the batch comes; wrong ones stand in the form again with what
    is wrong.
    """
    served.clock.advance(timedelta(days=2))
    reference = packets(served.court.database)[0].reference
    lines = [
        "packet,way,what,day,hour,signer,words",
        f"{reference},call,no_answer,2026-03-03,10:00",
        f"{reference},post,flew,2026-03-03",
        "nobody,post,returned,2026-03-03",
        f'{reference},"post',
        f'{reference},post,signed,2026-03-03,09:00,mail_officer,"Stamp, in red"',
    ]
    clerk = browser(served, "clerk")
    path = "/service-desk/outcomes"
    status, page = send(clerk, path, path, lines="\n".join(lines), key="batch-one-0123456789")
    assert status == 422
    assert "2 lines taken, 0 known already" in page
    assert "3 lines were not taken" in page
    assert "flew" in page
    assert "no_answer" not in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert packets(served.court.database)[0].state is PacketState.SERVED
    again = record_batch(served.court, "\n".join(lines[:2]), served.people["clerk"], None, "batch-one-0123456789")
    assert (again.taken, again.repeated, again.wrong) == (0, 1, ())
    assert (
        record_batch(served.court, lines[1], served.people["li"], None, "k").wrong[0].message.msgid
        == "You have no paper with this reference."
    )


@settings(max_examples=25)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30), max_size=6))
def test_a_cell_is_never_a_formula(words: list[str]) -> None:
    """Whatever a party is called, no cell of the register begins as a formula, and nothing of it is lost."""
    for word in words:
        assert harmless(word)[:1] not in tuple("=+-@\t\r")
        assert harmless(word).endswith(word)


def test_figures_and_the_register_by_channel(served: Scene) -> None:
    """Sent, proven, hours to service and failures by channel; the register has a line for each packet of the clerk's
    own cases only.
    """
    served.clock.advance(timedelta(hours=5))
    reference = packets(served.court.database)[0].reference
    served.do(
        "record_outcome",
        "clerk",
        packet=reference,
        way="direct",
        what="signed",
        happened_on="2026-03-02",
        hour="13:00",
        signer="mail_officer",
    )
    with served.court.database.read() as session:
        rows = {
            r.channel: r
            for r in figures(session, since=served.clock.now() - timedelta(days=1), until=served.clock.now())
        }
    assert (rows[Channel.DIRECT].proven, rows[Channel.DIRECT].hours) == (1, 4.0)
    assert rows[Channel.EMAIL].sent >= 1
    clerk = browser(served, "clerk")
    assert "handed over in person" in read(clerk, "/service-desk/figures")
    assert "送达质量" in read(clerk, "/service-desk/figures", "zh-CN")
    table = clerk.get("/service-desk/register.csv", base_url=BASE).get_data(as_text=True)
    assert reference in table
    with served.court.database.read() as session:
        assert table.count("\r\n") == 1 + len(session.scalars(select(Packet)).all())
    with pytest.raises((ActNotOpen, CourtError)):
        served.do("record_call", "clerk", what="spoke", packet="nobody", happened_on="2026-03-02")
