"""Everybody's time for evidence (EV 51, 54, 55; CPI 99)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from odr.docket.models import Case
from odr.filing.models import RequestKind
from odr.ground.text import T
from odr.procedure.acts.events import Served
from odr.procedure.models import Window, WindowState
from tests.filing.test_motions import MONEY, request_of, windows
from tests.scene import Scene, claim

TWO = [
    {"name": "Haiyun Information Technology Co., Ltd.", "kind": "company", "email": "post@haiyun.example"},
    {"name": "Baihua Market Ltd.", "kind": "company", "email": "post@baihua.example", "address": "1 Market Road"},
]
LIVE = (WindowState.OPEN, WindowState.HALTED)


def of(scene: Scene, party: str) -> list[Window]:
    """The party's time for evidence that runs or stands still."""
    mine = next(p.id for p in scene.case().parties if p.label == party)
    return [w for w in windows(scene, "evidence") if w.party_id == mine and w.state in LIVE]


def served(scene: Scene, party: str, *entries: int, occasion: str = "claim", at: datetime | None = None) -> None:
    """A paper reaches a party."""
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        who = next(p for p in case.parties if p.label == party)
        event = Served(case, who, occasion, at or scene.clock.now(), T("Signed for."), entries)
        sitting.follow(case, lambda: sitting.announce(event))


def test_a_fellow_respondent_has_their_own_time(small_scene: Scene) -> None:
    """The service on one starts nothing for another who has not been told of the case; theirs begins with their own
    notice.
    """
    small_scene.lodge(claim(respondents=TWO))
    small_scene.accept("simple")
    served(small_scene, "respondent/1")
    assert len(of(small_scene, "claimant/1")) == len(of(small_scene, "respondent/1")) == 1
    assert of(small_scene, "respondent/2") == []
    small_scene.clock.advance(timedelta(days=12))
    served(small_scene, "respondent/2")
    (window,) = of(small_scene, "respondent/2")
    assert window.opened_at == small_scene.clock.now()


def test_more_time_is_for_all_also_for_whose_own_was_over(pending: Scene) -> None:
    """The asker's longer time holds for the others, up to the same day, though theirs had ended (EV 54)."""
    pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    hers, his = of(pending, "claimant/1")[0], of(pending, "respondent/1")[0]
    with pending.court.database.write() as session:
        row = session.get_one(Window, his.id)
        row.state = WindowState.LAPSED
    pending.do("ask_extension", "li", window=hers.reference, days=5, words="The expert is abroad.")
    asked = request_of(pending, RequestKind.TIME).reference
    pending.do("rule_on_extension", "judge", request=asked, answer="allow", reasons="Fair.")
    assert of(pending, "respondent/1")[0].due_at == of(pending, "claimant/1")[0].due_at != hers.due_at


def test_no_second_period_beside_one_that_stands_still(pending: Scene) -> None:
    """While an objection waits, a changed claim starts a new time that stands still too; there is never another beside
    it (EV 55).
    """
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    assert [w.state for w in (*of(pending, "claimant/1"), *of(pending, "respondent/1"))] == [WindowState.HALTED] * 2
    pending.clock.advance(timedelta(days=4))
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    pending.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="Delivered here.")
    for party in ("claimant/1", "respondent/1"):
        (window,) = of(pending, party)
        assert window.state is WindowState.OPEN and window.due_at is not None
        assert window.due_at - pending.clock.now() >= timedelta(days=6)


@pytest.mark.parametrize("waited", [2, 30])
def test_ordinary_procedure_gives_fifteen_days_in_all(pending: Scene, waited: int) -> None:
    """From small claims to ordinary procedure each party has at least fifteen days, also where the seven were over long
    ago (EV 51).
    """
    before = of(pending, "respondent/1")[0]
    pending.later(days=waited)
    pending.do("convert_track", "judge", to="ordinary", reasons="It is not simple.")
    (window,) = of(pending, "respondent/1")
    assert window.due_at is not None and before.due_at is not None
    if waited == 2:
        assert window.due_at - before.opened_at >= timedelta(days=15)
    else:
        assert window.due_at - pending.clock.now() >= timedelta(days=7)


def test_a_changed_claim_gives_time_from_its_own_service(pending: Scene) -> None:
    """Who learns of the change days later loses none of the new time (EV 55(4); court rule: from the own notice)."""
    number = pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.").number
    pending.clock.advance(timedelta(days=3))
    served(pending, "respondent/1", number, occasion="amend_claim")
    (his,), (hers,) = of(pending, "respondent/1"), of(pending, "claimant/1")
    assert his.opened_at == pending.clock.now() and hers.opened_at == pending.clock.now() - timedelta(days=3)
