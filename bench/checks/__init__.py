"""What the certain checks find of errors planted in judgments that their maker did not write for them: ``python -m bench checks``.

:mod:`bench.checks.judgments` writes sound judgments and errors without anything of the court. Here each becomes what the checks read
(:class:`odr.assist.checks.draft.Draft`) and what the gate before the signature reads (orders beside what was asked), and is counted:
found, or not; and what else was remarked on in the same document.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bench.checks.judgments import KINDS, Judgment, chinese, english
from odr.assist.checks.draft import Draft, Passage, Standing
from odr.assist.checks.kinds import check
from odr.docket.models import Role, Track
from odr.filing.models import Claim, Relief
from odr.ground.text import Money, T
from odr.judgment.decision.checks import no_short_form, orders_against_claims
from odr.judgment.models import Decision, Order
from odr.judgment.vocabulary import DecisionKind, OrderKind

LANGUAGES = MappingProxyType({"zh-Hans": chinese, "en": english})
EACH = 21
"""Documents of each kind and language: 12 kinds, two languages, 504 errors."""
SEED = 20261129
FOUND_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "orders": frozenset({"awards", "heads", "gate"}),
        "exhibits": frozenset({"exhibits", "weighed"}),
        "closing": frozenset({"remedy", "late", "costs", "procedure", "gate"}),
        "amounts": frozenset({"amounts"}),
    }
)
"""Which checks count as finding an error of a kind, where they are not one of the same name."""
_STANDING = {"examined": Standing.EXAMINED, "hidden": Standing.NOT_EXAMINED, "withdrawn": Standing.WITHDRAWN}
_PARTY = {"claimant": 1, "respondent": 2}


def draft_of(made: Judgment) -> Draft:
    """A judgment as the checks read it."""
    grants = [one for one in made.orders if one.kind == "pay"]
    return Draft(
        language=made.language,
        pack=made.law,
        passages=[
            Passage(T("Paragraph %(number)s", number=n), part, words) for n, (part, words) in enumerate(made.parts, 1)
        ],
        names={Role.CLAIMANT: [made.claimant], Role.RESPONDENT: [made.respondent], Role.THIRD_PARTY: []},
        exhibits={label: _STANDING[one.state] for label, one in made.exhibits.items()},
        facts=frozenset(str(n) for n in range(1, made.facts + 1)),
        awards=[one.cents for one in grants],
        grants=bool(grants),
        dismisses=len(grants) < len(made.orders),
        short=made.short,
        appeal_days=made.appeal,
        decided_on=made.decided,
        oldest=made.bought,
        heads=frozenset(made.asked),
        disputed=frozenset(label for label, one in made.exhibits.items() if one.disputed),
        relied={label: one.adopted for label, one in made.exhibits.items() if one.state == "examined"},
        track=Track(made.track),
        late=frozenset({264}) if made.law == "cn" else None,
        fee=Money(made.fee, "CNY" if made.law == "cn" else "GBP"),
        bears={Role.RESPONDENT: made.fee},
    )


def gate(made: Judgment) -> list[str]:
    """What keeps the judgment from being signed for its orders and its form."""
    claim = Claim(party_id=_PARTY["claimant"], currency="CNY")
    asked = {n: (claim, Relief(number=n, amount_minor=cents)) for n, cents in made.asked.items()}
    orders = [
        Order(
            number=n,
            kind=OrderKind.PAY if one.kind == "pay" else OrderKind.DISMISS,
            relief_id=one.head,
            amount_minor=one.cents or None,
            currency="CNY",
            debtor_id=_PARTY[one.debtor],
            creditor_id=_PARTY["claimant"],
        )
        for n, one in enumerate(made.orders, 1)
    ]
    decision = Decision(kind=DecisionKind.JUDGMENT, short=made.short, orders=orders)
    refused = [*orders_against_claims(decision, asked, set()), *no_short_form(decision, Track(made.track))]
    return [one.render("en") for one in refused]


@dataclass
class Tally:
    """What was planted and found of one kind, and what else was remarked on."""

    planted: int = 0
    found: int = 0
    others: Counter[int] = field(default_factory=Counter)
    """How many documents had so many remarks beside."""
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


def look(made: Judgment) -> list[tuple[str, str]]:
    """Every remark on a judgment: its kind and the words."""
    return [(one.kind, one.excerpt) for one in check(draft_of(made))] + [("gate", words) for words in gate(made)]


def measure(language: str, each: int, seed: int) -> tuple[dict[str, Tally], Tally]:
    """Plant ``each`` errors of every kind in as many judgments; the second tally is of as many left sound."""
    dice, found = random.Random(seed), dict[str, Tally]()
    for kind, (_, plant) in KINDS.items():
        tally = found[kind] = Tally()
        by = FOUND_BY.get(kind, frozenset({kind}))
        for _ in range(each):
            made = LANGUAGES[language](dice)
            before = list(made.parts)
            plant(made, dice)
            remarks = look(made)
            tally.planted += 1
            others = [one for one in remarks if one[0] not in by]
            tally.others[len(others)] += 1
            tally.alarms += [f"{one}: {words}" for one, words in others]
            if len(others) < len(remarks):
                tally.found += 1
            else:
                changed = [words for one, words in made.parts if (one, words) not in before]
                tally.missed.append(" / ".join(changed) or "nothing in the text")
    sound = Tally()
    for _ in range(each * len(KINDS)):
        remarks = look(LANGUAGES[language](dice))
        sound.planted += 1
        sound.others[len(remarks)] += 1
        sound.alarms += [f"{one}: {words}" for one, words in remarks]
    return found, sound


def report(each: int = EACH, seed: int = SEED, *, tell: bool = False) -> list[str]:
    """The lines of a table, by kind; with ``tell`` also what was missed and what was remarked on wrongly."""
    tables = {language: measure(language, each, seed) for language in LANGUAGES}
    lines = ["| kind | Chinese | English | most other remarks on one document |", "|---|---|---|---|"]
    planted = found = 0
    for kind, (title, _) in KINDS.items():
        tallies = [tables[language][0][kind] for language in LANGUAGES]
        planted += sum(one.planted for one in tallies)
        found += sum(one.found for one in tallies)
        most = max(number for one in tallies for number in one.others)
        lines.append(f"| {title} | " + " | ".join(f"{one.found}/{one.planted}" for one in tallies) + f" | {most} |")
    lines.append(f"| **all** | | **{found}/{planted} = {found / planted:.3f}** | |")
    for language, (_, sound) in tables.items():
        raised = sound.planted - sound.others[0]
        lines.append(
            f"| sound judgments, {language}: with any remark | {raised}/{sound.planted} | | {max(sound.others)} |"
        )
    if tell:
        for language, (tallies_of, sound) in tables.items():
            for kind, tally in tallies_of.items():
                lines += [f"{language} {kind} MISSED {one}" for one in tally.missed]
                lines += [f"{language} {kind} BESIDE {one}" for one in tally.alarms]
            lines += [f"{language} SOUND {one}" for one in sound.alarms]
    return lines


def main(arguments: Sequence[str]) -> int:
    """``python -m bench checks [EACH [SEED]] [--tell]``: the figures by kind, and with ``--tell`` what was missed."""
    numbers = [int(one) for one in arguments if one.isdigit()]
    for line in report(*numbers, tell="--tell" in arguments):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
