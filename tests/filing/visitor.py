"""A person at a browser without scripts."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.scene import Scene


class Forms(HTMLParser):
    """Every form of a page that posts: its action, and what a browser would send unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, Any]] = {}
        self._form: dict[str, Any] | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag == "form":
            self._form = self.found.setdefault(a.get("action", ""), {})
        if self._form is None:
            return
        name = a.get("name", "")
        if tag == "textarea" and name:
            self._area, self._form[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in a or self._select not in self._form):
            self._form[self._select] = a.get("value", "")
        elif tag == "input" and name:
            kind = a.get("type", "text")
            if kind == "checkbox" and "checked" in a:
                self._form.setdefault(name, []).append(a.get("value", ""))
            elif kind not in ("checkbox", "radio") or "checked" in a:
                self._form[name] = a.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area is not None:
            self._form[self._area] += data.lstrip("\n")


class Visitor:
    """Somebody with a browser; signed in with a second factor if named."""

    def __init__(self, app: Flask, scene: Scene, name: str | None, locale: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.scene = scene
        self.origin = scene.court.settings.base_url.rstrip("/")
        self.host = self.origin.split("//")[1].split(":")[0]
        if name is not None:
            self.sign_in(name, locale)

    def sign_in(self, name: str, locale: str = "en") -> None:
        """Sign in just now."""
        with self.scene.court.database.write() as session:
            account = session.get_one(Account, self.scene.people[name])
            account.locale = locale
            token, _ = open_session(
                session, account, self.scene.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
            )
        self.client.set_cookie(session_cookie_name(self.origin.startswith("https")), token, domain=self.host)

    def get(self, path: str, status: int = 200) -> str:
        """A page; the status must be the one expected."""
        answer = self.client.get(path, base_url=self.origin)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:1500])
        return answer.text

    def raw(self, path: str) -> TestResponse:
        """An answer as it came."""
        return self.client.get(path, base_url=self.origin)

    def send(self, page: str, action: str, status: int = 303, button: str = "", **values: Any) -> TestResponse:
        """Open a page, change some values of one of its forms, send it; ``button`` is where another of its buttons leads."""
        found = Forms()
        found.feed(self.get(page))
        sent = {**found.found[action], **values}
        assert not button or f'formaction="{button}"' in self.get(page), "no such button"
        answer = self.client.post(button or action, base_url=self.origin, data=sent, headers={"Origin": self.origin})
        assert answer.status_code == status, (action, answer.status_code, answer.text[:3000])
        return answer
