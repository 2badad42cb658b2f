"""A party abroad may ask for more time to answer and to appeal; the court decides (CPL 285, 286)."""

from __future__ import annotations

import pytest

from odr.docket.models import Case, Track
from odr.filing.models import RequestKind
from odr.ground.errors import ActNotOpen
from odr.procedure.audit.docket_audit import audit_case
from odr.procedure.models import WindowState
from tests.filing.test_appeals import ruled
from tests.filing.test_motions import request_of, windows
from tests.scene import Scene


def test_who_lives_abroad_asks_for_more_time_to_answer(pending: Scene) -> None:
    """The law fixes the length for everybody at home; abroad the court may add to it, for that party alone."""
    evidence = {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)}
    with pending.court.database.write() as session:
        session.get_one(Case, pending.case_id).parties[1].abroad = True
    answer = windows(pending, "answer", WindowState.OPEN)[0]
    pending.do("ask_extension", "haiyun", window=answer.reference, days=20, words="The papers come from abroad.")
    asked = request_of(pending, RequestKind.TIME).reference
    pending.do("rule_on_extension", "judge", request=asked, answer="allow", reasons="The distance.")
    longer = windows(pending, "answer", WindowState.OPEN)[0]
    assert longer.due_at and answer.due_at and (longer.due_at - answer.due_at).days >= 19
    assert "CPL 285" in str(longer.working)
    assert {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)} == evidence


def test_the_appeal_of_who_lives_abroad_may_be_lengthened(pending: Scene) -> None:
    """The pack says so for every appeal and for the answer to one, and for nobody at home."""
    pack = pending.court.packs.get("cn", pending.case().pack_version)
    for kind in ("appeal_judgment", "appeal_ruling", "appeal_jurisdiction", "appeal_dismissal", "appeal_answer"):
        rule = pack.window(kind)
        assert rule.extendable is None and rule.abroad is not None and rule.abroad.extendable == "CPL 286"
    pending.later(days=40)
    with pytest.raises(ActNotOpen):
        pending.do("ask_extension", "haiyun", window="x" * 26, days=5, words="Too much to do.")


def abroad(scene: Scene) -> None:
    """The clerk notes that the respondent lives abroad."""
    reference = next(p.reference for p in scene.case().parties if p.label == "respondent/1")
    scene.do("note_abode_abroad", "clerk", party=reference, state="DE", shown_by="Commercial register abroad")


def test_an_abode_noted_later_lengthens_the_time_to_answer(pending: Scene) -> None:
    """Thirty days from the same service, although the claim was served on somebody thought to live at home; the other
    side's times stay (CPL 285).
    """
    answer = windows(pending, "answer", WindowState.OPEN)[0]
    others = {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)}
    pending.later(days=3)
    abroad(pending)
    longer = windows(pending, "answer", WindowState.OPEN)[0]
    assert longer.id == answer.id and longer.opened_at == answer.opened_at
    assert longer.due_at is not None and (longer.due_at.date() - longer.opened_at.date()).days >= 30
    assert "CPL 285" in str(longer.working)
    assert {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)} == others
    with pending.court.database.read() as session:
        assert audit_case(session, session.get_one(Case, pending.case_id)) == []


def test_an_abode_is_noted_whatever_track_the_case_went_over_to(pending: Scene) -> None:
    """A time that the new track does not know, as the one to appeal on jurisdiction in small claims, stops nobody from
    noting where a party lives: it runs on as it was told (CPI 276).
    """
    ruled(pending)
    (appeal,) = (
        w for w in windows(pending, "appeal_jurisdiction", WindowState.OPEN) if w.party_id == objector(pending)
    )
    with pending.court.database.write() as session:
        session.get_one(Case, pending.case_id).track = Track.SMALL
    abroad(pending)
    assert [w.due_at for w in windows(pending, "appeal_jurisdiction", WindowState.OPEN) if w.id == appeal.id] == [
        appeal.due_at
    ]


def objector(scene: Scene) -> int:
    """Who objects in these tests."""
    return next(p.id for p in scene.case().parties if p.label == "respondent/1")


def test_a_time_to_answer_that_ended_too_early_runs_on(pending: Scene) -> None:
    """After its fifteen days it is open again until the thirtieth; once that too is past nothing comes back."""
    pending.later(days=18)
    (lapsed,) = windows(pending, "answer", WindowState.LAPSED)
    abroad(pending)
    (answer,) = windows(pending, "answer", WindowState.OPEN)
    assert answer.id == lapsed.id
    pending.do("file_answer", "haiyun", position="defend", statement="The goods were inspected on entry.")
    assert [w.id for w in windows(pending, "answer", WindowState.MET)] == [lapsed.id]


def test_a_time_to_answer_that_is_over_abroad_too_stays_over(pending: Scene) -> None:
    """What ended thirty-five days after service had ended by any count."""
    pending.later(days=35)
    (before,) = windows(pending, "answer", WindowState.LAPSED)
    abroad(pending)
    (after,) = windows(pending, "answer", WindowState.LAPSED)
    assert after.due_at == before.due_at and windows(pending, "answer", WindowState.OPEN) == []
