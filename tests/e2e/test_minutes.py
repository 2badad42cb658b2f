"""How long a new claimant needs to file on a phone, and a respondent to answer, in both languages; counted by one
formula, so that no machine's speed is in it. The disputes are told from what happened, not from the pages.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.identity.models import Account
from tests.e2e.minutes import CHOICE, Person, read_minutes, typed_minutes
from tests.entering import let_in
from tests.peers.browser import OpenContext
from tests.scene import Scene

pytestmark = pytest.mark.slow
PHONE = 360
MOST, MOST_TO_ANSWER = 12, 6
"""Minutes it may take."""
SAVE = "button[name=continue]"
GO_ON = "main form button.govuk-button:not(.govuk-button--secondary)"
TOLD = {
    "en": {
        "name": "Wu Min",
        "platform": "Baihua Market",
        "shop": "Tianran Health",
        "order": "BH-20180416-553",
        "goods": "Cordyceps lozenges, one box",
        "respondent": "Tianran E-commerce Ltd",
        "facts": (
            "I bought a box of lozenges in the shop.",
            "The box names a production date after its licence had ended.",
            "The food office found the date false and fined the shop.",
        ),
        "relief": "The price back, and ten times it",
        "title": "Order page",
        "answer": "The lozenges were made before the licence ended. We did not change the date.",
    },
    "zh-CN": {
        "name": "吴敏",
        "platform": "百花市集",
        "shop": "天然健康旗舰店",
        "order": "BH-20180416-553",
        "goods": "虫草素含片一盒",
        "respondent": "天然电子商务有限公司",
        "facts": (
            "我在该店购买了一盒含片。",
            "外包装的生产日期晚于生产许可证的到期日。",
            "食药监局查明日期虚假，并处罚了该店。",
        ),
        "relief": "退还货款并支付十倍赔偿",
        "title": "订单页面",
        "answer": "含片在许可证到期之前生产，生产日期不是我方更改的。",
    },
}
"""What the buyer of a false production date tells, and the shop answers."""


def test_the_formula_counts_words_characters_and_choices() -> None:
    """Two hundred words are a minute, and so are three hundred characters; typing is slower."""
    assert read_minutes("word " * 200) == pytest.approx(1) == read_minutes("字" * 300)
    assert typed_minutes("word " * 25) == pytest.approx(1) == typed_minutes("字" * 40)
    assert CHOICE == 15


def pictures(name: str) -> Path | None:
    """Where screenshots go, if somebody wants them."""
    if "PICTURES" not in os.environ:
        return None
    folder = Path(os.environ["PICTURES"]) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def letter(scene: Scene) -> str:
    """The newest message that left the court, as its reader sees it."""
    scene.work()
    found = sorted(scene.court.settings.data_dir.rglob("message.json"), key=lambda path: path.stat().st_mtime_ns)
    return found[-1].read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_how_long_it_takes_to_lodge_a_claim(
    locale: str, small_scene: Scene, serve: Callable[..., str], open_context: OpenContext, tmp_path: Path
) -> None:
    """From the start page over a new account to the receipt, with one picture as evidence."""
    scene, told = small_scene, TOLD[locale]
    page = open_context(serve(create_app(court=scene.court)), width=PHONE, locale=locale).new_page()
    me = Person(page, pictures(f"claim-{locale}"))
    page.goto("/")
    me.look()
    me.press("main a[href='/start']")
    me.press("main a.govuk-button >> nth=0")
    me.write("#name", str(told["name"]))
    me.write("#email", "wu@parties.example")
    me.write("#password", "lozenges box april")
    me.press(GO_ON)
    code = re.search(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}", letter(scene))
    assert code is not None
    me.write("#code", code.group())
    me.press(GO_ON)
    me.choose("input[name=cause] >> nth=0")
    me.press(GO_ON)
    for field, words in (("platform", told["platform"]), ("shop", told["shop"]), ("order_number", told["order"])):
        me.write(f"#{field}", str(words))
    me.press(SAVE)
    for field, words in (("ordered_on-day", "16"), ("ordered_on-month", "4"), ("ordered_on-year", "2025")):
        me.write(f"#{field}", words)
    me.write("#goods", str(told["goods"]))
    me.write("#price", "1,200.00")
    me.choose("input[name=problem] >> nth=1")
    me.press(SAVE)
    me.write("#respondents-0-name", str(told["respondent"]))
    me.press(SAVE)
    for number, fact in enumerate(told["facts"]):
        if number:
            me.press("button[name=add]")
        me.write(f"#facts-{number}-what", fact)
    me.press(SAVE)
    me.write("#relief-0-what", str(told["relief"]))
    me.write("#relief-0-amount", "13,200.00")
    me.press(SAVE)
    me.press("main a.govuk-button")
    picture = tmp_path / "IMG_2018.png"
    Image.new("RGB", (360, 640), "white").save(picture)
    me.attach("#files", str(picture))
    page.locator("[data-part=result] a").wait_for()
    me.press("[data-onward]")
    me.write("#exhibits-0-title", str(told["title"]))
    me.choose("input[name=exhibits-0-facts][value='1']")
    me.write("#exhibits-0-source", str(told["platform"]))
    me.press(SAVE)
    me.choose("#e_service")
    me.choose("#in_writing")
    me.write("#address", "8 Harbour Road" if locale == "en" else "湖滨路8号")
    me.press(SAVE)
    me.press("main a[href$='/check-answers']") if not page.url.endswith("/check-answers") else None
    me.finish(GO_ON)
    if "/docket/1" not in page.url:
        me.look()
        me.choose("input[name=sure]")
        me.finish(GO_ON)
    sys.stdout.write(me.sum())
    assert "/docket/1" in page.url and me.minutes <= MOST, me.sum()
    with scene.court.database.read() as session:
        assert session.scalars(select(Case.stage)).one() is Stage.LODGED


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_how_long_it_takes_to_answer_a_claim(
    locale: str, small_scene: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """From the letter's code over joining to the statement of defence, signed in with an account one has."""
    scene, told = small_scene, TOLD[locale]
    scene.lodge()
    scene.accept()
    with scene.court.database.write() as session:
        # Whoever is signed in reads in the language of their account, not of their browser.
        account = session.get_one(Account, scene.people["haiyun"])
        account.locale = "zh-Hans" if locale.startswith("zh") else "en"
    origin = serve(create_app(court=scene.court))
    context = open_context(origin, width=PHONE, locale=locale)
    let_in(scene.court, scene.people["haiyun"], context, origin)
    me = Person(context.new_page(), pictures(f"answer-{locale}"))
    me.page.goto("/join")
    me.look()
    me.write("#code", scene.code())
    me.press(GO_ON)
    me.press("main a.govuk-button")
    for box in ("#e_service", "#in_writing"):
        me.choose(box)
    me.press(GO_ON)
    me.decide()
    me.press("main a[href*='position=defend']")
    assert me.page.is_checked("input[name=position][value=defend]")
    for stance in me.page.locator("input[value=denied]").all():
        me.choose(f"#{stance.get_attribute('id')}")
    me.write("textarea[name=statement]", str(told["answer"]))
    me.finish(GO_ON)
    sys.stdout.write(me.sum())
    assert "/docket/" in me.page.url, me.sum() + me.page.inner_text("main")
    assert me.minutes <= MOST_TO_ANSWER, me.sum()
