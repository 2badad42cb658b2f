"""A case is sent to another court for its place only while nobody has accepted this one (CPL 37, 130(2); CPI 35, 39, 223)."""

from __future__ import annotations

from typing import Any

import pytest

from odr.docket.models import Outcome, Stage
from odr.filing.models import RequestKind
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.procedure.acts.act_versions import current_input
from odr.procedure.models import WindowState
from tests.filing.test_motions import FACTS, MONEY, request_of, windows
from tests.scene import Scene

ELSEWHERE: dict[str, Any] = {"court": "Harbour District Court", "reasons": "The goods lie there, and so does the seat."}
ANSWER: dict[str, Any] = {"position": "defend", "statement": "The label was true."}


def for_its_place(scene: Scene) -> None:
    """The judge sends the case away by its place."""
    scene.do("transfer_case", "judge", ground="place", **ELSEWHERE)


def silent(scene: Scene) -> None:
    """The time to answer ends unused."""
    scene.later(days=40)
    assert windows(scene, "answer", WindowState.LAPSED)


def test_transfer_case_is_recorded_where_nobody_answered(pending: Scene) -> None:
    """The respondent let the time to answer pass, and no hearing was held: the court sends the case where it belongs (CPI 35)."""
    silent(pending)
    for_its_place(pending)
    assert pending.case().outcome is Outcome.TRANSFERRED


def test_who_answers_without_objecting_accepts_this_court(pending: Scene) -> None:
    """From then on the case stays, unless another level or one court alone hears it (CPL 130(2))."""
    pending.do("file_answer", "haiyun", **ANSWER)
    with pytest.raises(ActNotOpen, match="has accepted this court") as refused:
        for_its_place(pending)
    assert refused.value.source is not None and "130" in refused.value.source.words.render("en")
    pending.do("transfer_case", "judge", ground="level", **ELSEWHERE)
    assert pending.case().stage is Stage.CLOSED


@pytest.mark.parametrize("act", ["file_answer", "file_counterclaim"])
def test_also_a_late_answer_or_a_counterclaim_accepts_it(pending: Scene, act: str) -> None:
    """Whoever speaks on the merits accepts the court, in time or late (CPI 223)."""
    if act == "file_answer":
        silent(pending)
        pending.do(act, "haiyun", **ANSWER)
    else:
        pending.do(act, "haiyun", facts=FACTS, relief=MONEY)
    with pytest.raises(ActNotOpen, match="accepted this court"):
        for_its_place(pending)


def test_nobody_is_sent_away_who_can_still_answer(pending: Scene) -> None:
    """By answering they would accept this court: their time is theirs (CPI 35)."""
    with pytest.raises(ActNotOpen, match="can still answer"):
        for_its_place(pending)


def test_an_objection_is_ruled_on_and_its_ruling_stands(pending: Scene) -> None:
    """While an objection waits it is ruled on; refused, this court hears the case (CPI 39)."""
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    with pytest.raises(ActNotOpen, match="Rule on the objection"):
        for_its_place(pending)
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    pending.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="The goods came here.")
    silent(pending)
    with pytest.raises(ActNotOpen, match="that stands"):
        for_its_place(pending)


def test_a_transfer_says_on_which_ground(pending: Scene) -> None:
    """Without a ground nobody can tell whether the case may go; what an older version recorded is read all the same."""
    with pytest.raises(InvalidInput, match="Say why"):
        pending.do("transfer_case", "judge", **ELSEWHERE)
    act = pending.court.table["transfer_case"]
    assert current_input(act, 1, ELSEWHERE)["ground"] is None
