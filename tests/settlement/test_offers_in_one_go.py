"""Offers without detours: one list of what is wrong, defaults that stay, lines of payment ready, another offer in return."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.ground.errors import InvalidInput
from odr.payments.refund.orders import would_go_back
from odr.procedure.acts.act_versions import current_input
from odr.procedure.acts.table import TABLE
from odr.procedure.forms.fields import parse
from odr.procedure.rules.tariff import Ending as FeeEnding
from odr.settlement.models import Ending, Offer, OfferState
from odr.settlement.offers.acts import OfferInput
from odr.settlement.offers.steps import fee_if_settled
from tests.faults.forks import pay_fee
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


PRESSES_AT_ONCE = re.compile(
    r'<form[^>]*action="[^"]*/(decline_offer|withdraw_offer|decline_agreement|sign_agreement)"'
)


def test_nothing_in_the_room_is_declined_or_taken_back_at_one_press(offered: Scene) -> None:
    """*Do not accept* opens a page with the terms, what follows and room for a word; the maker reads that word, the judge
    does not; *Not now* leads back and nothing was done. The same page stands before an own offer is taken back.
    """
    (first,) = offers(offered)
    li, headers, room = browser(offered, "li")
    check = f"{room}/check/decline_offer?offer={first.reference}"
    shown = li.get(room).text
    assert PRESSES_AT_ONCE.search(shown) is None and check in shown.replace("&amp;", "&")
    page = li.get(check).text
    assert "6,000.00" in page.replace("\u00a0", " ") and "cannot be accepted later" in page and f'href="{room}"' in page
    assert [one.state for one in offers(offered)] == [OfferState.OPEN]
    form = {"offer": first.reference, "words": "Half is too little for me.", "csrf_token": ""}
    assert li.post(f"{room}/decline_offer", data=form, headers=headers).status_code == 303
    haiyun, theirs, _ = browser(offered, "haiyun")
    assert "Half is too little for me." in haiyun.get(room).text
    assert li.get(check).headers["Location"].endswith("/settlement"), "what is answered leads to the room"
    assert haiyun.get(f"{room}/check/withdraw_offer").status_code == 303, "nobody takes back what is no more"
    assert haiyun.get(f"{room}/check/make_offer", headers=theirs).status_code == 404


def test_whoever_accepts_reads_what_becomes_of_the_court_fee(small_scene: Scene) -> None:
    """Half of what the claimant paid goes back if a statement ends the case; who bears the rest is said, with its article
    (FEE 15, 31); if the claim is withdrawn, the claimant (FEE 34).
    """
    offered = small_scene
    offered.lodge()
    offered.accept(track="ordinary")
    offered.work()
    offered.join()
    pay_fee(offered, "pi_settled")
    given = {"to": "claimant/1", "amount": "6000", "payer": "respondent/1", "ending": "statement"}
    offered.do("make_offer", "haiyun", **given, instalments=[{"on": "2026-05-20", "amount": "6000"}])
    (first,) = offers(offered)
    li, _, room = browser(offered, "li")
    page = li.get(f"{room}/accept?offer={first.reference}").text
    with offered.court.database.read() as session:
        sitting = offered.court.look(session)
        case = session.get_one(Case, offered.case_id)
        (paid,) = [p for p in case.parties if p.role is Role.CLAIMANT]
        back, stays = would_go_back(sitting, case, paid, FeeEnding.MEDIATED)
        said = [str(one) for one in fee_if_settled(sitting, case, Ending.WITHDRAWAL)]
    assert back.minor == stays.minor > 0 and str(back) in page and "the court decides" in page
    assert any("The claimant bears" in one for one in said)
