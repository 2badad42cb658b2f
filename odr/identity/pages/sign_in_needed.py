"""When somebody has to sign in, or prove again who they are, first: nothing that was typed is lost.

A file that streams in is not read before it is known who sends it: the page says that it was not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from odr.ground.errors import CourtError, StepUpNeeded
from odr.identity.pages import bp
from odr.identity.pages.shared import page
from odr.web import forgery
from odr.web.for_programs import asks_as_program
from odr.web.forgery import CrossOrigin, StaleForm
from odr.web.guards import SecondFactorNeeded, SignInNeeded, guard_of, our_origins


@bp.app_errorhandler(SignInNeeded)
def sign_in_needed(error: SignInNeeded) -> Response:
    """A page read is asked for again after sign-in; a form sent is given back to be sent again."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("identity.sign_in", next=_here()), 303)
    return _kept(error, url_for("identity.sign_in", next="/account/close"))


@bp.app_errorhandler(StepUpNeeded)
def step_up_needed(error: StepUpNeeded) -> ResponseReturnValue:
    """As for sign-in, with the page that asks for the second factor again."""
    if asks_as_program(request):
        return _for_a_program(error)
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("identity.confirm", next=_here()), 303)
    return _kept(error, url_for("identity.confirm", next="/account/close"))


@bp.app_errorhandler(SecondFactorNeeded)
def second_factor_needed(error: SecondFactorNeeded) -> ResponseReturnValue:
    """Staff without a second factor are brought to the page where it is set up, or asked for."""
    if asks_as_program(request):
        return _for_a_program(error)
    return redirect(url_for("identity.second_factor"), 303)


@bp.app_errorhandler(StaleForm)
def stale_form(error: StaleForm) -> ResponseReturnValue:
    """Give the form back, with a fresh token."""
    if asks_as_program(request):
        return _for_a_program(error)
    return _kept(error, None)


@bp.app_errorhandler(CrossOrigin)
def cross_origin(error: CrossOrigin) -> ResponseReturnValue:
    """Refuse without a word of what another site sent: it would stand there as if the court or the person had written
    it.
    """
    if asks_as_program(request):
        return _for_a_program(error)
    return render_template("generic/error.html", error=error, typed=[]), error.status


def _here() -> str:
    return request.full_path.rstrip("?")


def _kept(error: CourtError, way: str | None) -> Response:
    # Another site must not be able to put its own words before somebody with a button to send them.
    fields = forgery.typed_fields(request) if forgery.comes_from(request, our_origins()) else []
    guard = guard_of(request.endpoint)
    return page(
        "kept.html",
        error.status,
        error=error,
        way=way,
        fields=fields,
        action=_here(),
        method=request.method,
        files=(guard is not None and guard.most is None) or forgery.is_left_unread(request),
    )


def _for_a_program(error: CourtError) -> ResponseReturnValue:
    """Programs get the application's one answer to any breach, not a page."""
    answer = cast(Callable[[CourtError], ResponseReturnValue], current_app.error_handler_spec[None][None][CourtError])
    return answer(error)
