"""Forms that belong to no case keep what was typed, as the forms of acts do: for whoever is signed in alone, by the form's
address, until it is sent, thrown away, or ninety days old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl

from flask import make_response, redirect, request, url_for
from pydantic import BaseModel

from odr.ground.text import Text
from odr.procedure.case import act_drafts
from odr.procedure.case.act_drafts import PageForm
from odr.procedure.forms import fields
from odr.web.guards import current_person, current_session
from odr.web.pages import is_overtaken, keep_begun, keeping, throw_away, typed_before

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class FormOutside(PageForm):
    """A form that belongs to no case. ``page`` is the endpoint on which it stands, ``title`` what it is called in a list."""

    page: str = ""
    title: Text | None = None

    def begun_at(self, named: Mapping[str, Any]) -> str:
        """Where it is written."""
        return url_for(self.page, **self.told(named))

    def kept_at(self, named: Mapping[str, Any]) -> str:
        """Where what was typed is kept, looked at, and thrown away."""
        return url_for("begun.one", name=self.name, **self.told(named))

    def told(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """What of an address says what the form is about."""
        return {name: value for name, value in named.items() if name in self.about}


@dataclass(frozen=True)
class Somebody:
    """Whoever is signed in, outside any case."""

    account_id: int | None
    hat: str = ""


@dataclass(frozen=True)
class BegunOutside:
    """A form outside any case that somebody began and did not send, as their list shows it."""

    title: Text
    address: str
    saved_at: datetime


FORMS: dict[str, FormOutside] = {}


def form_outside(name: str, model: type[BaseModel], page: str, title: Text, about: tuple[str, ...] = ()) -> FormOutside:
    """Declare a form that keeps what was typed; ``about`` are the parts of its address that say what it is about."""
    if name in FORMS:
        raise ValueError(f"two forms are called {name}")
    FORMS[name] = FormOutside(name, model, about, page=page, title=title)
    return FORMS[name]


def me() -> Somebody:
    """Who types."""
    person = current_person()
    return Somebody(person.account_id if person is not None else None)


def keeps(which: FormOutside | Callable[[], FormOutside]) -> Callable[[View], View]:
    """Keep what was typed before the page tries to take it, and forget it once it is taken: the answer then leads on.

    Stands below the page's guard; ``which`` may depend on who is signed in. What another window wrote in the same form
    meanwhile is shown before anything is sent.
    """

    def keeping_it(view: View) -> View:
        @wraps(view)
        def taken(**parts: Any) -> Any:
            form = which if isinstance(which, FormOutside) else which()
            who, values, named = me(), request.form.to_dict(flat=False), form.told(parts)
            overtaken = fields.group_action(values) is None and is_overtaken(None, who, form, values, named)
            keep_begun(None, who, form, values, named)
            if overtaken:
                return redirect(form.begun_at(named), 303)
            answer = make_response(view(**parts))
            if 300 <= answer.status_code < 400:
                forget(form, **named)
            return answer

        return cast(View, taken)

    return keeping_it


def forget(form: FormOutside, **named: Any) -> None:
    """It is sent: keep it no longer."""
    throw_away(None, me(), form, named)


def typed(form: FormOutside, **named: Any) -> dict[str, Any]:
    """What the reader typed into the form here and did not send; empty where there is nothing."""
    return typed_before(None, me(), form, named)


def unsent(
    form: FormOutside, shown: Sequence[fields.FormField], values: Mapping[str, Any], **named: Any
) -> dict[str, Any]:
    """What a page tells besides the fields of its form (``macros/unsent.html``)."""
    return {**keeping(None, me(), form, shown, values, named), "keep_at": form.kept_at(named)}


def begun_outside() -> list[BegunOutside]:
    """What the reader began outside any case and did not send, the newest first."""
    return [
        BegunOutside(form.title, form.kept_at(dict(parse_qsl(row.about))), row.saved_at)
        for row in act_drafts.begun_outside(current_session(), me())
        if (form := FORMS.get(row.act)) is not None and form.title is not None
    ]
