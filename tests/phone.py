"""A person of a :class:`tests.scene.Scene` at a telephone without scripts: opens pages, fills their forms, sends them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.judgment.web import ORIGIN, Options, Visitor
from tests.scene import Scene


class Phone(Visitor):
    """Somebody signed in just now with a second factor; pages come in their language."""

    def __init__(self, app: Flask, scene: Scene, name: str, locale: str = "en") -> None:
        self.client = app.test_client()
        self.bench = scene  # type: ignore[assignment] # all that is used of either is its court and its case
        with scene.court.database.write() as session:
            account = session.get_one(Account, scene.people[name])
            account.locale = locale
            token, _ = open_session(
                session, account, scene.clock.machine_now(), device="phone", address="127.0.0.1", two_factor=True
            )
        self.client.set_cookie(session_cookie_name(False), token, domain="court.test")
        self.client.get(f"/language/{locale}", base_url=ORIGIN)

    def fill(self, path: str, values: Mapping[str, str | list[str]], *, status: int = 303) -> str:
        """Open the page of an act, fill in its form, which goes to its own address, and send it."""
        forms = Options()
        forms.feed(self.get(path))
        sent = {**next(have for to, have in forms.found if to == ""), **values}
        answer = self.client.post(self.base + path, base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:3000])
        return str(answer.headers["Location"]) if status == 303 else answer.text
