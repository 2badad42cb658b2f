"""Fifty impatient clicks: one act, one charge, and everybody gets the same reply."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from odr.payments.models import FeeAssessment
from tests.faults.conftest import faults_of
from tests.scene import Scene, claim

THREADS = 50


def bearer(scene: Scene, who: str) -> str:
    """A program's token with every scope."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people[who])
        return program_tokens.issue(
            session,
            account,
            name="test",
            scopes=Scope,
            lasts=timedelta(days=1),
            two_factor=True,
            now=scene.court.clock.machine_now(),
        )


def at_once(app: Flask, path: str, body: dict[str, Any], headers: dict[str, str]) -> list[TestResponse]:
    """The same request from fifty threads that all start together."""
    barrier = Barrier(THREADS)

    def send(_: int) -> TestResponse:
        barrier.wait()
        return app.test_client().post(path, json=body, headers=headers)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(send, range(THREADS)))


def assert_one_reply(replies: list[TestResponse], status: int) -> dict[str, Any]:
    assert {reply.status_code for reply in replies} == {status}
    assert len({reply.get_data() for reply in replies}) == 1
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    answer: dict[str, Any] = replies[0].get_json()
    return answer


def count(scene: Scene, model: Any, *where: Any) -> int:
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_fifty_lodgings_under_one_key_are_one_claim(scene: Scene) -> None:
    """One key, fifty threads: one case, and fifty identical replies to the letter."""
    headers = {"Authorization": f"Bearer {bearer(scene, 'li')}", "Idempotency-Key": "once"}
    replies = at_once(create_app(court=scene.court), "/api/v1/cases", claim().model_dump(mode="json"), headers)
    answer = assert_one_reply(replies, 201)
    assert (count(scene, Case), answer["entry"]) == (1, 1)
    assert faults_of(scene) == []


@pytest.mark.slow
def test_fifty_acceptances_under_one_key_are_one_act_and_one_charge(scene: Scene) -> None:
    """One key, fifty threads: one entry, one fee asked for."""
    scene.lodge()
    headers = {"Authorization": f"Bearer {bearer(scene, 'clerk')}", "Idempotency-Key": "once"}
    path = f"/api/v1/cases/{scene.case().reference}/acts/accept_claim"
    assert_one_reply(at_once(create_app(court=scene.court), path, {"track": "small_claims"}, headers), 200)
    assert (count(scene, DocketEntry, DocketEntry.act == "accept_claim"), count(scene, FeeAssessment)) == (1, 1)
    assert faults_of(scene) == []


@pytest.mark.slow
def test_fifty_acceptances_under_no_key_are_one_act(scene: Scene) -> None:
    """Without a key the first is performed and the others are told that it was done."""
    scene.lodge()
    headers = {"Authorization": f"Bearer {bearer(scene, 'clerk')}"}
    path = f"/api/v1/cases/{scene.case().reference}/acts/accept_claim"
    replies = at_once(create_app(court=scene.court), path, {"track": "small_claims"}, headers)
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * (THREADS - 1)
    assert count(scene, DocketEntry, DocketEntry.act == "accept_claim") == 1
