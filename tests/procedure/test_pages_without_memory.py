"""Whatever a session remembers, a page says what it would say if everything were asked of the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from odr.app import create_app
from odr.ground.db import Database
from odr.ground.memory.built_once import Put
from tests.procedure.test_statements import fill, pages_of
from tests.scene import Scene
from tests.test_bad_input import signed_in


class Forgetful(Session):
    """A session that asks each time."""

    def __init__(self, *args: Any, reading: bool = False, **how: Any) -> None:
        super().__init__(*args, **how)

    def execute(self, statement: Any, params: Any = None, **how: Any) -> Any:
        """A query that is built once as well: it is put with its values."""
        return super().execute(*_put(statement, params), **how)

    def scalars(self, statement: Any, params: Any = None, **how: Any) -> Any:
        """See :meth:`execute`."""
        return super().scalars(*_put(statement, params), **how)

    def scalar(self, statement: Any, params: Any = None, **how: Any) -> Any:
        """See :meth:`execute`."""
        return super().scalar(*_put(statement, params), **how)


def _put(statement: Any, params: Any) -> tuple[Any, Any]:
    return statement if isinstance(statement, Put) else (statement, params)


@contextmanager
def without_memory(database: Database) -> Iterator[None]:
    """The court's database, asked each time."""
    mindful = database.sessions
    database.sessions = sessionmaker(database.engine, class_=Forgetful, expire_on_commit=False, autoflush=True)
    try:
        yield
    finally:
        database.sessions = mindful


def said(client: FlaskClient, path: str) -> tuple[int, str]:
    """What a page says, without what is drawn anew for each answer."""
    answer = client.get(path)
    return answer.status_code, re.sub(r'(nonce|name="(csrf|key)[^"]*" value|value)="[^"]*"', "", answer.text)


def test_every_page_says_the_same_with_and_without_a_memory(small_scene: Scene) -> None:
    """A party and the judge on each page of a case in examination; everybody on their list and the case's first page."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.lodge()
    scene.accept()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when the goods were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    fill(scene, range(2))
    app = create_app(court=scene.court)
    case = scene.case().reference
    every = [rule.rule.replace("<reference>", case) for rule in pages_of(app)]
    compared = 0
    for who in ("li", "judge", "haiyun", "clerk"):
        client, _ = signed_in(scene, app, who)
        for path in ["/home", *(every if who in ("li", "judge") else [f"/cases/{case}"])]:
            if said(client, path)[0] != 200:
                continue
            mindful = said(client, path)
            with without_memory(scene.court.database):
                forgetful = said(client, path)
            assert mindful == forgetful, (who, path)
            compared += 1
    assert compared > 55
