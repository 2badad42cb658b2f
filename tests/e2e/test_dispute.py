"""One dispute from the first page to the decision in effect, walked by everybody concerned in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page

from odr.docket.models import Stage
from odr.service.sending.ports import message_folder
from tests.e2e.test_journey import SECRET as TOTP, STEPS
from tests.e2e.walking import CARD, GO_ON, Walk, phase, press
from tests.peers.browser import DESK, PHONE
from tests.scene import exchange_is_over


@pytest.mark.parametrize(("locale", "width", "javascript"), [("en", DESK, True), ("zh-CN", PHONE, False)])
def test_a_dispute_is_heard_from_claim_to_effect(
    walk_of: Callable[..., Walk], locale: str, width: int, javascript: bool
) -> None:
    """Filed, paid, accepted, joined, answered, examined, decided, served, in effect, and checked by anybody."""
    walk = walk_of(locale=locale, width=width, javascript=javascript)
    files_a_claim(walk)
    is_accepted(walk)
    is_paid(walk)
    is_answered(walk)
    is_examined(walk)
    is_decided(walk)
    takes_effect(walk)
    is_checked_by_anybody(walk)


def files_a_claim(walk: Walk) -> None:
    """Li files with one file, C-1."""
    page = walk.enter("li")
    page.goto("/start")
    walk.look(page)
    page.check("input[name=cause] >> nth=0")
    press(page)
    draft = page.url.removeprefix(walk.origin).removesuffix("/matter")
    walk.look(page)
    for step, filled in STEPS:
        if step == "exhibits":
            walk.file(page, "li", "order.txt", f"{draft}/exhibits")
            page.fill("#exhibits-0-title", "订单")
            page.fill("#exhibits-0-proves", "购买及价款")
            page.fill("#exhibits-0-source", "本人手机")
        else:
            page.goto(f"{draft}/{step}")
        for name, value in filled.items():
            page.check(f"#{name}") if value is True else page.fill(f"#{name}", str(value))
        walk.look(page)
        press(page, "button[name=continue]")
    page.goto(f"{draft}/check-answers")
    walk.look(page)
    walk.send(page)
    walk.reference = page.url.split("/cases/")[1].split("/")[0]
    walk.scene.case_id = 1
    walk.case(page)


def is_accepted(walk: Walk) -> None:
    """The clerk accepts; letters go out."""
    page = walk.enter("clerk", width=DESK)
    page.goto("/home")
    walk.look(page)
    walk.case(page, "/do/accept_claim")
    page.check("input[name=track][value=small_claims]")
    walk.send(page)
    walk.scene.later(hours=1)
    assert walk.scene.case().stage is Stage.PENDING


def is_paid(walk: Walk) -> None:
    """Li pays on the payment service's page; only its signed event makes the case say so."""
    page = walk.enter("li")
    walk.case(page, "/fee")
    press(page)
    assert not page.url.startswith(walk.origin)
    page.fill("input >> nth=0", CARD)
    press(page, "button >> nth=0")
    page.wait_for_url(f"{walk.origin}/**")
    walk.look(page)
    assert walk.peer.courier.wait()
    walk.case(page, "/fee")
    assert page.locator("main form[action$='/fee/pay']").count() == 0
    assert page.locator("a[href$='.pdf']").count() == 1, page.inner_text("main")


def is_answered(walk: Walk) -> None:
    """Haiyun joins by the code of the message on a phone, defends, and brings R-1."""
    sent = next(m for m in message_folder(walk.scene.court.settings).messages(60) if walk.scene.code() in m.text)
    assert sent.address == "post@haiyun.example"
    page = walk.enter("haiyun", width=PHONE)
    page.goto("/join")
    page.fill("#code", walk.scene.code())
    press(page)
    walk.look(page)
    press(page, "main a.govuk-button")
    walk.look(page)
    page.fill("#email", "legal@haiyun.example")
    page.check("#e_service")
    page.check("#in_writing")
    walk.send(page, to="/choose")
    press(page, "main a[href*='position=defend']")
    walk.look(page)
    page.check("input[name=position][value=defend]")
    page.check("input[name=facts-0-stance][value=denied]")
    page.fill("#statement", "商品已经检验检疫合格。")
    walk.send(page)
    walk.file(page, "haiyun", "inspection.txt", f"/cases/{walk.reference}/exhibits/new")
    page.check("input[name=upload] >> nth=0") if page.locator("input[name=upload]").count() else page.select_option(
        "select[name=upload]", index=1
    )
    page.fill("#title", "检验证明")
    page.fill("#proves", "检验合格")
    page.fill("#source", "海关签发")
    category = page.locator("select[name=category]")
    category.select_option("document") if category.count() else page.check("input[name=category][value=document]")
    walk.send(page)
    walk.case(page, "/exhibits")
    walk.case(page, "/exhibits/C-1")
    walk.case(page, "/exhibits/R-1")


def is_examined(walk: Walk) -> None:
    """In writing: opinions on three axes, a question and its answer, until the record closes by itself."""
    scene = walk.scene
    judge = walk.enter("judge", width=DESK)
    walk.case(judge, "/do/open_examination")
    judge.check("input[name=mode][value=asynchronous]")
    walk.send(judge)
    walk.wait(lambda: "cross" in phase(scene))
    judge = walk.enter("judge")
    walk.case(judge, "/examination")
    walk.case(judge, "/bench")
    walk.case(judge, "/do/put_question")
    haiyun_box = judge.get_by_label("海云信息技术有限公司")
    haiyun_box.first.check()
    judge.fill("#words", "哪一项许可允许在此类食品中使用该成分？")
    walk.send(judge)
    li = walk.enter("li")
    give_opinions(walk, li, dispute="relevance")
    haiyun = walk.enter("haiyun")
    walk.case(haiyun, "/examination")
    haiyun.fill("textarea[name=words]", "我方依据检验证明。")
    walk.send(haiyun, f"form[action$='/examination/answer'] {GO_ON.removeprefix('main form ')}", to="/cases/")
    give_opinions(walk, haiyun, dispute="authenticity")
    walk.wait(lambda: exchange_is_over(scene))
    scene.hear()
    walk.case(walk.enter("li"), "/examination/record")


def give_opinions(walk: Walk, page: Page, dispute: str) -> None:
    """Accept what the other side brought on two axes, dispute it on one with a reason."""
    walk.case(page, "/examination/opinions")
    for axis in ("authenticity", "legality", "relevance"):
        page.check(f"input[name$='-{axis}'][value={'dispute' if axis == dispute else 'accept'}]")
    page.fill("textarea[name$='-reason']", "未显示拍摄时间。")
    walk.send(page, to="/cases/")


def is_decided(walk: Walk) -> None:
    """Findings one by one, the draft, a day of rest, identity confirmed once more, the number typed: pronounced and
    served.
    """
    scene = walk.scene
    judge = walk.enter("judge")
    for subject in ("exhibit/C-1", "exhibit/R-1", "fact/1"):
        walk.case(judge, f"/decision/desk?on={subject}")
        judge.check("#finding input[name$='-result'][value=adopted]")
        judge.fill("#finding textarea[name$='-reasons']", "双方均已质证，予以采信。")
        if subject.startswith("fact"):
            judge.check("#finding input[name$='-rests_on'] >> nth=0")
        walk.send(judge, "#finding button[type=submit]:not(.govuk-button--secondary)", to="/decision/desk")
    judge.fill("textarea[name=answers]", "商品已经检验检疫合格。")
    walk.send(
        judge, "form[action$='/decision/draft'] button.govuk-button:not(.govuk-button--secondary)", to="/decision/"
    )
    walk.case(judge, "/decision/draft")
    walk.case(judge, "/decision/desk")
    walk.send(judge, "form[action$='/decision/sign'] button", to="/decision/")
    scene.later(days=2)
    judge = walk.enter("judge")
    scene.later(minutes=20)
    number = str(scene.case().number)
    walk.case(judge, "/decision/issue")
    judge.fill("#identity_code", pyotp.TOTP(TOTP).at(scene.clock.machine_now()))
    for typed in (number + "0", number):
        walk.look(judge)
        judge.fill("#case_number", typed)
        press(judge)
        assert scene.case().stage is (Stage.PRONOUNCED if typed == number else Stage.DELIBERATION), judge.inner_text(
            "main"
        )[:800]


def takes_effect(walk: Walk) -> None:
    """The clerk signs after the judge. Small claims have one instance: served on everybody, the decision is in effect,
    and both sides read it.
    """
    clerk = walk.enter("clerk")
    walk.case(clerk, "/decision/countersign")
    walk.send(clerk)
    walk.wait(lambda: walk.scene.case().stage is Stage.EFFECTIVE)
    for who in ("li", "haiyun"):
        page = walk.enter(who)
        walk.case(page)
        walk.case(page, "/service")
        walk.case(page, "/docket")
        walk.case(page, "/decision")
        paper = page.request.get(walk.origin + str(page.locator("a[href$='decision.pdf']").first.get_attribute("href")))
        assert paper.ok and paper.body().startswith(b"%PDF")


def is_checked_by_anybody(walk: Walk) -> None:
    """Without an account: a message's code is the court's, an invented one is not; a file fits its receipt, a changed
    one does not.
    """
    page = walk.open_context(walk.origin, width=walk.width, javascript=walk.javascript, locale=walk.locale).new_page()
    for code, genuine in ((walk.scene.code(), True), ("2222-2222-2222", False)):
        page.goto("/check")
        page.fill("#code", code)
        press(page)
        walk.look(page)
        assert page.locator(".court-badge--proof").count() == int(genuine)
    if not walk.javascript:
        return
    mine = walk.pages["li"].request
    names = {"json": "receipt.json", "leaf": "receipt.leaf", "proof": "receipt.leaf.tlog-proof"}
    for part, name in names.items():
        (walk.folder / name).write_bytes(
            mine.get(f"{walk.origin}/cases/{walk.reference}/docket/1/receipt.{part}").body()
        )
    entry = mine.get(f"{walk.origin}/cases/{walk.reference}/docket/1/entry.json").body()
    for content, fits in ((entry, True), (entry.replace(b"8", b"9", 1), False)):
        (walk.folder / "entry-1.json").write_bytes(content)
        page.goto("/check")
        page.set_input_files("#check-file", str(walk.folder / "entry-1.json"))
        page.set_input_files("#check-receipt", [str(walk.folder / name) for name in names.values()])
        page.click("#check-run")
        page.wait_for_selector("#check-result .court-badge")
        assert page.locator("#check-result .court-badge--proof").count() == int(fits), page.inner_text("#check-result")
        walk.look(page)
