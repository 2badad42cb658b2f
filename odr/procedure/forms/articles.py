"""Articles of the law as a field asks for them: typed in short or in full, or chosen from those the rules tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.ground.text import Text
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.docket.models import Case
    from odr.identity.actors import Actor
    from odr.procedure.rules.pack import RulePack
    from odr.procedure.sitting import Sitting

ARTICLES = "articles"


def articles_of(pack: RulePack) -> list[Option]:
    """Every article the rules tell, in their order: its short form, its name in full, and what it says."""
    return [
        Option(f"{tag} {place}", pack.cite(f"{tag} {place}"), words)
        for tag, told in pack.law.items()
        for place, words in sorted(told.items(), key=lambda one: (len(one[0].partition("(")[0]), one[0]))
    ]


@choice_source(ARTICLES)
def articles(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """The articles of the rules of a case; of today where there is none yet."""
    court = sitting.court
    today = sitting.today
    return articles_of(sitting.pack(case) if case is not None else court.packs.in_force(court.settings.pack, today))


def written_out(sitting: Sitting, case: Case, typed: str) -> Text | None:
    """An article that somebody typed, as the papers write it; None where the rules know no such law."""
    found = sitting.pack(case).article_of(typed)
    return sitting.pack(case).cite(found) if found is not None else None
