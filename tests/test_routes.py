"""Every route × method × principal over HTTP against ``routes.tsv``, which is written by hand; and every guard taken
away in turn.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update
from werkzeug.routing import Map, Rule
from werkzeug.test import TestResponse

from odr.app import create_app
from odr.assist.kiosk.models import Kiosk
from odr.docket.models import Case, Document, Role, Seat
from odr.docket.queries import case_by_reference
from odr.filing.draft import drafts
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountState, FactorReset, Mandate, MandateScope, RoleProposal, SessionRow
from odr.identity.sign_in import sessions
from odr.payments.models import Payment
from odr.procedure.models import Window
from odr.procedure.rules import activation
from odr.service.models import InboxItem
from odr.web.forgery import Csrf
from odr.web.guards import Entry, Guard, current_person, current_session
from odr.web.presence import Person, session_cookie_name
from tests.scene import Scene, claim, open_court

FILE = Path(__file__).with_name("routes.tsv")
COLUMNS = (
    "anonymous",
    "stranger",
    "claimant",
    "respondent",
    "representative",
    "mediator",
    "witness",
    "judge",
    "clerk",
    "president",
    "cashier",
    "admin",
)
OUTSIDERS = {
    "other_claimant": "stranger",
    "revoked": "stranger",
    "lapsed": "stranger",
    "other_judge": "judge",
    "recused_judge": "judge",
    "other_clerk": "clerk",
}
"""Who is as a stranger in this case, though elsewhere like the column named."""
PARAMETER = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
ORIGIN = "http://localhost"
UNKNOWN = "a" * 26
NO_CASE = "b" * 26
ALIKE = {("POST", "/account/devices/end-all")}
"""Sends everybody to the sign-in page: whether the guard or the page itself did so does not show. Who is nobody has no
devices to end.
"""


@cache
def rows() -> dict[tuple[str, str], dict[str, str]]:
    """Expectation of each method and route: principal → what it gets."""
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(
            (line for line in file if line.strip() and not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        return {(line.pop("method"), line.pop("route")): line for line in lines}


@dataclass
class House:
    """A court with one case that everybody of it takes part in, another case, and ways to ask as somebody."""

    scene: Scene
    app: Flask
    people: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    sessions: dict[tuple[str, bool], tuple[str, int]] = field(default_factory=dict)
    """Session of each person, until a request in it changes something, or may have."""

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        *,
        two_factor: bool = True,
        token: bool = True,
        origin: str | None = ORIGIN,
    ) -> TestResponse:
        """One request in a session nobody has ended, with the form's token, as a page of ours sends it."""
        client = self.app.test_client()
        headers = {"Origin": origin} if origin else {}
        row_id, reads = None, method in ("GET", "OPTIONS")
        if who != "anonymous":
            secret, row_id = self.sessions.get((who, two_factor)) or self.enter(who, two_factor)
            self.sessions[who, two_factor] = secret, row_id
            client.set_cookie(session_cookie_name(False), secret)
        if token and not reads:
            with client.session_transaction() as cookie:
                cookie["for"], cookie["csrf_token"] = row_id, "seed"
            headers["X-CSRF-Token"] = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(
                "seed"
            )
        if path.startswith(("/uploads/", "/api/v1/uploads/")):
            headers |= {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"} | (
                {"Content-Type": "application/offset+octet-stream"} if method == "PATCH" else {}
            )
        response = client.open(path, method=method, headers=headers, buffered=True)
        if not reads and self.got(response) not in ("403", "404"):
            if row_id is not None:
                del self.sessions[who, two_factor]
                self.leave(row_id)
            self.restore()
        return response

    def leave(self, row_id: int) -> None:
        """A session that may have changed ends: nobody has more devices than the court allows."""
        with self.scene.court.database.write() as session:
            ending = update(SessionRow).where(SessionRow.id == row_id, SessionRow.revoked_at.is_(None))
            session.execute(ending.values(revoked_at=self.scene.court.clock.machine_now()))

    def enter(self, who: str, two_factor: bool) -> tuple[str, int]:
        """A new session of somebody: its secret and its row."""
        now = self.scene.court.clock.machine_now()
        with self.scene.court.database.write() as session:
            account = session.get_one(Account, self.people[who])
            return sessions.open_session(session, account, now, device="test", address="::1", two_factor=two_factor)

    def path(self, rule: Rule, **changed: str) -> str:
        """The route's address for this case and its things."""
        mine = self.parameters
        special = {"/decisions/": UNKNOWN, "/payments/desk/": UNKNOWN, "/administration/people/": mine["person"]}
        special |= {
            "/decisions/<address>": UNKNOWN,
            "/administration/rules/": mine["laid"],
            "/rules/activated/": UNKNOWN,
        }
        special |= {
            "/administration/terminals/": mine["terminal"],
            "/account/mandates/": mine["mandate"],
            "/uploads/": mine["upload"],
            "/api/v1/uploads/": mine["upload"],
        }
        values = {**self.parameters, **changed}
        for prefix, reference in special.items():
            if rule.rule.startswith(prefix):
                values["reference"] = values["address"] = reference
        return PARAMETER.sub(lambda match: values[match[1]], rule.rule)

    def got(self, response: TestResponse) -> str:
        """What a reply means: let in, shown to sign-in, not there, not allowed, or broken."""
        if response.status_code == 401 or (
            response.status_code == 303 and "/account/sign-in" in response.headers["Location"]
        ):
            return "sign"
        if response.status_code in (403, 404):
            return str(response.status_code)
        return f"broken {response.status_code}" if response.status_code >= 500 and response.status_code != 501 else "in"

    def restore(self) -> None:
        """What a request that was let in may have ended stands again."""
        with self.scene.court.database.write() as session:
            going_on = SessionRow.id.in_([row_id for _, row_id in self.sessions.values()])
            session.execute(update(SessionRow).where(going_on).values(revoked_at=None))
            session.execute(
                update(Account)
                .where(Account.id.in_([v for k, v in self.people.items() if k != "suspended"]))
                .values(state=AccountState.ACTIVE)
            )
            session.execute(update(Kiosk).values(ended_at=None))
            session.execute(
                update(Mandate).where(Mandate.account_id == self.people["representative"]).values(revoked_at=None)
            )


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method of every route; what every server answers alike is left out."""
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for method in sorted(methods or {"OPTIONS"}):
            yield method, rule


def guard_of(app: Flask, rule: Rule) -> Guard | None:
    found: Guard | None = getattr(app.view_functions[rule.endpoint], "__guard__", None)
    return found


def person(scene: Scene, name: str, role: Role | None = None) -> int:
    """One more account."""
    from odr.identity.models import AccountRole

    with scene.court.database.write() as session:
        now = scene.clock.now()
        account = Account(
            email=f"{name}@house.example",
            name=name.title(),
            state=AccountState.ACTIVE,
            created_at=now,
            confirmed_at=now,
        )
        session.add(account)
        session.flush()
        if role is not None:
            session.add(AccountRole(account_id=account.id, role=role, granted_at=now))
        return account.id


def furnish(scene: Scene, *, fact: str = "I bought 30 bottles of capsules.", file: bytes = b"order 8842") -> House:
    """Bring a case to the examination, seat everybody, and note one thing of each kind for the addresses; the claim tells
    ``fact`` and brings ``file``.
    """
    upload = scene.upload("li", file)
    line = {"upload": upload.reference, "title": "Order page", "proves": "That I bought them", "source": "My phone"}
    facts = [{"what": fact, "happened_on": "2025-11-06"}, {"what": "The label names an additive."}]
    scene.lodge(claim(exhibits=[line], facts=facts))
    scene.accept()
    scene.work()
    scene.join()
    code = scene.code()
    given = {n: scene.people[n] for n in ("clerk", "judge", "president", "cashier", "mediator", "admin", "stranger")}
    house = House(
        scene,
        create_app(court=scene.court),
        {**given, "claimant": scene.people["li"], "respondent": scene.people["haiyun"]},
    )
    more: dict[str, Role | None] = {"other_judge": Role.JUDGE, "recused_judge": Role.JUDGE, "other_clerk": Role.CLERK}
    more |= dict.fromkeys(("representative", "witness", "suspended", "revoked", "lapsed", "other_claimant", "person"))
    for name, role in more.items():
        house.people[name] = person(scene, name, role)
    case_id, now = scene.case_id, scene.clock.now()
    scene.people["other"] = house.people["other_claimant"]
    scene.lodge(who="other")
    scene.case_id = case_id
    with scene.court.database.write() as session:
        case = session.get_one(Case, case_id)
        mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
        for name, role in {"mediator": Role.MEDIATOR, "witness": Role.WITNESS, "president": Role.PRESIDENT}.items():
            session.add(Seat(case_id=case.id, account_id=house.people[name], role=role, from_at=now))
        session.add(
            Seat(case_id=case.id, account_id=house.people["recused_judge"], role=Role.JUDGE, from_at=now, until_at=now)
        )
        ends: dict[str, dict[str, Any]] = {
            "representative": {},
            "revoked": {"revoked_at": now},
            "lapsed": {"until_at": now - timedelta(days=1)},
        }
        for name, end in ends.items():
            began = now - timedelta(days=9)
            mandate = Mandate(
                case_id=case.id,
                party_id=mine.id,
                account_id=house.people[name],
                scope=MandateScope.SPECIAL,
                from_at=began,
                signed_at=began,
                accepted_at=began,
                **end,
            )
            session.add(mandate)
            session.flush()
            if name == "representative":
                house.parameters["mandate"] = mandate.reference
        suspended = Mandate(
            case_id=case.id,
            party_id=mine.id,
            account_id=house.people["suspended"],
            scope=MandateScope.SPECIAL,
            from_at=now,
            signed_at=now,
            accepted_at=now,
        )
        session.add(suspended)
        session.get_one(Account, house.people["suspended"]).state = AccountState.SUSPENDED
        draft = drafts.open_draft(session, house.people["claimant"], now)
        window = session.scalars(select(Window).where(Window.case_id == case.id)).first()
        assert window is not None
        house.reference = case.reference
        house.parameters |= {
            "reference": case.reference,
            "draft": draft.reference,
            "kind": "page",
            "window": window.reference,
            "upload": upload.reference,
            "code": code,
        }
        house.parameters["person"] = session.get_one(Account, house.people["person"]).reference
        letter = session.scalars(select(InboxItem.reference).where(InboxItem.party_id == mine.id)).first()
        paper = session.scalars(select(Document.reference).where(Document.case_id == case.id)).first()
        house.parameters |= {
            "item": letter or UNKNOWN,
            "document": paper or UNKNOWN,
            "month": "2026-03",
            "table": "months",
            "topic": "fees",
            "trouble": "not_delivered",
            "cause": "online_shopping",
            "since": "2024-01-01",
            "term": "post",
        }
        payment = session.scalars(select(Payment.reference)).first()
    house.parameters["act"] = "pay"
    house.parameters |= dict(
        zip(
            ("label", "part", "name", "step", "year", "index", "tag", "locale"),
            ("C-1", "json", "request_relief", "matter", "2026", "000.p/1", "en", "en"),
            strict=True,
        )
    )
    house.parameters |= dict.fromkeys(
        (
            "number",
            "ordinal",
            "segment",
            "page",
            "key_id",
            "token_id",
            "link_id",
            "share_id",
            "revision_id",
            "piece",
            "who",
        ),
        "1",
    ) | {
        "level": "0",
        "place": "2",
        "token": "none",
        "party": UNKNOWN,
        "remark": UNKNOWN,
        "series": UNKNOWN,
        "batch": UNKNOWN,
        "note": UNKNOWN,
        "mark": UNKNOWN,
        "payment": payment or UNKNOWN,
    }
    with scene.court.database.write() as session:
        terminal = Kiosk(name="Terminal 1", made_at=now, made_by=house.people["admin"])
        session.add(terminal)
        session.flush()
        house.parameters["terminal"] = terminal.reference
        _, row = sessions.open_session(
            session,
            session.get_one(Account, house.people["claimant"]),
            now,
            device="other",
            address="::1",
            two_factor=False,
        )
        proposal = RoleProposal(
            account_id=house.people["person"], role=Role.JUDGE, proposed_by=house.people["clerk"], proposed_at=now
        )
        lost = FactorReset(account_id=house.people["clerk"], asked_by="Wu Tong", why="Lost.", asked_at=now)
        session.add_all([proposal, lost])
        session.flush()
        files = {
            "pack.toml": 'id = "cn"\nversion = 2027-01-01\neffective_from = 2027-01-01\nbased_on = 2025-11-01\n[windows.rules.offer]\namount = 9\n'
        }
        laid = activation.lay(session, files, why="", by=None, now=now, today=now.date())
        house.parameters |= {
            "row_id": str(row),
            "proposal_id": str(proposal.id),
            "reset_id": str(lost.id),
            "laid": laid.reference,
            "pack_id": "cn",
            "version": "2025-11-01",
        }
    house.parameters |= {
        "filename": "court.css",
        "day": "2026-03-02",
        "agreement": UNKNOWN,
        "assessment": UNKNOWN,
        "compilation": UNKNOWN,
        "copy": UNKNOWN,
        "batch": UNKNOWN,
        "received": UNKNOWN,
        "reference_of": UNKNOWN,
        "provider": "sms",
    }
    return house


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The furnished court, once for all tests of this file: what requests change is put back."""
    import shutil

    from tests.conftest import MORNING

    folder = tmp_path_factory.mktemp("house")
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    yield furnish(open_court(database, FixedClock(MORNING), folder / "court"))
    database.dispose()


def told_path(house: House, rule: Rule) -> str:
    if rule.rule.startswith("/<any(about"):
        return "/about"
    if rule.rule.startswith("/agreement", 17) and rule.rule.endswith("<name>"):
        return house.path(rule, name="refuse_agreement")
    if rule.rule == "/cases/<reference>/settlement/<name>":
        return house.path(rule, name="make_offer")
    if rule.rule == "/cases/<reference>/settlement/check/<name>":
        return house.path(rule, name="decline_offer")
    if rule.rule == "/cases/<reference>/one-key/<name>":
        return house.path(rule, name="bring_statement")
    if rule.rule.startswith("/log/<year>/tile/entries/"):
        return house.path(rule, index="000.p/1")
    return house.path(rule)


def column(who: str, rule: Rule) -> str:
    """Under which heading of the file somebody stands on a route."""
    if who == "suspended":
        return "anonymous"
    if who in OUTSIDERS:
        return "stranger" if "cases/<reference>" in rule.rule else OUTSIDERS[who]
    return who


def is_asked(who: str, guard: Guard | None) -> bool:
    """Public pages ask nobody who she is, and only pages of a case tell an outsider from others of her role."""
    if guard is None or guard.entry is Entry.PUBLIC:
        return who in ("anonymous", "claimant", "admin")
    return who not in OUTSIDERS or guard.entry is Entry.CASE


def test_every_route_stands_in_the_file(house: House) -> None:
    """A route that nobody thought about fails here; so does a line whose route is gone."""
    asked = {(method, rule.rule) for method, rule in routes(house.app)}
    listed = set(rows())
    assert (sorted(asked - listed), sorted(listed - asked)) == ([], []), (
        "routes missing from the file, lines without a route"
    )
    assert {cell for line in rows().values() for cell in line.values()} <= {"in", "sign", "404", "403"}


@pytest.mark.slow
def test_every_route_method_and_principal(house: House) -> None:
    """Each gets what the file says: twelve principals, and those who are in no way of the case any more or not yet;
    nothing private is kept by a cache.
    """
    expectations, wrong = rows(), []
    for method, rule in routes(house.app):
        guard = guard_of(house.app, rule)
        for who in (*COLUMNS, *OUTSIDERS, "suspended"):
            if not is_asked(who, guard):
                continue
            response = house.ask(who, method, told_path(house, rule))
            got, hoped = house.got(response), expectations.get((method, rule.rule), {}).get(column(who, rule))
            if got != hoped:
                wrong.append(f"{method} {rule.rule} as {who}: {got} ({response.status_code}), not {hoped}")
            if (
                who != "anonymous"
                and guard is not None
                and not guard.shared
                and "no-store" not in response.headers.get("Cache-Control", "")
            ):
                wrong.append(f"{method} {rule.rule} as {who}: may be kept by a cache")
    assert not wrong, "\n".join(wrong)


def words(response: TestResponse, *known: str) -> str:
    """A reply without what differs between two askings: tokens, nonces and the address itself."""
    text = response.get_data(as_text=True)
    for reference in known:
        text = text.replace(reference, "REFERENCE")
    return re.sub(r'(csrf[_-]token"[^>]*(?:value|content)="|nonce-?=?"?)[^"]*', r"\1", text)


def test_a_stranger_cannot_tell_a_case_from_none(house: House) -> None:
    """Every address of the case answers a stranger word by word as the same address of a case that does not exist."""
    for method, rule in routes(house.app):
        guard = guard_of(house.app, rule)
        if guard is None or guard.entry is not Entry.CASE:
            continue
        there, path = house.parameters["reference"], told_path(house, rule)
        real, none = house.ask("stranger", method, path), house.ask("stranger", method, path.replace(there, NO_CASE))
        assert (real.status_code, none.status_code) == (404, 404), path
        assert words(real, there) == words(none, NO_CASE), path
        assert sorted(real.headers.keys()) == sorted(none.headers.keys())


def test_the_court_asks_its_own_people_for_a_second_factor(house: House) -> None:
    """Who serves the court and signed in with a password only gets into no case and to no desk."""
    expectations = rows()
    for method, rule in routes(house.app):
        guard = guard_of(house.app, rule)
        for who in ("judge", "clerk", "president", "mediator", "cashier", "admin"):
            if (
                guard is not None
                and guard.entry in (Entry.CASE, Entry.STAFF)
                and expectations[method, rule.rule][who] == "in"
            ):
                response = house.ask(who, method, told_path(house, rule), two_factor=False)
                is_sent = response.status_code == 303 and response.headers["Location"].startswith(
                    "/account/second-factor"
                )
                assert response.status_code == 403 or is_sent, f"{method} {rule.rule} as {who}: {response.status_code}"


@pytest.mark.slow
def test_no_page_of_another_site_changes_anything(house: House) -> None:
    """Without the form's token, or sent from elsewhere, nothing that changes something is carried out, on any route."""
    tried = 0
    for method, rule in routes(house.app):
        guard = guard_of(house.app, rule)
        if method in ("GET", "OPTIONS") or guard is None or guard.csrf is Csrf.NONE:
            continue
        who = next((c for c in COLUMNS if c != "anonymous" and rows()[method, rule.rule][c] == "in"), None)
        if who is None:
            continue
        path, tried = told_path(house, rule), tried + 1
        for told in ({"token": False, "origin": None}, {"token": True, "origin": "https://elsewhere.example"}):
            assert house.ask(who, method, path, **told).status_code == 403, f"{method} {rule.rule}: {told}"  # type: ignore[arg-type]
        assert house.ask(who, method, path, token=False).status_code == 400, f"{method} {rule.rule}"
    assert tried > 40


def without_guard(house: House, view: Any, guard: Guard) -> Callable[..., Any]:
    """The page as it would be had somebody forgotten its guard: whoever asks is taken for somebody who may."""
    inner = view.__wrapped__
    if guard.entry is not Entry.CASE:

        def walk_in(*args: Any, **more: Any) -> Any:
            if current_person() is None:
                session = current_session()
                account = session.get_one(Account, house.people["claimant"])
                # Not the session the address is about: who ends her own is sent to sign in, as one without a session
                # is.
                others = select(SessionRow).where(
                    SessionRow.account_id == account.id, SessionRow.id != int(house.parameters["row_id"])
                )
                device = session.scalars(others.order_by(SessionRow.id)).first()
                now = house.scene.court.clock.machine_now()
                g._login_user = Person(
                    account.id,
                    account.reference,
                    account.name,
                    account.email,
                    frozenset(),
                    "en",
                    now,
                    True,
                    device.id if device else None,
                )
            return inner(*args, **more)

        return walk_in

    def enter(*args: Any, reference: str, **more: Any) -> Any:
        case = case_by_reference(current_session(), reference)
        assert case is not None
        role = next(
            (r for r in (Role.CLAIMANT, Role.RESPONDENT, Role.JUDGE) if r in guard.roles or not guard.roles), Role.CLERK
        )
        party = next((p for p in case.parties if p.role is role), None)
        actor = Actor(
            role, party.account_id if party else house.people["judge"], "", case.id, party.id if party else None
        )
        return inner(*args, case=case, actor=actor, **more)

    return enter


@pytest.mark.slow
def test_each_guard_taken_away_is_caught(house: House) -> None:
    """The matrix is not satisfied by a court that forgot the guard of any one page."""
    missed, tried = [], 0
    for method, rule in routes(house.app):
        guard = guard_of(house.app, rule)
        line = rows()[method, rule.rule]
        if guard is None or guard.entry is Entry.PUBLIC or (method, rule.rule) in ALIKE:
            continue
        kept, tried = house.app.view_functions[rule.endpoint], tried + 1
        house.app.view_functions[rule.endpoint] = without_guard(house, kept, guard)
        try:
            out = [who for who in ("stranger", "anonymous", "witness", "clerk") if line[who] != "in"]
            if all(house.got(house.ask(who, method, told_path(house, rule))) == line[who] for who in out):
                missed.append(f"{method} {rule.rule}")
        finally:
            house.app.view_functions[rule.endpoint] = kept
    assert not missed, "\n".join(missed)
    assert tried > 100


@pytest.fixture
def both(house: House) -> Iterator[dict[str, str]]:
    """Somebody, called “both”, who acts for the claimant and for the respondent of the case, as nobody should who is
    asked in time.
    """
    session_of, began = house.scene.court.database, house.scene.clock.now() - timedelta(days=9)
    house.people["both"] = person(house.scene, "both")
    with session_of.write() as session:
        case = session.scalars(select(Case).where(Case.reference == house.reference)).one()
        sides = [next(p for p in case.parties if p.role is role) for role in (Role.CLAIMANT, Role.RESPONDENT)]
        for side in sides:
            mandate = Mandate(
                case_id=case.id,
                party_id=side.id,
                account_id=house.people["both"],
                scope=MandateScope.SPECIAL,
                from_at=began,
                signed_at=began,
                accepted_at=began,
            )
            session.add(mandate)
        hats = {f"party/{side.id}": side.role.value for side in sides}
    yield hats
    with session_of.write() as session:
        session.execute(update(Mandate).where(Mandate.account_id == house.people["both"]).values(revoked_at=began))


def acting_for(house: House, hat: str | None) -> None:
    """Every session of “both” says for whom she acts from now on, as her own choice on the page does."""
    house.sessions.clear()
    enter = House.enter

    def chosen(self: House, name: str, two_factor: bool) -> tuple[str, int]:
        secret, row_id = enter(self, name, two_factor)
        if name == "both" and hat is not None:
            with self.scene.court.database.write() as session:
                session.get_one(SessionRow, row_id).acting_for = hat
        return secret, row_id

    house.enter = chosen.__get__(house)  # type: ignore[method-assign]


def test_somebody_on_both_sides_is_one_of_them_at_a_time(house: House, both: dict[str, str]) -> None:
    """Acting for one side she gets what that side gets and no more; without a choice she enters as the first side that
    may, never where neither may.
    """
    expectations, wrong, asked = rows(), [], 0
    try:
        for hat in (*both, None):
            acting_for(house, hat)
            sides = [role for name, role in both.items() if hat in (name, None)]
            for method, rule in routes(house.app):
                guard = guard_of(house.app, rule)
                if guard is None or guard.entry is not Entry.CASE:
                    continue
                line, asked = expectations[method, rule.rule], asked + 1
                side = next((one for one in sides if guard.admits(Role(one))), sides[0])
                hoped = line["representative" if side == "claimant" else side]
                got = house.got(house.ask("both", method, told_path(house, rule)))
                if got != hoped:
                    wrong.append(f"{method} {rule.rule} acting for {sides}: {got}, not {hoped}")
    finally:
        del house.enter
        house.sessions.clear()
    assert not wrong, "\n".join(wrong)
    assert asked > 300


def test_a_second_application_has_the_routes_of_the_first(small_scene: Scene) -> None:
    """Routes compiled once for the process lead from and to the same addresses as routes compiled for one application
    alone.
    """
    app = [create_app(court=small_scene.court) for _ in range(2)][1]
    rules = list(app.url_map.iter_rules())
    alone = Map([Rule(rule.rule, **rule.get_empty_kwargs()) for rule in rules], converters=app.url_map.converters)
    ours, theirs = app.url_map.bind("court.test"), alone.bind("court.test")
    for rule in rules:
        part = re.search(r"any\((\w+)", rule.rule)
        values = {
            name: 7 if f"int:{name}>" in rule.rule else part[1] if part and f"):{name}>" in rule.rule else "x y"
            for name in rule.arguments
        }
        method = min(rule.methods or (), key=lambda name: (name in ("OPTIONS", "HEAD"), name))
        address = ours.build(rule.endpoint, {**values, "more": "1&2"}, method)
        assert address == theirs.build(rule.endpoint, {**values, "more": "1&2"}, method)
        path = address.partition("?")[0]
        found, wanted = ours.match(path, method, return_rule=True), theirs.match(path, method, return_rule=True)
        assert (found[0].rule, found[0].endpoint, found[1]) == (wanted[0].rule, wanted[0].endpoint, wanted[1])
