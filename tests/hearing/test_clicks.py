"""How many clicks the court's side needs for an ordinary dispute, from the claim on its desk to the judgment sealed."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask

from odr.app import create_app
from odr.docket.models import Stage
from tests.filing.visitor import Forms, Visitor
from tests.scene import Scene

CHOSEN = r'<(?:input[^>]*type="(?:radio|checkbox)"[^>]*|select[^>]*)name="{name}"|<(?:input)[^>]*name="{name}"[^>]*type="(?:radio|checkbox)"'


MOST = 20
"""Clicks of clerk and judge together."""


class Desk(Visitor):
    """Somebody of the court who goes only where a link of the page leads, and whose clicks are counted: a link, a button,
    and each thing chosen. What is typed is no click.
    """

    def __init__(self, app: Flask, scene: Scene, name: str, begins: str) -> None:
        super().__init__(app, scene, name)
        self.clicks: list[str] = []
        self.name, self.begins, self.here, self.page = name, begins, "", ""

    def sit_down(self) -> None:
        """At the desk, which is open; signed in just now."""
        self.sign_in(self.name)
        self.here, self.page = self.begins, self.get(self.begins)

    def follow(self, pattern: str) -> None:
        """A link of this page."""
        links = [unescape(x) for x in re.findall(r'<a [^>]*href="([^"]+)"', self.page)]
        found = next((x for x in links if re.search(pattern, x)), None)
        assert found, (pattern, self.here, links)
        self.clicks.append(f"→ {re.sub('[a-z2-7]{26}', '…', found)}")
        self.here, self.page = found.partition("#")[0], self.get(found)

    def send_form(self, action: str = "", **values: Any) -> None:
        """A form of this page, with some of its answers changed, and its button."""
        forms = Forms()
        forms.feed(self.page)
        at = next((one for one in forms.found if re.search(action, one) and "sign-out" not in one), None)
        assert at is not None, (action, self.here, forms.found)
        chosen = [n for n in values if re.search(CHOSEN.format(name=re.escape(n)), self.page)]
        self.clicks += [
            f"{n} = {one}" for n in chosen for one in ([values[n]] if isinstance(values[n], str) else values[n])
        ]
        self.clicks.append("button")
        answer = self.client.post(
            at or self.here, base_url=self.origin, data={**forms.found[at], **values}, headers={"Origin": self.origin}
        )
        assert answer.status_code == 303, (
            self.here,
            at,
            forms.found[at],
            re.findall(r"govuk-error-message[^>]*>(.*?)</p>", answer.text),
        )
        self.here = answer.headers["Location"]


def test_an_ordinary_dispute_from_the_desk_to_the_sealed_judgment(small_scene: Scene) -> None:
    """Clerk and judge find each step on their desk and do it from there; what they click is counted. What parties do, and
    time that passes, is told beside it.
    """
    scene = small_scene
    app = create_app(court=scene.court)
    scene.lodge()
    clerk, judge = Desk(app, scene, "clerk", "/registry"), Desk(app, scene, "judge", "/today")
    clerk.sit_down()
    clerk.follow("/review$")
    clerk.send_form("/review$", track="ordinary")
    scene.pay()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="It was inspected.")
    scene.later(days=20)
    judge.sit_down()
    judge.follow("/do/open_examination")
    year, month, day = (scene.clock.now() + timedelta(days=18)).date().isoformat().split("-")
    on = {"on-year": year, "on-month": month, "on-day": day, "at": "09:30", "place": "Courtroom 3"}
    judge.send_form("^$", **on)
    scene.later(days=18.2)
    clerk.begins = "/home"
    clerk.sit_down()
    clerk.follow("/do/record_hearing")
    clerk.send_form(
        "/do/record_hearing$",
        begun="09:32",
        ended="10:15",
        minutes="The sale and the price back were argued.",
        everybody="true",
        whole="true",
    )
    judge.sit_down()
    judge.follow("/do/close_hearing")
    judge.send_form("^$", reasons="Everybody was heard.")
    scene.later(days=9)
    judge.sit_down()
    judge.follow("/decision/desk")
    found = {"together-every": "true", "together-result": "rejected"}
    judge.send_form("/decision/findings/group", **found, **{"together-reasons": "Nothing was brought that shows it."})
    judge.page = judge.get(judge.here)
    written = {"reasons-0-text": "Whoever claims proves it; nothing was proven.", "reasons-0-articles": "CPL 67"}
    judge.send_form("/decision/draft", **written)
    judge.page = judge.get(judge.here.partition("#")[0])
    judge.send_form("/decision/sign")
    scene.later(days=2)
    judge.sit_down()
    judge.follow("/decision/issue")
    judge.send_form("", case_number=str(scene.case().number))
    clerk.sit_down()
    clerk.follow("/decision/countersign")
    clerk.send_form("")
    assert scene.case().stage is Stage.PRONOUNCED
    assert len(clerk.clicks) + len(judge.clicks) <= MOST, (len(clerk.clicks), len(judge.clicks))
