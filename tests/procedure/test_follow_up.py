"""What follows an act once it is committed: one thing that fails takes neither the act nor the rest with it."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from tests.scene import Scene


def test_what_fails_after_the_commit_is_nobodys_failure(small_scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """The act is on record and its sender is told so; what comes after the failure is done, and the operator reads why."""
    small_scene.lodge()
    done: list[str] = []

    def fails() -> None:
        raise OSError("the store does not answer")

    with caplog.at_level(logging.ERROR, "odr.procedure.sitting"), small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        case.title = "Acted on"
        sitting.after_commit += [fails, lambda: done.append("the rest")]
    assert done == ["the rest"] and "the store does not answer" in caplog.text
    with small_scene.court.database.read() as session:
        assert session.scalar(select(Case.title).where(Case.id == small_scene.case_id)) == "Acted on"
