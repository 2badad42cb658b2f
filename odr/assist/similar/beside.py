"""What earlier cases say beside a draft: guiding cases that parties rely on, and what was awarded in decisions like the case. No prediction.

A guiding case a party relies on is answered in the reasons (SIM 10); one that was replaced is told as such (SIM 9). The sum a draft orders stands beside the range of
the sums in published judgments in effect of the same kind that share the facts, each of them named; of fewer than the rules' least number nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.assist.checks.gather import guiding_named
from odr.assist.checks.of_file import guiding_cases
from odr.assist.similar import looking, profiles
from odr.docket.models import Case
from odr.ground.text import Money
from odr.judgment.decision.file_before_judge import CaseFile
from odr.judgment.models import Decision
from odr.judgment.vocabulary import OrderKind
from odr.procedure.hooks import AwardedBefore, CitedCase, FromCases, SumOfCase
from odr.register.search.desk import open_search, reader_of

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import SimilarRules
    from odr.procedure.sitting import Sitting


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
    found = looking.alike(sitting.session, search, reader, profile, same_cause=True)
    with_sum = [one for one in found if one.hit.awarded is not None and one.hit.awarded.currency == drafted.currency]
    told = looking.happened(with_sum, rules.minimum)
    reach = told.awarded if told is not None else None
    return AwardedBefore(
        drafted=drafted,
        least=rules.minimum,
        count=len(with_sum),
        reach=(reach.low, reach.first, reach.third, reach.high) if reach is not None else None,
        cases=[
            SumOfCase(one.hit.facts.number, one.hit.address, one.hit.title, one.hit.language, one.hit.awarded)
            for one in sorted(with_sum, key=lambda one: one.hit.awarded.minor if one.hit.awarded else 0)
            if one.hit.awarded is not None
        ],
    )
