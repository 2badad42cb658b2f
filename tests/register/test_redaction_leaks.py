"""Nothing of what the docket knows can be read in any form in which a decision is published."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import jinja2
import pikepdf
import pytest
from lxml import etree
from pypdf import PdfReader

from odr.ground.typeset import Typesetter
from odr.procedure.rules.redaction import NAMES, Private, RedactionRules
from odr.register.formats import akoma, data, html, pdf, plain
from odr.register.formats.published import Publication, new_public_id
from odr.register.redaction.apply import apply
from odr.register.redaction.known import Choice, Known, Standing, naming_of, open_candidates
from odr.register.redaction.propose import propose, remaining
from odr.register.redaction.structure import BlockKind, Part, PublicText, text_of
from tests.register.generated_decisions import Made, Maker, Secret, kept_share, leaks, pressed
from tests.register.redaction_tables import cn_rules

ROOT = Path(__file__).resolve().parents[2]
PROVE = bool(os.environ.get("ODR_PROVE"))
DECISIONS = 10_000 if PROVE else 60
PRINTED = 100 if PROVE else 2
"""How many of them are set as PDF too."""


def known_of(made: Made) -> list[Known]:
    """What the docket knows of a generated case."""
    found = [Known(Private(each.kind), (each.name, *each.aliases), each.kind) for each in made.secrets]
    return found + [Known(Private.PERSON, (name,), "judge", keep=True) for name in made.court[:2]]


def published(made: Made, rules: RedactionRules) -> PublicText:
    """The public text when the person at the desk leaves everything that is open: the worst the rules allow."""
    text = text_of(made.paper, "zh-Hans")
    candidates = propose(text, known_of(made), rules)
    return apply(text, candidates, dict.fromkeys(open_candidates(candidates, {}), Choice.LEAVE))


def publication() -> Publication:
    return Publication(
        new_public_id(),
        1,
        date(2026, 6, 22),
        "https://court.example/d/k",
        "ECLI:CN:NETC:2026:CV1.1",
        "网络购物合同纠纷",
        "CN",
    )


@cache
def page() -> jinja2.Template:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True)
    environment.globals["_"] = lambda words, **_: words
    return environment.get_template("register/_published.html")


def paragraphs(markup: str) -> list[str]:
    """The words of a page, paragraph by paragraph."""
    tree = etree.fromstring(markup, etree.HTMLParser())
    return ["".join(each.itertext()) for each in tree.iter("p", "h2")] if tree is not None else []


def forms(public: PublicText) -> dict[str, list[str]]:
    """Everything given out, as paragraphs of words."""
    about = publication()
    tree = etree.fromstring(akoma.as_akoma_ntoso(public, about))
    runs = json.loads(data.as_json(public, about))
    said = ["".join(run["words"] for run in cell["runs"]) for block in runs["blocks"] for cell in block["cells"]]
    shown = str(page().module.published(html.shown(public), html.run, "zh-Hans"))  # type: ignore[attr-defined]
    return {
        "text": plain.as_text(public, about).splitlines(),
        "JSON": [*said, runs["title"], runs["number"]],
        "JSON-LD": [str(value) for value in data.as_json_ld(public, about).values()],
        "page": paragraphs(shown),
        "Akoma Ntoso": [
            *("".join(each.itertext()) for each in tree.iter("{*}p", "{*}block")),
            *(value for each in tree.iter() for value in each.attrib.values()),
        ],
    }


def leaked(secrets: list[Secret], given: dict[str, list[str]]) -> list[str]:
    """Every leak with where it stands."""
    found = []
    for form, lines in given.items():
        whole = "\n".join(lines)
        for each in secrets:
            numbers = each.kind in ("phone", "id_number", "bank_account")
            hits = [leaks(each, line) for line in lines] if numbers else [leaks(each, whole)]
            found += [f"{form}: {each.kind} {hit}" for hit in hits if hit]
    return found


def test_nothing_known_leaks() -> None:
    """In text, JSON, page, JSON-LD and Akoma Ntoso of every generated decision; staff and number stand in each."""
    rules, wrong = cn_rules(), []
    for seed in range(DECISIONS):
        made = Maker(seed).decision()
        given = forms(published(made, rules))
        wrong += [f"{seed} {each}" for each in leaked(made.secrets, given)]
        for form in ("text", "JSON", "Akoma Ntoso"):
            whole = pressed("\n".join(given[form]))
            wrong += [f"{seed} {form} hides {each}" for each in made.court if pressed(each) not in whole]
    assert wrong == []


def test_nothing_known_leaks_in_print() -> None:
    """Nor in the words, the metadata or the title of the PDF."""
    setter, rules = Typesetter(ROOT / "fonts", ROOT / "templates" / "documents"), cn_rules()
    for seed in range(PRINTED):
        made = Maker(seed).decision()
        printed = pdf.as_pdf(setter, published(made, rules), publication(), at=datetime(2026, 6, 22, tzinfo=UTC))
        reader = PdfReader(io.BytesIO(printed))
        words = [page.extract_text() for page in reader.pages] + [str(reader.metadata)]
        with pikepdf.open(io.BytesIO(printed)) as file:
            words.append(str(file.open_metadata()))
        names = [each for each in made.secrets if Private(each.kind) in NAMES or each.kind in ("email", "address")]
        assert leaked(names, {"PDF": ["\n".join(words)]}) == []
        lines = {"PDF": [line for part in words for line in part.splitlines()]}
        assert leaked([each for each in made.secrets if each not in names], lines) == []
        assert all(pressed(each) in pressed("\n".join(words)) for each in made.court)


def test_the_checker_of_leaks_sees_leaks() -> None:
    """The original leaks in every spelling: a checker that sees nothing would prove nothing."""
    seen = dict.fromkeys(
        ("person", "organisation", "phone", "id_number", "bank_account", "email", "account", "address"), 0
    )
    for seed in range(14):
        made = Maker(seed).decision()
        for each in leaked(made.secrets, forms(text_of(made.paper, "zh-Hans"))):
            seen[each.split(": ")[1].split(" ")[0]] += 1
    assert min(seen.values()) > 40, seen


def neutral(made: Made, public: PublicText) -> tuple[list[str], list[str]]:
    """The paragraphs that name nobody, before and after."""
    before = text_of(made.paper, "zh-Hans")
    pairs = [
        (old.cells[cell], new.cells[cell])
        for old, new in zip(before.blocks, public.blocks, strict=True)
        for cell in range(len(old.cells))
        if old.cells[cell] in made.neutral
    ]
    return [old for old, _ in pairs], [new for _, new in pairs]


def test_what_names_nobody_is_untouched() -> None:
    """Sentences without names are published word for word, and a build that masks everything fails this."""
    rules = cn_rules()
    for seed in range(20):
        made = Maker(seed).decision()
        before, after = neutral(made, published(made, rules))
        assert len(before) >= 3
        assert kept_share(before, after) == 1.0
        assert before == after
        assert kept_share(before, ["×" * len(words) for words in before]) < 0.1


def test_one_person_has_one_name_and_keeps_it_on_appeal() -> None:
    """Every place of a person carries the same new name; the appeal's text uses it too, whatever the order there."""
    rules = cn_rules()
    for seed in range(15):
        made = Maker(seed).decision()
        text, known = text_of(made.paper, "zh-Hans"), known_of(made)
        candidates = propose(text, known, rules)
        names: dict[int, set[str]] = {}
        for each in candidates:
            if each.kind in NAMES and each.replacement and each.choice is not Standing.KEPT:
                names.setdefault(each.number, set()).add(each.replacement)
        assert all(len(each) == 1 for each in names.values())
        fixed = {name for number, each in names.items() for name in each if number <= len(known)}
        assert len(fixed) == len([number for number in names if number <= len(known)])
        again = propose(text, list(reversed(known)), rules, naming=naming_of(candidates))
        for before, after in zip(candidates, again, strict=True):
            assert before.replacement == after.replacement


def test_nothing_remains_by_the_courts_own_second_look() -> None:
    """What the desk shows as looked for again: none left in the public text, and all of it in the original."""
    rules = cn_rules()
    for seed in range(15):
        made = Maker(seed).decision()
        assert remaining(published(made, rules), known_of(made), rules) == ()
        assert remaining(text_of(made.paper, "zh-Hans"), known_of(made), rules) != ()


@pytest.mark.parametrize("seed", range(5))
def test_who_signs_is_shown(seed: int) -> None:
    """Even where the judge is called like a party."""
    made = Maker(seed).decision()
    party = made.secrets[0]
    made.paper.__dict__["signatories"] = [type(made.paper.signatories[0])("审判员", party.name)]
    known = [*known_of(made)[:-2], Known(Private.PERSON, (party.name,), "judge", keep=True)]
    text = text_of(made.paper, "zh-Hans")
    candidates = propose(text, known, cn_rules())
    public = apply(text, candidates, dict.fromkeys(open_candidates(candidates, {}), Choice.LEAVE))
    signed = [block.cells[1] for block in public.blocks if block.kind is BlockKind.SIGNATORY]
    body = "\n".join(cell for block in public.blocks if block.role is not Part.SIGNATURES for cell in block.cells)
    assert signed == [party.name]
    assert leaks(party, body) is None
