"""Publication of decisions: who does what, in which order, and what the public learns (JDP 3, 4, 7, 8, 10, 16)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from odr.docket.models import Case, Document
from odr.ground.errors import ActNotOpen, CaseMovedOn, Forbidden, InvalidInput
from odr.judgment.models import Decision
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.rules.redaction import Private
from odr.procedure.time.reckoning import end_of
from odr.register.publication import ledger, public_views, redacting
from odr.register.publication.models import Change, PublicationState, PublicationVersion, PublishedText
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_gate import serve
from tests.judgment.test_service_fell import contested
from tests.register.publishing import approve, fixed, numbered, proposal, propose, publish


def tasks(bench: Bench, kind: str) -> list[Task]:
    """What of a kind lies on a desk."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(Task).where(Task.kind == kind, Task.done_at.is_(None))))


def events(bench: Bench) -> list[str]:
    """What the ledger's chain tells, in order; it is whole, and rows agree with it."""
    with bench.court.database.read() as session:
        assert ledger.wrong_in(session) == []
        case = session.get_one(Case, bench.case_id)
        assert not [wrong for wrong in audit_projections(bench.court, session, case) if "ledger" in wrong]
        return [json.loads(each.body)["event"] for each in ledger.records(session)]


def test_a_decision_gets_its_number_when_it_is_sealed_and_is_public_after_two_people(bench: Bench) -> None:
    """Numbered with the seal, owed once it has effect, proposed by the clerk, approved by the judge, published."""
    bench.issue()
    (row,) = numbered(bench)
    assert row.number == 1 and row.state is PublicationState.PENDING and row.effective_at is None
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    (row,) = numbered(bench)
    assert row.effective_at is not None and row.due_on is not None
    row = publish(bench)
    assert row.state is PublicationState.PUBLISHED
    with bench.court.database.read() as session:
        assert ledger.wrong_in(session) == []
        (line,) = ledger.lines(session).values()
        assert (line.state, line.version) == ("published", 1)


def test_the_last_day_is_seven_working_days_after_effect_and_nothing_publishes_by_itself(bench: Bench) -> None:
    """The clerk's task has the last day of JDP 7; when it is over the ledger says late, and the text is still not public."""
    bench.effective()
    (row,) = numbered(bench)
    (task,) = tasks(bench, "make_public")
    assert row.effective_at is not None and row.due_on is not None and task.due_at is not None
    with bench.court.database.read() as session:
        pack = bench.court.look(session).pack(session.get_one(Case, bench.case_id))
        effect = row.effective_at.astimezone(pack.tz).date()
        assert row.due_on == pack.working_calendar.add_working(effect, 7)
    bench.wait(days=40)
    assert numbered(bench)[-1].state is PublicationState.PENDING
    with bench.court.database.read() as session:
        (line,) = ledger.lines(session).values()
        assert ledger.is_late(line, bench.clock.now().date()) and not ledger.is_late(line, row.due_on)


def test_whoever_has_a_text_next_has_a_day_on_which_it_can_be_done(bench: Bench) -> None:
    """The last day of JDP 7 goes with the text from desk to desk, and a judge is not late with what nobody could approve before."""
    bench.effective()
    row = propose(bench)
    (task,) = tasks(bench, "approve_publication")
    with bench.court.database.read() as session:
        pack = bench.court.look(session).pack(session.get_one(Case, bench.case_id))
        objections = session.scalars(select(Window.due_at).where(Window.kind == "publication_objection")).all()
    assert row.due_on is not None and task.due_at is not None and task.due_at > max(filter(None, objections))
    assert task.due_at.astimezone(pack.tz).date() >= row.due_on
    given = {"publication": row.reference, "passages": [], "reasons": "It says where I live."}
    bench.do("claimant/1", "object_to_publication", given)
    assert [one.due_at for one in tasks(bench, "make_public")] == [end_of(pack, row.due_on)]


def test_a_text_that_is_late_is_approved_by_the_working_day_after_the_parties_had_theirs(bench: Bench) -> None:
    """Proposed when the day of JDP 7 is over: the judge's task is not over before it can be done."""
    bench.effective()
    bench.wait(days=40)
    propose(bench)
    (task,) = tasks(bench, "approve_publication")
    with bench.court.database.read() as session:
        pack = bench.court.look(session).pack(session.get_one(Case, bench.case_id))
        last = max(filter(None, session.scalars(select(Window.due_at).where(Window.kind == "publication_objection"))))
    assert task.due_at == end_of(pack, pack.working_calendar.add_working(last.astimezone(pack.tz).date(), 1))


def test_while_a_candidate_is_open_nothing_is_proposed(bench: Bench) -> None:
    """A choice is made for every open candidate, by those very candidates that were shown (JDP 8, 10)."""
    bench.effective()
    (row,) = numbered(bench)
    whole = proposal(bench, row)
    with pytest.raises(CaseMovedOn):
        bench.do("clerk", "propose_publication", {**whole, "seen": "0" * 64})
    with pytest.raises(InvalidInput, match="nothing to decide"):
        more = [{"number": fixed(bench, row), "choice": "leave"}, *whole["choices"]]
        bench.do("clerk", "propose_publication", {**whole, "choices": more})
    if whole["choices"]:
        with pytest.raises(InvalidInput, match="open"):
            bench.do("clerk", "propose_publication", {**whole, "choices": []})
    assert numbered(bench)[-1].state is PublicationState.PENDING


def test_whoever_proposed_does_not_approve_and_nobody_before_the_parties_had_their_time(bench: Bench) -> None:
    """Two people of the court, and the parties' days between them."""
    bench.effective()
    row = propose(bench)
    with bench.court.database.read() as session:
        windows = session.scalars(select(Window).where(Window.kind == "publication_objection")).all()
        assert len(windows) == 2 and all(window.state is WindowState.OPEN for window in windows)
        told = session.scalars(select(Packet).where(Packet.occasion == "propose_publication")).all()
        assert len(told) == 2
    with pytest.raises(ActNotOpen, match="still object"):
        approve(bench, row)
    bench.wait(days=6)
    given = {"publication": row.reference, "text_sha256": row.proposed_sha256}
    same = replace(bench.actor("judge"), account_id=bench.actor("clerk").account_id)
    with pytest.raises(Exception):  # noqa: B017 - whoever has no seat as a judge is refused before, by whichever rule
        bench.do("judge", "approve_publication", given, actor=same)
    with pytest.raises(Forbidden):
        bench.do("clerk", "approve_publication", given)
    with pytest.raises(CaseMovedOn):
        bench.do("judge", "approve_publication", {**given, "text_sha256": "0" * 64})
    approve(bench, row)
    assert numbered(bench)[-1].state is PublicationState.APPROVED


def test_what_a_party_objects_to_is_a_candidate_and_takes_the_text_back_to_the_clerk(bench: Bench) -> None:
    """The very words are found, cut if the clerk does not say otherwise, and nobody gets time a second time."""
    bench.effective()
    row = propose(bench)
    words = "Lodged on 3 February 2026."
    with pytest.raises(InvalidInput):
        bench.do(
            "claimant/1",
            "object_to_publication",
            {"publication": row.reference, "passages": [{"words": "not in it"}], "reasons": "Private."},
        )
    given = {"publication": row.reference, "passages": [{"words": words}], "reasons": "Private."}
    bench.do("claimant/1", "object_to_publication", given)
    assert numbered(bench)[-1].state is PublicationState.PENDING and len(tasks(bench, "make_public")) == 1
    row = propose(bench)
    assert words not in str(row.proposed)
    with bench.court.database.read() as session:
        assert len(session.scalars(select(Window).where(Window.kind == "publication_objection")).all()) == 2
    bench.wait(days=6)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "object_to_publication", given)


def test_a_corrected_masking_takes_the_old_words_away_and_keeps_their_digest(bench: Bench) -> None:
    """Down at once, approved anew; the version before stays with its digest, and its words are nowhere (JDP 16)."""
    bench.effective()
    row = publish(bench)
    with bench.court.database.read() as session:
        first = session.scalars(select(PublicationVersion)).one()
    with pytest.raises(InvalidInput):
        bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "because"})
    bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "masking"})
    with bench.court.database.read() as session:
        assert session.scalars(select(PublishedText)).all() == []
        assert not session.scalars(select(Document).where(Document.is_public.is_(True))).all()
        (line,) = ledger.lines(session).values()
        assert line.state == "withdrawn" and line.text == first.sha256
    approve(bench)
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    with bench.court.database.read() as session:
        older, newer = session.scalars(select(PublicationVersion).order_by(PublicationVersion.number))
        assert older.sha256 == first.sha256 and newer.change is Change.RENDERED
        assert [one.version_id for one in session.scalars(select(PublishedText))] == [newer.id]
    assert events(bench) == ["numbered", "in_effect", "published", "withdrawn", "published"]


@pytest.mark.parametrize(("reason", "owed"), [("masking", 1), ("not_original", 1), ("never", 0)])
def test_what_is_withdrawn_because_it_is_wrong_is_owed_to_the_public_still(
    bench: Bench, reason: str, owed: int
) -> None:
    """Taken down because its text is wrong, it is put right and published again (JDP 16(1)): that lies on the clerk's desk until it
    is proposed. What should never have been public stays away (JDP 16(2)).
    """
    bench.effective()
    row = publish(bench)
    bench.do("clerk", "withdraw_publication", {"publication": row.reference, "reason": reason})
    assert len(tasks(bench, "make_public")) == owed
    bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": reason})
    assert not tasks(bench, "make_public") and len(tasks(bench, "approve_publication")) == 1


@pytest.mark.parametrize("withdrawn", ["never", "masking"])
def test_the_public_reads_why_a_text_is_gone_as_the_ledger_says_it(bench: Bench, withdrawn: str) -> None:
    """A correction gives a reason of its own, which no record tells until the new text is public: meanwhile the number says why it was
    withdrawn, and then why it was put right (JDP 16).
    """
    bench.effective()
    row = publish(bench)
    bench.do("clerk", "withdraw_publication", {"publication": row.reference, "reason": withdrawn})
    bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "not_original"})
    with bench.court.database.read() as session:
        (line,) = ledger.lines(session).values()
    assert (line.state, line.reason, numbered(bench)[-1].reason) == ("withdrawn", withdrawn, withdrawn)
    approve(bench)
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    with bench.court.database.read() as session:
        (line,) = ledger.lines(session).values()
        newest = session.scalars(select(PublicationVersion).order_by(PublicationVersion.number.desc())).first()
    assert newest is not None and (line.state, line.reason, newest.reason) == (
        "published",
        "not_original",
        "not_original",
    )
    assert (numbered(bench)[-1].reason, numbered(bench)[-1].correcting) == (None, None)


def test_other_words_are_another_thing_than_a_new_rendering(bench: Bench) -> None:
    """A text with another choice is a change of content; the ledger tells both apart."""
    bench.effective()
    row = publish(bench)
    words = "Lodged on 3 February 2026."
    before, given = row.masked, proposal(bench, row)
    with pytest.raises(InvalidInput):
        bench.do("clerk", "correct_publication", {**given, "reason": "masking", "passages": [{"words": "nowhere"}]})
    bench.do("clerk", "correct_publication", {**given, "reason": "masking", "passages": [{"words": words}]})
    assert words not in str(numbered(bench)[-1].proposed)
    approve(bench)
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    with bench.court.database.read() as session:
        newest = session.scalars(select(PublicationVersion).order_by(PublicationVersion.number.desc())).first()
        assert newest is not None and newest.change is Change.CONTENT and newest.masked != before


def test_what_was_taken_away_is_not_told_by_trying_names(bench: Bench) -> None:
    """The digest of an earlier text stays, and its words are the newer ones but for what was hidden: whoever puts a guess
    into the newer text learns nothing, since the salt went with the words (JDP 16).
    """
    bench.effective()
    row = publish(bench)
    with bench.court.database.read() as session:
        kept = dict(session.scalars(select(PublishedText)).one().text)
        first = session.scalars(select(PublicationVersion)).one().sha256
    assert redacting.digest_of(kept) == first and kept["salt"]
    words = [{"words": "Lodged on 3 February 2026."}]
    bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "masking", "passages": words})
    newer = numbered(bench)[-1].proposed
    assert newer is not None and newer["salt"] != kept["salt"]
    for guess in ({**kept, "salt": newer["salt"]}, {key: value for key, value in kept.items() if key != "salt"}):
        assert redacting.digest_of(guess) != first


def test_a_withdrawn_text_is_put_back_as_it_was(bench: Bench) -> None:
    """The very same text, by a judge; what was withheld is taken up again instead."""
    bench.effective()
    row = publish(bench)
    bench.do("clerk", "withdraw_publication", {"publication": row.reference, "reason": "never"})
    bench.do("judge", "restore_publication", {"publication": row.reference, "reasons": "It is not of that kind."})
    assert numbered(bench)[-1].state is PublicationState.PUBLISHED
    assert events(bench)[-2:] == ["withdrawn", "restored"]


def test_what_is_withheld_has_a_reason_of_the_list(bench: Bench) -> None:
    """JDP 4: the reason is one of the pack's with its article, and the ledger names it; taken up again, it is pending."""
    bench.effective()
    (row,) = numbered(bench)
    with pytest.raises(InvalidInput):
        bench.do("judge", "withhold", {"publication": row.reference, "reason": "I do not like it"})
    bench.do("judge", "withhold", {"publication": row.reference, "reason": "other", "words": "A trade secret."})
    assert not tasks(bench, "make_public")
    with bench.court.database.read() as session:
        (line,) = ledger.lines(session).values()
        assert (line.state, line.reason) == ("withheld", "other") and "secret" not in str(
            ledger.records(session)[-1].body
        )
    bench.do("judge", "restore_publication", {"publication": row.reference, "reasons": "It can be published."})
    assert numbered(bench)[-1].state is PublicationState.PENDING and len(tasks(bench, "make_public")) == 1
    assert events(bench) == ["numbered", "in_effect", "withheld", "reopened"]


def test_a_published_decision_that_loses_its_effect_is_put_before_the_judge(bench: Bench) -> None:
    """Its service was undone: the judge has a task, the ledger says so, and nothing can be proposed while it has none."""
    bench.effective()
    row = publish(bench)
    contested(bench, "decision", "not_received")
    assert numbered(bench)[-1].effective_at is None and len(tasks(bench, "decide_on_public")) == 1
    assert events(bench)[-1] == "effect_lost"
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "masking"})
    bench.do("judge", "withdraw_publication", {"publication": row.reference, "reason": "no_effect"})
    assert not tasks(bench, "decide_on_public") and numbered(bench)[-1].state is PublicationState.WITHDRAWN


def test_a_decision_without_effect_goes_no_further(bench: Bench) -> None:
    """What was approved and then lost its effect is not published."""
    bench.effective()
    row = propose(bench)
    bench.wait(days=6)
    approve(bench, row)
    contested(bench, "decision", "not_received")
    assert not tasks(bench, "publish")
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "publish_decision", {"publication": row.reference})


def test_what_has_effect_again_leaves_nothing_on_a_desk_once_it_is_published(bench: Bench) -> None:
    """Approved, without effect and with it again: published, nobody is asked to make it public any more."""
    bench.effective()
    row = propose(bench)
    bench.wait(days=6)
    approve(bench, row)
    contested(bench, "decision", "not_received")
    with bench.court.database.write() as session:
        case, entry = session.get_one(Case, bench.case_id), session.scalars(select(Decision)).one().served_entry
        assert entry is not None
        serve(session, case, case.parties[1], "decision", entry, bench.clock.now()).docketed_as = None
    bench.serve("respondent/1")
    bench.wait(days=20)
    assert numbered(bench)[-1].effective_at is not None and len(tasks(bench, "make_public")) == 1
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    assert not [task for kind in ("make_public", "approve_publication", "publish") for task in tasks(bench, kind)]


@pytest.mark.parametrize("public", [False, True])
def test_what_was_kept_from_the_public_for_want_of_effect_comes_back_when_it_has_it(bench: Bench, public: bool) -> None:
    """Withheld or withdrawn because it had none: with its effect the judge is asked, and its seven days run (JDP 7)."""
    bench.effective()
    row = publish(bench) if public else numbered(bench)[-1]
    contested(bench, "decision", "not_received")
    act = "withdraw_publication" if public else "withhold"
    bench.do("judge", act, {"publication": row.reference, "reason": "no_effect"})
    assert not tasks(bench, "take_up_again")
    with bench.court.database.write() as session:
        case, entry = session.get_one(Case, bench.case_id), session.scalars(select(Decision)).one().served_entry
        assert entry is not None
        serve(session, case, case.parties[1], "decision", entry, bench.clock.now()).docketed_as = None
    bench.serve("respondent/1")
    bench.wait(days=20)
    (task,) = tasks(bench, "take_up_again")
    assert task.due_at is not None and numbered(bench)[-1].effective_at is not None
    bench.do("judge", "restore_publication", {"publication": row.reference, "reasons": "It has effect now."})
    assert not tasks(bench, "take_up_again")
    assert numbered(bench)[-1].state is (PublicationState.PUBLISHED if public else PublicationState.PENDING)


def test_a_judge_alone_puts_back_nothing_that_was_wrongly_masked(bench: Bench) -> None:
    """It is corrected, and a second person approves the new text (JDP 16)."""
    bench.effective()
    row = publish(bench)
    bench.do("judge", "withdraw_publication", {"publication": row.reference, "reason": "masking"})
    with pytest.raises(ActNotOpen, match="approved by a second person"):
        bench.do("judge", "restore_publication", {"publication": row.reference, "reasons": "It was fine."})
    bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "masking"})
    assert numbered(bench)[-1].state.is_pending


def test_everybody_has_time_to_object_before_a_text_is_approved(bench: Bench) -> None:
    """Whose time ended because the decision was withheld, and who came later, has time when it is proposed again; time that
    stands still is not over.
    """
    bench.effective()
    row = propose(bench)
    bench.do("judge", "withhold", {"publication": row.reference, "reason": "other"})
    bench.do("judge", "restore_publication", {"publication": row.reference, "reasons": "It is no secret."})
    row = propose(bench)
    mine = select(Window).where(Window.kind == "publication_objection", Window.state == WindowState.OPEN)
    with bench.court.database.write() as session:
        running = session.scalars(mine).all()
        assert len(running) == 2
        session.delete(running[0])  # as if this party had come into the case since
    row = propose(bench)
    with bench.court.database.write() as session:
        running = list(session.scalars(mine))
        assert len({window.party_id for window in running}) == 2
        running[0].state = WindowState.HALTED
    bench.wait(days=6)
    with pytest.raises(ActNotOpen, match="still object"):
        approve(bench, row)


def test_the_account_is_drawn_up_without_reading_a_text(bench: Bench) -> None:
    """Anybody may ask for it at any time, of a million decisions: it comes from an index, in two statements; months in
    one. It says what the chain says.
    """
    bench.effective()
    publish(bench)
    asked: list[str] = []
    with bench.court.database.read() as session:
        today = bench.clock.now().date()
        event.listen(session.connection(), "before_cursor_execute", lambda *told: asked.append(told[2]))
        account, months = public_views.account_of(session, None, today), public_views.months_of(session)
        statements, of_ledger = list(asked), ledger.account(ledger.lines(session), 1)
        assert {"decided": account.decided, **account.counts, "rest": account.rest} == {
            name: count for name, count in of_ledger.items() if name != "last"
        }
        assert months == [(numbered(bench)[-1].decided_on.replace(day=1), 1)] and len(statements) == 3
        month = public_views.account_of(session, months[0][0], today)
        assert (month.decided, month.first, month.last, month.late, month.corrected) == (1, 1, 1, 0, 0)
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN " + statements[0], ("",) * statements[0].count("?")
        )
        assert "COVERING INDEX ix_publication_account" in str(plan.all())


def test_who_stood_in_a_partys_place_before_is_known_as_what_they_are(bench: Bench) -> None:
    """A company whose successor took its place after the judgment is masked as a company, in its short name too (JDP 8)."""
    bench.effective()
    (row,) = numbered(bench)
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(one for one in case.parties if one.label == "respondent/1")
        old, party.name = party.name, "Successor Trading Ltd"
        before = {"name": old, "kind": party.kind.value, "until_entry": 9, "ground": "merger"}
        party.details = {**party.details, "before": [before]}
        session.flush()
        sitting = bench.court.look(session)
        (known,) = [each for each in redacting.known_in(sitting, case) if old in each.names]
        assert known.kind is Private.ORGANISATION and not known.represents_by_law
        mine = session.get_one(type(row), row.id)
        mine.original = json.loads(json.dumps(mine.original).replace(old, f"{old} (Haiyun for short)"))
        redaction = redacting.redaction_of(sitting, case, mine)
        hidden = {one.surface for one in redaction.candidates if one.kind is Private.ORGANISATION}
        assert old in hidden and "Haiyun" in hidden


def test_done_twice_or_by_others_it_is_refused(bench: Bench) -> None:
    """Each act in its state, by whom it belongs to."""
    bench.issue()
    (row,) = numbered(bench)
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "propose_publication", {"publication": row.reference, "seen": "0" * 64})
    for who, name, given in (
        ("claimant/1", "withhold", {"reason": "other"}),
        ("clerk", "withhold", {"reason": "other"}),
        ("judge", "publish_decision", {}),
        ("judge", "propose_publication", {"seen": "0" * 64}),
    ):
        with pytest.raises(Forbidden):
            bench.do(who, name, {"publication": row.reference, **given})
    bench.clock.advance(timedelta(days=1))
    bench.do("judge", "withhold", {"publication": row.reference, "reason": "no_effect"})
    with pytest.raises(ActNotOpen):
        bench.do("judge", "withhold", {"publication": row.reference, "reason": "no_effect"})
