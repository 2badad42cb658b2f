"""What a court's side meets seldom, walked to its end in a real browser: a mediation, a panel of which one dissents, a judgment
on a part, an answer taken at the counter, a case that goes to another judge, a lost second factor.

Each in one language, in both with ``ODR_PROVE=1``; Chinese on the narrow screen without script.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pyotp
import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Role, Seat, Stage
from odr.docket.queries import entries_of
from odr.identity.models import Account, AccountRole, AccountState, FactorReset
from odr.service.models import Packet
from odr.service.sending.ports import message_folder
from tests.e2e.test_journey import GO_ON, SECRET as TOTP, give_second_factor
from tests.e2e.walking import Walk, press
from tests.peers.browser import DESK, PHONE
from tests.scene import PASSWORD, claim, claim_in_chinese

BUTTON = GO_ON.removeprefix("main form ")
EN, ZH = ("en", DESK, True), ("zh-CN", PHONE, False)
WalkOf = Callable[..., Walk]


def in_one(language: tuple[str, int, bool]) -> pytest.MarkDecorator:
    """The language a story is walked in, and the other one where everything is proven."""
    both = [language, ZH if language is EN else EN]
    return pytest.mark.parametrize(("locale", "width", "javascript"), both if os.environ.get("ODR_PROVE") else both[:1])


def opened(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> Walk:
    """A court in that language."""
    return walk_of(locale=locale, width=width, javascript=javascript)


def said(walk: Walk, english: str, chinese: str) -> str:
    """What somebody of the court writes, in the language the case is held in."""
    return chinese if walk.locale.startswith("zh") else english


def lodged(walk: Walk, track: str = "ordinary", **changes: object) -> None:
    """A claim in the walk's language is lodged, accepted, paid; the other side is there."""
    scene, in_chinese = walk.scene, walk.locale.startswith("zh")
    scene.lodge(claim_in_chinese() if in_chinese and not changes else claim(**changes))
    scene.accept(track)
    scene.pay()
    scene.work()
    scene.join()
    scene.work()
    walk.reference = scene.case().reference


def answered(walk: Walk) -> None:
    """The other side denies everything, and the time for evidence is over."""
    walk.scene.do("file_answer", "haiyun", position="defend", statement="The goods were inspected.")
    walk.scene.later(days=35)


def let_in_person(walk: Walk, name: str, role: Role) -> None:
    """Somebody more who serves the court, with the password and the app of everybody."""
    scene = walk.scene
    with scene.court.database.write() as session:
        hashed = session.get_one(Account, scene.people["judge"]).password_hash
        language = "zh-Hans" if walk.locale.startswith("zh") else "en"
        account = Account(
            email=f"{name}@court.example",
            name=name.title(),
            state=AccountState.ACTIVE,
            created_at=scene.clock.now(),
            confirmed_at=scene.clock.now(),
            password_hash=hashed,
            locale=language,
        )
        session.add(account)
        session.flush()
        session.add(AccountRole(account_id=account.id, role=role, granted_at=scene.clock.now()))
        scene.people[name] = account.id
    give_second_factor(scene, name)


def written_to(walk: Walk, address: str, pattern: str) -> str:
    """What the newest letter to an address says, as the pattern finds it."""
    for letter in message_folder(walk.scene.court.settings).messages():
        if letter.address == address and (found := re.search(pattern, letter.text)):
            return found[1]
    raise AssertionError(f"no letter to {address} says {pattern}")


@in_one(ZH)
def test_a_lost_second_factor(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> None:
    """The judge reads at the code what to do; the operator asks, an administrator approves; by the letter's code the judge sets
    a password, then an app, and is in again.
    """
    walk = opened(walk_of, locale, width, javascript)
    scene = walk.scene
    give_second_factor(scene, "admin")
    page = walk.open_context(walk.origin, width=width, javascript=javascript, locale=locale).new_page()
    page.goto("/account/sign-in")
    page.fill("input[type=email]", "judge@court.example")
    page.fill("input[type=password]", PASSWORD)
    press(page)
    page.click("main details summary")
    walk.look(page)
    assert ("recovery code" if locale == "en" else "恢复码") in page.inner_text("main")
    asked = ["account", "way-back", "judge@court.example", "--by", "Wu Tong", "--why", "Telephone lost; card seen."]
    assert create_app(court=scene.court).test_cli_runner().invoke(args=asked).exit_code == 0
    admin = walk.enter("admin", width=DESK)
    admin.goto("/administration/people")
    walk.look(admin)
    press(admin, "form[action*='way-back'] button[value=approve]")
    walk.look(admin)
    with scene.court.database.read() as session:
        assert session.scalars(select(FactorReset.approved)).one() is True
    code = written_to(walk, "judge@court.example", r"((?:[2-9A-Z]{4}-){4}[2-9A-Z]{4})")
    page.goto(f"/account/reset/{code}")
    walk.look(page)
    page.fill("input[type=password]", "another long password")
    press(page)
    page.goto("/account/sign-in")
    page.fill("input[type=email]", "judge@court.example")
    page.fill("input[type=password]", "another long password")
    press(page)
    page.goto("/account/second-factor/app")
    walk.look(page)
    secret = page.inner_text("main code").strip()
    page.fill("main input[name=code]", pyotp.TOTP(secret).at(scene.clock.machine_now()))
    press(page)
    walk.look(page)
    page.goto("/today")
    walk.look(page)
    assert page.url.endswith("/today")


@in_one(EN)
def test_a_case_goes_to_another_judge(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> None:
    """The judge asks to be relieved, the president gives the case to another; it lies on the new desk, and the former one finds
    nothing there.
    """
    walk = opened(walk_of, locale, width, javascript)
    let_in_person(walk, "ava", Role.JUDGE)
    give_second_factor(walk.scene, "president")
    lodged(walk)
    first, other = drawn(walk), {"judge": "ava", "ava": "judge"}
    judge = walk.enter(first, width=DESK)
    why = "I shall be away for two months."
    walk.act(judge, "ask_reassignment", seat=seat_of(walk), reasons=why)
    president = walk.enter("president", width=DESK)
    walk.case(president, "/do/reassign_seat")
    walk.fill(president, {"seat": seat_of(walk), "reasons": "The judge is away for two months."})
    strong_send(walk, president)
    assert drawn(walk) == other[first]
    new = walk.enter(other[first], width=DESK)
    walk.case(new)
    new.goto("/home")
    walk.look(new)
    assert walk.reference in new.content()
    former = walk.enter(first)
    answer = former.goto(f"/cases/{walk.reference}")
    assert answer is not None and answer.status == 404


def drawn(walk: Walk) -> str:
    """Who judges the case now, by their name in the scene."""
    with walk.scene.court.database.read() as session:
        seat = select(Seat.account_id).where(
            Seat.case_id == walk.scene.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None)
        )
        account = session.scalars(seat).one()
    return next(name for name, number in walk.scene.people.items() if number == account)


def seat_of(walk: Walk) -> str:
    """The judge's seat, as forms name it."""
    with walk.scene.court.database.read() as session:
        seat = select(Seat.id).where(
            Seat.case_id == walk.scene.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None)
        )
        return str(session.scalars(seat).one())


def strong_send(walk: Walk, page: Page) -> None:
    """Send a form that may ask for the code of the app."""
    if page.locator("#identity_code").count():
        page.fill("#identity_code", pyotp.TOTP(TOTP).at(walk.scene.clock.machine_now()))
    walk.send(page)


@in_one(ZH)
def test_an_answer_is_taken_at_the_counter(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> None:
    """Somebody without an account comes with the letter: the clerk takes the answer down, scans what was signed, and it stands
    on the docket as the respondent's own.
    """
    walk = opened(walk_of, locale, width, javascript)
    scene = walk.scene
    scene.lodge(claim_in_chinese() if locale.startswith("zh") else claim())
    scene.accept("simple")
    scene.pay()
    scene.work()
    walk.reference = scene.case().reference
    with scene.court.database.read() as session:
        packet = session.scalars(
            select(Packet.reference).where(Packet.case_id == scene.case_id, Packet.first_contact.is_(True))
        ).one()
    today = scene.clock.now().date().isoformat()
    signed = {"packet": packet, "way": "direct", "what": "signed", "signer": "legal_representative"}
    scene.do("record_outcome", "clerk", happened_on=today, **signed)
    scene.work()
    clerk = walk.enter("clerk", width=DESK)
    walk.follow(clerk, "/counter")
    link = clerk.locator("main a[href$='/file_answer']").first.get_attribute("href")
    assert link is not None
    walk.file(clerk, "clerk", "signed.txt", link)
    walk.fill(clerk, {"position": "defend", "statement": "商品已经检验检疫合格。"})
    for number in (0, 1):
        clerk.check(f"input[name=facts-{number}-stance][value=denied]")
    walk.fill(clerk, {"manner": "oral", "confirmation": "signature", "paper": ...})
    walk.send(clerk)
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        acts = [entry.act for name in ("take_filing", "file_answer") for entry in entries_of(session, case, name)]
    assert acts == ["take_filing", "file_answer"]
    li = walk.enter("li")
    walk.case(li, "/docket")
    assert "商品已经检验检疫合格" in li.content() or li.locator("main a[href*='/docket/']").count() > 2


def finds_and_drafts(walk: Walk, judge: Page, result: str, **draft: object) -> None:
    """One finding for everything listed, then the draft with its reasons."""
    walk.case(judge, "/decision/desk")
    judge.locator("#several").evaluate("one => { one.open = true }")
    judge.check(f"#several input[name=together-result][value={result}]")
    judge.fill("#several textarea[name=together-reasons]", said(walk, "Nobody showed it.", "没有证据证明。"))
    walk.send(judge, "#several button[name=together-every]", to="/decision/desk")
    write = "form[action$='/decision/draft']"
    judge.fill(
        f"{write} textarea[name='reasons-0-text']",
        said(walk, "Whoever claims proves it; nothing was proven.", "当事人对自己的主张负有举证责任，原告没有举证。"),
    )
    judge.fill(f"{write} [name='reasons-0-articles']", "CPL 67")
    for row in range(1, 9):  # What was proposed for the head that is not decided yet is taken out.
        gone = judge.locator(f"{write} button[name=remove][value='orders-{row}']")
        if draft and gone.count():
            press(judge, f"{write} button[name=remove][value='orders-{row}']")
    walk.fill(judge, draft)
    walk.send(judge, f"{write} button.govuk-button:not(.govuk-button--secondary)", to="/decision/")
    assert judge.locator(".govuk-error-summary").count() == 0, judge.inner_text(".govuk-error-summary")


def signs_and_issues(walk: Walk) -> None:
    """Signed, rested, the number typed, countersigned."""
    scene = walk.scene
    judge = walk.enter("judge")
    walk.case(judge, "/decision/desk")
    ready = "form[action$='/decision/sign'] button"
    assert judge.locator(ready).count() == 1, judge.inner_text("main")[:3000]
    walk.send(judge, ready, to="/decision/")
    scene.later(days=2)
    judge = walk.enter("judge")
    walk.case(judge, "/decision/issue")
    judge.fill("#case_number", str(scene.case().number))
    if judge.locator("#identity_code").count():
        judge.fill("#identity_code", pyotp.TOTP(TOTP).at(scene.clock.machine_now()))
    press(judge)
    walk.look(judge)
    clerk = walk.enter("clerk", width=DESK)
    walk.case(clerk, "/decision/countersign")
    walk.send(clerk)


def paper_of(walk: Walk) -> str:
    """The words of the newest sealed decision."""
    with walk.scene.court.database.read() as session:
        content = session.scalars(
            select(Document.content)
            .where(Document.case_id == walk.scene.case_id, Document.kind == "decision")
            .order_by(Document.id.desc())
        ).first()
    assert content is not None
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@in_one(EN)
def test_a_panel_of_which_one_dissents(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> None:
    """The judge convenes three; one assessor would decide otherwise, the majority carries the text, and neither the paper nor
    the parties' docket tells who dissented (CPL 45).
    """
    walk = opened(walk_of, locale, width, javascript)
    for name in ("ann", "ben"):
        let_in_person(walk, name, Role.ASSESSOR)
    lodged(walk)
    judge = walk.enter("judge", width=DESK)
    walk.act(judge, "convene_panel", size="3", reasons="A new kind of case.")
    answered(walk)
    walk.scene.hear()
    judge = walk.enter("judge")
    finds_and_drafts(walk, judge, "rejected")
    dissent = "The label was untrue; I would grant the claim."
    agrees = "The label was true, as exhibit 1 shows."
    for who, vote, view in (("ann", "against", dissent), ("ben", "for", agrees), ("judge", "for", "")):
        page = walk.enter(who, width=DESK)
        walk.case(page, "/decision/panel")
        page.check(f"input[name=vote][value={vote}]")
        if view:
            page.fill("[name=view]", view)
        walk.send(page, f"form[action$='/panel/vote'] {BUTTON}", to="/decision/panel")
    signs_and_issues(walk)
    assert walk.scene.case().stage is Stage.PRONOUNCED
    words = re.sub(r"\s", "", paper_of(walk))
    assert "Ann" in words and "Ben" in words and "Iwouldgrant" not in words
    li = walk.enter("li")
    walk.case(li, "/docket")
    assert "dissent" not in li.inner_text("main").casefold() and dissent not in li.content()


def two_heads(walk: Walk) -> dict[str, object]:
    """A claim on two heads."""
    in_chinese = walk.locale.startswith("zh")
    names = ("判令被告退还货款", "判令被告支付利息") if in_chinese else ("The price back", "Interest since November")
    heads = [
        {"kind": "money", "what": what, "amount": amount}
        for what, amount in zip(names, ("8,000.00", "320.00"), strict=True)
    ]
    return {"relief": heads, **({"facts": claim_in_chinese().model_dump()["facts"]} if in_chinese else {})}


@in_one(ZH)
def test_a_judgment_on_a_part(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> None:
    """One head is ready and decided by itself; the case goes on with the other, whose judgment carries the costs (CPL 156)."""
    walk = opened(walk_of, locale, width, javascript)
    lodged(walk, **two_heads(walk))
    answered(walk)
    walk.scene.hear()
    judge = walk.enter("judge", width=DESK)
    walk.case(judge, "/do/close_part")
    judge.check("input[name=heads] >> nth=0")
    judge.check("input[name=facts] >> nth=0")
    judge.check("input[name=facts] >> nth=1")
    judge.fill(
        "[name=reasons]",
        said(walk, "The price is clear; the interest is not.", "货款部分事实已经清楚，利息部分尚未查清。"),
    )
    strong_send(walk, judge)
    finds_and_drafts(walk, judge, "rejected", **{"kind": "partial", "orders-0-kind": "dismiss", "orders-0-relief": ...})
    signs_and_issues(walk)
    assert walk.scene.case().stage is Stage.DELIBERATION
    li = walk.enter("li")
    walk.case(li, "/decision")


@in_one(EN)
def test_a_mediation_to_the_text_all_sign(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> None:
    """One side asks, the other agrees, the court designates a mediator, who says they have no tie and puts a text; both sign,
    the judge seals the statement.
    """
    walk = opened(walk_of, locale, width, javascript)
    scene = walk.scene
    give_second_factor(scene, "mediator")
    lodged(walk)
    answered(walk)
    for who, step in (("haiyun", "ask_mediation"), ("li", "agree_mediation")):
        page = walk.enter(who)
        walk.case(page, f"/settlement?act={step}")
        walk.send(page, f"form[action$='/settlement/{step}'] {BUTTON}")
    walk.wait(lambda: mediator_is_asked(walk))
    mediator = walk.enter("mediator", width=DESK)
    walk.case(mediator, "/settlement?act=accept_mediation")
    mediator.check("input[name=untied]")
    walk.send(mediator, f"form[action$='/settlement/accept_mediation'] {BUTTON}")
    walk.case(mediator, "/settlement?act=propose_text")
    form = "form[action$='/settlement/propose_text']"
    day = scene.clock.now() + timedelta(days=20)
    text = {"amount": "5000", "instalments-0-amount": "5000"} | {
        f"instalments-0-on-{part}": str(getattr(day, part)) for part in ("day", "month", "year")
    }
    for name, value in text.items():
        mediator.fill(f"{form} [name='{name}']", value)
    mediator.check(f"{form} input[name=payer][value='respondent/1']")
    mediator.check(f"{form} input[name=payee][value='claimant/1']")
    walk.send(mediator, f"{form} {BUTTON}")
    for who in ("haiyun", "li"):
        page = walk.enter(who)
        walk.case(page, "/settlement")
        press(page, "main a[href*='sign_agreement']")
        walk.look(page)
        walk.send(page)
    judge = walk.enter("judge", width=DESK)
    walk.case(judge, "/agreement")
    sealing = "form[action$='/agreement/sign_mediation']"
    judge.fill(f"{sealing} input[name=case_number]", str(scene.case().number))
    if judge.locator(f"{sealing} #identity_code").count():
        judge.fill(f"{sealing} #identity_code", pyotp.TOTP(TOTP).at(scene.clock.machine_now()))
    walk.send(judge, f"{sealing} {BUTTON}")
    for who in ("haiyun", "li"):
        page = walk.enter(who)
        walk.case(page, "/settlement/check/sign_statement")
        walk.send(page)
    assert scene.case().stage is Stage.EFFECTIVE
    walk.case(walk.enter("li"))


def mediator_is_asked(walk: Walk) -> bool:
    """Whether the court has designated somebody."""
    with walk.scene.court.database.read() as session:
        seat = select(Seat.id).where(Seat.case_id == walk.scene.case_id, Seat.role == Role.MEDIATOR)
        return session.scalar(seat) is not None
