"""Setting papers: tagged, archival, the same everywhere, and deaf to what is written in them."""

from __future__ import annotations

import io
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from pypdf import PdfReader

from odr.docket import papers as docket_papers
from odr.docket.papers import Paper, ParagraphBlock, ReceiptItem, ReceiptPaper, typeset
from odr.ground.text import Money, catalogue
from odr.ground.typeset import MissingGlyph, PaperLocale, Typesetter, TypesettingError, localized, tamed
from tests.papers.specimens import AT, DIGEST, NUMBER, SPECIMENS, decision, notice


def words(pdf: bytes) -> str:
    """What a reader can copy out of a paper, by poppler, without line ends and spaces."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


@pytest.mark.parametrize("name", SPECIMENS)
@pytest.mark.parametrize("locale", ["en", "zh-Hans", "both"])
def test_each_paper_is_tagged_archival_and_readable(
    typesetter: Typesetter, name: str, locale: PaperLocale, tmp_path: Path
) -> None:
    """Each paper in each language is tagged PDF/A-2a and PDF/UA-1, has a title and a language, and its Chinese can be
    copied out.
    """
    pdf = typeset(typesetter, SPECIMENS[name](), locale, at=AT)
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    info = subprocess.run(["pdfinfo", "-meta", str(path)], capture_output=True, text=True, check=True).stdout
    assert (
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in info
        and "<pdfuaid:part>1</pdfuaid:part>" in info
    )
    plain = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Tagged:          yes" in plain and "JavaScript:      no" in plain and NUMBER in plain
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/Lang"].lower().startswith("zh" if locale == "zh-Hans" else "en")
    text = words(pdf)
    assert NUMBER in text and "7K4Q-9M2X-PT6D" in text
    kind = SPECIMENS[name]().kind
    for language in ("en", "zh-Hans"):
        if locale in (language, "both"):
            assert "".join(str(localized(kind, language)).split()) in text
    labels = catalogue("zh-Hans")
    assert (labels["Document code"] in text) == (locale != "en")


def test_every_face_is_inside_the_paper(typesetter: Typesetter, tmp_path: Path) -> None:
    """A paper carries its faces, so it looks the same on a machine without Chinese."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(typeset(typesetter, decision(), "zh-Hans", at=AT))
    lines = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert any("NotoSansSC" in line for line in lines) and any("PublicSans" in line for line in lines)
    for line in lines:
        embedded, subset, unicode_map = line.split()[-5:-2]
        assert (embedded, subset, unicode_map) == ("yes", "yes", "yes"), line


def test_system_faces_are_never_used(typesetter: Typesetter) -> None:
    """Only the vendored faces and those in the typesetter itself can be chosen."""
    own = {"Noto Sans SC", "Public Sans", "DejaVu Sans"}
    inside = {"DejaVu Sans Mono", "Libertinus Serif", "New Computer Modern", "New Computer Modern Math"}
    assert set(typesetter.families) == own | inside


def test_equal_input_gives_equal_bytes(typesetter: Typesetter) -> None:
    """The same paper of the same instant is the same file, from another typesetter too; another instant gives another."""
    root = Path(__file__).resolve().parent.parent.parent
    again = Typesetter(root / "fonts", root / "templates" / "documents")
    first = typeset(typesetter, decision(), "zh-Hans", at=AT)
    assert typeset(again, decision(), "zh-Hans", at=AT) == first
    assert typeset(typesetter, decision(), "zh-Hans", at=AT + timedelta(seconds=1)) != first


def test_threads_share_one_typesetter(typesetter: Typesetter) -> None:
    """Eight threads set different papers at once, and each gets its own."""
    expected = {name: typeset(typesetter, make(), "both", at=AT) for name, make in SPECIMENS.items()}
    wrong: list[str] = []

    def work(name: str, make: Callable[..., Paper]) -> None:
        for _ in range(3):
            if typeset(typesetter, make(), "both", at=AT) != expected[name]:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=pair) for pair in [*SPECIMENS.items(), *SPECIMENS.items()][:8]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("谢谢🤷", "🤷"),
        ("private \ue000", "\ue000"),
        ("\U0001f468\u200d\u2696\ufe0f x", "\U0001f468"),
        ("q\U0001f3fd", "\U0001f3fd"),
        ("हिन्दी", "हिन्द"),
    ],
)
def test_character_without_a_face_is_refused(typesetter: Typesetter, text: str, missing: str) -> None:
    """A paper with a character that cannot be printed is not issued, and the character is named."""
    with pytest.raises(MissingGlyph) as refused:
        typeset(typesetter, notice(blocks=(ParagraphBlock(text),)), "zh-Hans", at=AT)
    assert missing in refused.value.characters and refused.value.characters


def test_form_can_ask_beforehand_what_cannot_be_printed(typesetter: Typesetter) -> None:
    """All missing characters are told at once, each once; spaces, joiners and what will be shown as its code are not
    among them.
    """
    assert typesetter.missing("好🤷a🤷\u200d\n\t⚖️🎉\u202e") == "🤷🎉"
    assert typesetter.missing("喆、堃 and Ł") == ""


def test_face_without_characters_is_refused(tmp_path: Path) -> None:
    """A file among the faces that is not a face stops the court at start, not at the first judgment."""
    (tmp_path / "broken.ttf").write_bytes(b"\x00\x01\x00\x00 not a face")
    with pytest.raises(ValueError, match=r"broken\.ttf|no table"):
        Typesetter(tmp_path, tmp_path)


def test_faces_hold_all_of_gb2312(typesetter: Typesetter) -> None:
    """Every character of GB 2312 can be printed."""
    characters = "".join(
        bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    assert len(characters) == 6763 and typesetter.missing(characters) == ""


@pytest.mark.parametrize(
    "name",
    ["王喆", "赵㛃", "钱䶮", "孙𬭚", "李𫍽", "吴堃", "𰻝", "José Núñez", "Łukasz Żółć", "Đặng Thùy", "Ελένη", "Ольга"],
)
def test_names_of_people_can_be_printed(typesetter: Typesetter, name: str) -> None:
    """Rare characters that Chinese names use, and names of other countries, come out as they went in."""
    assert "".join(name.split()) in words(typeset(typesetter, notice(recipient=(name,)), "zh-Hans", at=AT))


MARKUP = [
    '#import "/etc/passwd"',
    '#read("/etc/passwd")',
    '#include "notice.typ"',
    "#panic()",
    "#while true {}",
    "$x^2$",
    "= Heading",
    "*bold* _it_",
    "`raw`",
    "@ref <label>",
    "// comment",
    "/* open",
    "\\u{202e}",
    '"; #panic() //',
    "#sys.inputs",
    '#image("seal.svg")',
    "{page}",
    "https://x.example/#a",
    "--- a",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_a_partys_words_is_only_words(typesetter: Typesetter, text: str) -> None:
    """What looks like an instruction to the typesetter is printed as it was typed."""
    for make in (lambda: notice(blocks=(ParagraphBlock(text),)), lambda: decision(claims=(text,), subject=text)):
        assert "".join(text.split()) in words(typeset(typesetter, make(), "en", at=AT))


@settings(max_examples=40)
@given(
    st.text(
        alphabet=st.sampled_from(list("#$*_`@<>[]{}\\/\"'=+-~.:;%&|()\n\t ab中文，。“”0")), min_size=1, max_size=120
    )
)
def test_any_mixture_of_signs_is_printed_whole(text: str) -> None:
    """No order of signs makes the typesetter do anything but print them (poppler joins what a hyphen at a line's end
    parts).
    """
    printed = words(typeset(_SHARED, notice(blocks=(ParagraphBlock(text),), recipient=()), "zh-Hans", at=AT))
    assert "".join(text.split()).replace("-", "") in printed.replace("-", "")


_ROOT = Path(__file__).resolve().parent.parent.parent
_SHARED = Typesetter(_ROOT / "fonts", _ROOT / "templates" / "documents")


def test_hidden_steering_characters_are_shown(typesetter: Typesetter) -> None:
    """A direction override in a name is printed as its code, not obeyed and not dropped."""
    assert tamed("a\u202egpj.exe\u0000\r\nb") == "a[U+202E]gpj.exe[U+0000]\nb"
    assert "[U+202E]" in words(typeset(typesetter, notice(recipient=("evil\u202etxt",)), "en", at=AT))


def test_long_word_stays_on_the_page_and_whole(typesetter: Typesetter) -> None:
    """A word longer than any line is broken inside the margins and can still be copied whole."""
    word = "x" * 700
    pdf = typeset(
        typesetter, notice(blocks=(ParagraphBlock(word), ParagraphBlock("字" * 700)), recipient=(DIGEST,)), "en", at=AT
    )
    assert word in words(pdf) and "字" * 700 in words(pdf) and DIGEST in words(pdf)
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    rights = [float(line.split('xMax="')[1].split('"')[0]) for line in boxes.splitlines() if "<word" in line]
    assert rights and max(rights) < 595 - 60


def test_long_paper_numbers_its_pages(typesetter: Typesetter) -> None:
    """Every page of a long judgment says which of how many it is."""
    pdf = typeset(typesetter, decision(history=("甲方主张" * 90,) * 12), "zh-Hans", at=AT)
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    assert pages >= 4
    for page in range(1, pages + 1):
        assert f"第{page}页，共{pages}页" in words(pdf)


def test_table_headings_repeat_and_are_tagged(typesetter: Typesetter) -> None:
    """The heading row of a table is tagged as heading cells, so a screen reader can tell columns."""
    pdf = typeset(typesetter, decision(), "en", at=AT)
    reader = PdfReader(io.BytesIO(pdf))
    kinds = [
        obj.get("/S")
        for obj in map(reader.get_object, range(1, reader.trailer["/Size"]))
        if (isinstance(obj, dict) and obj.get("/Type") == "/StructElem")
        or (isinstance(obj, dict) and "/S" in obj and "/P" in obj)
    ]
    assert kinds.count("/TH") >= 5 and "/H1" in kinds and "/H2" in kinds and "/Table" in kinds


@pytest.mark.parametrize("template", ["../../etc/passwd", "decision.typ", "nosuch", "", "packages/x"])
def test_only_the_courts_templates_can_be_named(typesetter: Typesetter, template: str) -> None:
    """A template is one of the court's, by its plain name."""
    with pytest.raises(TypesettingError):
        typesetter.render(template, {}, locale="en", title="x", at=AT)


def test_paper_without_its_data_is_refused(typesetter: Typesetter) -> None:
    """Data that does not fit the template gives an error and no paper."""
    with pytest.raises(TypesettingError):
        typesetter.render("decision", {"labels": {}}, locale="en", title="x", at=AT)


def test_naive_instant_is_refused(typesetter: Typesetter) -> None:
    """The date written into a paper is an instant, not a local guess."""
    with pytest.raises(ValueError, match="naive"):
        typesetter.render("notice", {}, locale="en", title="x", at=AT.replace(tzinfo=None))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=5), st.integers(-3, 3))
def test_receipt_must_add_up(amounts: list[int], slip: int) -> None:
    """A receipt whose items do not add up to its total cannot be made."""
    receipt = SPECIMENS["receipt"]()
    assert isinstance(receipt, ReceiptPaper)
    items = tuple(ReceiptItem("fee", "FEE 13", Money(amount, "CNY")) for amount in amounts)
    total = Money(sum(amounts) + slip, "CNY")
    if slip == 0:
        assert replace(receipt, items=items, total=total).total == total
    else:
        with pytest.raises(ValueError, match="add up"):
            replace(receipt, items=items, total=total)


def test_every_label_has_its_chinese() -> None:
    """Each label of each paper stands in the Chinese catalogue with the same places."""
    chinese = catalogue("zh-Hans")
    kinds = [each for each in vars(docket_papers).values() if isinstance(each, type) and issubclass(each, Paper)]
    assert len(kinds) == 9
    for kind in kinds:
        for label in kind.labels.values():
            assert label.msgid in chinese, label.msgid
