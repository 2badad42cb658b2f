"""A judge's own text blocks: kept in versions, read by nobody else. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from odr.ground.db import new_reference
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import A_PAGE, Key, Listed, holds, page_of
from odr.ground.text import T
from odr.judgment.draft.models import TextBlock
from odr.procedure.forms.inputs import CourtModel, CourtText, field

MOST_BLOCKS = 200
"""Texts one judge keeps at a time: more would be no shelf but a store."""
VERSIONS = 10
"""Versions of a text on a page: each is compared with the one before, word by word."""


class TextBlockInput(CourtModel):
    """A text as the judge writes it down for later."""

    title: Annotated[str, CourtText(1, 120, one_line=True), field(T("Title"), T("By which you find it again."))]
    words: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Text"), T("Write […] where you fill something in each time."), widget="textarea"),
    ]
    language: Annotated[
        Literal["zh-Hans", "en"],
        field(
            T("Language of the text"),
            T("It is offered in cases held in this language alone."),
            options={"zh-Hans": T("Chinese"), "en": T("English")},
            widget="radios",
        ),
    ]
    cause: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(T("For which kind of dispute"), T("Leave it empty for every kind."), choices="causes"),
    ] = None


def blocks_of(
    session: Session, account_id: int, *, words: str = "", after: str | None = None, size: int = A_PAGE
) -> Listed[TextBlock]:
    """The newest version of each text of somebody that is not put aside, by title."""
    query = select(TextBlock).where(*_theirs(account_id))
    if words:
        query = query.where(holds(words, TextBlock.title, TextBlock.words))
    page = page_of(session, query, (Key(TextBlock.title, str), Key(TextBlock.id, int)), after, size)
    return page.of([row[0] for row in page.rows])


def blocks_for(session: Session, account_id: int, cause: str, language: str) -> Sequence[TextBlock]:
    """Their texts for a kind of dispute and a language, by title."""
    fits = or_(TextBlock.cause == cause, TextBlock.cause == "")
    query = select(TextBlock).where(*_theirs(account_id), fits, TextBlock.language == language)
    return session.scalars(query.order_by(TextBlock.title, TextBlock.id)).all()


def _theirs(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return TextBlock.account_id == account_id, TextBlock.is_newest.is_(True), TextBlock.is_left.is_(False)


def newest_of(session: Session, account_id: int, series: str, *, locked: bool = False) -> TextBlock:
    """The newest version of one text of theirs, on the shelf or put aside. Raises NotFound for anybody else's.

    ``locked``: whoever changes the text in another window at the same moment waits on its first version.
    """
    query = select(TextBlock).where(TextBlock.series == series, TextBlock.account_id == account_id)
    if locked:
        session.scalar(query.where(TextBlock.version == 1).with_for_update())
    found = session.scalar(query.order_by(TextBlock.version.desc()).limit(1).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def versions_of(
    session: Session, account_id: int, series: str, after: str | None = None
) -> Listed[tuple[TextBlock, TextBlock | None]]:
    """Versions of one text of theirs, the newest first, each with the one before it. Raises NotFound for anybody else's."""
    theirs = select(TextBlock).where(TextBlock.series == series, TextBlock.account_id == account_id)
    page = page_of(session, theirs, (Key(TextBlock.version, int, descending=True),), after, VERSIONS)
    rows: list[TextBlock] = [row[0] for row in page.rows]
    if not rows:
        raise NotFound
    last = session.scalar(theirs.where(TextBlock.version == rows[-1].version - 1))
    return page.of(list(zip(rows, [*rows[1:], last], strict=True)))


def keep(
    session: Session, account_id: int, given: TextBlockInput, now: datetime, series: str | None = None
) -> TextBlock:
    """A new text, or another version of one of theirs; the older version stays. What did not change is no version."""
    version = 1
    newest = newest_of(session, account_id, series, locked=True) if series is not None else None
    if newest is None or newest.is_left:
        number = session.scalar(select(func.count()).select_from(TextBlock).where(*_theirs(account_id))) or 0
        if number >= MOST_BLOCKS:
            raise InvalidInput.at(
                "title", T("You keep %(count)s texts already. Put one aside first.", count=MOST_BLOCKS)
            )
    elif given == _given(newest):
        return newest
    if newest is not None:
        newest.is_newest = False
        version = newest.version + 1
    row = TextBlock(
        series=series or new_reference(),
        version=version,
        account_id=account_id,
        kept_at=now,
        is_newest=True,
        is_left=False,
        **{**given.model_dump(), "cause": given.cause or ""},
    )
    session.add(row)
    session.flush()
    return row


def _given(row: TextBlock) -> TextBlockInput:
    return TextBlockInput.model_validate(
        {"title": row.title, "words": row.words, "language": row.language, "cause": row.cause or None}
    )


def put_aside(session: Session, account_id: int, series: str) -> None:
    """The text is offered no more; whoever opens it may take it up again by keeping it once more."""
    newest_of(session, account_id, series, locked=True).is_left = True
