"""Two disputes with counterclaim, third party and representative, from the first page to the judgment served: by keys
alone, and without script.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pyotp
from playwright.sync_api import Page
from sqlalchemy import select

from odr.docket.models import Document, Role, Stage
from odr.identity.models import Account
from odr.notary.check.receipt import verify_receipt
from odr.procedure.acts.table import TABLE
from odr.service.packet.occasions import occasion_of
from odr.service.sending.ports import message_folder
from odr.service.vocabulary import PacketState
from tests.e2e.hands import Keys
from tests.e2e.test_journey import SECRET as TOTP, STEPS
from tests.e2e.walking import CARD, Walk, phase, press
from tests.peers.browser import DESK, PHONE
from tests.scene import PASSWORD, exchange_is_over


def newest(walk: Walk, address: str, pattern: str) -> str:
    """What the newest letter to somebody says, as the pattern finds it."""
    for letter in message_folder(walk.scene.court.settings).messages():
        if letter.address == address and (found := re.search(pattern, letter.text)):
            return found[1]
    raise AssertionError(f"no letter to {address} says {pattern}")


def files_a_claim(walk: Walk) -> None:
    """From the court's first page to the first part, then through the task list, each part leading to the next."""
    page = walk.enter("li")
    page.goto("/")
    press(page, "main a[href*='/start']", walk.hand)
    walk.hand.mark(page, "input[name=cause] >> nth=0")
    press(page, hand=walk.hand)
    for step, filled in STEPS:
        if step == "exhibits":
            continue
        if f"/{step}" not in page.url:
            press(page, f"main a.govuk-task-list__link[href$='/{step}']", walk.hand)
        walk.fill(page, filled)
        press(page, "button[name=continue]", walk.hand)
        if "/check-answers" not in page.url:
            press(page, ".govuk-back-link", walk.hand)
    walk.send(page)
    walk.reference = page.url.split("/cases/")[1].split("/")[0]
    walk.scene.case_id = 1


def is_accepted(walk: Walk, track: str) -> None:
    """The clerk finds the claim on the registry's desk, reviews it and accepts."""
    page = walk.enter("clerk", width=DESK)
    press(page, "main a[href='/registry']", walk.hand)
    walk.look(page)
    press(page, "main a[href$='/review']", walk.hand)
    walk.look(page)
    walk.fill(page, {"decision": "accept", "track": track})
    press(page, hand=walk.hand)
    walk.scene.later(hours=1)
    assert walk.scene.case().stage is Stage.PENDING


def pays(walk: Walk, who: str) -> None:
    """Through the payment service's own page; only its signed event makes the case say so."""
    page = walk.enter(who)
    walk.follow(page, "/fee")
    press(page, hand=walk.hand)
    assert not page.url.startswith(walk.origin)
    walk.hand.write(page, "input >> nth=0", CARD)
    press(page, "button >> nth=0", walk.hand)
    assert page.url.startswith(walk.origin) and walk.peer.courier.wait()
    walk.case(page, "/fee")
    assert page.locator("main form[action$='/fee/pay']").count() == 0


def joins(walk: Walk, who: str, address: str, **told: str) -> None:
    """By the code of the letter that asks to join, typed in at the court's own address."""
    page = walk.enter(who)
    page.goto("/")
    press(page, "main a[href$='/join']", walk.hand)
    walk.hand.write(
        page,
        "#code",
        newest(
            walk, address, r"(?s)(?:[Ee]nter the code below|输入下方核验码).*?([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{5})"
        ),
    )
    press(page, hand=walk.hand)
    walk.look(page)
    press(page, "main a.govuk-button", walk.hand)
    walk.look(page)
    walk.fill(page, {"email": f"{who}@court.example", "e_service": True, "in_writing": True, **told})
    press(page, hand=walk.hand)
    walk.look(page)


def types_the_code(walk: Walk, page: Page, address: str) -> None:
    """The code of a letter about an account, typed where the letter says: it has no link."""
    code = newest(walk, address, r"(?:enter this code:|然后输入此口令：)\s*((?:[A-Z2-9]{4}-){4}[A-Z2-9]{4})\n")
    page.goto("/")
    press(page, "main a[href$='/join']", walk.hand)
    walk.hand.write(page, "#code", code)
    press(page, hand=walk.hand)
    walk.look(page)


def answers(walk: Walk, who: str) -> None:
    """Denies fact by fact, in own words."""
    page = walk.enter(who)
    walk.follow(page, "/answer")
    walk.fill(page, {"position": "defend", "facts-0-stance": "denied", "statement": "商品已经检验检疫合格。"})
    walk.send(page)


def is_represented(walk: Walk, client: str, address: str, lawyer: str) -> None:
    """The lawyer offers with special powers, the client signs on a phone by the letter's link, the registry sees the
    licence.
    """
    number = str(walk.scene.case().number)
    page = walk.enter(lawyer)
    press(page, "header a[href='/account']", walk.hand)
    press(page, "main a[href='/account/mandates']", walk.hand)
    walk.look(page)
    walk.fill(page, {"number": number, "email": address, "scope": "special"})
    press(page, "form[action='/account/mandates'] button", walk.hand)
    walk.look(page)
    phone = walk.open_context(walk.origin, width=PHONE, javascript=walk.javascript, locale=walk.locale).new_page()
    types_the_code(walk, phone, address)
    assert "/account/mandate/" in phone.url
    walk.fill(
        phone, {"name": next(p.name for p in walk.scene.case().parties if p.account_id == walk.scene.people[client])}
    )
    press(phone, hand=walk.hand)
    walk.look(phone)
    walk.scene.work()
    page = walk.enter(lawyer)
    walk.file(page, lawyer, "licence.jpg", f"/cases/{walk.reference}/do/show_identity")
    walk.fill(page, {"paper": "representation", "front": ...})
    walk.send(page)
    clerk = walk.enter("clerk", width=DESK)
    walk.act(clerk, "verify_licence", mandate=..., kind="lawyer", firm="湖畔律师事务所")


def counterclaims(walk: Walk, who: str, opponent: str) -> None:
    """A counterclaim with its own fee, and the answer to it."""
    page = walk.enter(who)
    walk.act(
        page,
        "file_counterclaim",
        **{
            "facts-0-what": "原告在网上散布不实评价。",
            "relief-0-kind": "money",
            "relief-0-what": "赔偿损失",
            "relief-0-amount": "2,000元",
        },
    )
    pays(walk, who)
    walk.scene.later(days=1)
    page = walk.enter(opponent)
    walk.act(page, "answer_counterclaim", position="defend", statement="评价属实。")


def is_called_in(walk: Walk, who: str) -> None:
    """A party asks that the maker takes part; the judge rules on a sealed paper, and a letter calls her."""
    page = walk.enter(who)
    asked = {
        "role": "third_party",
        "name": "胶囊制造有限公司",
        "kind": "company",
        "email": "law@capsules.example",
        "words": "产品由其生产。",
    }
    walk.act(page, "ask_for_joinder", **asked)
    allows(walk)


def allows(walk: Walk) -> None:
    """The judge grants what was asked about taking part; the ruling stands in its entry, sealed."""
    judge = walk.enter("judge", width=DESK)
    walk.act(
        judge,
        "rule_on_joinder",
        request=...,
        answer="allow",
        reasons="案件处理结果与其有法律上的利害关系（民事诉讼法第五十九条）。",
    )
    assert judge.locator("main a[href$='.pdf'], main a[href*='/papers/']").count() >= 1
    walk.scene.later(hours=1)


def registers(walk: Walk, who: str, name: str) -> None:
    """Somebody who has no account opens one; the address is confirmed by the letter's code."""
    page = walk.open_context(walk.origin, width=walk.width, javascript=walk.javascript, locale=walk.locale).new_page()
    walk.pages[who] = page
    page.goto("/account/sign-in")
    press(page, "main a[href*='/account/register']", walk.hand)
    walk.fill(page, {"name": name, "email": f"{who}@court.example", "password": PASSWORD})
    press(page, hand=walk.hand)
    walk.look(page)
    types_the_code(walk, page, f"{who}@court.example")
    assert "/account/confirm-address/" in page.url
    walk.fill(page, {"password": PASSWORD})
    press(page, hand=walk.hand)
    with walk.scene.court.database.write() as session:
        account = session.scalars(select(Account).where(Account.email == f"{who}@court.example")).one()
        # As where an identity provider vouches for whoever signs up.
        account.identity_verified_at = walk.scene.clock.now()
        walk.scene.people[who] = account.id


def brings_evidence(walk: Walk, who: str) -> None:
    """A file sent and submitted as an exhibit."""
    page = walk.enter(who)
    walk.follow(page, "/exhibits/many")
    walk.file(page, who, "contract.txt", f"/cases/{walk.reference}/exhibits/many")
    walk.fill(page, {"origin": "received", "untouched": True, "files-0-proves": "产品由其生产"})
    walk.send(page, to="/exhibits?since=")


def is_examined(walk: Walk, sides: list[str]) -> None:
    """In writing: the judge asks the third party, everybody gives opinions on what the others brought, until the record
    closes by itself.
    """
    judge = walk.enter("judge", width=DESK)
    walk.act(judge, "open_examination", mode="asynchronous")
    walk.wait(lambda: "cross" in phase(walk.scene))
    judge = walk.enter("judge")
    third = next(p.reference for p in walk.scene.case().parties if p.role is Role.THIRD_PARTY)
    walk.act(judge, "put_question", addressees=third, words="产品由谁生产？")
    for who in sides:
        page = walk.enter(who)
        walk.follow(page, "/examination")
        if page.locator("form[action$='/examination/answer']").count():
            walk.hand.write(page, "form[action$='/examination/answer'] textarea", "由第三人生产。")
            walk.send(
                page,
                "form[action$='/examination/answer'] button.govuk-button:not(.govuk-button--secondary)",
                to="/cases/",
            )
        gives_opinions(walk, page)
    walk.wait(lambda: exchange_is_over(walk.scene))
    walk.scene.hear()


def gives_opinions(walk: Walk, page: Page) -> None:
    """Accepts every exhibit of the others on two axes, disputes it on the third with a reason; nothing to say where
    there is none.
    """
    walk.follow(page, "/examination/opinions")
    rows = page.locator("main input[name$='-exhibit']").count()
    for row in range(rows):
        for axis in ("authenticity", "legality", "relevance"):
            walk.hand.mark(
                page, f"input[name='opinions-{row}-{axis}'][value={'dispute' if axis == 'relevance' else 'accept'}]"
            )
        walk.hand.write(page, f"textarea[name='opinions-{row}-reason']", "与本案无关。")
    if rows:
        walk.send(page, to="/cases/")


def is_decided(walk: Walk) -> None:
    """Findings one by one, the decision in its parts, a day of rest, identity confirmed once more, the number typed:
    pronounced.
    """
    scene = walk.scene
    judge = walk.enter("judge", width=DESK)
    walk.follow(judge, "/decision/desk")
    for subject in judge.eval_on_selector_all(
        "main table a[href*='on=']", "links => links.map(a => new URL(a.href).searchParams.get('on'))"
    ):
        walk.case(judge, f"/decision/desk?on={subject}")
        walk.hand.mark(judge, "#finding input[name$='-result'][value=adopted]")
        walk.hand.write(judge, "#finding textarea[name$='-reasons']", "各方均已质证，予以采信。")
        if subject.startswith("fact"):
            walk.hand.mark(judge, "#finding input[name$='-rests_on'] >> nth=0")
        walk.send(judge, "#finding button[type=submit]:not(.govuk-button--secondary)", to="/decision/desk")
    walk.fill(judge, {"answers": "商品已经检验检疫合格。"})
    walk.send(
        judge, "form[action$='/decision/draft'] button.govuk-button:not(.govuk-button--secondary)", to="/decision/"
    )
    walk.follow(judge, "/decision/desk")
    walk.send(judge, "form[action$='/decision/sign'] button", to="/decision/")
    scene.later(days=2)
    judge = walk.enter("judge")
    scene.later(minutes=20)
    walk.case(judge, "/decision/issue")
    code = pyotp.TOTP(TOTP).at(scene.clock.machine_now())
    walk.fill(judge, {"case_number": str(scene.case().number), "identity_code": code})
    press(judge, hand=walk.hand)
    clerk = walk.enter("clerk", width=DESK)
    walk.case(clerk, "/decision/countersign")
    walk.send(clerk)
    assert scene.case().stage is Stage.PRONOUNCED


def asks_to_take_part(walk: Walk, who: str) -> None:
    """Somebody outside asks to come in as third party, with the number of the case; the judge grants it."""
    page = walk.enter(who)
    page.goto("/join")
    press(page, "main a[href='/take-part']", walk.hand)
    walk.look(page)
    told = {
        "name": "胶囊制造有限公司",
        "kind": "company",
        "email": "law@capsules.example",
        "words": "货款应由我方收取。",
    }
    walk.fill(page, {**told, "number": str(walk.scene.case().number)})
    press(page, hand=walk.hand)
    walk.look(page)
    allows(walk)


def claims_too(walk: Walk, who: str, others: list[str]) -> None:
    """The third party brings a claim of her own and pays its fee; both sides answer it."""
    page = walk.enter(who)
    told = {
        "facts-0-what": "胶囊由我方供货，货款未付。",
        "relief-0-kind": "money",
        "relief-0-what": "支付货款",
        "relief-0-amount": "1,000元",
    }
    walk.act(page, "file_third_party_claim", **told)
    pays(walk, who)
    walk.scene.later(days=1)
    for other in others:
        page = walk.enter(other)
        walk.act(page, "answer_third_party", position="defend", statement="货款已经付清。")


def is_served(walk: Walk, everybody: list[str], orders: int) -> None:
    """Whoever takes part finds the judgment served on her page of papers, and reads it."""
    locale = "zh-Hans" if walk.locale.startswith("zh") else "en"
    served = {state.label.render(locale) for state in (PacketState.SERVED, PacketState.PRESUMED)}
    walk.scene.later(hours=1)
    walk.scene.later(days=1)
    for who in everybody:
        page = walk.enter(who)
        walk.follow(page, "/service")
        packets = page.locator(
            "section[id^=packet-]", has_text=occasion_of(TABLE["issue_decision"]).title.render(locale)
        )
        assert packets.first.locator(".court-status").first.inner_text().strip() in served, packets.all_inner_texts()
        walk.follow(page, "/decision")
        assert page.locator("#orders + ol > li").count() == orders


def is_verified(walk: Walk, who: str) -> None:
    """By its code anybody learns that the paper is genuine; with its receipt a party shows that its file was not
    changed.
    """
    page = walk.enter(who)
    walk.follow(page, "/decision")
    pdf = page.request.get(str(page.locator("a[href$='.pdf']").first.get_attribute("href"))).body()
    press(page, "main a[href^='/check?code=']", walk.hand)
    walk.look(page)
    assert hashlib.sha256(pdf).hexdigest() in page.inner_text(".court-badge--proof")
    with walk.scene.court.database.read() as session:
        paper = session.scalars(select(Document).where(Document.sha256 == hashlib.sha256(pdf).hexdigest())).one()
    base = f"/cases/{walk.reference}/papers/{paper.reference}/receipt."
    receipt = {part: page.request.get(base + part).body() for part in ("json", "leaf", "proof")}
    keys = page.request.get("/log/keys").text().split()
    for content, fits in ((pdf, True), (pdf[:-1], False)):
        assert (
            verify_receipt(receipt["json"], receipt["leaf"], receipt["proof"], vkeys=keys, file=content).holds is fits
        )
        if walk.javascript:
            names = {"json": "receipt.json", "leaf": "receipt.leaf", "proof": "receipt.leaf.tlog-proof"}
            for part, name in names.items():
                (walk.folder / name).write_bytes(receipt[part])
            (walk.folder / "decision.pdf").write_bytes(content)
            walk.hand.attach(page, "#check-file", str(walk.folder / "decision.pdf"))
            walk.hand.attach(page, "#check-receipt", *(str(walk.folder / name) for name in names.values()))
            walk.hand.do(page, "#check-run")
            page.wait_for_selector(f"#check-result .court-badge{'--proof' if fits else ':not(.court-badge--proof)'}")


def test_by_keys_alone(walk_of: Callable[..., Walk]) -> None:
    """In English at a desk: the respondent is represented, counterclaims, and has the maker called in; nobody touches a
    mouse.
    """
    walk = walk_of(locale="en", width=DESK, javascript=True, hand=Keys())
    files_a_claim(walk)
    is_accepted(walk, "simple")
    pays(walk, "li")
    joins(walk, "haiyun", "post@haiyun.example")
    answers(walk, "haiyun")
    is_represented(walk, "haiyun", "haiyun@court.example", "stranger")
    counterclaims(walk, "stranger", "li")
    is_called_in(walk, "stranger")
    registers(walk, "capsules", "Zhou")
    joins(walk, "capsules", "law@capsules.example")
    brings_evidence(walk, "capsules")
    is_examined(walk, ["capsules", "stranger", "li"])
    is_decided(walk)
    is_served(walk, ["li", "stranger", "capsules"], orders=2)
    is_verified(walk, "stranger")


def test_on_a_phone_without_script(walk_of: Callable[..., Walk]) -> None:
    """In Chinese at 320 pixels: the claimant is represented, the maker asks to take part and claims too; no page runs a
    script.
    """
    walk = walk_of(locale="zh-CN", width=PHONE, javascript=False)
    files_a_claim(walk)
    is_accepted(walk, "simple")
    pays(walk, "li")
    joins(walk, "haiyun", "post@haiyun.example")
    answers(walk, "haiyun")
    is_represented(walk, "li", "li@parties.example", "stranger")
    counterclaims(walk, "haiyun", "stranger")
    registers(walk, "capsules", "周")
    asks_to_take_part(walk, "capsules")
    joins(walk, "capsules", "law@capsules.example")
    claims_too(walk, "capsules", ["stranger", "haiyun"])
    brings_evidence(walk, "capsules")
    is_examined(walk, ["capsules", "stranger", "haiyun"])
    is_decided(walk)
    is_served(walk, ["stranger", "haiyun", "capsules"], orders=3)
    is_verified(walk, "capsules")
