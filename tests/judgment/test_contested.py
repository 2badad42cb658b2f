"""A contested dispute with costs, decided, appealed and final: by programs with their tokens, and at the desk of a
browser in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Page
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.judgment.models import AppealPetition, Decision, Obligation
from odr.judgment.vocabulary import AppealState, DecisionState
from odr.notary.seal.seal_check import SealState, validate_pdf
from odr.payments.books.bookings import outstanding
from odr.payments.books.paydesk import cashier, take_at_counter
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment, Refund
from tests.api.caller import Caller, Contract, caller
from tests.e2e.test_journey import give_second_factor
from tests.entering import let_in
from tests.peers.browser import DESK, PHONE, OpenContext
from tests.scene import Scene, exchange_is_over, open_court
from tests.sound import fits_each_width, is_sound, is_sound_to_both

PEOPLE = ("li", "haiyun", "judge", "clerk")
GO = "main form button.govuk-button:not(.govuk-button--secondary)"
OUTCOME = {
    "outcome": "changed",
    "court": "Intermediate Court",
    "number": "(2026) 12",
    "summary": "Half.",
    "amount": "4,000.00",
}
BEARS = [{"party": "respondent/1", "bears": "25.00"}]
SAID = ("Page and label agree.", "The label is lawful.", "The claim is dismissed.")


@pytest.fixture
def court(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """A court, and Li's dispute brought by acts to the judge's desk: answered, an exhibit opposed, the fee paid at the
    counter.
    """
    database = Database(sqlite_url, synchronous="OFF")
    scene = open_court(database, clock, tmp_path / "court")
    scene.lodge()
    scene.accept("simple")
    scene.later(minutes=30)
    scene.join()
    pay(scene)
    sent = scene.upload("li", b"Order BH-2025-1106-8842")
    scene.do(
        "submit_exhibit",
        "li",
        upload=sent.reference,
        title="Order page",
        proves="That I bought them",
        source="My phone",
        category="files",
    )
    scene.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
    scene.do("open_examination", "judge", mode="asynchronous")
    for _ in range(60):
        if exchange_is_over(scene):
            break
        scene.later(days=1)
    scene.hear()
    yield scene
    database.dispose()


def pay(scene: Scene) -> None:
    """Whatever is due is paid at the cashier's counter."""
    with scene.court.sit() as sitting:
        case, clerk = sitting.session.get_one(Case, scene.case_id), scene.people["cashier"]
        actor = cashier(sitting.session, case, clerk, "Cashier", sitting.now, sitting.now)
        due = [a for a in assessments_of(sitting.session, case) if outstanding(sitting.session, a).minor]
        assert due
        for n, one in enumerate(due):
            take_at_counter(sitting, one, outstanding(sitting.session, one), f"{case.entry_count}-{n}", actor)


def read_all(scene: Scene) -> None:
    """Both sides open what was sent to them."""
    scene.later(hours=1)
    scene.later(days=4)


def final(scene: Scene) -> None:
    """At the end the higher court's sum is owed, the petition decided, the appeal's fee is the tariff's, the winner's
    prepayment ordered back.
    """
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        decision, petition = session.scalars(select(Decision)).one(), session.scalars(select(AppealPetition)).one()
        owed = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).one()
        appeal = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.APPEAL)).one()
        back = session.scalars(select(Refund)).all()
    assert (case.stage, decision.state, petition.state) == (Stage.EFFECTIVE, DecisionState.ISSUED, AppealState.DECIDED)
    assert (owed.amount_minor, appeal.amount.minor) == (400_000, 5_000)
    assert [r.amount_minor for r in back] == [2_500], "the claimant prepaid and bears nothing (CPI 207)"


def program(scene: Scene, origin: str) -> dict[str, Caller]:
    """Everybody's program in the case; the respondent's asks for Chinese."""
    contract = Contract(origin)
    made = {who: caller(scene, origin, contract, who) for who in PEOPLE}
    for one in made.values():
        one.reference = scene.case().reference
    made["haiyun"].headers["Accept-Language"] = "zh-CN"
    return made


def decided_by_programs(scene: Scene, people: dict[str, Caller]) -> None:
    """Findings, draft with costs, the checks that stand in the way, rest, pronouncement, the clerk's signature."""
    judge, clerk = people["judge"], people["clerk"]
    subjects = [o["value"] for o in judge.act("record_findings")["choices"]["finding_subjects"]]
    (head,) = [o["value"] for o in judge.act("draft_decision")["choices"]["reliefs_asked"]]
    order = {"kind": "pay", "relief": head, "debtor": "respondent/1", "creditor": "claimant/1", "amount": "8,000.00"}
    shares = [{"party": "claimant/1", "percent": "0"}, {"party": "respondent/1", "percent": "100"}]
    draft = {
        "language": "en",
        "claims": "The price back.",
        "answers": "The label is lawful.",
        "issues": "Was it?",
        "orders": [order],
        "costs": shares,
    }
    judge.do("draft_decision", **draft, reasons=[{"text": "It was not: C-1 and fact 2."}])
    (row,) = judge.read("/decisions")["decisions"]
    assert judge.do("send_for_signing", status=409, decision=row["reference"])["title"], "nothing is found yet"
    found = [
        {
            "subject": s,
            "result": "adopted",
            "reasons": "Listing and label agree.",
            "rests_on": ["C-1"] if s.startswith("fact") else [],
        }
        for s in subjects
    ]
    judge.do("record_findings", findings=found)
    judge.do("send_for_signing", decision=row["reference"])
    assert people["li"].read("/decisions")["decisions"] == [], "a resting decision is the bench's own"
    given: dict[str, Any] = {"decision": row["reference"], "case_number": judge.read()["number"]}
    assert judge.do("issue_decision", status=409, code=True, premise="0", **given)["status"] == 409
    scene.later(hours=25)
    premise = judge.act("issue_decision")["premise"]
    assert judge.do("issue_decision", status=422, code=True, premise=premise, **{**given, "case_number": "(2026)1"})[
        "errors"
    ]
    judge.do("issue_decision", code=True, premise=judge.act("issue_decision")["premise"], **given)
    clerk.do("countersign_decision", code=True, decision=row["reference"])


@pytest.mark.slow
def test_programs_decide_appeal_and_make_it_final(court: Scene, serve: Callable[..., str]) -> None:
    """Decided with costs over the API, served, appealed with a fee, answered, sent up, changed by the higher court and
    in effect; the paper is sealed.
    """
    people = program(court, serve(create_app(court=court.court)))
    li, haiyun, clerk = people["li"], people["haiyun"], people["clerk"]
    decided_by_programs(court, people)
    read_all(court)
    haiyun.do("appeal_decision", asks="Dismiss the claim.", grounds="The label is lawful.", challenged="8,000.00")
    assert li.stage() == "appealed"
    pay(court)
    read_all(court)
    assert haiyun.do("answer_appeal", status=409, appeal="x", answer="No.")["open_acts"], (
        "nobody answers her own appeal"
    )
    (petition,) = [o["value"] for o in li.act("answer_appeal")["choices"]["appeals_of_others"]]
    li.do("answer_appeal", appeal=petition, answer="It is not.")
    clerk.do("send_file_up", court="Intermediate Court")
    assert li.do("record_appeal_outcome", status=403, **OUTCOME)["status"] == 403
    today = court.clock.now().date().isoformat()
    clerk.do("record_appeal_outcome", **OUTCOME, decided_on=today, costs=BEARS)
    final(court)
    row = next(d for d in haiyun.read("/decisions")["decisions"])
    with court.court.database.read() as session:
        trust = court.court.notary.authority.root(session).public_bytes(Encoding.PEM)
    assert validate_pdf(haiyun.read(f"/documents/{row['document']}"), trust).state is SealState.SEALED


class Desk:
    """Everybody concerned: the judge at a desk with scripts, the others on a phone without; each kind of page is sound
    to both readers.
    """

    def __init__(self, scene: Scene, origin: str, open_context: OpenContext) -> None:
        self.scene, self.origin, self.base = scene, origin, f"/cases/{scene.case().reference}"
        self.desk = open_context(origin).new_page()
        self.phone = open_context(origin, width=PHONE, javascript=False).new_page()
        self._seen: set[str] = set()

    def enter(self, who: str) -> Page:
        """Somebody sits down, freshly confirmed; who has a phone sees there the same in Chinese as the desk shows in
        English.
        """
        self.scene.later(minutes=1)
        account = self.scene.people[who]
        let_in(self.scene.court, account, self.desk.context, self.origin, "en")
        self.desk.set_viewport_size({"width": DESK, "height": 800})
        let_in(self.scene.court, account, self.phone.context, self.origin, "zh-Hans")
        return self.desk if who == "judge" else self.phone

    def go(self, page: Page, path: str) -> None:
        """Open a page of the case and look at it."""
        answer = page.goto(self.base + path)
        assert answer is not None and answer.ok, (path, answer and answer.status)
        self.look(page)

    def look(self, page: Page) -> None:
        """Nothing scrolls sideways; a kind of page not seen before is sound in both languages, by axe where scripts
        run.
        """
        fits_each_width(page)
        kind = page.url.partition("?")[0].partition("#")[0]
        if kind not in self._seen and page is self.desk:
            is_sound_to_both(page)
        elif kind not in self._seen:
            assert page.get_attribute("html", "lang") == "zh-Hans", page.url
            self.desk.goto(page.url)
            is_sound(self.desk)
        self._seen.add(kind)

    def press(self, page: Page, button: str = GO, to: str = "/docket/") -> None:
        """Send a form; the court answers with the page expected."""
        with page.expect_navigation():
            page.click(button)
        assert to in page.url, (page.url, page.inner_text("main")[:1500])
        self.look(page)


def finds_and_drafts(desk: Desk, page: Page, words: tuple[str, ...]) -> None:
    """Each finding on the desk, then the draft as the court proposes it, signed when every check holds."""
    for subject in ("exhibit/C-1", "fact/1", "fact/2"):
        desk.go(page, f"/decision/desk?on={subject}")
        page.check("#finding input[name$='-result'][value=adopted]")
        page.fill("#finding textarea[name$='-reasons']", words[0])
        if subject.startswith("fact"):
            page.check("#finding input[name$='-rests_on'] >> nth=0")
        desk.press(page, "#finding button[type=submit]:not(.govuk-button--secondary)", "/decision/desk")
    page.fill("textarea[name=answers]", words[1])
    desk.press(
        page, "form[action$='/decision/draft'] button.govuk-button:not(.govuk-button--secondary)", "/decision/desk"
    )
    desk.go(page, "/decision/draft")
    desk.go(page, "/decision/desk")
    desk.press(page, "form[action$='/decision/sign'] button", "/decision/desk")


def pronounces(desk: Desk) -> None:
    """After a day of rest the judge types the number and issues; the clerk signs after her."""
    desk.scene.later(hours=26)
    page = desk.enter("judge")
    desk.go(page, "/decision/issue")
    page.fill("#case_number", str(desk.scene.case().number))
    desk.press(page)
    page = desk.enter("clerk")
    desk.go(page, "/decision/countersign")
    desk.press(page)


def appeals(desk: Desk, words: tuple[str, ...]) -> None:
    """Petition with its fee, answer, the file sent up, the outcome recorded."""
    page = desk.enter("haiyun")
    desk.go(page, "/decision")
    desk.go(page, "/do/appeal_decision")
    for name, value in {"asks": words[2], "grounds": words[1], "challenged": "8000"}.items():
        page.fill(f"#{name}", value)
    desk.press(page)
    desk.go(page, "/fee")
    pay(desk.scene)
    page = desk.enter("li")
    desk.go(page, "/do/answer_appeal")
    page.check("input[name=appeal]") if page.locator("input[name=appeal]").count() else page.select_option(
        "select[name=appeal]", index=1
    )
    page.fill("#answer", words[0])
    desk.press(page)
    page = desk.enter("clerk")
    desk.go(page, "/do/send_file_up")
    page.fill("#court", OUTCOME["court"])
    desk.press(page)
    desk.go(page, "/do/record_appeal_outcome")
    page.check("input[name=outcome][value=changed]")
    today = desk.scene.clock.now().date()
    for part, value in (("day", today.day), ("month", today.month), ("year", today.year)):
        page.fill(f"#decided_on-{part}", str(value))
    for name in ("court", "number", "summary", "amount"):
        page.fill(f"#{name}", OUTCOME[name])
    page.locator("button[name=add][value=costs]").click()
    page.select_option("select[name=costs-0-party]", BEARS[0]["party"])
    page.fill("input[name=costs-0-bears]", BEARS[0]["bears"])
    desk.press(page)


def test_a_browser_decides_appeals_and_makes_it_final(
    court: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """Findings, draft, signature, rest, pronouncement, petition with fee, answer, forwarding and outcome need a browser
    only, with scripts or none.
    """
    give_second_factor(court, "judge", "clerk")
    desk = Desk(court, serve(create_app(court=court.court)), open_context)
    finds_and_drafts(desk, desk.enter("judge"), SAID)
    pronounces(desk)
    read_all(court)
    appeals(desk, SAID)
    final(court)
    page = desk.enter("li")
    desk.go(page, "")
    desk.go(page, "/decision")
