"""What somebody has typed into a form and not sent, in a case or outside any: kept for them alone until it is sent, they throw
it away, or nobody touched it for ninety days. No flask.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.db import REFERENCE_FORM, insert_once
from odr.ground.memory.built_once import built_once
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act
from odr.procedure.forms.fields import FormField, fields_of, leaves
from odr.procedure.forms.inputs import Widget
from odr.procedure.forms.two_windows import Merged, loses, marks, merge, parts
from odr.procedure.models import ActDraft, FormDraft

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

KEPT_FOR = timedelta(days=90)
"""As a draft of a claim is (``odr/filing/draft``)."""
MOST_IN_A_CASE = 100
"""Forms of one person that are kept in one case; the oldest makes room."""
MOST_OUTSIDE = 40
"""Forms of one person that are kept and belong to no case; the oldest makes room."""
MOST_CHARACTERS = 220_000
"""Of one form outside a case, which anybody with an account may have kept: somewhat more than the longest of them takes.
What other windows wrote beside it is held to as much again; the oldest makes room.
"""
SECRET = frozenset({Widget.PASSWORD, Widget.CODE, Widget.FILE})
"""Never kept: what proves who somebody is, and files, which are sent by themselves."""
SECRET_NAMES = frozenset({"code", "password"})
PARTS = ("day", "month", "year")
CHOSEN = frozenset({Widget.RADIOS, Widget.SELECT, Widget.CHECKBOXES})
MOST_ABOUT = 300
ASIDE = " aside"
"""Beside the answers of a form: what another window wrote where this one had written something else. No field is called so."""
MOST_ASIDE = 10

Values = Mapping[str, Any]


class Form(Protocol):
    """A form that is kept: an act's, or that of a page which serves several acts."""

    @property
    def name(self) -> str: ...

    @property
    def input(self) -> type[BaseModel]: ...


@dataclass(frozen=True)
class PageForm:
    """The form of a page that is no act's own."""

    name: str
    input: type[BaseModel]
    about: tuple[str, ...] = ()
    """What of its address says what it is about, besides its own fields."""


class Writer(Protocol):
    """Who types: somebody in a case, in one capacity, or whoever is signed in."""

    @property
    def account_id(self) -> int | None: ...

    @property
    def hat(self) -> str: ...


Kept = ActDraft | FormDraft


@dataclass(frozen=True)
class Begun:
    """A form that was begun and not sent, as its case lists it."""

    act: Act
    about: dict[str, str]
    saved_at: datetime


def of_model(model: type[BaseModel], name: str) -> bool:
    """Whether a name in a form belongs to a field of the model."""
    return any(name == field or name.startswith(f"{field}-") for field in model.model_fields)


def about_of(act: Form, named: Values) -> str:
    """What the address of a form names beforehand, in one order; too long to be an address of ours counts as nothing."""
    told = act.about if isinstance(act, PageForm) else ()
    found = urlencode(
        sorted((name, str(value)) for name, value in named.items() if name in told or of_model(act.input, name))
    )
    return found if len(found) <= MOST_ABOUT else ""


def worth_keeping(model: type[BaseModel], values: Values) -> dict[str, list[str]]:
    """The answers of a form that are kept; empty where nothing was typed or chosen yet."""
    fields = list(leaves(fields_of(model, "en", values)))
    secret = SECRET_NAMES | {field.name for field in fields if field.kind in SECRET}
    kept = {
        name: [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
        for name, value in values.items()
        if of_model(model, name) and name not in secret
    }
    return kept if any(_is_answered(field, kept) for field in fields) else {}


def _is_answered(field: FormField, kept: Mapping[str, list[str]]) -> bool:
    names = (field.name, *(f"{field.name}-{part}" for part in ("day", "month", "year")))
    return field.kind is not Widget.HIDDEN and any(each.strip() for name in names for each in kept.get(name, ()))


def draft_of(session: Session, case: Case | None, actor: Writer, act: Form, about: str) -> Kept | None:
    """What somebody has begun of a form and not sent, in a case or outside any."""
    return next(iter(session.scalars(_of(case, actor, act, about))), None)


def _of(case: Case | None, actor: Writer, act: Form | None = None, about: str = "") -> Select[Any]:
    """What somebody has begun and not sent, the newest first; of one form, or of all."""
    table: type[Kept] = ActDraft if case is not None else FormDraft
    query = select(table).where(table.account_id == actor.account_id)
    if case is not None:
        query = query.where(ActDraft.case_id == case.id, ActDraft.hat == actor.hat)
    if act is not None:
        return query.where(table.act == act.name, table.about == about)
    return query.order_by(table.saved_at.desc(), table.id.desc())


def keep(
    session: Session, case: Case | None, actor: Writer, act: Form, values: Values, about: str, now: datetime
) -> Merged | None:
    """Keep what was typed; a form that was emptied is kept no longer. Nothing comes of it where nobody is signed in, or the
    form is too long to be one of ours.

    With the marks of the page (``was`` among the values) only what this page changed is changed in what is kept: where
    another window wrote something else meanwhile, that stays, and what was typed here is kept aside. Gives what came of it.
    """
    if actor.account_id is None:
        return None
    typed, found = worth_keeping(act.input, values), draft_of(session, case, actor, act, about)
    if case is None and sum(len(words) for answers in typed.values() for words in answers) > MOST_CHARACTERS:
        return None
    if found is None:
        if typed:
            _begin(session, case, actor, act, typed, about, now)
        return Merged(dict(typed), {})
    merged = merge(answers_of(found), typed, _was(values))
    kept: dict[str, Any] = dict(merged.values)
    asides = _with_aside(found.values.get(ASIDE, []), typed) if merged.theirs else found.values.get(ASIDE, [])
    while case is None and len(asides) > 1 and sum(map(len, asides)) > MOST_CHARACTERS:
        asides = asides[1:]
    if not kept and not asides:
        forget(session, case, actor, act, about)
    else:
        found.values, found.saved_at = kept | ({ASIDE: asides} if asides else {}), now
    return merged


def _was(values: Values) -> str | None:
    was = values.get("was")
    return str(was[0] if isinstance(was, list | tuple) and was else was) if was else None


def _with_aside(asides: Sequence[str], typed: Values) -> list[str]:
    """The texts kept aside with one more; one that only goes on an earlier one takes its place."""
    if asides and not loses(json.loads(asides[-1]), typed):
        asides = asides[:-1]
    return [*asides, json.dumps(dict(typed), ensure_ascii=False)][-MOST_ASIDE:]


def answers_of(draft: Kept) -> dict[str, Any]:
    """The answers of a form as they are kept."""
    return {name: value for name, value in draft.values.items() if name != ASIDE}


def asides_of(draft: Kept) -> list[dict[str, list[str]]]:
    """What other windows wrote in the same form where something else was kept, the oldest first."""
    return [json.loads(each) for each in draft.values.get(ASIDE, [])]


def page_marks(fields: Sequence[FormField], draft: Kept | None) -> str:
    """The marks of a page that shows a form: of what is kept, and of what stands in its other fields."""
    return marks(_as_sent(fields) | (answers_of(draft) if draft is not None else {}))


def _as_sent(fields: Sequence[FormField]) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody touched."""
    found: dict[str, list[str]] = {}
    for one in leaves(fields):
        if one.kind is Widget.DATE:
            found |= {f"{one.name}-{part}": [value] for part, value in zip(PARTS, one.parts, strict=True) if value}
        elif one.kind is Widget.CHECKBOX:
            found |= {one.name: ["true"]} if one.chosen else {}
        elif one.kind in CHOSEN:
            found |= {one.name: list(one.chosen)} if one.chosen else {}
        elif one.value:
            found[one.name] = [one.value]
    return found


def written_elsewhere(draft: Kept | None, values: Values) -> dict[str, list[str]]:
    """What is kept of a form where the page shows something else: nothing as long as only this page wrote in it."""
    if draft is None:
        return {}
    shown, kept = parts(values), parts(answers_of(draft))
    flat = [answers for part, answers in kept.items() if shown.get(part, {}) != answers]
    return {name: words for answers in flat for name, words in answers.items()}


def _begin(
    session: Session,
    case: Case | None,
    actor: Writer,
    act: Form,
    kept: dict[str, list[str]],
    about: str,
    now: datetime,
) -> None:
    most = MOST_IN_A_CASE if case is not None else MOST_OUTSIDE
    for old in session.scalars(_of(case, actor)).all()[most - 1 :]:
        session.delete(old)
    row: Kept = FormDraft()
    if case is not None:
        row = ActDraft(case_id=case.id, hat=actor.hat)
    row.account_id, row.act, row.about = actor.account_id or 0, act.name, about
    row.values, row.saved_at = kept, now
    if not insert_once(session, row):  # Another window began it in the same moment.
        there = draft_of(session, case, actor, act, about)
        if there is not None:
            asides = _with_aside(there.values.get(ASIDE, []), answers_of(there))
            there.values, there.saved_at = kept | {ASIDE: asides}, now


def forget(session: Session, case: Case | None, actor: Writer, act: Form, about: str) -> None:
    """Keep it no longer: it is sent, or thrown away."""
    for row in session.scalars(_of(case, actor, act, about)):
        session.delete(row)


def begun_outside(session: Session, actor: Writer) -> list[FormDraft]:
    """What somebody has begun outside any case and not sent, the newest first."""
    return list(session.scalars(_of(None, actor)))


def begun_in(sitting: Sitting, case: Case, actor: Actor) -> list[Begun]:
    """What somebody has begun in a case and not sent, the newest first."""
    if actor.account_id is None:
        return []
    rows = sitting.session.scalars(
        built_once(
            lambda: (
                select(ActDraft)
                .where(ActDraft.account_id == actor.account_id, ActDraft.case_id == case.id, ActDraft.hat == actor.hat)
                .order_by(ActDraft.saved_at.desc(), ActDraft.id.desc())
            )
        )
    )
    table = sitting.court.table
    return [
        Begun(act, dict(parse_qsl(row.about)), row.saved_at) for row in rows if (act := table.get(row.act)) is not None
    ]


def sweep_act_drafts(court: Court, limit: int = 256) -> int:
    """For the worker: what nobody touched for ninety days is kept no longer."""
    many, until = 0, court.clock.now() - KEPT_FOR
    with court.database.write() as session:
        for table in (ActDraft, FormDraft):
            old = session.scalars(
                built_once(lambda: select(table.id).where(table.saved_at <= until).limit(limit))  # noqa: B023
            ).all()
            if old:
                session.execute(delete(table).where(table.id.in_(old)))
            many += len(old)
    return many


def files_in_act_drafts(session: Session, people: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Files that these people chose in forms they have not sent, by account and reference, with when that was last
    written: none of them is erased meanwhile.
    """
    found: dict[tuple[int, str], datetime] = {}
    rows: list[Kept] = [*session.scalars(select(ActDraft).where(ActDraft.account_id.in_(people)))]
    rows += session.scalars(select(FormDraft).where(FormDraft.account_id.in_(people)))
    for row in rows:
        for reference in _files(row.values):
            key = row.account_id, reference
            found[key] = max(row.saved_at, found.get(key, row.saved_at))
    return found


def _files(values: Values) -> Iterator[str]:
    for value in values.values():
        yield from (each for each in value if REFERENCE_FORM.fullmatch(each))
