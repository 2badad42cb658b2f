"""What earlier cases say beside a draft: guiding cases that parties rely on, and what was awarded in decisions like the case. No prediction.

A guiding case a party relies on is answered in the reasons (SIM 10); one that was replaced is told as such (SIM 9). The sum a draft orders stands beside the range of
the sums in published judgments in effect of the same kind that share the facts, each of them named; of fewer than the rules' least number nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from odr.assist.checks.gather import guiding_named
from odr.assist.checks.of_file import guiding_cases
from odr.assist.similar import looking, profiles
from odr.docket.models import Case
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.text import Money
from odr.judgment.decision.file_before_judge import CaseFile
from odr.judgment.models import Decision
from odr.judgment.vocabulary import OrderKind
from odr.procedure.hooks import AwardedBefore, CitedCase, FromCases, SumOfCase
from odr.register.search.desk import open_search, reader_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from odr.assist.similar.finding import Profile
    from odr.procedure.rules.court_rules import SimilarRules
    from odr.procedure.sitting import Sitting
    from odr.register.search.facts import FactReader
    from odr.register.search.searching import Search


def from_cases(sitting: Sitting, case: Case, file: CaseFile, decision: Decision | None) -> FromCases | None:
    """All of it for one case; None where the rules know no search for such cases."""
    rules = sitting.pack(case).similar
    if rules is None:
        return None
    return FromCases(
        guiding=_guiding(sitting, case, file, rules, decision),
        awarded=_awarded(sitting, case, rules, decision) if decision is not None else None,
    )


def _guiding(
    sitting: Sitting, case: Case, file: CaseFile, rules: SimilarRules, decision: Decision | None
) -> list[CitedCase]:
    known = {one.number: one for one in rules.guiding}
    reasons = decision.parts.get("reasons", []) if decision is not None else []
    answered = {number for one in reasons for number in guiding_cases(one["text"])}
    return [
        CitedCase(
            number=number,
            who=who,
            title=known[number].title if number in known else None,
            gist=known[number].gist if number in known else None,
            replaced_by=known[number].replaced_by if number in known else None,
            answered=number in answered,
        )
        for number, who in sorted(guiding_named(sitting, case, file).items())
    ]


def drafted_sum(decision: Decision) -> Money | None:
    """What a draft orders to be paid, all orders together; None where it orders none, or in several currencies."""
    sums = [
        Money(one.amount_minor, one.currency)
        for one in decision.orders
        if one.kind is OrderKind.PAY and one.amount_minor is not None and one.currency is not None
    ]
    if len({one.currency for one in sums}) != 1:
        return None
    return Money(sum(one.minor for one in sums), sums[0].currency)


def _awarded(sitting: Sitting, case: Case, rules: SimilarRules, decision: Decision) -> AwardedBefore | None:
    drafted = drafted_sum(decision)
    if drafted is None or case.cause is None:
        return None
    reader = reader_of(sitting.pack(case))
    profile = profiles.of_case(sitting, case, reader)
    search = open_search(sitting.court, sitting.session)
    if search is None or not profile.words:
        return None
    found = _sums(sitting.session, search, reader, profile, drafted.currency)
    reach = looking.reach_of([one.awarded for one in found], rules.minimum)
    return AwardedBefore(
        drafted=drafted,
        least=rules.minimum,
        count=len(found),
        reach=(reach.low, reach.first, reach.third, reach.high) if reach is not None else None,
        cases=found,
    )


def _sums(session: Session, search: Search, reader: FactReader, profile: Profile, currency: str) -> Sequence[SumOfCase]:
    """The sums of decisions like a draft, the lowest first. The search reads many texts, and a desk is opened often: what it found is
    remembered while draft, rules and register stay as they are; only whether each decision is in effect is asked each time.
    """
    asked = sha256_hex(canonical([profile.cause, profile.articles, profile.words, profile.own]))
    key = ("sums of the like", asked, currency, reader.pack.id, str(reader.pack.version), tuple(search.left_out))
    known = cast("Sequence[SumOfCase] | None", search.open.told.get(key))
    if known is None:
        search.open.make_room()
        known = search.open.told[key] = _looked_for(session, search, reader, profile, currency)
    effective = looking.in_effect(session, [one.address for one in known])
    return [one for one in known if one.address in effective]


def _looked_for(
    session: Session, search: Search, reader: FactReader, profile: Profile, currency: str
) -> Sequence[SumOfCase]:
    found = [
        SumOfCase(one.hit.facts.number, one.hit.address, one.hit.title, one.hit.language, one.hit.awarded)
        for one in looking.alike(session, search, reader, profile, same_cause=True)
        if one.hit.awarded is not None and one.hit.awarded.currency == currency
    ]
    return sorted(found, key=lambda one: one.awarded.minor)
