"""A claim before it is lodged, checked for what can be seen for certain in its words: nothing is refused, nothing is kept.

The same checks as of a judge's draft, as far as a claim has what they compare: articles that do not exist, names and roles against
the parties named in the claim, sums in words and in figures, totals, days. A party's words are theirs: a remark asks them to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from odr.assist.checks.draft import Draft, Passage
from odr.assist.checks.kinds import CHECKS
from odr.assist.wording.looking import Written, look_at_words
from odr.docket.models import Role
from odr.filing.inputs import ClaimInput
from odr.ground.text import T, Text
from odr.procedure.hooks import Looked, Remark
from odr.procedure.rules.pack import RulePack

KINDS = ("articles", "names", "roles", "amounts", "sums", "days")
"""Of the checks of a draft those that need nothing but the claim itself."""
_IN_A_CLAIM: Mapping[str, Text] = MappingProxyType(
    {
        "names": T("You wrote a party’s name otherwise among the parties. Which one is right?"),
        "roles": T("Among the parties you named them on the other side. Who is meant?"),
    }
)
"""What is said in place of what a docket says, which a claim does not have yet."""


def look_at_claim(pack: RulePack, claim: ClaimInput, locale: str, today: date, wording: bool = False) -> Looked:
    """What was looked at in a claim, and what its writer should look at before lodging it."""
    draft = draft_of(pack, claim, locale, today)
    found: dict[tuple[str, str, str], Remark] = {}
    for kind in KINDS:
        for remark in CHECKS[kind][1](draft):
            told = replace(remark, words=_IN_A_CLAIM.get(kind, remark.words))
            found.setdefault((kind, told.place.render("en"), told.excerpt), told)
    words = None
    if wording:
        # A party writes as they write: only slips are suggested, and nothing is said of how plain it is.
        parts = [Written(one.place, one.words) for one in draft.passages]
        words = look_at_words(pack, today, locale, parts, _told(claim), plain=False)
    return Looked([CHECKS[kind][0] for kind in KINDS], list(found.values()), words)


def _told(claim: ClaimInput) -> list[str]:
    """Names, and what the particulars and the exhibits are called: words nobody remarks on."""
    told = [claim.claimant.name, *(one.name for one in claim.fellows), *(one.name for one in claim.respondents)]
    told += [str(value) for value in claim.particulars.values() if isinstance(value, str)]
    return [*told, *(one.title for one in claim.exhibits)]


def draft_of(pack: RulePack, claim: ClaimInput, locale: str, today: date) -> Draft:
    """A claim as the checks see a text."""
    days = [fact.happened_on for fact in claim.facts if fact.happened_on is not None]
    return Draft(
        language=locale,
        pack=pack.id,
        passages=list(_passages(claim)),
        names={
            Role.CLAIMANT: [claim.claimant.name, *(fellow.name for fellow in claim.fellows)],
            Role.RESPONDENT: [one.name for one in claim.respondents],
        },
        exhibits={},
        facts=frozenset(str(number) for number in range(1, len(claim.facts) + 1)),
        awards=[],
        grants=False,
        dismisses=False,
        short=False,
        appeal_days=(),
        decided_on=today,
        oldest=min(days, default=None),
    )


def _passages(claim: ClaimInput) -> Iterator[Passage]:
    for number, fact in enumerate(claim.facts, 1):
        yield Passage(T("Fact %(number)s", number=number), "reasons", fact.what)
    for number, relief in enumerate(claim.relief, 1):
        yield Passage(T("What you ask for, %(number)s", number=number), "reasons", relief.what)
