"""Two disputes settled to the end, by programs and in a browser: mediated with instalments and a default, and a traffic
claim with one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.settlement.models import Agreement
from tests.api.caller import Caller, Contract, caller
from tests.e2e.test_journey import give_second_factor
from tests.entering import let_in
from tests.peers.browser import DESK, PHONE, OpenContext
from tests.scene import Scene, open_court
from tests.settlement.certifiers import OWED, TRAFFIC
from tests.settlement.test_one_key import newest, traffic_scene
from tests.sound import fits_each_width, is_sound, turn

PEOPLE = ("li", "haiyun", "judge", "clerk", "mediator")
TERMS = {
    "amount": "5,000.00",
    "payer": "respondent/1",
    "payee": "claimant/1",
    "ending": "statement",
    "instalments": [{"on": "2026-03-20", "amount": "2,000.00"}, {"on": "2026-04-20", "amount": "3,000.00"}],
    "accelerates": True,
}


@pytest.fixture
def quick_scene(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """A court on a database that does not wait for the disk."""
    database = Database(sqlite_url, synchronous="OFF")
    yield open_court(database, clock, tmp_path / "court")
    database.dispose()


def programs(scene: Scene, origin: str) -> dict[str, Caller]:
    """Everybody's program, in the scene's case; one of them asks for Chinese."""
    contract = Contract(origin)
    made = {who: caller(scene, origin, contract, who) for who in PEOPLE}
    for one in made.values():
        one.reference = scene.case().reference
    made["haiyun"].headers["Accept-Language"] = "zh-CN"
    return made


def said(person: Caller, act: str) -> dict[str, Any]:
    """What the newest entry of an act gives this person to read."""
    return next(
        row["content"] for row in reversed(person.read()["docket"]) if row["content"] and row["content"]["act"] == act
    )


def statement_by_programs(people: dict[str, Caller], agreement: str) -> None:
    """The judge makes the statement, both sides sign it."""
    judge = people["judge"]
    waits = next(
        row["content"]
        for row in judge.read()["docket"]
        if row["content"] and row["content"]["act"] == "submit_agreement"
    )
    assert waits["result"]["agreement"] == agreement and waits["result"]["terms"]
    judge.do(
        "sign_mediation",
        code=True,
        premise=judge.act("sign_mediation")["premise"],
        agreement=agreement,
        case_number=judge.read()["number"],
    )
    for who in ("li", "haiyun"):
        people[who].do("sign_statement", code=True, agreement=agreement)
    assert people["li"].stage() == "effective"


@pytest.mark.slow
def test_a_traffic_claim_is_settled_with_one_key_by_programs(quick_scene: Scene, serve: Callable[..., str]) -> None:
    """Certified statements, one act to offer, one to accept, statement, account and payment over the API; the bench
    reads none of it.
    """
    scene = quick_scene
    certifiers = traffic_scene(scene)
    people = programs(scene, serve(create_app(court=scene.court)))
    li, haiyun = people["li"], people["haiyun"]
    for kind, figures in TRAFFIC.items():
        li.do("bring_statement", statement=certifiers[kind].sign(li.reference, figures))
    assert said(haiyun, "bring_statement")["result"] | {"statement": "", "sha256": ""} == {
        "statement": "",
        "sha256": "",
        "total": OWED,
        "missing": [],
    }
    haiyun.do("offer_certified", premise=haiyun.act("offer_certified")["premise"], pay_within=15, days=7)
    offered = said(li, "offer_certified")["result"]
    assert sum(step["minor"] for step in offered["working"]) == OWED
    li.do("accept_offer", code=True, offer=offered["offer"])
    agreement = said(li, "accept_offer")["result"]["agreement"]
    statement_by_programs(people, agreement)
    li.do(
        "instruct_payout",
        code=True,
        agreement=agreement,
        holder="Li Wen",
        bank="Lake Bank",
        account="6222 0000 1111 2222",
    )
    assert said(haiyun, "instruct_payout")["input"]["account"] == "…2222"
    (owed,) = [o["value"] for o in haiyun.act("record_performance")["choices"]["open_obligations"]]
    haiyun.do("record_performance", obligation=owed, amount=f"{OWED / 100:.2f}", on="2026-03-02", note="Transfer 88")
    li.do("confirm_performance", obligation=owed, arrived=True)
    people["clerk"].do("close_case")
    assert people["judge"].read()["outcome"] == "settled"
    private = {"bring_statement", "offer_certified", "accept_offer", "instruct_payout"}
    for who in ("judge", "clerk"):
        rows = people[who].read()["docket"]
        assert not private & {row["content"]["act"] for row in rows if row["content"]}
        assert "6222 0000" not in str(rows)


@pytest.mark.slow
def test_a_mediated_agreement_in_instalments_is_enforced_by_programs(
    quick_scene: Scene, serve: Callable[..., str]
) -> None:
    """Asked for, agreed, chosen together, accepted, talked alone, text, statement, one instalment missed: enforcement
    of all that is left, with one act.
    """
    scene = quick_scene
    scene.lodge()
    scene.accept()
    scene.join()
    people = programs(scene, serve(create_app(court=scene.court)))
    li, haiyun, mediator = people["li"], people["haiyun"], people["mediator"]
    haiyun.do("ask_mediation", words="Shall we talk?")
    li.do("agree_mediation")
    for who in (li, haiyun):
        who.do("choose_mediator", mediator="mediator@court.example")
    mediator.do("accept_mediation", untied=True)
    li.do("say_in_room", words="My lowest is five.", alone="claimant/1")
    assert "My lowest" in str(mediator.read()["docket"]) and "My lowest" not in str(haiyun.read()["docket"])
    mediator.do("propose_text", **TERMS)
    agreement = said(li, "propose_text")["result"]["agreement"]
    for who in (li, haiyun):
        who.do("sign_agreement", agreement=agreement)
    assert "Shall we talk" not in str(people["judge"].read()["docket"])
    statement_by_programs(people, agreement)
    scene.later(days=20)
    li.do("apply_for_enforcement")
    applied = said(li, "apply_for_enforcement")["result"]
    assert [row["principal"] for row in applied["claimed"]] == [2_000_00, 3_000_00] and li.stage() == "enforcement"


# -- in the browser ---------------------------------------------------------


@dataclass
class Visit:
    """People at browsers: each page, when first seen, is turned once from English at a desk to Chinese on a phone, or
    back, and stays so.
    """

    scene: Scene
    origin: str
    open_context: OpenContext
    pages: dict[str, Page] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def page(self, who: str) -> Page:
        """Somebody's page, signed in; every other person reads Chinese on a phone at first."""
        if who not in self.pages:
            locale, width = (("en", DESK), ("zh-Hans", PHONE))[len(self.pages) % 2]
            self.pages[who] = self.open_context(self.origin, width=width).new_page()
            let_in(self.scene.court, self.scene.people[who], self.pages[who].context, self.origin, locale)
        return self.pages[who]

    def open(self, who: str, path: str) -> Page:
        """A page of the case; nothing scrolls sideways at either width, and what is new is read in both languages."""
        page = self.page(who)
        page.goto(f"/cases/{self.scene.case().reference}{path}")
        fits_each_width(page)
        if path not in self.seen:
            turn(page)
            fits_each_width(page)
        self.seen.add(path)
        return page

    def send(self, who: str, path: str, act: str, **values: str) -> Page:
        """Fill the act's form on a page and send it."""
        page = self.open(who, path)
        form = page.locator(f"form[action$='/{act}']").first
        around = f"details:not([open]):has(form[action$='/{act}']) > summary"
        for folded in (page.locator(around), form.locator("details:not([open]) > summary")):
            while folded.count():
                folded.first.click()
        for name, value in values.items():
            place = form.locator(f"[name='{name}']")
            kind = place.first.evaluate("e => e.tagName + ':' + (e.type || '')")
            if kind == "INPUT:radio":
                form.locator(f"[name='{name}'][value='{value}']").check()
            elif kind == "INPUT:checkbox":
                place.first.check()
            elif kind.startswith("SELECT"):
                place.first.select_option(value)
            else:
                place.first.fill(value)
        before = len(self.entries(act))
        with page.expect_navigation():
            form.locator("button.govuk-button:not([formaction])").last.click()
        assert len(self.entries(act)) == before + 1, (act, page.url, page.inner_text("main")[:1500])
        return page

    def entries(self, act: str) -> list[Any]:
        """Entries of an act so far."""
        with self.scene.court.database.read() as session:
            return list(entries_of(session, session.get_one(Case, self.scene.case_id), act))

    def statement(self) -> None:
        """The judge makes the statement, both sides sign it."""
        self.send("judge", "/agreement", "sign_mediation", case_number=self.scene.case().number or "")
        for who in ("li", "haiyun"):
            self.send(who, "/settlement/check/sign_statement", "sign_statement")
        assert self.scene.case().stage is Stage.EFFECTIVE


def test_a_traffic_claim_is_settled_with_one_key_in_the_browser(
    quick_scene: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """All of it on one page, at 320 pixels and in Chinese too: statement, working, one key to offer, one to accept,
    account, payment.
    """
    scene = quick_scene
    certifiers = traffic_scene(scene)
    give_second_factor(scene, "judge")
    visit = Visit(scene, serve(create_app(court=scene.court)), open_context)
    reference = scene.case().reference
    is_sound(visit.open("li", "/one-key"))
    for kind, figures in TRAFFIC.items():
        if kind == "insurer":
            visit.send("haiyun", "/one-key", "bring_statement", statement=certifiers[kind].sign(reference, figures))
        else:
            scene.do("bring_statement", "li", statement=certifiers[kind].sign(reference, figures))
    shown = visit.send("haiyun", "/one-key", "offer_certified").inner_text("main")
    assert f"{OWED / 100:,.2f}" in shown and ("CTI" not in shown)
    check = visit.open("li", "/one-key").locator("a[href*='/settlement/accept?']").get_attribute("href") or ""
    page = visit.send("li", check.removeprefix(f"/cases/{reference}"), "accept_offer")
    visit.send("judge", "/agreement", "sign_mediation", case_number=scene.case().number or "")
    visit.send("li", "/one-key", "instruct_payout", holder="Li Wen", bank="Lake Bank", account="6222 0000 1111 2222")
    for who in ("li", "haiyun"):
        visit.send(who, "/settlement/check/sign_statement", "sign_statement")
    with scene.court.database.read() as session:
        from odr.judgment.models import Obligation

        owed = session.scalars(select(Obligation.reference)).one()
    page = visit.send(
        "haiyun",
        "/one-key",
        "record_performance",
        obligation=owed,
        amount=f"{OWED / 100:.2f}",
        note="Transfer 88",
        **{"on-day": "2", "on-month": "3", "on-year": "2026"},
    )
    assert "6222 0000 1111 2222" in visit.open("haiyun", "/account").inner_text("main")
    page = visit.send("li", "/one-key", "confirm_performance", obligation=owed, arrived="true")
    turn(page)
    is_sound(page)
    scene.do("close_case", "clerk")
    assert scene.case().outcome.value == "settled"
    refused = visit.page("judge").goto(f"/cases/{reference}/one-key")
    assert refused is not None and refused.status == 403


def test_a_mediated_agreement_in_instalments_is_enforced_in_the_browser(
    quick_scene: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """From “shall we mediate” to the application for enforcement after a missed instalment, by the buttons of the
    pages.
    """
    scene = quick_scene
    scene.lodge()
    scene.accept()
    scene.join()
    give_second_factor(scene, "judge", "mediator")
    visit = Visit(scene, serve(create_app(court=scene.court)), open_context)
    visit.send("haiyun", "/settlement?act=ask_mediation", "ask_mediation", words="Shall we talk?")
    visit.send("li", "/settlement?act=agree_mediation", "agree_mediation")
    for who in ("li", "haiyun"):
        visit.send(who, "/settlement?act=choose_mediator", "choose_mediator", mediator="mediator@court.example")
    visit.send("mediator", "/settlement?act=accept_mediation", "accept_mediation", untied="yes")
    scene.do("propose_text", "mediator", **TERMS)
    for who in ("li", "haiyun"):
        visit.send(who, "/settlement/check/sign_agreement", "sign_agreement")
    is_sound(visit.open("li", "/settlement"))
    visit.statement()
    assert newest(scene, Agreement).amount_minor == 5_000_00
    scene.later(days=20)
    visit.pages.clear()
    page = visit.open("li", "/do/apply_for_enforcement")
    with page.expect_navigation():
        page.locator("main form button.govuk-button:not([formaction])").last.click()
    assert scene.case().stage is Stage.ENFORCEMENT
