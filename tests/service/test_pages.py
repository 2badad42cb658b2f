"""Service as people meet it: inbox, service page, desk, and acts by hand, over HTTP and function by function."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Document, Track
from odr.ground.canonical import sha256_hex
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, CourtError, Forbidden, InvalidInput
from odr.ground.text import write
from odr.identity.sign_in.sessions import open_session
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.time.written_working import text_from_json
from odr.service.models import InboxItem, Packet, ProofOfService, ServiceAttempt, ServiceFact
from odr.service.packet.deemed import Rules
from odr.service.packet.notice_codes import new_code
from odr.service.packet.packets import record_fact
from odr.service.replies.tracking import import_tracking
from odr.service.rules import rules_for, rules_of_pack
from odr.service.sending.compose import compose
from odr.service.vocabulary import Channel, FactKind, PacketState
from odr.web.reader_language import COOKIE as LANGUAGE
from tests.scene import PAPERS, Scene
from tests.service.conftest import HEAD

BASE = "http://court.test"


@pytest.fixture
def served(small_scene: Scene) -> Iterator[Scene]:
    """A case that was accepted, with its first packets sent."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    yield small_scene


def browser(scene: Scene, name: str | None) -> FlaskClient:
    """A browser in which somebody is signed in, second factor and all."""
    client = create_app(court=scene.court).test_client()
    if name:
        with scene.court.database.write() as session:
            token, _ = open_session(
                session,
                scene.account(name),
                scene.clock.machine_now(),
                device="test",
                address="127.0.0.1",
                two_factor=True,
            )
        client.set_cookie("session_token", token, domain="court.test")
    return client


def read(client: FlaskClient, path: str, language: str = "en", status: int = 200) -> str:
    """A page as text."""
    client.set_cookie(LANGUAGE, {"zh-CN": "zh-Hans"}.get(language, language), domain="court.test")
    answer = client.get(path, base_url=BASE)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def send(client: FlaskClient, page: str, path: str, **values: object) -> tuple[int, str]:
    """A form of ours sent as its page would; gives the status and where it leads or what it shows."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', read(client, page))
    assert token
    answer = client.post(path, data={"csrf_token": token[1], **values}, base_url=BASE, headers={"Origin": BASE})
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def packets(database: Database, occasion: str = "claim") -> list[Packet]:
    """Packets on an occasion, the first one first."""
    with database.read() as session:
        return list(session.scalars(select(Packet).where(Packet.occasion == occasion).order_by(Packet.id)))


def outcome(scene: Scene, **values: object) -> dict[str, object]:
    """Input of an outcome by hand for the claim's packet."""
    return {
        "packet": packets(scene.court.database)[0].reference,
        "happened_on": scene.clock.now().date().isoformat(),
        **values,
    }


def proofs(scene: Scene) -> list[ProofOfService]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(ProofOfService).order_by(ProofOfService.id)))


def test_the_claim_goes_along_as_a_sealed_paper(served: Scene) -> None:
    """What is served is the claim as lodged: a sealed PDF with every fact and relief, its digest on the packet and in
    the log.
    """
    (packet,) = packets(served.court.database)
    (paper,) = packet.documents
    with served.court.database.read() as session:
        document = session.scalars(PAPERS.where(Document.reference == paper["reference"])).one()
        assert paper["sha256"] == document.sha256 == sha256_hex(document.content)
        assert document.receipt is not None
        assert served.court.notary.receipt_files(session, document.receipt).leaf is not None
    words = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(document.content)).pages).split())
    for each in ("30bottlesofcapsules", "labelnamesanadditive", "8,000.00", "BH-2025-1106-8842", "LiWen", "起诉"):
        assert each in words, each
    (letter,) = (served.court.settings.data_dir / "print-queue").iterdir()
    assert (letter / "01.pdf").read_bytes() == document.content


def test_nothing_goes_out_before_its_papers_are_made(small_scene: Scene) -> None:
    """A worker that sends before the papers are there sends nothing; the next round sends both."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.court.hooks.sweeps["send"](small_scene.court)
    queue = small_scene.court.settings.data_dir / "print-queue"
    assert not queue.exists()
    small_scene.court.hooks.sweeps["papers"](small_scene.court)
    small_scene.later(minutes=10)
    assert len(list(queue.iterdir())) == 1


def test_a_claim_with_signs_no_face_can_print_still_goes_out(small_scene: Scene) -> None:
    """A pictograph in a claim is written by its number: it never keeps a paper from being served."""
    from tests.scene import claim

    small_scene.lodge(claim(facts=[{"what": "The seller wrote \U0001f9ff\U00013080 and nothing else."}]))
    small_scene.accept()
    small_scene.work()
    assert packets(small_scene.court.database)[0].documents[0]["sha256"]


def test_an_act_of_the_recipient_gives_a_sealed_proof(served: Scene) -> None:
    """Who joins has been served: the proof is sealed, bilingual, kept with the case and anchored under its number."""
    served.join()
    served.work(proofs=True)
    proof = proofs(served)[-1]
    assert proof.document_sha256 is not None
    assert proof.receipt is not None
    with served.court.database.read() as session:
        document = session.scalars(PAPERS.where(Document.sha256 == proof.document_sha256)).one()
        assert served.court.notary.receipt_files(session, proof.receipt).leaf is not None
    assert document.kind == "proof_of_service"
    assert document.entry_number is not None
    words = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(document.content)).pages).split())
    assert proof.number in words
    assert "送达证明" in words
    assert "Proofofservice" in words
    assert served.court.hooks.sweeps["proofs"](served.court) == 0


def test_opening_a_letter_is_reading_it(served: Scene) -> None:
    """A party opens a letter in her inbox: read once, at the first time, and its papers are there; a stranger finds
    nothing.
    """
    reference = served.case().reference
    with served.court.database.read() as session:
        item = session.scalars(select(InboxItem).order_by(InboxItem.id)).first()
    assert item is not None
    li = browser(served, "li")
    page = f"/cases/{reference}/inbox"
    assert "Notice of acceptance" in read(li, page)
    assert "收件箱" in read(li, page, "zh-CN")
    path = f"{page}/{item.reference}"
    assert "papers/" not in read(li, path)
    assert send(li, page, path)[0] == 303
    served.clock.advance(timedelta(hours=1))
    assert send(li, page, path)[0] == 303
    shown = read(li, path)
    paper = re.search(rf"/cases/{reference}/papers/[^\"/]+", shown)
    assert paper
    assert li.get(paper[0], base_url=BASE).data.startswith(b"%PDF")
    with served.court.database.read() as session:
        facts = session.scalars(select(ServiceFact).where(ServiceFact.event_id == f"inbox:{item.reference}:read")).all()
        assert [f.kind for f in facts] == [FactKind.READ]
        assert session.get_one(InboxItem, item.id).read_at == facts[0].at
    assert browser(served, "stranger").get(path, base_url=BASE).status_code == 404


def test_a_party_sees_its_own_packets_and_the_clerk_all(served: Scene) -> None:
    """On the service page a party sees what goes to her with reasons; the clerk sees every packet; both in both
    languages.
    """
    path = f"/cases/{served.case().reference}/service"
    li, clerk = browser(served, "li"), browser(served, "clerk")
    code = packets(served.court.database)[0].code
    assert code not in read(li, path)
    assert "Notice of acceptance" in read(li, path)
    everything = read(clerk, path)
    assert code in everything
    assert "Record what became of a service" in everything
    assert "送达" in read(clerk, path, "zh-CN")


def test_the_clerk_records_a_signature_by_hand(served: Scene) -> None:
    """A mail officer's signature serves a company on that day, by the form; the answer window runs from it."""
    reference = served.case().reference
    served.clock.advance(timedelta(days=3))
    clerk = browser(served, "clerk")
    form = f"/cases/{reference}/service/outcome"
    status, shown = send(clerk, form, form, **outcome(served, way="direct", what="signed"))
    assert (status, "Say who signed." in shown) == (422, True)
    status, where = send(
        clerk,
        form,
        form,
        **outcome(served, way="direct", what="signed", signer="mail_officer", hour="8:15", witness=""),
    )
    assert status == 303, where
    packet = packets(served.court.database)[0]
    assert packet.state is PacketState.SERVED
    assert packet.effective_at == served.clock.now().astimezone(served.court.settings.tz).replace(
        hour=8, minute=15, second=0
    )
    with served.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.kind == "answer")).one()
        assert window.opened_at == packet.effective_at


def test_leaving_needs_a_refusal_and_photographs(served: Scene) -> None:
    """Left at the residence counts after a refusal and with photographs, which are kept and anchored; claimed
    photographs must be there.
    """
    reference = served.case().reference
    form = f"/cases/{reference}/service/outcome"
    served.clock.advance(timedelta(days=1))
    clerk = browser(served, "clerk")
    assert send(clerk, form, form, **outcome(served, way="direct", what="refused", hour="07:00"))[0] == 303
    left = outcome(served, way="residence", what="left", hour="07:30", shown_by="recording")
    status, shown = send(clerk, form, form, **left)
    assert (status, "Add the photographs" in shown) == (422, True)
    status, shown = send(clerk, form, form, **left, photographs=(io.BytesIO(b"<html>"), "door.jpg"))
    assert (status, "not a photograph" in shown) == (422, True)
    picture = b"\xff\xd8\xff\xe0" + bytes(200)
    status, where = send(clerk, form, form, **left, photographs=(io.BytesIO(picture), "door.jpg"))
    assert status == 303, where
    assert packets(served.court.database)[0].state is PacketState.SERVED
    with served.court.database.read() as session:
        kept = session.scalars(select(Document).where(Document.kind == "service_photograph")).one()
    assert (kept.sha256, kept.receipt is not None) == (sha256_hex(picture), True)


def test_outcomes_that_cannot_be_are_refused(served: Scene) -> None:
    """A wrong role, a future day, a wrong pair and an announcement without its record change nothing."""
    with pytest.raises(Forbidden):
        served.do("record_outcome", "judge", **outcome(served, way="direct", what="nobody_there"))
    for wrong in (
        {"way": "post", "what": "left"},
        {"way": "residence", "what": "left"},
        {"way": "direct", "what": "nobody_there", "happened_on": "2027-1-1"},
    ):
        with pytest.raises((InvalidInput, ValueError)):
            served.do("record_outcome", "clerk", **{**outcome(served), **wrong})
    with pytest.raises(ActNotOpen):
        served.do("record_outcome", "clerk", **outcome(served, way="announcement", what="announced"))
    assert packets(served.court.database)[0].state is PacketState.OUT


@pytest.mark.parametrize("who", ["li", "clerk"])
def test_no_name_out_of_the_program_stands_where_a_paper_went(served: Scene, who: str) -> None:
    """An inbox on the platform has no address to write down, and what a way of the court's own is called is no carrier's word."""
    page = read(browser(served, who), f"/cases/{served.case().reference}/service")
    where = re.findall(r'<p class="court-post__meta">(.*?)</p>', page)
    assert "inbox on the court" in page and not any(
        word in line for word in ("inbox", "folder", "queue") for line in where
    ), where
    assert not any(re.search(r"\b[a-z2-7]{26}\b", line) for line in where), where


def test_announcement_is_the_last_resort(small_scene: Scene) -> None:
    """Announcement is closed to small claims and before post failed; then the record, the posting and thirty days make
    service. The clerk is told what it says of taking part (OLR 23).
    """
    scene = small_scene
    scene.lodge()
    scene.accept("ordinary")
    scene.later(hours=1)
    order = {
        "packet": packets(scene.court.database)[0].reference,
        "causes": "Post came back, nobody knows where they are.",
        "place": "Notice board",
    }
    with pytest.raises(ActNotOpen):
        scene.do("order_announcement", "clerk", **order)
    scene.do("record_outcome", "clerk", **outcome(scene, way="post", what="returned", hour="09:30"))
    scene.do("order_announcement", "clerk", **order)
    with scene.court.database.read() as session:
        task = session.scalars(select(Task).where(Task.kind == "announce")).one()
        # Who is called by announcement takes part in the courtroom unless they agree to the other way in time (OLR 23).
        assert task.subject == order["packet"] and "online if they agree" in str(task.title)
    scene.do("record_outcome", "clerk", **outcome(scene, way="announcement", what="announced", hour="10:00"))
    scene.later(days=29)
    assert packets(scene.court.database)[0].state is PacketState.OUT
    scene.later(days=3)
    assert packets(scene.court.database)[0].state is PacketState.SERVED
    assert proofs(scene)[-1].channel is Channel.ANNOUNCEMENT


def test_the_pack_gives_the_rules(served: Scene) -> None:
    """Announcement by track, its days and the court's calendar come out of the pack of the case."""
    case = served.case()
    pack = served.court.packs.get(case.pack_id, case.pack_version)
    small, ordinary = rules_of_pack(pack, Track.SMALL), rules_of_pack(pack, Track.ORDINARY)
    assert (small.announcement_allowed, ordinary.announcement_allowed) == (False, True)
    assert (ordinary.announcement_days, ordinary.announcement_days_abroad) == (30, 60)
    saturday = served.clock.now().date() + timedelta(days=5)
    assert ordinary.last_day(saturday) == saturday + timedelta(days=2)
    with served.court.database.read() as session:
        give = rules_for(served.court)
        assert give(session, packets(served.court.database)[0]).announcement_allowed is False
        assert give(session, Packet(case_id=0)) == Rules()


def test_a_rebuttal_goes_to_the_judge_and_ends_what_ran(served: Scene) -> None:
    """A party contests a service; until the judge finds that it did not arrive it stands; then its time limits end and
    it must be served again.
    """
    served.do(
        "record_outcome", "clerk", **outcome(served, way="direct", what="signed", signer="mail_officer", hour="08:30")
    )
    served.join()
    served.work()
    packet = packets(served.court.database)[0]
    rebut = {"packet": packet.reference, "says": "not_received", "grounds": "Nobody of that name works for us."}
    served.do("rebut_service", "haiyun", **rebut)
    assert packets(served.court.database)[0].state is PacketState.SERVED
    with pytest.raises(Forbidden):
        served.do(
            "decide_rebuttal",
            "clerk",
            packet=packet.reference,
            finding="not_received",
            reasons="Shown by the staff list.",
        )
    served.do(
        "decide_rebuttal", "judge", packet=packet.reference, finding="not_received", reasons="Shown by the staff list."
    )
    assert packets(served.court.database)[0].state is PacketState.NOT_SERVED
    with served.court.database.read() as session:
        assert {w.state for w in session.scalars(select(Window).where(Window.kind == "answer"))} == {WindowState.ENDED}
    with pytest.raises(ActNotOpen):
        served.do(
            "decide_rebuttal",
            "judge",
            packet=packet.reference,
            finding="stands",
            reasons="Decided twice, which is closed.",
        )


def test_a_party_cannot_contest_what_went_to_the_other(served: Scene) -> None:
    """A packet of the other side is no packet of mine: the reference is refused as if it were not there."""
    served.join()
    served.work()
    served.clock.advance(timedelta(hours=1))
    with pytest.raises(CourtError):
        served.do(
            "rebut_service",
            "li",
            packet=packets(served.court.database)[0].reference,
            says="not_received",
            grounds="It is not even mine.",
        )


def test_a_confirmed_address_is_the_partys_own(served: Scene) -> None:
    """The confirmation form makes the address given, for the kinds ticked only, and says that it carries on."""
    served.join()
    served.do("confirm_address", "haiyun", email="haiyun@court.example", scope=["notice"], carries_on=True)
    with pytest.raises(ValueError):
        served.do("confirm_address", "haiyun", scope=["notice"])
    page = read(browser(served, "haiyun"), f"/cases/{served.case().reference}/service")
    assert "haiyun@court.example" in page
    assert "verified" in page
    assert next(p for p in served.case().parties if p.label == "respondent/1").details["addresses_carry_on"] is True


def test_a_paper_sent_again_can_be_taken_back(served: Scene) -> None:
    """A repeated sending rests ten minutes: within them the desk takes it back and nothing goes out, after them it is
    too late.
    """
    old = packets(served.court.database)[0].reference
    served.do("serve_again", "clerk", packet=old, address="9 Harbour Road", source="company register")
    held = packets(served.court.database)[-1]
    assert held.state is PacketState.HELD
    desk = browser(served, "clerk")
    assert held.reference in read(desk, "/service-desk")
    path = f"/cases/{served.case().reference}/do/undo_sending"
    assert send(desk, "/service-desk", path, packet=held.reference)[0] == 303
    served.later(minutes=30)
    assert packets(served.court.database)[-1].state is PacketState.UNDONE
    served.do("serve_again", "clerk", packet=old)
    served.later(minutes=30)
    with pytest.raises(ActNotOpen):
        served.do("undo_sending", "clerk", packet=packets(served.court.database)[-1].reference)


def test_a_tracking_list_is_taken_once(served: Scene) -> None:
    """The post's list serves by its signature line, names wrong lines, and changes nothing when sent again."""
    with served.court.database.read() as session:
        attempt = session.scalars(
            select(ServiceAttempt).where(ServiceAttempt.channel == Channel.POST).order_by(ServiceAttempt.id)
        ).first()
        assert attempt is not None
        reference = f"{session.get_one(Packet, attempt.packet_id).reference}-{attempt.id}"
    served.clock.advance(timedelta(days=2))
    at = (served.clock.now() - timedelta(hours=1)).isoformat()
    rows = f"reference,event,at,signer,words\n{reference},signed,{at},mail_officer,stamp\nnobody-7,returned,{at},,\n{reference},flew,{at},,\n"
    clerk = browser(served, "clerk")
    status, page = send(clerk, "/service-desk", "/service-desk/tracking", list=(io.BytesIO(rows.encode()), "list.csv"))
    assert status == 200
    assert "1 line taken, 0 known already" in page
    assert "nobody-7" in page
    assert "flew" in page
    assert packets(served.court.database)[0].state is PacketState.SERVED
    again = import_tracking(served.court, rows.encode(), served.people["clerk"])
    assert (again.taken, again.known, len(again.faults)) == (0, 1, 2)


def test_the_desk_shows_what_failed_and_a_difference_in_red(served: Scene) -> None:
    """A bounce stands on the clerk's desk with its reason; a packet nobody sends stands in the ledger in red; others
    find no desk.
    """
    database, now = served.court.database, served.clock.now()
    with database.write() as session:
        packet = session.scalars(select(Packet).where(Packet.occasion == "claim")).one()
        attempt = session.scalars(
            select(ServiceAttempt).where(ServiceAttempt.packet_id == packet.id, ServiceAttempt.channel == Channel.EMAIL)
        ).one()
        record_fact(
            session,
            packet_id=packet.id,
            attempt_id=attempt.id,
            kind=FactKind.BOUNCED,
            at=now,
            recorded_at=now,
            event_id="b1",
            words="550 no such mailbox",
        )
    clerk = browser(served, "clerk")
    page = read(clerk, "/service-desk")
    assert "550 no such mailbox" in page
    assert "court-status--bad" not in page.partition('id="ledger"')[2]
    assert "送达台账" in read(clerk, "/service-desk", "zh-CN")
    served.clock.advance(timedelta(days=40))
    with database.write() as session:
        for one in session.scalars(select(Packet)):
            one.state = PacketState.OUT
        for attempt in session.scalars(select(ServiceAttempt)):
            attempt.state, attempt.next_try_at = attempt.state.SENT, None
        from odr.service.models import ServiceTask

        for task in session.scalars(select(ServiceTask)):
            task.closed_at = now
    page = read(browser(served, "clerk"), "/service-desk")
    assert "court-status--bad" in page.partition('id="ledger"')[2]
    assert "Overdue" in page
    assert browser(served, "li").get("/service-desk", base_url=BASE).status_code == 404


def test_the_page_on_scams_is_for_everybody(small_scene: Scene) -> None:
    """Anybody reads how to tell our notices from others; the telephone script is for the clerk only."""
    anybody = browser(small_scene, None)
    assert small_scene.court.settings.mail_from in read(anybody, "/scams")
    assert "绝不会" in read(anybody, "/scams", "zh-CN")
    assert "Never" in read(browser(small_scene, "clerk"), "/service-desk/telephone")
    assert browser(small_scene, "li").get("/service-desk/telephone", base_url=BASE).status_code == 404


def test_a_concluded_failure_is_looked_at_once(served: Scene) -> None:
    """Packets that were not served do not fill every round of the worker: their task is opened once and the round goes
    on.
    """
    served.later(days=40)
    assert packets(served.court.database)[0].state is PacketState.NOT_SERVED
    with served.court.database.read() as session:
        (task,) = session.scalars(select(Task).where(Task.kind == "not_served")).all()
        title = packets(served.court.database)[0].title
    assert all(text_from_json(title).render(locale) in task.title[locale] for locale in ("en", "zh-Hans")), (
        "which letter it was"
    )
    assert served.court.hooks.sweeps["service_docket"](served.court) == 0


def test_the_first_letter_and_its_page_say_by_when(served: Scene) -> None:
    """Before service took effect: how the last day is reckoned and from which rule; afterwards the day itself; in both
    languages.
    """
    with served.court.database.read() as session:
        first = next(p for p in session.scalars(select(Packet).where(Packet.occasion == "claim")))
        attempt = first.attempts[0]
        letter = compose(attempt, HEAD, at=served.clock.now(), zone=served.court.settings.tz).dispatch
    said = "You have 15 days to answer, counted from the day after the claim is served on you; if the last day is a day off"
    assert said in letter.text and said in letter.html
    assert "答辩期为15日，自起诉状副本送达您之日的次日起计算" in letter.text.replace("15\xa0", "15").replace(
        "15 ", "15"
    )
    assert "第二百七十五条）" in letter.text
    visitor = browser(served, None)
    page = f"/join?code={first.code}"
    assert said in read(visitor, page) and "By when" in read(visitor, page)
    assert "答辩期限" in read(visitor, page, "zh-CN")
    served.join()
    served.work()
    with served.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.kind == "answer")).one()
    last = write(window.due_at, "en")
    assert f"Answer by {last} at the latest." in read(visitor, page)
    assert said not in read(visitor, page)
    served.later(days=40)
    assert "The time to answer in writing has ended" in read(visitor, page)


def test_codes_are_not_guessed(served: Scene) -> None:
    """Whoever tries codes that are none, at the check, the invitation or the passing on, learns nothing and soon waits,
    and a right one waits with her.
    """
    stranger, pages = browser(served, None), ("/check?code={}", "/join?code={}", "/letters/{}/pass-on")
    found = [stranger.get(pages[n % 3].format(new_code()), base_url=BASE).status_code for n in range(30)]
    assert found[:18] == [200, 404, 303] * 6 and set(found[18:]) == {429}
    right = packets(served.court.database)[0].code
    assert stranger.get(f"/join?code={right}", base_url=BASE).status_code == 429
    served.clock.advance(timedelta(minutes=16))
    assert stranger.get(f"/join?code={right}", base_url=BASE).status_code == 200
