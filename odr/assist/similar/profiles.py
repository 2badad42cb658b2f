"""What a case, or a claim that is still written, is about: what is looked for in published decisions. No flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.assist.similar.finding import Profile
from odr.docket.models import BENCH_ROLES, Case
from odr.docket.queries import entries_of
from odr.filing.claim.queries import facts_of
from odr.filing.draft.facts_of_files import facts_told
from odr.hearing import names as hearing_names
from odr.judgment.queries import current_draft
from odr.procedure.acts.act_versions import input_of
from odr.procedure.forms.form_data import Raw
from odr.register.search.facts import FactReader

if TYPE_CHECKING:
    from odr.filing.models import Draft
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting


def of_case(sitting: Sitting, case: Case, reader: FactReader, viewer: Actor | None = None) -> Profile:
    """A case before its judge: the facts told, the questions listed, and what the draft says already. For a ``viewer`` outside the bench
    the draft says nothing: what is found tells the words and articles it was found by.
    """
    words: list[str] = []
    listed = entries_of(sitting.session, case, hearing_names.LIST_ISSUES)
    issues = [str(one) for one in (input_of(listed[-1])["issues"] if listed else [])]
    articles: dict[str, None] = {}
    reads_draft = viewer is None or viewer.role in BENCH_ROLES
    draft = current_draft(sitting.session, case) if reads_draft else None
    if draft is not None:
        words.append(draft.parts.get("issues") or "")
        for reason in draft.parts.get("reasons") or []:
            words.append(reason["text"])
            for said in (reason["text"], reason.get("articles") or ""):
                articles.update(dict.fromkeys([*reader.articles_in(said), *reader.article(said)]))
    # What the judge has made of the case stands first: of a long text the beginning is looked at.
    words += [*issues, *(one.fact.what for one in facts_of(sitting.session, case))]
    return Profile(case.cause, tuple(articles), "\n".join(one for one in words if one), case.number)


def of_draft(draft: Draft, reader: FactReader) -> Profile:
    """A claim that is written: its kind, its facts and the articles they name; none of it is kept."""
    values: Mapping[str, Any] = draft.values
    cause = Raw(values.get("matter", {})).one("cause") or None
    words = "\n".join(one.what for one in facts_told(values.get("facts", {})))
    return Profile(cause, tuple(dict.fromkeys(reader.articles_in(words))), words)
