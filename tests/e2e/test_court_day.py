"""What a court's side meets seldom, walked to its end in a real browser: a mediation, a panel of which one dissents, a judgment
on a part, an answer taken at the counter, a case that goes to another judge, a lost second factor.

Each in one language, in both with ``ODR_PROVE=1``; Chinese on the narrow screen without script.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role, Seat
from odr.docket.queries import entries_of
from odr.identity.models import Account, AccountRole, AccountState, FactorReset
from odr.service.models import Packet
from odr.service.sending.ports import message_folder
from tests.e2e.test_journey import SECRET as TOTP, give_second_factor
from tests.e2e.walking import Walk, press
from tests.peers.browser import DESK, PHONE
from tests.scene import PASSWORD, claim, claim_in_chinese

EN, ZH = ("en", DESK, True), ("zh-CN", PHONE, False)
WalkOf = Callable[..., Walk]


def in_one(language: tuple[str, int, bool]) -> pytest.MarkDecorator:
    """The language a story is walked in, and the other one where everything is proven."""
    both = [language, ZH if language is EN else EN]
    return pytest.mark.parametrize(("locale", "width", "javascript"), both if os.environ.get("ODR_PROVE") else both[:1])


def opened(walk_of: WalkOf, locale: str, width: int, javascript: bool) -> Walk:
    """A court in that language."""
    return walk_of(locale=locale, width=width, javascript=javascript)


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
    denied = [{"number": number, "stance": "denied"} for number in (1, 2)]
    walk.scene.do("file_answer", "haiyun", position="defend", statement="The goods were inspected.", facts=denied)
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
    new.goto("/bench")
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
