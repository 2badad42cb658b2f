"""A court with its pay desk, a claim that can be accepted, and Stripe's peer on loopback."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from odr import wiring
from odr.app import create_app
from odr.docket.models import Case, Party, PartyKind, Role, Seat, Stage, Track
from odr.filing.claim import acts as filing_acts
from odr.filing.inputs import AboutYouStep, AcceptInput, ClaimInput, FactInput, MatterStep, ReliefInput, RespondentInput
from odr.filing.models import ReliefKind
from odr.filing.room import ROOM as FILING
from odr.ground.clock import FixedClock
from odr.ground.config import Mode, Settings
from odr.ground.db import Database
from odr.ground.text import Money
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.identity.models import Account, AccountRole, AccountState
from odr.identity.sign_in.sessions import open_session
from odr.notary.notary import Notary
from odr.notary.seal.seal import Sealer
from odr.notary.vault import FileVault
from odr.payments.books import ledger
from odr.payments.models import FeeAssessment
from odr.payments.ports import open_gateway
from odr.payments.room import ROOM as PAYMENTS
from odr.payments.stripe.gateway import Gateway, PayDeskGateway
from odr.procedure.acts.table import TABLE
from odr.procedure.court import Court, Ports
from odr.procedure.hooks import Hooks
from odr.procedure.room import ROOM as PROCEDURE
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.sitting import ActReceipt
from odr.service.packet.packets import note_address
from odr.service.vocabulary import Channel as ServiceChannel
from odr.training.stripe_peer.app import Peer, serve
from odr.training.stripe_peer.wire import PERMISSIONS
from tests.faces import faces
from tests.patience import PATIENCE

SECRET = "whsec_of_the_tests"
KEY = "rk_test_court"
BASE = "http://court.test"

assert filing_acts.accept_claim


def yuan(amount: str) -> Money:
    """An amount of yuan."""
    return Money(int(float(amount) * 100), "CNY")


@dataclass
class PayCourt:
    """A court with the rooms that fees touch, and short ways to what tests do often."""

    court: Court
    clock: FixedClock
    _shop: int = 0

    def account(self, name: str, *roles: Role) -> Account:
        """An active account, made when first named."""
        with self.court.database.write() as session:
            found = session.scalar(select(Account).where(Account.email == f"{name}@example.com"))
            if found is None:
                found = Account(
                    email=f"{name}@example.com",
                    name=name,
                    state=AccountState.ACTIVE,
                    created_at=self.clock.now(),
                    identity_verified_at=self.clock.now(),
                )
                session.add(found)
                session.flush()
                session.add_all(
                    AccountRole(account_id=found.id, role=role, granted_at=self.clock.now()) for role in roles
                )
                session.flush()
                session.refresh(found, ["roles"])
            return found

    def claim(
        self,
        amount: str | None = "30000",
        *,
        kind: PartyKind = PartyKind.PERSON,
        cause: str = "online_shopping",
        currency: str = "CNY",
    ) -> int:
        """A lodged claim; gives the case's id."""
        relief = (
            ReliefInput(kind=ReliefKind.MONEY, what="the price back", amount=Money(yuan(amount).minor, currency))
            if amount
            else ReliefInput(kind=ReliefKind.APOLOGY, what="an apology")
        )
        given = ClaimInput(
            matter=MatterStep(cause=cause),
            respondents=[RespondentInput(name="Shop Ltd", email="shop@example.com")],
            facts=[FactInput(what="The goods never came.")],
            relief=[relief],
            claimant=AboutYouStep(name="Li Wei", kind=kind, email="li@example.com", address="1 Lake Road"),
        )
        self._shop = self.account("shop").id
        self.account("judge", Role.JUDGE)
        self.account("clerk", Role.CLERK)
        return self._lodge(given)

    def _lodge(self, given: ClaimInput) -> int:
        account = self.account("li")
        with self.court.sit() as sitting:
            pack = self.court.packs.in_force(self.court.settings.pack, self.clock.now().date())
            case = Case(
                pack_id=pack.id,
                pack_version=pack.version.isoformat(),
                stage=Stage.LODGED,
                track=Track.SIMPLE,
                cause=given.matter.cause,
                title="Li v Shop",
                filed_on=self.clock.now().date(),
                lodged_at=self.clock.now(),
            )
            sitting.session.add(case)
            sitting.session.flush()
            me = Party(
                case_id=case.id,
                role=Role.CLAIMANT,
                ordinal=1,
                name=given.claimant.name,
                kind=given.claimant.kind,
                account_id=account.id,
                email="li@example.com",
                locale="en",
                online=True,
            )
            sitting.session.add_all(
                [
                    me,
                    Party(
                        case_id=case.id,
                        role=Role.RESPONDENT,
                        ordinal=1,
                        name="Shop Ltd",
                        kind=PartyKind.COMPANY,
                        locale="en",
                        account_id=self._shop,
                    ),
                ]
            )
            sitting.session.flush()
            sitting.session.refresh(case, ["parties"])
            note_address(
                sitting.session,
                party_id=me.id,
                channel=ServiceChannel.POST,
                value="1 Lake Road",
                source="claim",
                at=sitting.now,
                given=True,
            )
            sitting.perform(
                "lodge_claim", case, given, actor=Actor(Role.CLAIMANT, account.id, account.name, case.id, me.id)
            )
            return case.id

    def accept(self, case_id: int, track: str = "simple") -> None:
        """The registry accepts."""
        self.seat(case_id, "clerk", Role.CLERK)
        self.act("accept_claim", case_id, AcceptInput(track=track), self.actor(case_id, Role.CLERK))
        self.seat(case_id, "judge", Role.JUDGE)

    def accepted(self, amount: str | None = "30000", track: str = "simple", **how: Any) -> int:
        """An accepted claim with its fee assessed."""
        case_id = self.claim(amount, **how)
        self.accept(case_id, track)
        return case_id

    def seat(self, case_id: int, name: str, role: Role) -> None:
        """Seat somebody in the case, once."""
        account = self.account(name, role)
        with self.court.database.write() as session:
            if (
                session.scalar(
                    select(Seat.id).where(Seat.case_id == case_id, Seat.account_id == account.id, Seat.role == role)
                )
                is None
            ):
                session.add(Seat(case_id=case_id, account_id=account.id, role=role, from_at=self.clock.now()))

    def actor(self, case_id: int, role: Role, name: str | None = None) -> Actor:
        """Who acts in a role, freshly proved."""
        with self.court.database.read() as session:
            party = session.scalar(select(Party).where(Party.case_id == case_id, Party.role == role))
            if party is not None:
                return Actor(role, party.account_id, party.name, case_id, party.id, strong_at=self.clock.now())
        self.seat(case_id, name or role.value, role)
        return Actor(
            role, self.account(name or role.value, role).id, name or role.value, case_id, strong_at=self.clock.now()
        )

    def act(self, name: str, case_id: int, given: Any, actor: Actor = CLOCK_ACTOR, **more: Any) -> ActReceipt:
        """Perform one act in a Sitting of its own."""
        with self.court.database.read() as session:
            prepared = self.court.prepare(name, session.get_one(Case, case_id), given, actor)
        with self.court.sit(prepared) as sitting:
            return sitting.perform(name, sitting.session.get_one(Case, case_id), given, actor=actor, **more)

    def fees(self, case_id: int) -> list[FeeAssessment]:
        """The fees of a case."""
        with self.court.database.read() as session:
            found = list(
                session.scalars(
                    select(FeeAssessment).where(FeeAssessment.case_id == case_id).order_by(FeeAssessment.id)
                )
            )
            session.expunge_all()
            return found

    def balances(self) -> dict[str, int]:
        """Net of every account that moved, in minor units; the books must balance whenever they are looked at."""
        with self.court.database.read() as session:
            found = ledger.trial_balance(session)
        assert ledger.is_balanced(found)
        return {b.account.value: b.net.minor for b in found if b.net.minor}

    def rows(self, model: Any, **where: Any) -> list[Any]:
        """Rows of a table."""
        with self.court.database.read() as session:
            found = list(session.scalars(select(model).filter_by(**where).order_by(model.id)))
            session.expunge_all()
            return found


def open_court(
    database: Database,
    clock: FixedClock,
    folder: Path,
    gateway: Gateway | None = None,
    *,
    pack: str = "cn",
    **settings: Any,
) -> Court:
    """A court with procedure, filing and payments wired as the running court wires them."""
    hooks = Hooks()
    for room in (PROCEDURE, FILING, PAYMENTS):
        wiring.declarations(room.name)
        room.join(hooks)
    notary = Notary(database, vault=FileVault(folder / "vault"), origin="court.test/log", clock=clock, log_dir=None)
    notary.establish()
    given = Settings(mode=Mode.TEST, data_dir=folder, base_url=BASE, pack=pack, **settings)
    ports = Ports(payments=gateway or PayDeskGateway(), typesetter=faces(), sealer=Sealer.of(notary))
    return Court(given, database, clock, notary, PackRegistry.load(), TABLE, hooks, ports)


ON_BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""For what depends on the database: transactions at once, kills, and facts in any order."""


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database with the court's tables, SQLite unless a test asks for both."""
    on_postgres = getattr(request, "param", "sqlite") == "postgresql"
    url: str = request.getfixturevalue("postgres_court_url" if on_postgres else "sqlite_url")
    database = Database(url, synchronous="OFF")
    yield database
    database.dispose()


@pytest.fixture
def pay_court(database: Database, clock: FixedClock, tmp_path: Path) -> PayCourt:
    """A court without a payment service."""
    return PayCourt(open_court(database, clock, tmp_path), clock)


@pytest.fixture
def make_event() -> Callable[..., dict[str, Any]]:
    """Events as Stripe words them."""

    def make(kind: str, found: dict[str, Any], event_id: str, created: int = 1_772_413_200) -> dict[str, Any]:
        return {
            "id": event_id,
            "object": "event",
            "type": kind,
            "created": created,
            "livemode": False,
            "data": {"object": found},
        }

    return make


@pytest.fixture
def now_clock() -> FixedClock:
    """Stands at the machine's own time: signatures of the peer are compared with it."""
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


def open_pages(court: Court) -> Flask:
    """The court's pages, as the running court makes them: the table leads to those of every room."""
    return create_app(court=court)


@dataclass
class Served:
    """A court on loopback with Stripe's peer beside it, which sends it its events."""

    pay: PayCourt
    app: Flask
    peer: Peer
    url: str

    def sign_in(self, name: str) -> FlaskClient:
        """A browser in which somebody is signed in, second factor and all."""
        client = self.app.test_client()
        account = self.pay.account(name)
        with self.pay.court.database.write() as session:
            token, _ = open_session(
                session, account, self.pay.clock.now(), device="test", address="127.0.0.1", two_factor=True
            )
        client.set_cookie("session_token", token, domain="court.test")
        return client

    def post(self, client: FlaskClient, path: str, **values: Any) -> Any:
        """Send a form of ours, as its page would."""
        found = re.search(
            r'name="csrf_token" value="([^"]+)"', client.get(self.form_page, base_url=BASE).get_data(as_text=True)
        )
        assert found, "the page has no form"
        return client.post(path, data={"csrf_token": found[1], **values}, base_url=BASE, headers={"Origin": BASE})

    form_page = "/fees"

    def reference(self, case_id: int) -> str:
        """The case's reference."""
        (case,) = self.pay.rows(Case, id=case_id)
        return str(case.reference)

    def start_paying(self, case_id: int, client: FlaskClient | None = None) -> str:
        """From the fee page to Stripe's page; gives its address."""
        client = client or self.sign_in("li")
        path = f"/cases/{self.reference(case_id)}/fee"
        self.form_page = path
        answer = self.post(client, f"{path}/pay", assessment=self.pay.fees(case_id)[-1].reference)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    def events(self) -> list[dict[str, Any]]:
        """What Stripe would list, oldest first."""
        gateway = self.pay.court.ports.payments
        found = list(gateway.events_since(datetime.fromtimestamp(0, UTC)))
        return found[::-1]

    def deliver(self, event: dict[str, Any], *, secret: str = SECRET, at: int | None = None) -> int:
        """Send an event to the webhook ourselves; gives the status."""
        payload = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(payload, secret, at)
        return (
            self.app.test_client()
            .post("/payments/stripe", data=payload, headers={"Stripe-Signature": header}, base_url=BASE)
            .status_code
        )


def number_form(number: str) -> dict[str, str]:
    """What is typed on Stripe's page."""
    return {"method": "card", "number": number}


def pay_page(url: str, number: str = "4242 4242 4242 4242") -> requests.Response:
    """Pay on Stripe's page as a browser would, without following it back to the court."""
    return requests.post(url, data=number_form(number), timeout=PATIENCE, allow_redirects=False)


@pytest.fixture
def served(database: Database, now_clock: FixedClock, tmp_path: Path) -> Iterator[Served]:
    """A court and its Stripe; events go to the court by real HTTP."""
    peer = Peer(keys={KEY: PERMISSIONS}, webhook_secret=SECRET)
    with serve(peer) as stripe_url:
        settings = {
            "stripe_api_key": KEY,
            "stripe_webhook_secret": SECRET,
            "stripe_api_base": stripe_url,
            "stripe_methods": "card,alipay",
        }
        court = open_court(database, now_clock, tmp_path, **settings)
        court.ports.payments = open_gateway(court.settings)
        app = open_pages(court)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        peer.send_events_to(f"{url}/payments/stripe")
        try:
            yield Served(PayCourt(court, now_clock), app, peer, url)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(PATIENCE)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""
