"""A person at a browser without scripts: opens pages, fills their forms, sends them."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.judgment.bench import Bench

ORIGIN = "http://court.test"


class Forms(HTMLParser):
    """Every form of a page: its action and the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.ids: list[str] = []
        self._form: dict[str, Any] | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "form" and a.get("method", "").lower() == "post":
            self._form = {}
            self.found.append((a.get("action", ""), self._form))
        if self._form is None or "name" not in a:
            return
        name, kind = a["name"], a.get("type", "text")
        if tag == "textarea":
            self._area, self._form[name] = name, ""
        elif tag == "select":
            self._select = name
            self._form[name] = ""
        elif tag == "input" and (kind not in ("checkbox", "radio") or "checked" in a):
            self._form.setdefault(name, []).append(
                a.get("value", "")
            ) if kind == "checkbox" else self._form.__setitem__(name, a.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area is not None:
            self._form[self._area] += data.removeprefix("\n") if not self._form[self._area] else data


class Options(Forms):
    """As Forms, and knows what is selected in a list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        a = {k: v or "" for k, v in attrs}
        if tag == "option" and "selected" in a and self._form is not None and self._select is not None:
            self._form[self._select] = a.get("value", "")


class Visitor:
    """Somebody signed in, with a second factor, just now."""

    def __init__(self, app: Flask, bench: Bench, name: str, locale: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.bench = bench
        with bench.court.database.write() as session:
            account = session.scalars(select(Account).where(Account.email == f"{name}@people.example")).one()
            account.locale = locale
            token, _ = open_session(
                session, account, bench.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
            )
        self.client.set_cookie(session_cookie_name(False), token, domain="court.test")

    @property
    def base(self) -> str:
        """Address of the case."""
        return f"/cases/{self.bench.case().reference}"

    def get(self, path: str, status: int = 200) -> str:
        """A page of the case; the status must be the one expected."""
        answer = self.client.get(self.base + path, base_url=ORIGIN)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:800])
        return answer.text

    def page(self, path: str) -> str:
        """A page of the court beside the case."""
        answer = self.client.get(path, base_url=ORIGIN)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:800])
        return answer.text

    def post(self, path: str, values: Mapping[str, str]) -> TestResponse:
        """Send the last form of a page of the court beside the case, with some values changed."""
        forms = Options()
        forms.feed(self.page(path))
        sent = {**next(v for to, v in reversed(forms.found) if to == path), **values}
        return self.client.post(path, base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN})

    def bytes(self, path: str) -> bytes:
        """A file of the case."""
        return bytes(self.client.get(self.base + path, base_url=ORIGIN).data)

    def form(self, page: str, action: str, which: int = 0) -> dict[str, Any]:
        """Values of the form that goes to ``action``, as the page has them; ``which`` of several."""
        forms = Options()
        forms.feed(page)
        return [values for to, values in forms.found if to == self.base + action][which]

    def send(
        self,
        page_path: str,
        action: str,
        values: Mapping[str, str | list[str]] | None = None,
        /,
        *,
        status: int = 303,
        which: int = 0,
        **more: str,
    ) -> str:
        """Open a page, change some values of one of its forms, send it."""
        sent = {**self.form(self.get(page_path), action, which), **(values or {}), **more}
        answer = self.client.post(self.base + action, base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN})
        assert answer.status_code == status, (action, answer.status_code, answer.text[:3000])
        return answer.text if status != 303 else str(answer.headers["Location"])
