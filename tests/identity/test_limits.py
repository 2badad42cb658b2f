"""Limits and one-time things hold when many try at the same moment, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pyotp
import pytest

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import CourtError, NotFound, TooMany
from odr.identity.accounts import accounts, links
from odr.identity.accounts.accounts import Means
from odr.identity.models import Account, LinkPurpose
from odr.identity.sign_in import one_time_codes, rate_limits
from odr.identity.sign_in.keys import Keyring, keyring
from odr.identity.sign_in.one_time_codes import WrongCode
from odr.identity.sign_in.passwords import Passwords
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from tests.conftest import ENGINES
from tests.identity.conftest import ORIGIN

Result = TypeVar("Result")


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database, once on each engine."""
    database = Database(
        request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_court_url"), synchronous="OFF"
    )
    yield database
    database.dispose()


def _at_once(count: int, what: Callable[[], Result], refusal: type[CourtError]) -> list[Result]:
    """What came of those of ``count`` calls at once that were not refused."""

    def one(_: int) -> list[Result]:
        try:
            return [what()]
        except refusal:
            return []

    with ThreadPoolExecutor(count) as pool:
        return [result for results in pool.map(one, range(count)) for result in results]


def test_a_limit_holds_against_many_at_once(database: Database, clock: FixedClock) -> None:
    """Thirty tries at the same moment are counted one by one: ten are made."""
    ring = Keyring("k" * 32)

    def attempt() -> int:
        with database.write() as session:
            return rate_limits.take(session, ring, Counted.SIGN_IN, "known@example.com", clock.machine_now())

    assert len(_at_once(30, attempt, TooMany)) == LIMITS[Counted.SIGN_IN].tries


def test_a_link_is_used_once_of_many(database: Database, clock: FixedClock) -> None:
    """Twelve people with one link at the same moment: one uses it."""
    with database.write() as session:
        token = links.issue(session, LinkPurpose.JOIN_CASE, clock.machine_now(), subject="party/1")

    def use() -> int:
        with database.write() as session:
            return links.use(session, LinkPurpose.JOIN_CASE, token, clock.machine_now()).id

    assert len(_at_once(12, use, NotFound)) == 1


def test_a_link_is_for_its_purpose_only(database: Database, clock: FixedClock) -> None:
    """An invitation is no password reset."""
    with database.write() as session:
        token = links.issue(session, LinkPurpose.JOIN_CASE, clock.machine_now(), subject="party/1")
        with pytest.raises(NotFound):
            links.use(session, LinkPurpose.RESET_PASSWORD, token, clock.machine_now())


def test_a_code_counts_once_of_many(database: Database, clock: FixedClock) -> None:
    """One code sent five times at the same moment signs in once."""
    ring, totp = keyring("k" * 32), pyotp.TOTP(one_time_codes.new_secret())
    with database.write() as session:
        account = accounts.create(
            session, email="known@example.com", name="Known", locale="en", now=clock.machine_now()
        )
        account.totp_secret = ring.seal("totp", totp.secret)
    code = totp.at(int(clock.machine_now().timestamp()))
    assert (
        len(_at_once(5, lambda: one_time_codes.check(database, ring, account.id, code, clock.machine_now()), WrongCode))
        == 1
    )


def test_registering_twice_at_once_makes_one_account(database: Database, clock: FixedClock) -> None:
    """The form sent twice by a nervous hand makes one account, and no error page."""
    means = Means(database, keyring("k" * 32), Passwords(cheap=True), ORIGIN)

    hosts = iter(range(1, 9))

    def register() -> int:
        form = {"email": "wu@example.com", "name": "Wu Min", "password": "three grey herons", "locale": "en"}
        asked = accounts.register(means, **form, address=f"192.0.2.{next(hosts)}", now=clock.machine_now())
        return len(asked.letters)

    assert _at_once(5, register, NotFound) == [1] * 5
    with database.read() as session:
        assert session.query(Account).count() == 1
