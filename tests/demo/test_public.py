"""What anybody finds of the demonstration's disputes: published, withheld and corrected decisions, and nobody's name."""

from __future__ import annotations

import re
from collections import deque

from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Party, PartyKind, Stage
from odr.identity.models import Account, AccountRole
from odr.procedure.court import Court
from odr.register.enforcement_list.audit import audit_case_listings
from odr.register.publication import ledger
from odr.register.publication.models import PublicationVersion
from odr.register.search.keeping import keep_index
from odr.training.listed_debtors import DEBTORS, LISTED, NUMBER, PERFORMED

AT_MOST = 400
"""Pages a crawl opens: everything public of the demonstration is fewer."""
LEFT_OUT = re.compile(
    r"/(hearings|static|language|training|account|log|home|cases|draft|start/guide)(/|$)|\.(py|zip|tsr|leaf)$"
)
"""What is no page for the public, is the log itself, would change something, or names parties as the law wants it (CPL 139)."""
READ = {
    "text/html",
    "text/plain",
    "application/json",
    "application/jsonl",
    "application/xml",
    "application/atom+xml",
    "application/akn+xml",
}
"""Kinds of answers in which names are looked for."""
LINK = re.compile(r'(?:href|src)="(/[^"#]*)')


def test_the_ledger_of_the_demonstration_comes_to_nothing(told: Court) -> None:
    """Four decisions are public, one of them corrected; one is withheld since it was mediated; the rest is nothing."""
    with told.database.read() as session:
        assert ledger.wrong_in(session) == []
        found = ledger.lines(session)
        counted = ledger.account(found, len(found))
        assert counted["rest"] == 0 and counted["published"] == 4 and counted["withheld"] == 1
        assert [line.reason for line in found.values() if line.state == "withheld"] == ["mediated"]
        again = session.scalars(select(PublicationVersion).where(PublicationVersion.number == 2)).all()
        assert len(again) == 1 and again[0].reason == "masking"


def private(court: Court) -> set[str]:
    """Names of parties and of whoever acts for them, their addresses, telephone numbers, orders and files' numbers."""
    with court.database.read() as session:
        found: set[str] = set()
        for party in session.scalars(select(Party)):
            found |= {party.name, party.email or "", party.phone or ""}
            if party.kind is PartyKind.PERSON:
                found |= {party.address or ""}
        staff = select(AccountRole.account_id)
        for account in session.scalars(select(Account).where(Account.id.not_in(staff))):
            found |= {account.name, account.email}
        return {words for words in found if len(words) > 1}


def test_a_crawl_over_everything_public_finds_no_name_of_a_party(told: Court) -> None:
    """From the start page over every link that a stranger may follow: no private datum, no dead link, no fault."""
    client, names = create_app(court=told).test_client(), private(told)
    begun = [
        "/",
        "/decisions",
        "/decisions/ledger",
        "/decisions/ledger.json",
        "/sitemap.xml",
        "/decisions/zh-Hans.atom",
    ]
    begun += [
        each["address"].removeprefix(told.settings.base_url)
        for each in client.get("/decisions/bulk.json").json["months"]
    ]
    assert keep_index(told) == 0 and client.get("/decisions.json").json["total"] == 4
    waiting, seen = deque(begun), set[str]()
    while waiting:
        path = waiting.popleft()
        if path in seen or LEFT_OUT.search(path.partition("?")[0]):
            continue
        seen.add(path)
        assert len(seen) <= AT_MOST, "the crawl does not end"
        answer = client.get(path)
        assert answer.status_code in (200, 303), (path, answer.status_code)
        if answer.mimetype not in READ:
            continue
        leaks = {name for name in names if name in answer.text}
        assert not leaks, (path, leaks)
        if answer.mimetype == "text/html":
            # A list that is narrowed down leads to narrower ones without end: each value is followed once.
            links = [link.replace("&amp;", "&") for link in LINK.findall(answer.text)]
            waiting.extend(link for link in links if "?" not in path or not link.startswith("/decisions"))
    assert sum(path.startswith("/decisions/") for path in seen) > 8


def test_who_does_not_perform_is_found_by_name_and_number_and_who_performed_is_not(told: Court) -> None:
    """A newcomer reads both on the page for training, looks them up as anybody does, and finds the one that still owes."""
    client = create_app(court=told).test_client()
    page = client.get("/training").get_data(as_text=True)
    assert 'href="/enforcement-list"' in page and client.get("/enforcement-list").status_code == 200
    answers = {}
    for name, number in DEBTORS:
        assert name in page and number in page
        answers[name] = client.post("/enforcement-list.json", json={"name": name, "number": number})
    assert answers[LISTED].status_code == 200 and answers[PERFORMED].status_code == 404
    told_of = answers[LISTED].get_data(as_text=True)
    assert NUMBER not in told_of and PERFORMED not in told_of
    with told.database.read() as session:
        case = next(one for one in session.scalars(select(Case)) if LISTED in one.title)
        acts = [entry.act for entry in session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id))]
        assert case.stage is Stage.ENFORCEMENT and list(audit_case_listings(told, session, case)) == []
    way = ["apply_for_enforcement", "order_property_report", "propose_listing", "decide_listing", "leave_list"]
    assert [acts.index(name) for name in way] == sorted(acts.index(name) for name in way)
