"""What may be guessed at is limited by the 20th try, on every way: codes of letters, case numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from odr.filing.models import Request, RequestKind
from odr.ground.errors import TooMany
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from odr.service.packet.notice_codes import new_code
from tests.filing.visitor import Visitor
from tests.scene import Scene

TRIES = 20


def test_codes_are_not_guessed_by_a_program(app: Flask, small_scene: Scene) -> None:
    """The interface counts as the page does, and then does not look at the right code either."""
    small_scene.pend()
    with small_scene.court.database.write() as session:
        token = program_tokens.issue(
            session,
            session.get_one(Account, small_scene.people["stranger"]),
            name="guesses",
            scopes=[Scope.ACT],
            lasts=timedelta(days=1),
            two_factor=False,
            now=small_scene.clock.machine_now(),
        )
    given: dict[str, Any] = {"name": "Someone", "email": "s@example.com"}

    def tried(code: str) -> int:
        sent = {"Authorization": f"Bearer {token}"}
        return app.test_client().post("/api/v1/join", json={**given, "code": code}, headers=sent).status_code

    assert [tried(new_code()) for _ in range(TRIES)][:: TRIES - 1] == [404, 429]
    assert tried(small_scene.code()) == 429


def test_codes_are_not_guessed_by_sending_the_form(pending: Scene, visitor: Callable[[str | None], Visitor]) -> None:
    """Sending the form counts as opening its page does."""
    stranger = visitor("stranger")
    token = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/take-part"))
    assert token
    form = {"name": "Someone", "email": "s@example.com", "csrf_token": token[1]}
    sent = {"data": form, "headers": {"Origin": stranger.origin}, "base_url": stranger.origin}
    statuses = [stranger.client.post(f"/join/{new_code()}/details", **sent).status_code for _ in range(TRIES)]
    assert statuses[0] == 404 and statuses[-1] == 429


def test_case_numbers_are_not_guessed(pending: Scene, visitor: Callable[[str | None], Visitor]) -> None:
    """Whether a case of some number runs is not found out by asking to take part in one after the other."""
    stranger = visitor("stranger")
    given = {"name": "X Ltd.", "kind": "company", "email": "x@example.com", "words": "It is mine."}
    for n in range(18):
        stranger.send("/take-part", "/take-part", **{**given, "number": f"(2026) 浙0192民初{9000 + n}号"})
    stranger.send("/take-part", "/take-part", 429, **{**given, "number": pending.case().number or ""})


def test_a_case_that_is_heard_and_one_that_is_not_are_answered_alike(
    pending: Scene, visitor: Callable[[str | None], Visitor]
) -> None:
    """The same answer, the same page afterwards, the same refusal of a second request: only the judge tells them apart."""
    stranger, number = visitor("stranger"), pending.case().number or ""
    given = {"name": "X Ltd.", "kind": "company", "email": "x@example.com", "words": "It is mine."}
    seen = []
    for each in (number, "(2026) 浙0192民初9999号"):
        first = stranger.send("/take-part", "/take-part", **{**given, "number": each})
        again = stranger.send("/take-part", "/take-part", 409, **{**given, "number": each})
        seen.append((first.status_code, first.headers["Location"], again.text.count("You have already asked")))
    assert seen[0] == seen[1] == (303, "/take-part", 1)
    listed = re.findall(r"<dt.*?</dd>", stranger.get("/take-part"), re.S)
    assert len({re.sub(r"<dt.*?</dt>", "", line) for line in listed}) == 1 and len(listed) == 2
    with pending.court.database.read() as session:
        asked = select(Request).where(Request.kind == RequestKind.JOINDER)
        assert [request.case_id for request in session.scalars(asked)] == [pending.case_id]


def test_addresses_are_not_guessed_by_appointing(small_scene: Scene) -> None:
    """Whether somebody has an account is not found out by appointing, and letters go to so many addresses at most."""
    small_scene.pend()
    with pytest.raises(TooMany):
        for n in range(TRIES):
            small_scene.do("appoint_representative", "li", email=f"nobody{n}@example.com", scope="ordinary")
