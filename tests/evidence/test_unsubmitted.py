"""Files that somebody sent and never submitted: nothing is erased before its sender was told, had time, and a person
decided.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.evidence.intake import unsubmitted_uploads
from odr.evidence.intake.upload_errors import UploadGone
from odr.evidence.models import Blob, Upload, UploadState
from odr.evidence.retention import decisions, rules as retention_rules
from odr.evidence.retention.models import NoticeState, UploadDecision, UploadNotice
from odr.evidence.store.integrity_check import check
from odr.evidence.store.ports import desk_of
from odr.filing.draft import drafts
from odr.filing.draft.sharing import share
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.identity.models import Account, AccountState
from odr.notary.models import Receipt
from odr.procedure.audit.docket_audit import audit
from odr.procedure.rules.base import Unit
from odr.procedure.rules.registry import PackRegistry
from odr.service.channels.email import Mailer
from odr.service.sending.ports import AccountMail
from tests.filing.test_browser import Site, look, site  # noqa: F401 - a fixture
from tests.filing.visitor import Visitor
from tests.peers.smtp import Mood, SmtpPeer
from tests.scene import Scene
from tests.service.conftest import mail_settings

VisitorOf = Callable[[str | None], Visitor]


@pytest.fixture
def visitor(small_scene: Scene) -> VisitorOf:
    """Somebody at a browser, signed in just now."""
    app: Flask = create_app(court=small_scene.court)
    return lambda name: Visitor(app, small_scene, name)


def by_smtp(scene: Scene, peer: SmtpPeer) -> None:
    """Letters of this court go to the server on loopback."""
    scene.court.ports.mail = AccountMail(Mailer(mail_settings(peer.port)), scene.court.clock)


def sent(scene: Scene, who: str = "li", content: bytes = b"order 8842, never used", name: str = "order.txt") -> str:
    return scene.upload(who, content, name).reference


def notices(scene: Scene) -> list[UploadNotice]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(UploadNotice).order_by(UploadNotice.id)))


def upload(scene: Scene, reference: str) -> Upload:
    with scene.court.database.read() as session:
        found = session.scalars(select(Upload).where(Upload.reference == reference)).one()
        assert found.blob is not None
        return found


def decide(
    scene: Scene, *references: str, erased: bool = True, reasons: str = "The time is over and the sender was told."
) -> UploadDecision:
    with scene.court.sit() as sitting:
        return decisions.decide(sitting, scene.people["clerk"], "Clerk", references, erased=erased, reasons=reasons)


def due(scene: Scene, *references: str) -> list[UploadNotice]:
    """Their time has run, the letter was accepted, and the time of the notice has passed."""
    scene.later(days=92)
    scene.later(days=31)
    found = [one for one in notices(scene) if one.upload.reference in references]
    assert [one.state for one in found] == [NoticeState.TOLD] * len(references)
    return found


def test_the_sender_is_told_and_has_time_before_a_person_decides(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """On both databases: nothing on day 90; then a letter that names file, day and page; thirty days nobody can erase
    it; then it goes, and only it.
    """
    by_smtp(scene, smtp_peer)
    mine, neighbour = sent(scene), sent(scene, "haiyun", b"a long log\n" * 20_000, "log.txt")
    scene.later(days=89)
    assert notices(scene) == [] and smtp_peer.messages == []
    scene.later(days=2)
    first, second = notices(scene)
    assert (first.upload.reference, second.upload.reference) == (mine, neighbour) and first.state is NoticeState.TOLD
    letter = next(m for m in smtp_peer.messages if m.recipients == ("li@court.example",))
    body = letter.message.get_body(("plain",))
    assert body is not None and first.until_on is not None
    words = body.get_content()
    assert (
        "order.txt" in words
        and "sign in and choose “Files you have sent”" in words
        and str(first.until_on.day) in words
        and "log.txt" not in words
        and "://" not in words
    )
    assert first.until_on == scene.clock.now().astimezone(scene.court.settings.tz).date() + timedelta(days=30)
    with pytest.raises(ActNotOpen, match="can keep it until"):
        decide(scene, first.reference)
    scene.later(days=31)
    assert len(smtp_peer.messages) == 2 and upload(scene, mine).state is UploadState.ANCHORED, (
        "the clock alone erases nothing"
    )
    made = decide(scene, first.reference)
    with scene.court.database.read() as session:
        gone = session.get_one(Receipt, upload(scene, mine).receipt)
        assert (gone.body, gone.entry_id) == (None, None) and gone.erased_at is not None
        assert session.scalar(select(Blob.content).where(Blob.id == upload(scene, mine).blob_id)) is None
        assert (
            scene.court.notary.audit(session)
            == audit(scene.court, session)
            == check(scene.court.ports.store, session)
            == []
        )
    scene.court.notary.sequence()
    with scene.court.database.read() as session:
        assert scene.court.notary.receipt_files(session, upload(scene, neighbour).receipt or "").proof is not None, (
            "neighbours stay proven"
        )
        on_record = scene.court.notary.receipt_files(session, made.receipt)
        assert on_record.proof is not None and sha256_hex(made.record.encode()) in on_record.json.decode()
    act = json.loads(made.record)
    assert (
        act["files"][0]["sha256"] == upload(scene, mine).sha256
        and act["files"][0]["told_at"]
        and act["reasons"] == made.reasons
    )
    assert upload(scene, mine).state is UploadState.ERASED and upload(scene, neighbour).state is UploadState.ANCHORED
    with pytest.raises(UploadGone):
        desk_of(scene.court).resumable(scene.people["li"], mine)
    with pytest.raises(InvalidInput):
        decide(scene, first.reference)


def test_erased_are_the_bytes_in_the_store_and_in_the_file_of_the_database(small_scene: Scene) -> None:
    """What was erased is readable nowhere any more: not under its key, not in a free page, not in the journal."""
    small, large = sent(small_scene), sent(small_scene, content=b"a long log\n" * 20_000, name="log.txt")
    blob = upload(small_scene, large).blob
    assert blob is not None and blob.key is not None
    decide(small_scene, *(one.reference for one in due(small_scene, small, large)))
    assert blob.key not in set(small_scene.court.ports.store.names())
    database = small_scene.court.database.path
    assert database is not None and all(
        b"order 8842, never" not in part.read_bytes() for part in database.parent.glob(database.name + "*")
    )


def test_erasing_waits_for_nobody_who_reads(small_scene: Scene) -> None:
    """While a page still reads what was before, the decision is done at once; once nobody reads, the worker empties the
    journal.
    """
    found = due(small_scene, sent(small_scene))
    database = small_scene.court.database
    assert database.path is not None
    journal = database.path.with_name(database.path.name + "-wal")
    with database.read() as reading:
        reading.scalars(select(Upload)).all()
        begun = time.monotonic()
        decide(small_scene, *(one.reference for one in found))
        assert time.monotonic() - begun < 15, "half of SQLite's own patience"
        assert journal.stat().st_size > 0 and not database.empty_journal()
    retention_rules.empty_journal(small_scene.court)
    assert journal.stat().st_size == 0
    assert all(
        b"order 8842, never" not in part.read_bytes() for part in database.path.parent.glob(database.path.name + "*")
    )


@pytest.mark.parametrize("mood", [Mood.NO_SUCH_BOX, Mood.LATER, Mood.REFUSED_AFTER_DATA], ids=str)
def test_a_letter_that_no_server_accepts_is_no_notice(small_scene: Scene, smtp_peer: SmtpPeer, mood: Mood) -> None:
    """Until a server has taken the letter the file cannot be erased; it is tried again, seldomer and seldomer, and the
    list says what the server said.
    """
    by_smtp(small_scene, smtp_peer)
    sent(small_scene)
    smtp_peer.script(mood, mood)
    small_scene.later(days=92)
    small_scene.later(hours=2)
    (one,) = notices(small_scene)
    assert one.state is NoticeState.WAITING and one.tries == 1 and one.said and one.told_at is None
    small_scene.later(days=1)
    small_scene.later(days=1)
    (one,) = notices(small_scene)
    assert one.state is NoticeState.WAITING and one.tries == 2
    with pytest.raises(ActNotOpen, match="not told"):
        decide(small_scene, one.reference)
    small_scene.later(days=1)
    (one,) = notices(small_scene)
    assert one.state is NoticeState.TOLD and one.tries == 3 and one.until_on is not None
    assert one.until_on >= small_scene.clock.now().date() + timedelta(days=30), (
        "the time runs from the letter that was accepted"
    )


def test_nobody_is_written_to_at_night(small_scene: Scene) -> None:
    """In the quiet hours no letter goes out; in the morning it does."""
    sent(small_scene)
    small_scene.clock.advance(timedelta(days=92, hours=-4))
    local = small_scene.clock.now().astimezone(small_scene.court.settings.tz)
    small_scene.later(hours=(23 - local.hour) % 24)
    assert notices(small_scene) == []
    small_scene.later(hours=12)
    assert [one.state for one in notices(small_scene)] == [NoticeState.TOLD]


def test_nobody_keeps_somebody_elses_file_by_naming_it(small_scene: Scene) -> None:
    """A file's time is moved by what its sender writes, not by a draft of somebody else's that names it, whether they
    share it or not.
    """
    left = sent(small_scene, content=b"three")
    small_scene.clock.advance(timedelta(days=60))
    with small_scene.court.database.write() as session:
        stranger = small_scene.people["stranger"]
        draft = drafts.open_draft(session, stranger, small_scene.clock.now())
        drafts.save_step(
            session, draft, "exhibits", {"exhibits-0-upload": left}, small_scene.clock.now(), by=stranger, is_done=False
        )
        share(session, draft, stranger, "li@court.example", lodges=False, now=small_scene.clock.now())
        mine = drafts.open_draft(session, small_scene.people["li"], small_scene.clock.now())
        drafts.save_step(
            session,
            mine,
            "facts",
            {"facts-0-what": left},
            small_scene.clock.now(),
            by=small_scene.people["li"],
            is_done=False,
        )
    small_scene.later(days=32)
    assert [one.upload.reference for one in notices(small_scene)] == [left]


def test_a_file_that_is_submitted_or_named_in_a_draft_is_not_on_the_list(small_scene: Scene) -> None:
    """An exhibit belongs to its case; a file in a draft has its time from when the draft was last written in."""
    small_scene.lodge()
    exhibit, drafted, left = (
        sent(small_scene, content=b"one"),
        sent(small_scene, content=b"two"),
        sent(small_scene, content=b"three"),
    )
    small_scene.do(
        "submit_exhibit", "li", upload=exhibit, title="Paper", category="records", proves="It", source="My phone"
    )
    assert upload(small_scene, exhibit).used_at is not None
    small_scene.clock.advance(timedelta(days=60))
    with small_scene.court.database.write() as session:
        draft = drafts.open_draft(session, small_scene.people["li"], small_scene.clock.now())
        drafts.save_step(
            session,
            draft,
            "exhibits",
            {"exhibits-0-upload": [drafted]},
            small_scene.clock.now(),
            by=small_scene.people["li"],
            is_done=False,
        )
    small_scene.later(days=32)
    assert [one.upload.reference for one in notices(small_scene)] == [left]
    small_scene.later(days=60)
    assert [one.upload.reference for one in notices(small_scene)] == [left, drafted], (
        "a draft left for ninety days keeps its files no longer"
    )


def test_what_the_sender_does_takes_a_file_off_the_list(small_scene: Scene) -> None:
    """Submitting it, going on with the draft, or asking to keep it ends the notice; after another ninety days it comes
    again.
    """
    small_scene.lodge()
    submitted, drafted, kept = (sent(small_scene, content=text) for text in (b"one", b"two", b"three"))
    due(small_scene, submitted, drafted, kept)
    small_scene.do(
        "submit_exhibit",
        "li",
        upload=submitted,
        title="Paper",
        category="records",
        proves="It",
        source="My phone",
        why_late="I was ill.",
    )
    with small_scene.court.database.write() as session:
        draft = drafts.open_draft(session, small_scene.people["li"], small_scene.clock.now())
        drafts.save_step(
            session,
            draft,
            "exhibits",
            {"exhibits-0-upload": drafted},
            small_scene.clock.now(),
            by=small_scene.people["li"],
            is_done=False,
        )
    assert unsubmitted_uploads.keep_longer(small_scene.court, small_scene.people["haiyun"], [kept]) == 0, (
        "only its sender"
    )
    assert unsubmitted_uploads.keep_longer(small_scene.court, small_scene.people["li"], [kept, submitted]) == 1
    with pytest.raises(ActNotOpen):
        decide(small_scene, notices(small_scene)[1].reference)
    small_scene.later(hours=2)
    assert [one.state for one in notices(small_scene)] == [NoticeState.MOOT] * 3
    small_scene.later(days=92)
    assert {one.upload.reference for one in notices(small_scene) if one.state is NoticeState.TOLD} == {drafted, kept}


def test_a_legal_hold_keeps_what_people_of_the_case_have_sent(small_scene: Scene) -> None:
    """Under a hold nothing of them comes onto the list, and what is on it is not erased; lifted, it is."""
    small_scene.lodge()
    small_scene.accept()
    mine = sent(small_scene)
    (one,) = due(small_scene, mine)
    small_scene.do("order_hold", "judge", reasons="A retrial is asked for.")
    with pytest.raises(ActNotOpen, match="hold"):
        decide(small_scene, one.reference)
    other = sent(small_scene, content=b"another")
    small_scene.later(days=92)
    assert other not in {each.upload.reference for each in notices(small_scene)}
    small_scene.do("lift_hold", "judge", reasons="Refused.")
    decide(small_scene, one.reference)
    assert upload(small_scene, mine).state is UploadState.ERASED


def test_who_cannot_sign_in_loses_nothing(small_scene: Scene) -> None:
    """A suspended account gets no letter, and a file of one suspended after the letter is not erased."""
    before, after = sent(small_scene, "stranger", b"one"), sent(small_scene, "haiyun", b"two")
    suspend(small_scene, "stranger")
    small_scene.later(days=92)
    small_scene.later(days=31)
    states = {one.upload.reference: one for one in notices(small_scene)}
    assert (states[before].state, states[after].state) == (NoticeState.WAITING, NoticeState.TOLD)
    suspend(small_scene, "haiyun")
    for one in states.values():
        with pytest.raises(ActNotOpen):
            decide(small_scene, one.reference)


def test_a_person_may_keep_what_could_be_erased(small_scene: Scene) -> None:
    """With reasons, on record; its time begins again. Without reasons or a choice nothing is decided."""
    mine = sent(small_scene)
    (one,) = due(small_scene, mine)
    for references, reasons in (((one.reference,), " "), ((), "Why not."), (("a" * 26,), "Why not.")):
        with pytest.raises(InvalidInput):
            decide(small_scene, *references, reasons=reasons)
    made = decide(small_scene, one.reference, erased=False, reasons="A case may follow.")
    assert json.loads(made.record)["erased"] is False and upload(small_scene, mine).state is UploadState.ANCHORED
    small_scene.later(days=89)
    assert len(notices(small_scene)) == 1
    small_scene.later(days=3)
    assert [each.state for each in notices(small_scene)] == [NoticeState.KEPT, NoticeState.TOLD]


def test_two_workers_write_one_letter(small_scene: Scene, smtp_peer: SmtpPeer) -> None:
    """What one worker has taken up another leaves alone."""
    by_smtp(small_scene, smtp_peer)
    sent(small_scene)
    small_scene.later(days=92)
    assert unsubmitted_uploads._claimed(small_scene.court) == {} and len(smtp_peer.messages) == 1


def test_pages_tell_the_sender_and_keep_with_one_button(visitor: VisitorOf, small_scene: Scene) -> None:
    """Home names the day; the page lists each file with its day and a button; kept, the warning is gone; the file's
    page says when it was erased.
    """
    first, second = sent(small_scene), sent(small_scene, content=b"second", name="second.txt")
    li = visitor("li")
    assert "may be erased" not in li.get("/home") and "90 days" in li.get("/uploads/mine")
    found, li = due(small_scene, first, second), visitor("li")
    assert "2 files you sent" in li.get("/home") and "order.txt" not in visitor("haiyun").get("/uploads/mine")
    assert 'href="/uploads/mine">Files you have sent</a>' in li.get("/home"), "as the letter says"
    assert li.get("/uploads/mine").count("May be erased after") == 2
    li.send("/uploads/mine", "/uploads/mine", file=[second])
    assert li.get("/uploads/mine").count("May be erased after") == 1
    clerk = visitor("clerk")
    page = clerk.get("/administration/unsubmitted")
    assert found[0].reference[:8] in page and "order.txt" not in page, "names are the sender’s own"
    answer = {"files": [found[0].reference], "answer": "erase", "reasons": "Over."}
    clerk.send("/administration/unsubmitted", "/administration/unsubmitted", **answer)
    page = clerk.get("/administration/unsubmitted")
    assert "1 file erased" in page
    record = page.split('href="/administration/unsubmitted/')[1].split('"')[0]
    assert json.loads(clerk.get(f"/administration/unsubmitted/{record}"))["files"][0]["upload"] == first
    page = li.get(f"/uploads/{first}")
    assert "erased under a rule" in page and str(upload(small_scene, first).sha256) in page
    li.get(f"/uploads/{first}/file", 404)
    assert "order.txt" in li.get("/uploads/mine") and "/file" not in li.get(f"/uploads/{first}")


def test_a_decision_that_cannot_be_keeps_what_was_typed(visitor: VisitorOf, small_scene: Scene) -> None:
    """Ticks, answer and reasons stand on the page again, with why not."""
    sent(small_scene)
    small_scene.later(days=92)
    (one,) = notices(small_scene)
    clerk = visitor("clerk")
    path = "/administration/unsubmitted"
    page = clerk.send(path, path, 409, files=[one.reference], answer="erase", reasons="Too early.").text
    assert "Too early." in page and "can keep it until" in page
    assert "Choose one of these." in clerk.send(path, path, 422, files=[one.reference], reasons="Hm.").text
    with pytest.raises(NotFound), small_scene.court.database.read() as session:
        decisions.decision(session, "a" * 26)


def test_the_pages_are_usable_by_everybody(site: Site) -> None:  # noqa: F811
    """Home with its notice, the sender's files and the court's list: nothing runs out of a narrow page, and axe finds
    nothing, in both languages.
    """
    told = due(
        site.scene,
        sent(site.scene),
        sent(site.scene, content=b"another", name="a very long name of a photograph " * 4 + ".txt"),
    )
    li, clerk = site.enter("li"), site.enter("clerk")
    look(li, "/home", "home-told")
    look(li, "/uploads/mine", "files-sent")
    look(clerk, "/administration/unsubmitted", "never-submitted")
    decide(site.scene, told[0].reference)
    look(li, f"/uploads/{told[0].upload.reference}", "file-erased")
    look(clerk, "/administration/unsubmitted", "never-submitted-decided")


def test_the_operator_sees_the_list(small_scene: Scene) -> None:
    """The command prints each file with its day and why it may not be erased yet, and erases nothing."""
    sent(small_scene)
    small_scene.later(days=92)
    run = create_app(court=small_scene.court).test_cli_runner().invoke(args=["retention", "unsubmitted"])
    assert (
        notices(small_scene)[0].reference in run.output
        and "can keep it until" in run.output
        and "1 files on the list, 0 may be erased" in run.output
    )
    assert "order.txt" not in run.output


def test_every_pack_has_its_rule_dated_and_cited() -> None:
    """Both packs say how long such files are kept and how long before their sender is told, with the article."""
    packs = PackRegistry.load()
    for name, article in (("cn", "个人信息保护法"), ("ew", "通用数据保护条例")):
        pack = packs.in_force(name, date(2026, 3, 2))
        assert pack.retention is not None
        rule = pack.retention.rules[unsubmitted_uploads.RULE]
        assert rule.notice is not None and (rule.after.amount, rule.notice.amount, rule.after.unit) == (
            90,
            30,
            Unit.DAYS,
        )
        assert article in pack.cite(rule.article).render("zh-Hans")


def suspend(scene: Scene, who: str) -> None:
    with scene.court.database.write() as session:
        session.get_one(Account, scene.people[who]).state = AccountState.SUSPENDED
