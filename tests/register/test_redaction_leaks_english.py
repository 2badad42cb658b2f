"""In England and Wales the public text of a decision is made by order, and names nobody the docket knows."""

from __future__ import annotations

import io
import os
from datetime import UTC, date, datetime

from pypdf import PdfReader

from odr.ground.typeset import Typesetter
from odr.procedure.rules.redaction import Private, RedactionRules
from odr.procedure.rules.registry import PackRegistry
from odr.register.formats import pdf
from odr.register.redaction.apply import apply
from odr.register.redaction.known import Choice, Standing, open_candidates
from odr.register.redaction.propose import propose, remaining
from odr.register.redaction.structure import PublicText, text_of
from tests.register.generated_decisions import Made, Secret, leaks, pressed
from tests.register.generated_english import EnglishMaker
from tests.register.test_redaction_leaks import PRINTED, ROOT, forms, known_of, publication

DECISIONS = 10_000 if os.environ.get("ODR_PROVE") else 60


def ew_rules() -> RedactionRules:
    """Of the pack, as it is in force."""
    rules = PackRegistry.load().in_force("ew", date(2026, 7, 1)).publication
    assert rules is not None
    return rules.rules


def published(made: Made, rules: RedactionRules) -> PublicText:
    """The public text when the person at the desk leaves everything that is open."""
    text = text_of(made.paper, "en")
    candidates = propose(text, known_of(made), rules)
    return apply(text, candidates, dict.fromkeys(open_candidates(candidates, {}), Choice.LEAVE))


def read_in(secret: Secret, lines: list[str]) -> bool:
    """Whether it, or what people call it by, can be read: a number line by line, since digits of two lines make no number."""
    at_home = secret.name[1:] if secret.kind == "phone" else secret.name
    whole = ["\n".join(lines)]
    if secret.kind in ("phone", "bank_account"):
        return any(leaks(Secret(secret.kind, at_home), line) for line in lines)
    return any(leaks(secret, each) for each in whole)


def leaked(made: Made, given: dict[str, list[str]]) -> list[str]:
    return [
        f"{form}: {each.kind} {each.name}"
        for form, lines in given.items()
        for each in made.secrets
        if read_in(each, lines)
    ]


def test_nothing_known_leaks_in_an_english_decision() -> None:
    """In every format that is given out; who judged, and the number, stand in each."""
    rules, wrong = ew_rules(), []
    for seed in range(DECISIONS):
        made = EnglishMaker(seed).decision()
        given = forms(published(made, rules))
        wrong += [f"{seed} {each}" for each in leaked(made, given)]
        for form in ("text", "JSON", "Akoma Ntoso"):
            whole = pressed("\n".join(given[form]))
            wrong += [f"{seed} {form} hides {each}" for each in made.court if pressed(each) not in whole]
    assert wrong == []


def test_nothing_known_leaks_in_an_english_print() -> None:
    """Nor in the words, the metadata or the title of the PDF."""
    setter, rules = Typesetter(ROOT / "fonts", ROOT / "templates" / "documents"), ew_rules()
    for seed in range(PRINTED):
        made = EnglishMaker(seed).decision()
        printed = pdf.as_pdf(setter, published(made, rules), publication(), at=datetime(2026, 6, 22, tzinfo=UTC))
        reader = PdfReader(io.BytesIO(printed))
        words = [line for page in reader.pages for line in page.extract_text().splitlines()] + [str(reader.metadata)]
        assert leaked(made, {"PDF": words}) == []
        assert all(pressed(each) in pressed("\n".join(words)) for each in made.court)


def test_the_checker_sees_leaks_and_the_desk_looks_again() -> None:
    """The original leaks in every kind; the court's second look finds all of it there and nothing in the public text."""
    rules, seen = ew_rules(), dict.fromkeys((each.value for each in Private), 0)
    for seed in range(12):
        made = EnglishMaker(seed).decision()
        original = text_of(made.paper, "en")
        for each in leaked(made, forms(original)):
            seen[each.split(": ")[1].split(" ")[0]] += 1
        assert remaining(original, known_of(made), rules) != ()
        assert remaining(published(made, rules), known_of(made), rules) == ()
    assert (
        min(seen[kind] for kind in ("person", "organisation", "phone", "email", "address", "account", "bank_account"))
        > 20
    )


def test_a_name_gives_nothing_away() -> None:
    """The new names are letters that are nobody's initials, one for each, and what names nobody stands word for word."""
    rules = ew_rules()
    for seed in range(15):
        made = EnglishMaker(seed).decision()
        public = published(made, rules)
        cells = [cell for block in public.blocks for cell in block.cells]
        assert all(words in cells for words in made.neutral)
        named = {
            each.replacement
            for each in propose(text_of(made.paper, "en"), known_of(made), rules)
            if each.kind is Private.PERSON and each.choice is not Standing.KEPT and each.replacement
        }
        initials = {
            "".join(word[0] for word in each.name.split()).upper() for each in made.secrets if each.kind == "person"
        }
        assert named and all(len(set(name)) == 1 for name in named) and not named & initials
