"""A traffic accident in one stop, by pages without scripts: finding, insurer's offer, doubt about the appraisal, payout, end."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Outcome, Stage
from odr.ground.text import LOCALES, Money as Sum, write_money
from odr.judgment.models import Obligation
from tests.judgment.web import ORIGIN, Options
from tests.phone import Phone
from tests.scene import Scene
from tests.settlement.certifiers import OWED, TRAFFIC
from tests.settlement.test_one_key import traffic_scene

MENDED = OWED + 70 * (12_800_00 - 9_800_00) // 100
"""The repair costs 3,000 more than first appraised; the car’s limit was reached before, so 70 of a hundred of it count."""
DOUBT = {"en": "If you think a figure is wrong", "zh-Hans": "您认为某项数额有误的"}


def shown(page: str) -> str:
    """A page without the spaces that keep an amount together."""
    return page.replace("\u00a0", " ")


@pytest.mark.parametrize("language", LOCALES)
def test_an_accident_goes_from_finding_to_payout_in_one_stop(small_scene: Scene, language: str) -> None:
    """The injured party brings finding and bills, the insurer offers with one key; the appraisal is doubted, declined and
    mended; the next offer is accepted, confirmed, paid to the account named, and the case is over.
    """
    scene = small_scene
    certifiers, app = traffic_scene(scene), create_app(court=scene.court)
    li, insurer, judge = (Phone(app, scene, name, language) for name in ("li", "haiyun", "judge"))
    reference = scene.case().reference
    for kind, figures in TRAFFIC.items():
        who = insurer if kind == "insurer" else li
        who.send("/one-key", "/one-key/bring_statement", statement=certifiers[kind].sign(reference, figures))
    insurer.send("/one-key", "/one-key/offer_certified")
    page = shown(li.get("/one-key"))
    assert shown(write_money(Sum(OWED, "CNY"), language)) in page
    assert DOUBT[language] in page and "/do/ask_for_appraisal" in page
    li.send("/settlement/check/decline_offer", "/settlement/decline_offer", words="The repair costs more.")
    assert "The repair costs more." in insurer.get("/settlement")
    again = certifiers["appraiser"].sign(reference, {"repair": 12_800_00, "lost_value": 3_000_00}, file_number="A-8")
    li.send("/one-key", "/one-key/bring_statement", statement=again)
    insurer.send("/one-key", "/one-key/offer_certified")
    page = li.get("/one-key")
    assert shown(write_money(Sum(MENDED, "CNY"), language)) in shown(page)
    check = re.search(r'href="/cases/[^"/]+(/settlement/accept\?[^"]+)"', page)
    assert check is not None
    li.send(check[1].replace("&amp;", "&"), "/settlement/accept_offer")
    judge.send("/agreement", "/agreement/sign_mediation", case_number=scene.case().number or "")
    for who in (li, insurer):
        who.send("/settlement/check/sign_statement", "/settlement/sign_statement")
    assert scene.case().stage is Stage.EFFECTIVE
    assert "/account" in li.get("/one-key")
    li.send("/account/name", "/account/name", holder="Li Wen", bank="Lake Bank", account="6222 0000 1111 2222")
    assert "6222 0000 1111 2222" in insurer.get("/account")
    page = insurer.get("/one-key")
    with scene.court.database.read() as session:
        owed = session.scalars(select(Obligation.reference)).one()
    assert owed in page
    paid = {"amount": f"{MENDED / 100:.2f}", "note": "Transfer 88", "on-day": "2", "on-month": "3", "on-year": "2026"}
    insurer.send("/one-key", "/one-key/record_performance", {"obligation": owed, **paid})
    li.send("/one-key", "/one-key/confirm_performance", {"obligation": owed, "arrived": "true"})
    scene.do("close_case", "clerk")
    assert scene.case().outcome is Outcome.SETTLED
    assert judge.client.get(judge.base + "/one-key", base_url="http://court.test").status_code == 403


def form_of(phone: Phone) -> dict[str, Any]:
    """The form by which a signed statement is brought, as the page gives it."""
    forms = Options()
    forms.feed(phone.get("/one-key"))
    return dict(next(have for to, have in forms.found if to.endswith("/one-key/bring_statement")))


@pytest.mark.parametrize("language", LOCALES)
def test_whoever_settles_by_certified_figures_reads_first_what_it_comes_to_and_costs(
    small_scene: Scene, language: str
) -> None:
    """The respondent's first page leads there; the signed file is sent as it is; the sum stands beside what the claim asks for,
    with what becomes of the fee that is not paid yet, and what is next stands on top also right after an act.
    """
    scene = small_scene
    certifiers, app = traffic_scene(scene), create_app(court=scene.court)
    li, insurer = (Phone(app, scene, name, language) for name in ("li", "haiyun"))
    assert f"{insurer.base}/one-key" in insurer.get("/choose")
    for kind, figures in TRAFFIC.items():
        signed = certifiers[kind].sign(scene.case().reference, figures).encode()
        sent = {**form_of(li), "file": (BytesIO(signed), f"{kind}.json")}
        answer = li.client.post(
            li.base + "/one-key/bring_statement", base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN}
        )
        assert answer.status_code == 303, shown(answer.text)[:2000]
    for broken in (b"", b"\xff\xfe", b"x" * 200_000):
        sent = {**form_of(li), "file": (BytesIO(broken), "photo.jpg")}
        answer = li.client.post(
            li.base + "/one-key/bring_statement", base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN}
        )
        assert answer.status_code == 422
    page = shown(li.get("/one-key?done=1&number=3"))
    asked, less, fee = (
        shown(write_money(Sum(minor, "CNY"), language)) for minor in (45_000_00, 45_000_00 - OWED, 462_50)
    )
    assert asked in page and less in page and "court-nextline" in page
    assert (
        fee in page
        and {"en": "It is already the lower one and stays due", "zh-Hans": "该费用已经减半"}[language] in page
    ), page


@pytest.mark.parametrize("language", LOCALES)
def test_a_doubt_that_stays_leads_to_an_expert_of_the_court(small_scene: Scene, language: str) -> None:
    """Where the certifier does not correct, the page leads to asking for an appraisal, and to an offer in one's own words."""
    scene = small_scene
    certifiers, app = traffic_scene(scene), create_app(court=scene.court)
    li = Phone(app, scene, "li", language)
    for kind in ("police", "appraiser"):
        statement = certifiers[kind].sign(scene.case().reference, TRAFFIC[kind])
        li.send("/one-key", "/one-key/bring_statement", statement=statement)
    page = li.get("/one-key")
    assert "/do/ask_for_appraisal" in page and "/settlement" in page
    asked = li.get("/do/ask_for_appraisal")
    assert 'name="fact"' in asked or 'name="questions"' in asked
