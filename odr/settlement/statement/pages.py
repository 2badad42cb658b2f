"""Agreements in actions in the public interest, as they are announced to everybody (CPI 287)."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.settlement.statement.announced import announced_named, announced_now
from odr.web.guards import public
from odr.web.pages import Page, look

announced = Blueprint("announced", __name__)


@announced.get("/announced-agreements")
@public
def listing() -> Page:
    """What is announced now."""
    return render_template("settlement/announced.html", found=announced_now(look()))


@announced.get("/announced-agreements/<reference>")
@public
def one(reference: str) -> Page:
    """One agreement: its words, until when it is announced, and what comes after."""
    return render_template("settlement/announced_one.html", one=announced_named(look(), reference))
