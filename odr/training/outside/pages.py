"""What lies outside a court and is there in training only: certifiers, a platform, and a page on the web to capture."""

from __future__ import annotations

from flask import Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.sources.platform_records import take
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.forms.reading import Unreadable, read_money
from odr.procedure.rules.certified_claims import Measure
from odr.settlement.one_key.certified_statements import MOST
from odr.training.outside.signers import AskedFigure, asked_of_platform, certifiable, records_for, statement_of
from odr.training.pages import only_in_training, training
from odr.web.guards import current_court, current_locale, current_session, public
from odr.web.pages import Page, look

NOT_THIS = T("Enter a figure in its range.")


@training.get("/outside")
@public
def outside() -> Page:
    """Certifiers with their forms, what the platform was asked for, and the address of a page to capture."""
    only_in_training()
    return _page([])


def _page(wrong: list[tuple[str, str]], status: int = 200) -> Page:
    court, session = current_court(), current_session()
    sitting = look()
    asked = asked_of_platform(session, court.clock.now())
    in_case = {one.case_id for one in asked if hasattr(one, "case_id")}
    cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(in_case)))}
    page = render_template(
        "training/outside.html",
        cases=certifiable(sitting),
        asked=[(one, cases.get(getattr(one, "case_id", 0))) for one in asked],
        shop=court.settings.base_url + url_for("training.shop"),
        given=request.args.get("given"),
        values=request.form,
        faults=wrong,
    )
    return page, status


@training.post("/outside/<reference>/<kind>")
@public
def certify(reference: str, kind: str) -> Page | Response:
    """The signed file of a training certifier, to be kept and brought into the case by a party."""
    only_in_training()
    court = current_court()
    chosen = next((one for one in certifiable(look()) if one.case.reference == reference), None)
    asked = next((figures for name, _, figures in chosen.kinds if name == kind), None) if chosen is not None else None
    if chosen is None or asked is None:
        abort(404)
    figures: dict[str, int] = {}
    wrong: list[tuple[str, str]] = []
    for figure in asked:
        try:
            figures[figure.name] = _read(figure, look().pack(chosen.case).currency)
        except (ValueError, Unreadable, InvalidInput):
            wrong.append((f"{reference}-{figure.name}", NOT_THIS.render(current_locale())))
    if wrong:
        return _page(wrong, 422)
    now = court.clock.now().astimezone(court.settings.tz)
    name = f"training-{kind}-{chosen.case.reference[:8]}.json"
    return Response(
        statement_of(chosen.case, kind, figures, now),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _read(figure: AskedFigure, currency: str) -> int:
    written, measure = request.form.get(figure.name, "").strip(), Measure(figure.measure)
    value = read_money(written, currency).minor if measure is Measure.MONEY else int(written)
    if not 0 <= value <= MOST[measure]:
        raise ValueError(written)
    return value


@training.post("/outside/records")
@public
def give_records() -> Response:
    """The training platform gives what it was asked for, by the same door as any platform."""
    only_in_training()
    court = current_court()
    now = court.clock.now().astimezone(court.settings.tz)
    wanted = request.form.get("code", "")
    one = next((each for each in asked_of_platform(current_session(), now) if each.reference == wanted), None)
    if one is None:
        abort(404)
    currency = court.packs.versions(court.settings.pack)[-1].currency
    taken = take(court, records_for(one, currency, now))
    return redirect(url_for("training.outside", given=taken.exhibit or one.order_number), 303)  # type: ignore[return-value]


@training.get("/shop")
@public
def shop() -> str:
    """A page of a shop, served here because training has no network, which the court's browser can look at and keep."""
    only_in_training()
    return render_template("training/shop.html")
