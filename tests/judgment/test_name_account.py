"""Whoever is to be paid names the account; whoever pays reads it after signing in, and nobody else ever sees it (CPL 247)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, text

from odr.api import answers
from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Role, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, StepUpNeeded
from odr.ground.text import LOCALES
from odr.identity.actors import Actor
from odr.judgment.enforcement.account_queries import PayTo, accounts_shown
from odr.judgment.models import PaymentAccount
from odr.judgment.queries import obligations_of
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from odr.service.sending.ports import message_folder
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_what_is_owed import box, letters, lines
from tests.judgment.web import ORIGIN, Visitor

NUMBER, BANK = "6222 0000 7777 1234", "Lake Savings Bank"
ACCOUNT: dict[str, Any] = {"holder": "Li Wen", "bank": BANK, "account": NUMBER}
OTHER: dict[str, Any] = {**ACCOUNT, "account": "6222 9999 8888 4321"}


def shown_to(bench: Bench, actor: Actor) -> list[PayTo]:
    """The accounts somebody may read."""
    with bench.court.database.read() as session:
        return accounts_shown(bench.court.look(session), session.get_one(Case, bench.case_id), actor)


def test_name_account_is_recorded(bench: Bench) -> None:
    """The creditor names it; the debtor reads it, both are written to, and box and API say where it is read."""
    bench.effective()
    assert "has not named one yet" in lines(box(bench, "respondent/1"))["To which account"]
    number = bench.do("claimant/1", "name_account", ACCOUNT).number
    for who in ("claimant/1", "respondent/1", "judge"):
        (seen,) = shown_to(bench, bench.actor(who))
        assert (seen.holder, seen.bank, seen.account, seen.is_changed) == ("Li Wen", BANK, NUMBER, False)
    assert letters(bench, "name_account") == {"claimant/1", "respondent/1"}
    assert "never sends an account by mail" in lines(box(bench, "respondent/1"))["To which account"]
    assert "The one you named" in lines(box(bench, "claimant/1"))["To which account"]
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        (told,) = answers.accounts(look, case, bench.actor("respondent/1"))
        assert told["account"] == NUMBER and told["party"] == "claimant/1" and not told["changed"]
        entry = session.scalars(select(DocketEntry).where(DocketEntry.number == number)).one()
        assert json.loads(entry.payload)["input"].keys() == {"account"}
        assert reads_entry(bench.actor("respondent/1"), entry) and not reads_entry(bench.actor("president"), entry)


def test_name_account_is_refused_to_another_role(bench: Bench) -> None:
    """Who owes, and who serves the court, names no account; nor does the creditor who has not just shown who they are."""
    bench.effective()
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "name_account", ACCOUNT)
    for who in ("judge", "clerk"):
        with pytest.raises(Forbidden):
            bench.do(who, "name_account", ACCOUNT)
    me = bench.actor("claimant/1")
    weak = Actor(me.role, me.account_id, me.name, me.case_id, me.party_id)
    with pytest.raises(StepUpNeeded):
        bench.do("claimant/1", "name_account", ACCOUNT, actor=weak)


def test_name_account_is_refused_at_another_stage(bench: Bench) -> None:
    """Before the decision nobody is to be paid; from its issuing on the winner names where to."""
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "name_account", ACCOUNT)
    bench.issue()
    assert bench.case().stage is Stage.PRONOUNCED
    bench.do("claimant/1", "name_account", ACCOUNT)
    assert [one.account for one in shown_to(bench, bench.actor("respondent/1"))] == [NUMBER]


def test_name_account_is_refused_too_late(bench: Bench) -> None:
    """When all is paid nothing is named any more, and whoever paid reads the account no longer."""
    bench.effective()
    bench.do("claimant/1", "name_account", ACCOUNT)
    with bench.court.database.read() as session:
        (reference,) = [o.reference for o in obligations_of(session, bench.case()) if o.amount is not None]
    today = bench.clock.now().date().isoformat()
    given = {"obligation": reference, "amount": to_the_cent(bench.court, bench.case_id), "on": today}
    bench.do("claimant/1", "record_performance", given)
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "name_account", OTHER)
    assert shown_to(bench, bench.actor("respondent/1")) == [] and shown_to(bench, bench.actor("judge")) == []
    assert [one.account for one in shown_to(bench, bench.actor("claimant/1"))] == [NUMBER]


def test_name_account_twice(bench: Bench) -> None:
    """The same account is refused; another takes its place, is marked as changed, and both sides are written to again."""
    bench.effective()
    bench.do("claimant/1", "name_account", ACCOUNT)
    with pytest.raises(InvalidInput):
        bench.do("claimant/1", "name_account", ACCOUNT)
    bench.do("claimant/1", "name_account", OTHER)
    (seen,) = shown_to(bench, bench.actor("respondent/1"))
    assert (seen.account, seen.is_changed) == (OTHER["account"], True)
    with bench.court.database.read() as session:
        rows = session.scalars(select(Packet).where(Packet.occasion == "name_account")).all()
        assert len(rows) == 4


def test_nobody_else_ever_sees_the_account(bench: Bench) -> None:
    """Not one of those who may not read it gets it by any way out of the court: function, page, letter, docket, database."""
    bench.effective()
    bench.do("claimant/1", "name_account", ACCOUNT)
    readers = {"claimant/1", "respondent/1", "judge"}
    people = ["clerk", "assistant", "president"]
    for who in people:
        assert shown_to(bench, bench.actor(who)) == [], who
    for role in set(Role) - {Role.JUDGE, Role.CLOCK}:
        assert shown_to(bench, Actor(role, 1, "Somebody", bench.case_id)) == [], role
    app = create_app(court=bench.court)
    for who, name in {"claimant/1": "li", "respondent/1": "haiyun", "judge": "judge"}.items():
        visitor = Visitor(app, bench, name)
        pages = {path: visitor.client.get(visitor.base + path, base_url=ORIGIN) for path in PATHS}
        assert pages[""].status_code == pages["/account"].status_code == 200
        told = [path for path, page in pages.items() if NUMBER in page.get_data(as_text=True)]
        assert told == ["/account"], (who, told)
    assert readers.isdisjoint(people)
    with bench.court.database.read() as session:
        entries = list(entries_of(session, session.get_one(Case, bench.case_id), "name_account"))
        assert entries and not any(NUMBER in e.payload or BANK in e.payload for e in entries)
        assert not any(NUMBER in row.sealed or BANK in row.sealed for row in session.scalars(select(PaymentAccount)))
        for packet in session.scalars(select(Packet)):
            for locale in LOCALES:
                words = text_from_json(packet.what_next or {"text": ""}).render(locale)
                assert NUMBER not in words and BANK not in words
        tables = (
            session.scalars(text("select name from sqlite_master where type = 'table'")).all()
            if (session.get_bind().dialect.name == "sqlite")
            else []
        )
        for table in tables:
            for row in session.execute(text(f'select * from "{table}"')):
                assert NUMBER not in str(row) and BANK not in str(row), table
    for message in message_folder(bench.court.settings).messages():
        assert NUMBER not in message.text + message.html + message.subject


PATHS = ("", "/docket", "/account", "/decision", "/decision/page", "/readings", "/inbox", "/enforcement")


@pytest.mark.parametrize("language", LOCALES)
def test_both_sides_use_the_page(bench: Bench, language: str) -> None:
    """The creditor fills in a form and comes back to the account; the debtor reads it with the warning, in both languages."""
    bench.effective()
    app = create_app(court=bench.court)
    li, haiyun = Visitor(app, bench, "li", language), Visitor(app, bench, "haiyun", language)
    assert NUMBER not in li.get("/account")
    form = li.get("/account/name")
    assert 'name="account"' in form and "autocomplete" in form
    assert li.send("/account/name", "/account/name", ACCOUNT).split("?")[0].endswith("/account")
    page = haiyun.get("/account")
    assert NUMBER in page and BANK in page
    assert ("never sends an account by mail" if language == "en" else "法院从不通过邮件、短信或者电话发送账户") in page
    assert "/account/name" not in page


def test_a_form_not_sent_leaves_no_account_behind(bench: Bench) -> None:
    """What is typed and refused comes back in the same answer and lies nowhere in the database."""
    bench.effective()
    li = Visitor(create_app(court=bench.court), bench, "li")
    again = li.send("/account/name", "/account/name", {**ACCOUNT, "bank": ""}, status=422)
    assert NUMBER in again
    with bench.court.database.read() as session:
        kept = session.execute(text("select * from act_draft")).all()
    assert NUMBER not in str(kept)
