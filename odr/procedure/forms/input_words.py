"""What was typed into an act, read back in words: labels for codes, titles for references."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic.fields import FieldInfo

from odr.docket.models import Case
from odr.docket.papers import Words
from odr.ground.db import REFERENCE_FORM
from odr.ground.errors import CourtError
from odr.ground.text import Money, T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.forms.articles import ARTICLES, written_out
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.fields import SOURCES
from odr.procedure.forms.inputs import RefTo, marks, member_label

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def reference_of(info: FieldInfo) -> RefTo | None:
    """What a field refers to, if it holds a reference."""
    return next((m for m in marks(info) if isinstance(m, RefTo)), None)


def value_words(sitting: Sitting, case: Case, info: FieldInfo, value: Any, actor: Actor = CLOCK_ACTOR) -> Words | None:
    """One value of a field in words; None for a reference that nothing names, as it says nothing to a reader."""
    if isinstance(value, bool):
        return T("Yes") if value else T("No")
    if isinstance(value, enum.Enum):
        return member_label(value)
    if isinstance(value, Money | date | datetime | Text):
        return value
    label, reference = label_of(info), reference_of(info)
    if label is not None and label.options is not None and str(value) in label.options:
        return label.options[str(value)]
    source = (label.choices if label else None) or (reference.kind if reference else None)
    if source == ARTICLES:
        return written_out(sitting, case, str(value)) or str(value)
    found = _chosen(sitting, case, str(value), source, actor)
    # What was chosen by its reference and is offered no more, such as a decision that is signed since, says nothing to a reader.
    unnamed = reference is not None or (source is not None and REFERENCE_FORM.fullmatch(str(value)) is not None)
    return found or (None if unnamed else str(value))


def _chosen(sitting: Sitting, case: Case, value: str, source: str | None, actor: Actor) -> Words | None:
    if source is None or source not in SOURCES:
        return None
    try:
        options = SOURCES[source](sitting, case, actor)
    except (CourtError, LookupError):
        return None
    return next((o.label for o in options if o.value == value), None)
