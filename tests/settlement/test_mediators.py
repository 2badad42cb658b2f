"""The published list of mediators; what ties a mediator to a dispute; another in their place, and a second (OMR 5, 10
to 14).
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Audience, DocketEntry, Role, Seat, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.forms.faults import validate
from odr.procedure.models import Task, Window, WindowState
from odr.settlement.mediation.acts import AcceptMediationInput, mediators
from odr.settlement.mediators.entries import (
    FEW,
    MediatorEntryInput,
    Outcomes,
    decide_entry,
    listed,
    propose_entry,
    waiting_entries,
)
from odr.settlement.models import Mediation, MediationState, MediatorEntry
from tests.scene import Scene
from tests.settlement.test_before_filing import agreed, asks, row
from tests.test_bad_input import signed_in

ENTRY: dict[str, Any] = {
    "fields": ["online_shopping"],
    "good_at": "Buyers and shops.",
    "speaks": ["en", "zh-Hans"],
    "cost": "free",
    "at_once": 2,
}


def comes(scene: Scene, name: str) -> int:
    """One more mediator of the court."""
    with scene.court.database.write() as session:
        account = Account(
            email=f"{name}@court.example",
            name=name.title(),
            state=AccountState.ACTIVE,
            created_at=scene.clock.now(),
            confirmed_at=scene.clock.now(),
        )
        session.add(account)
        session.flush()
        session.add(AccountRole(account_id=account.id, role=Role.MEDIATOR, granted_at=scene.clock.now()))
        scene.people[name] = account.id
    return scene.people[name]


def publish(scene: Scene, name: str, **other: Any) -> None:
    """Somebody's entry, written and published."""
    told = MediatorEntryInput.model_validate({**ENTRY, **other})
    with scene.court.database.write() as session:
        entry = propose_entry(session, scene.people[name], told, scene.clock.now())
        decide_entry(session, entry.reference, True, None, scene.people["president"], scene.clock.now())


def offered(scene: Scene, who: str = "li") -> list[str]:
    """Names somebody may choose from in the case."""
    with scene.court.database.read() as session:
        case = session.merge(scene.case(), load=False)
        return [str(option.label) for option in mediators(scene.court.look(session), case, scene.actor(who))]


def mediation(scene: Scene) -> Mediation:
    """The mediation as it stands."""
    found: Mediation = row(scene, Mediation)
    return found


def both_choose(scene: Scene, name: str) -> None:
    """Both parties name the same mediator."""
    for who in ("li", "haiyun"):
        scene.do("choose_mediator", who, mediator=f"{name}@court.example")


def mediating(scene: Scene) -> None:
    """Both agreed to mediate before a claim, and chose the court's mediator, who has not answered."""
    asks(scene)
    scene.join()
    scene.do("agree_mediation", "haiyun")
    both_choose(scene, "mediator")


# -- the list ------------------------------------------------------------------


def test_parties_choose_among_those_whose_entry_is_published(small_scene: Scene) -> None:
    """Who takes such disputes comes first; who has no entry, or no time, is not offered (OMR 5, 10)."""
    scene = small_scene
    for name in ("anna", "bao", "chi"):
        comes(scene, name)
    asks(scene)
    scene.join()
    assert offered(scene) == ["Anna", "Bao", "Chi", "Mediator"], "a court without a list offers everybody"
    publish(scene, "anna", fields=["online_service"])
    publish(scene, "bao")
    assert offered(scene) == ["Bao", "Anna"]
    scene.do("agree_mediation", "haiyun")
    with pytest.raises(InvalidInput, match="listed"):
        scene.do("choose_mediator", "li", mediator="chi@court.example")
    publish(scene, "bao", at_once=1)
    both_choose(scene, "bao")
    with scene.court.database.read() as session:
        (bao,) = [one for one in listed(session) if one.account.name == "Bao"]
    assert bao.is_full and offered(scene) == ["Anna"]


def test_who_does_not_take_such_disputes_is_designated_last(small_scene: Scene) -> None:
    """The parties do not agree in time: somebody is designated who takes such disputes (OMR 10, 12)."""
    scene = small_scene
    for name in ("anna", "bao"):
        comes(scene, name)
    publish(scene, "anna", fields=["online_service"])
    publish(scene, "bao")
    asks(scene)
    scene.join()
    scene.do("agree_mediation", "haiyun")
    scene.later(days=8)
    assert mediation(scene).mediator_id == scene.people["bao"]


def test_an_entry_is_shown_once_somebody_else_has_published_it(small_scene: Scene) -> None:
    """A newer entry waits and the published one stays; a declined one has its reason; nobody publishes their own."""
    scene = small_scene
    publish(scene, "mediator")
    with scene.court.database.write() as session:
        newer = propose_entry(
            session,
            scene.people["mediator"],
            MediatorEntryInput.model_validate({**ENTRY, "good_at": "Loans, too."}),
            scene.clock.now(),
        )
        assert [one.entry.told["good_at"] for one in listed(session)] == ["Buyers and shops."]
        with pytest.raises(InvalidInput, match="Somebody else"):
            decide_entry(session, newer.reference, True, None, scene.people["mediator"], scene.clock.now())
        with pytest.raises(InvalidInput, match="why"):
            decide_entry(session, newer.reference, False, None, scene.people["president"], scene.clock.now())
        decide_entry(session, newer.reference, True, None, scene.people["president"], scene.clock.now())
        assert [one.entry.told["good_at"] for one in listed(session)] == ["Loans, too."]
        assert waiting_entries(session) == []


def test_what_costs_something_says_what() -> None:
    """An entry without the amount is refused at its field."""
    with pytest.raises(InvalidInput) as caught:
        validate(MediatorEntryInput, {**ENTRY, "cost": "paid"}, currency="CNY")
    assert caught.value.faults[0].location == ("cost_words",)


@given(ended=st.integers(0, 40), share=st.floats(0, 1))
def test_no_figure_tells_about_single_cases(ended: int, share: float) -> None:
    """From fewer than five ended mediations nothing is counted out."""
    words = Outcomes(ended, int(ended * share)).told.render("en")
    assert ("Fewer than" in words) is (ended < FEW)


def test_outcomes_are_counted(small_scene: Scene) -> None:
    """One that ended in an agreement counts as agreed, for whoever led it."""
    scene = small_scene
    publish(scene, "mediator")
    agreed(scene)
    with scene.court.database.read() as session:
        (line,) = listed(session)
        assert line.outcomes == Outcomes(1, 1) and line.running == 0


# -- ties, another mediator, a second -------------------------------------------


def test_a_mediator_with_a_tie_goes_on_only_if_everybody_wants(small_scene: Scene) -> None:
    """Disclosed before accepting: nothing runs, no text is put, until the last party would go on (OMR 13)."""
    scene = small_scene
    mediating(scene)
    with pytest.raises(InvalidInput, match="Tick this"):
        validate(AcceptMediationInput, {}, currency="CNY")
    scene.do("disclose_tie", "mediator", tie="interest", words="I hold shares in the shop.")
    with pytest.raises(ActNotOpen, match="first say"):
        scene.do("accept_mediation", "mediator", untied=True)
    scene.do("keep_mediator", "li")
    with pytest.raises(ActNotOpen, match="You have said"):
        scene.do("keep_mediator", "li")
    assert mediation(scene).state is MediationState.ASSIGNED
    scene.do("keep_mediator", "haiyun")
    assert mediation(scene).state is MediationState.RUNNING
    with scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "disclose_tie")).one()
        assert "shares in the shop" in entry.payload and entry.audience is Audience.SETTLEMENT


def test_a_mediation_without_a_mediator_is_tried_again(small_scene: Scene) -> None:
    """Nobody free of conflict is there: the president is asked once, and whoever comes is designated when the same time ends (OMR 10)."""
    scene = small_scene
    with scene.court.database.write() as session:
        role = session.scalars(select(AccountRole).where(AccountRole.role == Role.MEDIATOR)).one()
        role.revoked_at = scene.clock.now()
    asks(scene)
    scene.join()
    scene.do("agree_mediation", "haiyun")
    for _ in range(3):
        scene.later(days=5)
        assert mediation(scene).state is MediationState.CHOOSING and mediation(scene).mediator_id is None
    empty = select(Task.id).where(Task.kind == "no_seat", Task.done_at.is_(None))
    with scene.court.database.read() as session:
        assert len(session.scalars(empty).all()) == 1
    comes(scene, "anna")
    scene.later(days=5)
    assert mediation(scene).mediator_id == scene.people["anna"]
    with scene.court.database.read() as session:
        assert session.scalars(empty).all() == []


def test_silence_after_a_disclosure_brings_another_mediator(small_scene: Scene) -> None:
    """Two working days: who says nothing has not agreed; the mediator leaves and does not come back (OMR 13, 14)."""
    scene = small_scene
    comes(scene, "anna")
    mediating(scene)
    scene.do("accept_mediation", "mediator", untied=True)
    scene.do("disclose_tie", "mediator", tie="other", words="I taught the buyer.")
    scene.do("keep_mediator", "li")
    scene.later(days=3)
    assert mediation(scene).state is MediationState.CHOOSING and offered(scene) == ["Anna"]
    with pytest.raises(LookupError):
        scene.actor("mediator")
    both_choose(scene, "anna")
    scene.do("accept_mediation", "anna", untied=True)
    with scene.court.database.read() as session:
        running = session.scalars(select(Window).where(Window.kind == "mediation", Window.state == WindowState.OPEN))
        assert len(running.all()) == 1, "the time of the mediation goes on, it does not begin anew"


def test_who_was_given_another_mediator_and_names_nobody_refuses(small_scene: Scene) -> None:
    """Once freely; the second time with a name, or the mediation ends (OMR 14)."""
    scene = small_scene
    for name in ("anna", "bao"):
        comes(scene, name)
    mediating(scene)
    scene.do("ask_other_mediator", "haiyun")
    assert mediation(scene).state is MediationState.CHOOSING
    both_choose(scene, "anna")
    scene.do("accept_mediation", "anna", untied=True)
    scene.do("ask_other_mediator", "haiyun", mediator="bao@court.example")
    scene.do("choose_mediator", "li", mediator="bao@court.example")
    assert mediation(scene).mediator_id == scene.people["bao"]
    scene.do("ask_other_mediator", "haiyun")
    assert mediation(scene).state is MediationState.ENDED and scene.case().stage is Stage.CLOSED


def test_a_second_mediator_whom_everybody_names(small_scene: Scene) -> None:
    """Named by both, untied, and leading only if both want that; leaving, the first goes on (OMR 11)."""
    scene = small_scene
    comes(scene, "anna")
    mediating(scene)
    scene.do("accept_mediation", "mediator", untied=True)
    scene.do("ask_second_mediator", "li", mediator="anna@court.example", leads="second")
    with pytest.raises(LookupError):
        scene.actor("anna")
    scene.do("ask_second_mediator", "haiyun", mediator="anna@court.example", leads="second")
    with pytest.raises(ActNotOpen):
        scene.do("accept_as_second", "mediator", untied=True)
    scene.do("accept_as_second", "anna", untied=True)
    assert mediation(scene).mediator_id == scene.people["anna"]
    with pytest.raises(ActNotOpen, match="do not lead"):
        scene.do("disclose_tie", "mediator", tie="other", words="I taught the buyer.")
    scene.do("leave_as_second", "mediator")
    with scene.court.database.read() as session:
        seats = session.scalars(select(Seat.account_id).where(Seat.role == Role.MEDIATOR, Seat.until_at.is_(None)))
        assert seats.all() == [scene.people["anna"]]
    assert mediation(scene).state is MediationState.RUNNING


def test_nobody_of_the_court_reads_a_tie(small_scene: Scene) -> None:
    """What the mediator tells stays in the room: no clerk may do it or read it."""
    scene = small_scene
    mediating(scene)
    with pytest.raises(Forbidden):
        scene.do("disclose_tie", "clerk", tie="other", words="Nothing of mine.")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lot=st.integers(0, 2**16))
def test_at_most_one_leads_and_whoever_is_gone_stays_gone(small_scene: Scene, lot: int) -> None:
    """Whatever is disclosed, kept, asked and chosen by lot: whoever left is not offered, does not sit, and nobody sits
    who neither leads nor is second.
    """
    scene, lots = small_scene, Random(lot)
    for name in ("anna", "bao"):
        if name not in scene.people:
            comes(scene, name)
    mediating(scene)
    people = ("li", "haiyun", "mediator", "anna", "bao")
    for _ in range(8):
        name = lots.choice(list(STEPS))
        try:
            scene.do(name, lots.choice(people), **{k: lots.choice(v) for k, v in STEPS[name].items()})
        except (ActNotOpen, InvalidInput, Forbidden, LookupError):
            continue
        found = mediation(scene)
        with scene.court.database.read() as session:
            seats = select(Seat.account_id).where(
                Seat.case_id == scene.case_id, Seat.role == Role.MEDIATOR, Seat.until_at.is_(None)
            )
            sitting = session.scalars(seats).all()
        may = {found.mediator_id, (found.second or {}).get("account")} - {None}
        over = found.state is MediationState.ENDED
        assert set(sitting) == (set() if over else may) and len(sitting) == len(set(sitting))
        assert not may & set(found.gone) and not set(sitting) & set(found.gone)


STEPS: dict[str, dict[str, list[Any]]] = {
    "accept_mediation": {"untied": [True]},
    "disclose_tie": {"tie": ["other"], "words": ["I taught the buyer."]},
    "keep_mediator": {},
    "decline_mediation": {},
    "ask_other_mediator": {"mediator": [None, "anna@court.example", "bao@court.example"]},
    "choose_mediator": {"mediator": ["anna@court.example", "bao@court.example"]},
    "ask_second_mediator": {"mediator": ["anna@court.example", "bao@court.example"], "leads": ["first", "second"]},
    "accept_as_second": {"untied": [True]},
    "leave_as_second": {},
}
"""What may be tried, with what may be given."""


# -- pages ------------------------------------------------------------------------


def test_the_list_is_public_and_says_what_omr_5_asks(small_scene: Scene) -> None:
    """Fields, cost, organisation and court; filtered by kind of dispute; nobody who is not published."""
    scene = small_scene
    comes(scene, "anna")
    publish(scene, "mediator", organisation="Lakeside Committee", cost="paid", cost_words="CNY 100 each")
    client = create_app(court=scene.court).test_client()
    page = client.get("/mediators").get_data(as_text=True)
    assert all(words in page for words in ("Lakeside Committee", "CNY 100 each", "Buyers and shops.", "Fewer than"))
    assert "Anna" not in page and "@court.example" not in page
    assert "Lakeside" not in client.get("/mediators?cause=online_service").get_data(as_text=True)


def test_an_entry_goes_from_the_mediator_over_the_president_to_the_list(small_scene: Scene) -> None:
    """By the pages: what was typed stays where something is wrong; published, it is read by everybody; taken off with a
    reason, it is gone.
    """
    scene = small_scene
    app = create_app(court=scene.court)
    (mine, sends), (his, orders) = signed_in(scene, app, "mediator"), signed_in(scene, app, "president")
    form = {**ENTRY, "cost": "paid"}
    wrong = mine.post("/mediators/mine", data=form, headers=sends)
    assert wrong.status_code == 422 and "Buyers and shops." in wrong.get_data(as_text=True)
    sent = mine.post("/mediators/mine", data={**form, "cost_words": "CNY 100 each"}, headers=sends)
    assert sent.status_code == 303
    assert "Waits for the president" in mine.get("/mediators/mine").get_data(as_text=True)
    reference = row(scene, MediatorEntry).reference
    decide = f"/mediators/{reference}/decide"
    refused = his.post(decide, data={"decision": "decline"}, headers=orders)
    assert refused.status_code == 422 and "Say why" in refused.get_data(as_text=True)
    assert his.post(decide, data={"decision": "publish"}, headers=orders).status_code == 303
    assert "CNY 100 each" in app.test_client().get("/mediators").get_data(as_text=True)
    assert his.post(decide, data={"decision": "off", "reason": "Left."}, headers=orders).status_code == 303
    assert "CNY 100 each" not in app.test_client().get("/mediators").get_data(as_text=True)


def test_the_room_shows_a_tie_and_who_has_still_to_say(small_scene: Scene) -> None:
    """What was disclosed stands in the room with the names that are missing; the form to choose says what the list says."""
    scene = small_scene
    publish(scene, "mediator")
    mediating(scene)
    scene.do("disclose_tie", "mediator", tie="interest", words="I hold shares in the shop.")
    scene.do("keep_mediator", "li")
    client, _ = signed_in(scene, create_app(court=scene.court), "haiyun")
    page = client.get(f"/cases/{scene.case().reference}/settlement?act=keep_mediator").get_data(as_text=True)
    assert "I hold shares in the shop." in page and "Still to say: Haiyun" in page
