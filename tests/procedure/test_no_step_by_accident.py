"""No step by accident: what it costs, what it binds to and what it cannot reach is said before; what is seldom meant is asked
about; and what ends a case stands last.
"""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Annotated, Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import PARTY_ROLES, DocketEntry, Stage
from odr.ground.errors import FieldFault
from odr.procedure.acts.availability import acts_for
from odr.procedure.acts.table import TABLE
from odr.procedure.case.overview import ends_the_case, grouped
from odr.procedure.forms.doubts import doubts_of, mark_of
from odr.procedure.forms.fields import parse
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney
from odr.settlement.models import Offer
from tests.scene import Scene
from tests.test_bad_input import signed_in

Client = tuple[FlaskClient, dict[str, str]]


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A case that both sides have joined."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    small_scene.work()
    return small_scene


def browser(scene: Scene, who: str) -> Client:
    return signed_in(scene, create_app(court=scene.court), who)


def here(scene: Scene, rest: str = "") -> str:
    return f"/cases/{scene.case().reference}{rest}"


def acts_done(scene: Scene, name: str) -> int:
    with scene.court.database.read() as session:
        return len(session.scalars(select(DocketEntry.id).where(DocketEntry.act == name)).all())


def offer(scene: Scene, **more: Any) -> str:
    """The respondent offers 6,000; its reference."""
    given = {"to": "claimant/1", "amount": "6000", "payer": "respondent/1", "ending": "statement"}
    scene.do("make_offer", "haiyun", **given, instalments=[{"on": "2026-05-20", "amount": "6000"}], **more)
    with scene.court.database.read() as session:
        return session.scalars(select(Offer.reference)).one()


def test_an_offer_is_accepted_from_a_page_that_says_what_it_is(pending: Scene) -> None:
    """The room leads to terms, sums, and the moments of binding; only that page has the button, and it names the sum."""
    reference = offer(pending)
    li, headers = browser(pending, "li")
    room = li.get(here(pending, "/settlement")).text
    assert "/settlement/accept_offer" not in room and f"/settlement/accept?offer={reference}" in unescape(room)
    check = li.get(here(pending, f"/settlement/accept?offer={reference}")).text
    for words in (
        "6,000.00",
        "When it binds you",
        "you can still say no",
        "every time limit goes on",
        "Less than the claim",
    ):
        assert words in check, words
    assert re.search(r"<button[^>]*>Accept .*6,000\.00", check)
    done = li.post(
        here(pending, "/settlement/accept_offer"),
        data={"offer": reference, "premise": f"{reference}:open"},
        headers=headers,
    )
    assert done.status_code == 303 and acts_done(pending, "accept_offer") == 1
    again = li.get(here(pending, f"/settlement/accept?offer={reference}"))
    assert again.headers["Location"] == here(pending, "/settlement"), "what is answered is accepted no second time"


def test_who_accepts_confirms_who_they_are_anew(pending: Scene) -> None:
    """Proved longer ago than a quarter of an hour: the form asks for it, and the act is not done without."""
    reference = offer(pending)
    li, headers = browser(pending, "li")
    pending.later(minutes=20)
    page = here(pending, f"/settlement/accept?offer={reference}")
    assert 'name="identity_password"' in li.get(page).text
    where, given = here(pending, "/settlement/accept_offer"), {"offer": reference, "identity_password": "not it"}
    wrong = li.post(where, data={**given, "premise": f"{reference}:open"}, headers=headers)
    assert wrong.status_code == 422 and 'id="identity_password-error"' in wrong.text and reference in wrong.text
    assert acts_done(pending, "accept_offer") == 0
    refused = li.post(here(pending, "/settlement/accept_offer"), data={"offer": reference}, headers=headers)
    assert refused.status_code >= 400 and acts_done(pending, "accept_offer") == 0
    assert TABLE["accept_offer"].strong


def test_the_maker_of_an_offer_cannot_accept_it(pending: Scene) -> None:
    """Only who got the offer sees the page."""
    reference = offer(pending)
    haiyun, _ = browser(pending, "haiyun")
    for which in (reference, "none", ""):
        assert haiyun.get(here(pending, f"/settlement/accept?offer={which}")).status_code == 303


def test_an_objection_says_what_it_may_cost(pending: Scene) -> None:
    """Before it is raised, where one chooses, and under Fee, also while it waits for its ruling (FEE 13(6))."""
    haiyun, headers = browser(pending, "haiyun")
    form = here(pending, "/do/object_to_jurisdiction")
    for page in ("/do/object_to_jurisdiction", "/choose", "/fee"):
        shown = haiyun.get(here(pending, page)).text.replace("\u00a0", " ")
        assert "If it fails, this costs you CNY 100.00" in shown, page
    sent = {"ground": "place", "court": "Wenzhou", "words": "Bought in Wenzhou, so that court is nearer."}
    assert haiyun.post(form, data=sent, headers=headers).status_code == 303
    fee = haiyun.get(here(pending, "/fee")).text
    assert "You have done this; nothing is asked for yet." in fee
    assert "If it fails" not in browser(pending, "li")[0].get(here(pending, "/fee")).text


def test_more_time_says_what_can_be_longer_and_what_not(pending: Scene) -> None:
    """The time for evidence can be lengthened, the time to answer is the law's (EV 54; CPL 128)."""
    page = browser(pending, "haiyun")[0].get(here(pending, "/do/ask_extension")).text
    assert "This time limit can be made longer: " in page
    assert "The law fixes this time limit; nobody can make it longer: " in page
    assert "The time to appeal from a judgment is fixed by law as well." in page


def test_what_ends_a_case_is_never_the_first_thing_to_do(pending: Scene) -> None:
    """Withdrawing a claim stands under the last heading, whatever else is open."""
    assert ends_the_case(TABLE["withdraw_claim"])
    for who in ("li", "haiyun"):
        with pending.court.database.read() as session:
            sitting = pending.court.look(session)
            open_acts = [a for a in acts_for(sitting, pending.case(), pending.actor(who)) if a.is_open]
        groups = grouped(open_acts)
        ends = [number for number, group in enumerate(groups) for a in group.acts if ends_the_case(a.act)]
        assert set(ends) <= {len(groups) - 1} and len(groups) > 1
        assert {a.act.name for g in groups for a in g.acts} <= {a.act.name for a in open_acts}
    assert all(act.by <= PARTY_ROLES and Stage.CLOSED in act.to for act in TABLE if ends_the_case(act))


class Told(CourtModel):
    """A sum and two days."""

    amount: CourtMoney
    happened_on: Annotated[CourtDate, None]
    until: Annotated[CourtDate, None]


def test_what_is_seldom_meant_is_asked_about() -> None:
    """Ten billion, a day to come where something happened, a day far away: a question each; what is usual asks nothing."""
    today = date(2026, 3, 2)
    usual = parse(Told, {"amount": "88,000", "happened_on": "2026-03-01", "until": "2026-09-01"})
    assert doubts_of(usual, today) == [] and mark_of([]) == ""
    odd = parse(Told, {"amount": "10,000,000,000", "happened_on": "2026-03-03", "until": "2062-09-01"})
    found = doubts_of(odd, today)
    assert [one.location for one in found] == [("amount",), ("happened_on",), ("until",)]
    other = parse(Told, {"amount": "20,000,000,000", "happened_on": "2026-03-03", "until": "2062-09-01"})
    assert mark_of(found) != mark_of(doubts_of(other, today)), "what was confirmed is this sum, and no other"
    assert all(isinstance(one, FieldFault) for one in found)


def test_an_offer_of_ten_billion_is_made_only_once_it_is_confirmed(pending: Scene) -> None:
    """Asked about at its field; with the box ticked it is made, without it nothing is."""
    haiyun, headers = browser(pending, "haiyun")
    at = here(pending, "/settlement/make_offer")
    form = {"to": "claimant/1", "amount": "60,000,000,000", "payer": "respondent/1", "ending": "statement", "days": "7"}
    form |= {"instalments-0-on-day": "20", "instalments-0-on-month": "5", "instalments-0-on-year": "2026"}
    form |= {"instalments-0-amount": "60,000,000,000"}
    asked = haiyun.post(at, data=form, headers=headers)
    assert asked.status_code == 422 and "is this sum right?" in asked.text and acts_done(pending, "make_offer") == 0
    sure = re.search(r'name="sure" type="checkbox" value="([0-9a-f]+)"', asked.text)
    assert sure is not None
    assert haiyun.post(at, data=form | {"sure": "0"}, headers=headers).status_code == 422
    assert haiyun.post(at, data=form | {"sure": sure[1]}, headers=headers).status_code == 303
    assert acts_done(pending, "make_offer") == 1


def test_opinions_are_offered_when_they_are_taken_and_announced_before(pending: Scene) -> None:
    """While the exhibits' phase is still to come, the page says "later" and does not lead to a refusal; then it leads there."""
    sent = pending.upload("li", b"The label says 2019.").reference
    line = {"upload": sent, "title": "Photograph of the label", "proves": "The year is wrong.", "source": "own"}
    pending.do("submit_exhibit", "li", **line)
    pending.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
    pending.pay()
    pending.later(days=30)
    pending.do("open_examination", "judge", mode="asynchronous")
    haiyun, _ = browser(pending, "haiyun")
    seen = []
    for _ in range(8):
        page, offered = (
            haiyun.get(here(pending, "/examination")).text,
            haiyun.get(here(pending, "/examination/opinions")),
        )
        assert (f'href="{here(pending, "/examination/opinions")}"' in page) == (offered.status_code == 200)
        assert ("once the exhibits are examined" in page) == (offered.status_code != 200)
        seen.append(offered.status_code == 200)
        if seen[-1]:
            break
        pending.do("end_phase", "judge", reasons="Everybody has spoken.")
    assert seen == sorted(seen) and seen[-1] and not seen[0]
