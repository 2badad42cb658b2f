"""The training court's own page: every message sent, codes of the demonstration's staff, and the movable clock."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.ground.errors import NotFound
from odr.operations import worker
from odr.operations.cli import move_clock
from odr.register.enforcement_list.shown import look_up
from odr.service.sending.ports import message_folder
from odr.training.listed_debtors import DEBTORS
from odr.training.training_staff import codes_now
from odr.web.guards import current_court, public
from odr.web.pages import look

training = Blueprint("training", __name__, url_prefix="/training")
MESSAGES, SIGNS = 60, 20_000
"""Messages on the page, the newest: so many, and no more than have so many signs together."""
STEPS = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "15d": timedelta(days=15),
    "30d": timedelta(days=30),
}


def only_in_training() -> None:
    """Raises NotFound in a sitting court: nothing of this is there."""
    if not current_court().settings.is_training:
        raise NotFound


@training.get("")
@public
def desk() -> str:
    """Messages, codes, clock."""
    only_in_training()
    court = current_court()
    return render_template(
        "training/desk.html",
        listed=_listed(),
        messages=message_folder(court.settings).messages(MESSAGES, SIGNS),
        codes=codes_now(court),
        steps=list(STEPS),
        now=court.clock.now(),
    )


def _listed() -> list[tuple[str, str, bool]]:
    """Name and number of the demonstration's debtors who did not perform, and whether the public finds them now."""
    return [(name, number, bool(look_up(look(), name, number))) for name, number in DEBTORS]


@training.post("/clock")
@public
def clock() -> Response:
    """Move procedural time forward, and let the worker do what falls due."""
    only_in_training()
    by = STEPS.get(request.form.get("by", ""))
    if by is None:
        raise NotFound
    court = current_court()
    move_clock(court, by)
    worker.work_once(court)
    return redirect(url_for("training.desk"), 303)  # type: ignore[return-value]
