"""Time tokens are renewed before what they rest on ends, and each chain is checked link by link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.notary.check.audit import FaultKind
from odr.notary.models import LogCheckpoint, TimestampRenewal, TimestampToken
from odr.notary.notary import Notary
from odr.notary.time.renewal import ALARM, ending, imprint
from odr.notary.time.time_tokens import RemoteTimestamper
from odr.notary.time.verify import verify_token
from odr.operations.maintenance import closed_app
from tests.notary.conftest import damage, record

from .test_time import serve_authority

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
SIX_YEARS = timedelta(days=round(365.25 * 6))


def rows(notary: Notary) -> list[TimestampRenewal]:
    with notary.database.read() as session:
        return list(session.scalars(select(TimestampRenewal).order_by(TimestampRenewal.size, TimestampRenewal.number)))


def test_tokens_are_renewed_in_time_and_again(sqlite_notary: Notary, clock: FixedClock) -> None:
    """Nothing is due while the certificate lasts; before it ends every token gets a successor by the new key, once; six
    years later that one does too.
    """
    record(sqlite_notary, 3)
    clock.advance(timedelta(days=1))
    record(sqlite_notary, 3)
    assert sqlite_notary.renew() == (0, [])
    clock.advance(SIX_YEARS - timedelta(days=140))
    record(sqlite_notary, 1)
    with sqlite_notary.database.read() as session:
        count = len(session.scalars(select(TimestampToken)).all())
    done, wrong = sqlite_notary.renew()
    # The token of the year's last tree head, made by the old key as the log turned, is among them.
    assert wrong == [] and done >= 2 and done < count
    assert sqlite_notary.renew() == (0, [])
    assert {(row.number, row.made_by) for row in rows(sqlite_notary)} == {(1, "court")}
    clock.advance(SIX_YEARS)
    assert sqlite_notary.renew()[0] >= done
    assert {row.number for row in rows(sqlite_notary)} == {1, 2}
    with sqlite_notary.database.read() as session:
        assert sqlite_notary.audit(session) == []


def test_a_renewal_verifies_with_openssl(
    sqlite_notary: Notary, clock: FixedClock, program: Callable[..., Any], tmp_path: Path
) -> None:
    """Checkpoint and token, one behind the other, are what openssl finds under the new token; a changed byte of either
    and it refuses.
    """
    record(sqlite_notary, 2)
    clock.advance(timedelta(minutes=5))
    sqlite_notary.renew(everything=True)
    (row,) = rows(sqlite_notary)
    with sqlite_notary.database.read() as session:
        note = session.get_one(LogCheckpoint, (row.log_id, row.size)).note
        token = session.get_one(TimestampToken, (row.log_id, row.size, "court")).token
        root = sqlite_notary.authority.root(session)
    assert verify_token(row.token, imprint(note, [token]), [root]).gen_time == clock.now()
    (tmp_path / "renewal.tsr").write_bytes(row.token)
    (tmp_path / "root.pem").write_text(sqlite_notary.tsa_ca_pem())
    moment = str(int((clock.now() + timedelta(minutes=1)).timestamp()))
    verify = (
        "openssl",
        "ts",
        "-verify",
        "-data",
        "chain",
        "-in",
        "renewal.tsr",
        "-CAfile",
        "root.pem",
        "-attime",
        moment,
    )
    (tmp_path / "chain").write_bytes(note + token)
    program(*verify, cwd=tmp_path)
    for bent in (note + token[:-1] + bytes([token[-1] ^ 1]), note[:-2] + b"A\n" + token, token + note):
        (tmp_path / "chain").write_bytes(bent)
        program(*verify, cwd=tmp_path, ok=False)


def test_an_outside_token_is_renewed_by_its_authority_or_by_the_courts_own(
    sqlite_notary: Notary, clock: FixedClock, serve: Callable[..., str]
) -> None:
    """While the authority is configured it stamps the chain; when it is gone the court's own keeps it unbroken."""
    record(sqlite_notary, 1)
    with sqlite_notary.database.read() as session:
        authority = sqlite_notary.time_authority(session)
    outside = RemoteTimestamper("outside.example", serve_authority(serve, authority, clock), [authority.root])
    sqlite_notary.timestampers = (outside,)
    assert all(outcome.done for outcome in sqlite_notary.attest())
    assert sqlite_notary.renew(everything=True) == (2, [])
    sqlite_notary.timestampers = ()
    assert sqlite_notary.renew(everything=True) == (2, [])
    made = {(row.provider, row.number): row.made_by for row in rows(sqlite_notary)}
    assert made == {
        ("court", 1): "court",
        ("court", 2): "court",
        ("outside.example", 1): "outside.example",
        ("outside.example", 2): "court",
    }
    sqlite_notary.timestampers = (outside,)
    with sqlite_notary.database.read() as session:
        assert sqlite_notary.audit(session) == []


@pytest.mark.parametrize("what", ["exchanged", "late", "bit"])
def test_a_false_renewal_is_named(sqlite_notary: Notary, clock: FixedClock, what: str) -> None:
    """A renewal of another chain, one made after the token before it had ended, a changed bit: the audit names
    checkpoint and token.
    """
    record(sqlite_notary, 1)
    record(sqlite_notary, 1)
    sqlite_notary.renew(everything=True)
    first, second = rows(sqlite_notary)
    bent = {
        "exchanged": second.token,
        "bit": first.token[:-3] + bytes([first.token[-3] ^ 1]) + first.token[-2:],
        "late": first.token,
    }[what]
    if what == "late":
        clock.advance(SIX_YEARS + timedelta(days=1))
        sqlite_notary.establish()
        with sqlite_notary.database.read() as session:
            note = session.get_one(LogCheckpoint, (first.log_id, first.size)).note
            token = session.get_one(TimestampToken, (first.log_id, first.size, "court")).token
            bent = sqlite_notary.time_authority(session).response(imprint(note, [token]), clock.now())
    where = {"token": bent, "log": first.log_id, "size": first.size}
    damage(
        sqlite_notary.database,
        lambda session: [
            *(
                session.execute(text(f"DROP TRIGGER {name}"))
                for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            ),
            session.execute(
                text("UPDATE timestamp_renewal SET token = :token WHERE log_id = :log AND size = :size"), where
            ),
        ],
    )
    with sqlite_notary.database.read() as session:
        faults = [fault for fault in sqlite_notary.audit(session) if fault.kind is FaultKind.RENEWAL_REFUSED]
    assert [fault.culprit for fault in faults] == [f"{first.log_id} checkpoint {first.size} token court renewal"]


def test_what_hinders_a_renewal_is_told(sqlite_notary: Notary, clock: FixedClock) -> None:
    """Where it does not happen the alarm knows how many end and when; a row is never changed."""
    record(sqlite_notary, 1)
    clock.advance(SIX_YEARS - timedelta(days=30))
    with sqlite_notary.database.read() as session:
        (late,) = ending(session, clock.machine_now() + ALARM)
    assert (late.provider, late.number) == ("court", 1)
    sqlite_notary.renew()
    with sqlite_notary.database.read() as session:
        assert ending(session, clock.machine_now() + ALARM) == []
    with pytest.raises(DatabaseError), sqlite_notary.database.write() as session:
        session.execute(text("UPDATE timestamp_renewal SET number = 9"))


def test_the_command_renews(small_scene: Any) -> None:
    """``flask log renew`` says how many; ``--all`` takes every token."""
    small_scene.lodge()
    court = small_scene.court
    court.notary.sequence()
    app = closed_app(
        Settings(mode="test", data_dir=court.settings.data_dir, database_url=court.settings.database_url),
        small_scene.clock,
    )
    assert "0 time tokens renewed" in app.test_cli_runner().invoke(args=["log", "renew"]).output
    said = app.test_cli_runner().invoke(args=["log", "renew", "--all"])
    assert said.exit_code == 0 and not said.output.startswith("0 "), said.output
