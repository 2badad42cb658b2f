"""Offers without detours: one list of what is wrong, defaults that stay, lines of payment ready, another offer in return."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.ground.errors import InvalidInput
from odr.procedure.acts.act_versions import current_input
from odr.procedure.acts.table import TABLE
from odr.procedure.forms.fields import parse
from odr.settlement.models import Offer, OfferState
from odr.settlement.offers.acts import OfferInput
from tests.scene import Scene
from tests.test_bad_input import signed_in


@pytest.fixture
def offered(small_scene: Scene) -> Scene:
    """Haiyun offers Li 6,000."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()
    scene.work()
    given = {"to": "claimant/1", "amount": "6000", "payer": "respondent/1", "ending": "statement"}
    scene.do("make_offer", "haiyun", **given, instalments=[{"on": "2026-05-20", "amount": "6000"}])
    return scene


def browser(scene: Scene, who: str) -> tuple[FlaskClient, dict[str, str], str]:
    client, headers = signed_in(scene, create_app(court=scene.court), who)
    return client, headers, f"/cases/{scene.case().reference}/settlement"


def offers(scene: Scene) -> list[Offer]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Offer).order_by(Offer.id)))


def values_of(page: str) -> dict[str, Any]:
    """What a browser would send from the form at #do."""
    form = page.split('id="do"')[1].split("</form>")[0]
    typed = dict(re.findall(r'<input[^>]*name="([^"]+)" type="(?:text|hidden)"[^>]*value="([^"]*)"', form))
    typed |= dict(re.findall(r'<input type="hidden"(?: id="[^"]*")? name="([^"]+)" value="([^"]*)"', form))
    return typed | dict(re.findall(r'name="([^"]+)" type="radio" value="([^"]*)" checked', form))


def test_another_offer_in_return_begins_with_the_terms_and_declines_the_first(offered: Scene) -> None:
    """One link, one form, one act: changed to 7,000 and sent, the first offer is declined and the new one is open."""
    li, headers, room = browser(offered, "li")
    (first,) = offers(offered)
    assert f"counter={first.reference}" in li.get(room).text
    form = values_of(li.get(f"{room}?act=make_offer&counter={first.reference}").text)
    assert form["amount"].endswith("6,000.00") and form["instead_of"] == first.reference and form["days"] == "7"
    assert form["instalments-0-on-day"] == "20" and form["to"] == "respondent/1"
    form |= {"amount": "7,000", "instalments-0-amount": "7,000", "csrf_token": ""}
    sent = li.post(f"{room}/make_offer", data=form, headers=headers)
    assert sent.status_code == 303, re.findall(r"<li><a href=\"#[^<]+<", sent.text)
    states = [(one.amount_minor, one.state) for one in offers(offered)]
    assert states == [(600_000, OfferState.DECLINED), (700_000, OfferState.OPEN)]


def test_nobody_declines_with_their_own_offer_what_was_not_offered_to_them(offered: Scene) -> None:
    """The maker of an offer answers it with no other; an offer of before answered none."""
    (first,) = offers(offered)
    given = {"to": "claimant/1", "amount": "5000", "payer": "respondent/1", "ending": "statement"}
    with pytest.raises(Exception, match="not yours"):
        offered.do(
            "make_offer",
            "haiyun",
            **given,
            instalments=[{"on": "2026-05-20", "amount": "5000"}],
            instead_of=first.reference,
        )
    assert current_input(TABLE["make_offer"], 1, {"to": "x"}) == {"to": "x", "instead_of": None}


def test_a_form_that_begins_with_something_keeps_its_defaults(offered: Scene) -> None:
    """Begun from a wording or a link, the days and the way it ends are filled in all the same."""
    li, _, room = browser(offered, "li")
    for rest in ("?act=make_offer", "?act=make_offer&amount=5000"):
        form = values_of(li.get(room + rest).text)
        assert form["days"] == "7" and form["ending"] == "statement", rest


def test_what_is_missing_and_what_cannot_be_read_are_told_in_one_list() -> None:
    """A day that is none, nobody who pays, nobody who does the rest: three faults at once, each at its field."""
    with pytest.raises(InvalidInput) as wrong:
        parse(
            OfferInput,
            {
                "to": "claimant/1",
                "amount": "6000",
                "instalments-0-on-day": "40",
                "instalments-0-on-month": "5",
                "instalments-0-on-year": "2026",
                "instalments-0-amount": "6000",
                "deed": "The goods go back.",
                "ending": "statement",
            },
        )
    assert {one.location[0] for one in wrong.value.faults} == {"instalments", "payer", "deed_by"}
