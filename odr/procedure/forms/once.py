"""What a form enters once, however often its button is pressed: its page gave it a reference, and that is the row's.

Acts have their own key (``idempotency_key``); this is for what is no act: a note, a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.ground.db import REFERENCE_FORM, new_reference

FIELD = "once"
"""The hidden field that carries it."""
Row = TypeVar("Row")


def given(form: Mapping[str, Any]) -> str:
    """The reference a form brings along; a new one where it brings none that could be ours."""
    value = form.get(FIELD)
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) and REFERENCE_FORM.fullmatch(first) else new_reference()


def enter(session: Session, row: Row, *, said: tuple[str, ...], **same: Any) -> Row:
    """Add a row with its own unique ``reference``; where it is there already and agrees in ``same``, that one is given back.

    A page one went back to carries the reference it had: what says something else in ``said`` is another text, and
    entered under a reference of its own.

    Raises IntegrityError where the reference is somebody else's: nobody learns what stands under it.
    """
    kind: Any = type(row)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        found = select(kind).where(
            kind.reference == getattr(row, "reference"),  # noqa: B009 - the rows of this kind have one
            *(getattr(kind, name) == value for name, value in same.items()),
        )
        entered: Row | None = session.scalar(found)
        if entered is None:
            raise
        if any(getattr(entered, name) != getattr(row, name) for name in said):
            setattr(row, "reference", new_reference())  # noqa: B010 - as above
            session.add(row)
            session.flush()
            return row
        return entered
    return row
