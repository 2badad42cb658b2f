"""Pages of posts and trainings: who may be given a case, for whoever supervises or administers the court."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.filing.registry import posts as kept
from odr.filing.registry.posts import POSTS, PostInput, TermKind, TrainingInput
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Text
from odr.procedure.forms import fields as forms
from odr.procedure.forms.fields import Option
from odr.web.guards import current_court, current_locale, current_person, current_session, staff
from odr.web.pages import Page, my_account_id, pack_today

posts = Blueprint("posts", __name__)


def _trainings() -> dict[str, Text]:
    rules = pack_today().distribution
    return {key: one.title for key, one in rules.trainings.items()} if rules is not None else {}


def _today() -> Any:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


@posts.get("/registry/posts")
@staff(Role.PRESIDENT, Role.ADMIN)
def listing() -> Page:
    """Posts and trainings that hold or will, in the order of names, and forms to enter one."""
    return _listing(None, {}, [])


def _listing(
    tried: TermKind | None, values: dict[str, Any], faults: list[FieldFault], status: int = 200, why: Text | None = None
) -> Page:
    locale, session, pack, today = current_locale(), current_session(), pack_today(), _today()
    choices = {
        "posts": [Option(role.value, role.label) for role in POSTS],
        "trainings": [Option(key, title) for key, title in _trainings().items()],
    }

    def fields(kind: TermKind, model: type[PostInput] | type[TrainingInput]) -> list[forms.FormField]:
        mine = tried is kind
        return forms.fields_of(model, locale, values if mine else {}, faults if mine else [], choices)

    post, training = fields(TermKind.POST, PostInput), fields(TermKind.TRAINING, TrainingInput)
    return render_template(
        "filing/posts.html",
        presides=(me := current_person()) is not None and Role.PRESIDENT in me.roles,
        posts=kept.standing(session, pack, TermKind.POST, today),
        trainings=kept.standing(session, pack, TermKind.TRAINING, today),
        asked=pack.distribution.trainings if pack.distribution is not None else {},
        needs=[Role(one) for one in pack.distribution.needs_post] if pack.distribution is not None else [],
        terms={Role(key): term for key, term in pack.distribution.terms.items()}
        if pack.distribution is not None
        else {},
        pack=pack,
        post=post,
        training=training,
        faults=forms.summary([*post, *training]),
        why=why,
    ), status


@posts.post("/registry/posts/<any(post, training):term>")
@staff(Role.PRESIDENT, Role.ADMIN)
def enter(term: str) -> Page:
    """Enter a post or a training."""
    what, court = TermKind(term), current_court()
    values = request.form.to_dict(flat=False)
    try:
        given: PostInput | TrainingInput = forms.parse(PostInput if what is TermKind.POST else TrainingInput, values)
        known = {role.value for role in POSTS} if what is TermKind.POST else set(_trainings())
        with court.database.write() as session:
            held = kept.enter(
                court.notary, session, given, known, my_account_id(), court.clock.now(), pack_today().distribution
            )
            kept.tell(court, session, pack_today(), held)
    except InvalidInput as error:
        return _listing(what, values, error.faults, 422)
    return redirect(url_for("posts.listing"), 303)


@posts.post("/registry/posts/<reference>/end")
@staff(Role.PRESIDENT, Role.ADMIN)
def end(reference: str) -> Page:
    """It holds no more from today on."""
    court = current_court()
    try:
        with court.database.write() as session:
            held = kept.end(court.notary, session, reference, _today(), my_account_id(), court.clock.now())
            kept.tell(court, session, pack_today(), held)
    except ActNotOpen as error:
        return _listing(None, {}, [], 409, error.message)
    return redirect(url_for("posts.listing"), 303)
