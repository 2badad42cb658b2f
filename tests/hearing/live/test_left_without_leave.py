"""Who leaves a hearing held here without leave was away from it, and is ruled on (CPL 146, 147; CPI 235, 236; OLR 25)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Outcome, Stage
from odr.filing.models import Claim
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.hearing.courtroom.absence.waiting import absences
from odr.hearing.desks import ABSENCE
from odr.hearing.vocabulary import Away, Presence
from odr.procedure.acts.table import Milestone
from odr.service.models import Packet
from odr.service.packet.packets import conclude_packet, record_fact
from odr.service.room import bring_to_docket
from odr.service.vocabulary import Channel, FactKind
from tests.hearing.live.conftest import Live
from tests.hearing.scene import CHEN, HAIYUN, LI

WHY = "The summons reached them in time, and no reason was told."


def called(live: Live) -> None:
    """Everybody reads what was sent to them, the summons too, days before the hearing."""
    with live.scene.sit() as (sitting, case):
        now = live.clock.now()
        whose = {party.id: party.account_id for party in case.parties}
        for packet in sitting.session.scalars(select(Packet).where(Packet.docketed_as.is_(None))):
            record_fact(
                sitting.session,
                packet_id=packet.id,
                kind=FactKind.ACTED,
                at=now,
                recorded_at=now,
                event_id=new_reference(),
                channel=Channel.PLATFORM,
                account_id=whose[packet.party_id],
            )
            conclude_packet(sitting.session, packet, now=now)
    bring_to_docket(live.scene.court)


def leaves(live: Live, name: str) -> None:
    """Somebody goes, is prompted and warned, and is found to have left."""
    who = live.person(name).reference
    live.media.happens("left", who)
    live.follow()
    live.does(CHEN, "prompt", name)
    live.clock.advance(timedelta(seconds=5))
    live.does(CHEN, "tell", name)
    live.scene.act(CHEN, "rule_on_leaving", who=who, finding="left", reasons="Neither prompt nor warning helped.")


def closes(live: Live) -> None:
    """Every stage is gone through without who left, and the judge closes."""
    for _ in range(3):
        live.does(CHEN, "stage")
    live.clock.advance(timedelta(hours=1))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.follow()


def waiting(live: Live) -> list[str]:
    """What of absences lies on the judge's desk."""
    with live.scene.look() as (court, case):
        return [task.title["en"] for task in court.tasks(case, ABSENCE)]


def away(live: Live) -> dict[str, tuple[str, Away | None]]:
    """Who was away and is to be ruled on, by name: the absence as the form names it, and how they were away."""
    with live.scene.look() as (court, case):
        return {one.party.name: (one.reference, one.how) for one in absences(court, case)}


def test_a_claimant_who_leaves_is_away_and_the_claim_counts_as_withdrawn(live: Live) -> None:
    """Found to have left, she stands in the record as who came and left; she may tell why, and by ruling her claim counts as withdrawn
    (CPL 146).
    """
    called(live)
    with live.scene.sit() as (sitting, case):
        party = live.scene.parties[LI]
        sitting.session.add(
            Claim(case_id=case.id, party_id=party, kind="claim", amount_minor=800_000, currency="CNY", entry_number=1)
        )
    live.opened()
    leaves(live, LI)
    assert len(waiting(live)) == 1
    with pytest.raises(CourtError):
        live.scene.act(LI, "explain_absence", why="I had to catch a train.")
    closes(live)
    came = {a.name: (a.presence, a.away) for a in live.hearing().attendances}
    assert came == {LI: (Presence.ONLINE, Away.LEFT), HAIYUN: (Presence.ONLINE, None)}
    assert {name: how for name, (_, how) in away(live).items()} == {LI: Away.LEFT}
    assert len(waiting(live)) == 1, "one absence lies there once"
    number = live.scene.act(LI, "explain_absence", why="I had to catch a train.").number
    assert len(waiting(live)) == 1 and "tells the court why" in waiting(live)[0]
    absence = away(live)[LI][0]
    live.scene.act(CHEN, "rule_on_absence", absence=absence, answer="withdrawn", reasons=WHY)
    told = live.entry("rule_on_absence")[0]["result"]
    assert (told["answer"], told["told"]) == ("withdrawn", number)
    assert (live.case().stage, live.case().outcome) == (Stage.CLOSED, Outcome.DEEMED_WITHDRAWN)


def test_a_respondent_who_leaves_is_decided_on_without_them(live: Live) -> None:
    """He has no claim that could fall: it is decided without him (CPL 147)."""
    called(live)
    live.opened()
    leaves(live, HAIYUN)
    closes(live)
    assert {name: how for name, (_, how) in away(live).items()} == {HAIYUN: Away.LEFT}
    absence = away(live)[HAIYUN][0]
    with pytest.raises(CourtError):
        live.scene.act(CHEN, "rule_on_absence", absence=absence, answer="withdrawn", reasons=WHY)
    live.scene.act(CHEN, "rule_on_absence", absence=absence, answer="decided", reasons=WHY)
    assert away(live) == {} and waiting(live) == []


def test_nothing_follows_where_the_summons_is_not_proven(live: Live) -> None:
    """She came and left, and nobody can show that she was called in time: the judge is told so, and rules nothing against her."""
    live.opened()
    leaves(live, LI)
    closes(live)
    assert len(waiting(live)) == 1 and "not held against them" in waiting(live)[0]
    for answer in ("withdrawn", "decided"):
        with pytest.raises(InvalidInput, match="The summons"):
            live.scene.act(CHEN, "rule_on_absence", absence=away(live)[LI][0], answer=answer, reasons=WHY)
    live.scene.act(CHEN, "rule_on_absence", absence=away(live)[LI][0], answer="excused", reasons=WHY)
    assert live.case().stage is Stage.HEARING and away(live) == {}


def test_who_was_cut_off_is_not_away(live: Live) -> None:
    """Found to have left, and then that it was a fault: nobody is away, and nothing can be ruled on (OLR 25)."""
    live.opened()
    leaves(live, LI)
    who = live.person(LI).reference
    live.scene.act(CHEN, "rule_on_leaving", who=who, finding="fault", reasons="The line was cut in the whole street.")
    live.media.happens("entered", who)
    live.follow()
    closes(live)
    assert away(live) == {} and waiting(live) == []
    with pytest.raises(ActNotOpen):
        live.scene.act(CHEN, "rule_on_absence", absence="none", answer="decided", reasons=WHY)


def test_every_letter_on_a_hearing_that_was_held_asks_who_was_away_for_the_reason(live: Live) -> None:
    """In whichever way it was held: whoever was not there reads in the same letter that they have to say why (CPL 146, 147)."""
    letters = [act.letter for act in live.scene.court.table if Milestone.HEARING_HELD in act.means and act.letter]
    assert len(letters) >= 2
    for letter in letters:
        assert "tell the court at once why" in letter.what_next.render("en")
