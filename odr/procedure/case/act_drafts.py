"""What somebody has typed into the form of an act and not sent: kept for them alone until the act is done, they throw it
away, or nobody touched it for ninety days. No flask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act
from odr.procedure.forms.fields import FormField, fields_of, leaves
from odr.procedure.forms.inputs import Widget
from odr.procedure.models import ActDraft

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

KEPT_FOR = timedelta(days=90)
"""As a draft of a claim is (``odr/filing/draft``)."""
MOST_IN_A_CASE = 100
"""Forms of one person that are kept in one case; the oldest makes room."""
SECRET = frozenset({Widget.PASSWORD, Widget.CODE, Widget.FILE})
"""Never kept: what proves who somebody is, and files, which are sent by themselves."""
SECRET_NAMES = frozenset({"code", "password"})
MOST_ABOUT = 300
_FILE = re.compile(r"[a-z2-7]{26}")

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Begun:
    """A form that was begun and not sent, as its case lists it."""

    act: Act
    about: dict[str, str]
    saved_at: datetime


def of_model(model: type[BaseModel], name: str) -> bool:
    """Whether a name in a form belongs to a field of the model."""
    return any(name == field or name.startswith(f"{field}-") for field in model.model_fields)


def about_of(act: Act, named: Values) -> str:
    """What the address of a form names beforehand, in one order; too long to be an address of ours counts as nothing."""
    found = urlencode(sorted((name, str(value)) for name, value in named.items() if of_model(act.input, name)))
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


def draft_of(session: Session, case: Case, actor: Actor, act: Act, about: str) -> ActDraft | None:
    """What somebody has begun of an act and not sent."""
    return session.scalar(_of(case, actor).where(ActDraft.act == act.name, ActDraft.about == about))


def _of(case: Case, actor: Actor) -> Select[ActDraft]:
    return select(ActDraft).where(
        ActDraft.account_id == actor.account_id, ActDraft.case_id == case.id, ActDraft.hat == actor.hat
    )


def keep(session: Session, case: Case, actor: Actor, act: Act, values: Values, about: str, now: datetime) -> None:
    """Keep what was typed in place of what was kept before; a form that was emptied is kept no longer."""
    if actor.account_id is None:
        return
    kept, found = worth_keeping(act.input, values), draft_of(session, case, actor, act, about)
    if not kept:
        forget(session, case, actor, act, about)
    elif found is not None:
        found.values, found.saved_at = kept, now
    else:
        _begin(session, case, actor, act, kept, about, now)


def _begin(
    session: Session, case: Case, actor: Actor, act: Act, kept: dict[str, list[str]], about: str, now: datetime
) -> None:
    mine = session.scalars(_of(case, actor).order_by(ActDraft.saved_at.desc(), ActDraft.id.desc())).all()
    for old in mine[MOST_IN_A_CASE - 1 :]:
        session.delete(old)
    row = ActDraft(
        account_id=actor.account_id,
        case_id=case.id,
        hat=actor.hat,
        act=act.name,
        about=about,
        values=kept,
        saved_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # Another window began it in the same moment.
        there = draft_of(session, case, actor, act, about)
        if there is not None:
            there.values, there.saved_at = kept, now


def forget(session: Session, case: Case, actor: Actor, act: Act, about: str) -> None:
    """Keep it no longer: the act is done, or thrown away."""
    session.execute(
        delete(ActDraft).where(
            ActDraft.account_id == actor.account_id,
            ActDraft.case_id == case.id,
            ActDraft.hat == actor.hat,
            ActDraft.act == act.name,
            ActDraft.about == about,
        )
    )


def begun_in(sitting: Sitting, case: Case, actor: Actor) -> list[Begun]:
    """What somebody has begun in a case and not sent, the newest first."""
    if actor.account_id is None:
        return []
    rows = sitting.session.scalars(_of(case, actor).order_by(ActDraft.saved_at.desc(), ActDraft.id.desc()))
    table = sitting.court.table
    return [
        Begun(act, dict(parse_qsl(row.about)), row.saved_at) for row in rows if (act := table.get(row.act)) is not None
    ]


def sweep_act_drafts(court: Court, limit: int = 256) -> int:
    """For the worker: what nobody touched for ninety days is kept no longer."""
    with court.database.write() as session:
        old = session.scalars(
            select(ActDraft.id).where(ActDraft.saved_at <= court.clock.now() - KEPT_FOR).limit(limit)
        ).all()
        if old:
            session.execute(delete(ActDraft).where(ActDraft.id.in_(old)))
    return len(old)


def files_in_act_drafts(session: Session, people: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Files that these people chose in forms they have not sent, by account and reference, with when that was last
    written: none of them is erased meanwhile.
    """
    found: dict[tuple[int, str], datetime] = {}
    for row in session.scalars(select(ActDraft).where(ActDraft.account_id.in_(people))):
        for reference in _files(row.values):
            key = row.account_id, reference
            found[key] = max(row.saved_at, found.get(key, row.saved_at))
    return found


def _files(values: Values) -> Iterator[str]:
    for value in values.values():
        yield from (each for each in value if _FILE.fullmatch(each))
