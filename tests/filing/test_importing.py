"""A pleading written in Word, a list of evidence in a spreadsheet: put into the draft's parts, and hostile files
refused outside the web process.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import PartyKind
from odr.filing.draft import drafts
from odr.filing.draft.evidence_list import read_list, template
from odr.filing.draft.importing import read_document, read_table
from odr.filing.draft.pleading import as_steps, read_pleading
from odr.filing.models import ReliefKind
from odr.ground.errors import InvalidInput
from odr.procedure.forms.form_data import flatten
from tests.filing.test_particulars import SAID
from tests.filing.visitor import Visitor
from tests.scene import Scene

CHINESE = """民事起诉状
原告：李文，女，1990年1月1日出生，汉族，住杭州市西湖区湖滨路1号，联系电话13800001111。
被告：海云信息技术有限公司，住所地：杭州市滨江区江南大道8号，法定代表人：王海，联系电话0571-88990011。
被告二：百花网络有限公司
住所地：上海市浦东新区世纪大道100号
诉讼请求：
1. 判令被告退还货款8,000元；
2. 判令被告支付三倍赔偿2.4万元；
3. 判令被告在其店铺首页赔礼道歉；
4. 本案诉讼费用由被告承担。
事实与理由：
2025年11月6日，原告在百花网购买胶囊30瓶，订单号BH-2025-1106-8842。
收到货后发现标签含有禁止添加的成分。
证据和证据来源：
1. 订单截图
此致
杭州互联网法院
具状人：李文"""
ENGLISH = """Statement of claim
Claimant: Li Wen, phone +86 138 0000 1111
Respondent: Haiyun Information Technology Co., Ltd., address: 8 Harbour Road, Hangzhou
Relief sought
1. Pay back CNY 8,000.00
2. Remove the listing
Facts and grounds
On 6 November 2025 I bought 30 bottles.
Evidence
Order page"""


def word(lines: str, table: list[list[str]] | None = None) -> bytes:
    """A document as Word saves it."""
    import docx

    made = docx.Document()
    for line in lines.split("\n"):
        made.add_paragraph(line)
    if table:
        grid = made.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(rows: list[list[object]]) -> bytes:
    """A workbook as a spreadsheet program saves it."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_chinese_statement_of_claim_comes_apart() -> None:
    """Parties with their addresses, what is asked for with its amounts, dated facts; costs and the closing are kept
    aside (CPL 124).
    """
    read = read_pleading(CHINESE.split("\n"))
    assert [(p.name, p.kind, p.phone, p.address) for p in read.claimants] == [
        ("李文", PartyKind.PERSON, "13800001111", "杭州市西湖区湖滨路1号")
    ]
    assert [(p.name, p.kind, p.address) for p in read.respondents] == [
        ("海云信息技术有限公司", PartyKind.COMPANY, "杭州市滨江区江南大道8号"),
        ("百花网络有限公司", PartyKind.COMPANY, "上海市浦东新区世纪大道100号"),
    ]
    assert [(r.kind, r.amount) for r in read.relief] == [
        (ReliefKind.MONEY, "CNY 8,000.00"),
        (ReliefKind.MONEY, "CNY 24,000.00"),
        (ReliefKind.APOLOGY, ""),
    ]
    assert [day for day, _ in read.facts] == ["2025-11-06", ""]
    assert "本案诉讼费用由被告承担。" in read.rest and "1. 订单截图" in read.rest
    assert as_steps(read, "li@parties.example")["matter"] == {"order_number": "BH-2025-1106-8842"}


def test_an_english_statement_of_claim_comes_apart() -> None:
    """The same with English headings; a company's comma belongs to its name."""
    read = read_pleading(ENGLISH.split("\n"))
    assert (
        read.respondents[0].name == "Haiyun Information Technology Co., Ltd."
        and read.respondents[0].address == "8 Harbour Road, Hangzhou"
    )
    assert [(r.kind, r.amount) for r in read.relief] == [(ReliefKind.MONEY, "CNY 8,000.00"), (ReliefKind.REMOVAL, "")]
    assert read.facts == [("2025-11-06", "On 6 November 2025 I bought 30 bottles.")]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(CHINESE.split("\n") + ENGLISH.split("\n")),
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60),
        ),
        max_size=30,
    )
)
def test_nothing_of_a_document_is_lost(lines: list[str]) -> None:
    """Every letter of every line stands in a part or among the rest, whatever the order; only headings and numbers of
    lists go.
    """
    read = read_pleading(lines)
    told = (
        [p.name for p in read.claimants + read.respondents]
        + [r.what for r in read.relief]
        + [what for _, what in read.facts]
        + read.rest
    )
    kept = "".join("".join(told).split())
    for line in lines:
        alone = read_pleading([line])
        if not any((alone.claimants, alone.respondents, alone.relief, alone.facts, alone.rest)):
            continue  # a heading by itself
        for piece in re.split("[；;]", "".join(re.split("[:：]", line, maxsplit=1)[-1].split())):
            assert piece[len(piece) // 2 :] in kept, (piece, read)


def test_a_word_file_is_read_with_its_tables() -> None:
    """Paragraphs in order, a table's row as one line."""
    lines = read_document(word("被告：海云信息技术有限公司\n诉讼请求", [["1", "退还货款8000元"]]))
    assert lines == ["被告：海云信息技术有限公司", "诉讼请求", "1 | 退还货款8000元"]


def bomb() -> bytes:
    """A small archive that unpacks to 200 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (200 * 2**20))
    return out.getvalue()


def entities() -> bytes:
    """A document that asks the reader for ten thousand million letters, and for a file of the machine."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "file:///etc/hostname">]><d>&l9;&f;</d>'
    plain = zipfile.ZipFile(io.BytesIO(word("原告：李文")))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in plain.namelist():
            archive.writestr(name, body if name == "word/document.xml" else plain.read(name))
    return out.getvalue()


def many() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(4000):
            archive.writestr(f"word/{number}.xml", "")
    return out.getvalue()


HOSTILE = {
    "bomb": bomb,
    "entities": entities,
    "many": many,
    "cut": lambda: word("原告：李文")[:900],
    "not a word file": lambda: sheet([["a"]]),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_document_is_refused_in_words(name: str) -> None:
    """Swollen, recursive, cut or foreign archives end in the bounded child; the person is told how to mend it."""
    with pytest.raises(InvalidInput) as refused:
        read_document(HOSTILE[name]())
    assert refused.value.faults[0].location == ("file",)


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0old", b"%PDF-1.7", b"plain words", b""])
def test_what_is_no_word_file_is_named(data: bytes) -> None:
    """The old form of Word, a PDF or a text: each with what to do instead."""
    with pytest.raises(InvalidInput):
        read_document(data)


ROWS: list[list[object]] = [
    ["证据清单"],
    ["序号", "证据名称", "证明目的", "证据来源", "附件"],
    [1, "订单截图", "购买事实", "手机", "order.png"],
    [2, "聊天", "承诺", "手机", ""],
]


def test_a_list_of_evidence_is_read_in_every_usual_form() -> None:
    """From a workbook, and from values separated as Chinese and other programs do; files are found by name."""
    csv = "\n".join(",".join(str(cell) for cell in row) for row in ROWS)
    for data in (sheet(ROWS), csv.encode("utf-8-sig"), csv.encode("gb18030"), csv.replace(",", "\t").encode("utf-16")):
        listed = read_list(read_table(data), {"ref1": "order.png", "ref2": "聊天.mp4"})
        assert [(line.title, line.proves, line.source, line.upload) for line in listed] == [
            ("订单截图", "购买事实", "手机", "ref1"),
            ("聊天", "承诺", "手机", "ref2"),
        ]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_courts_own_empty_list_is_understood_when_filled(locale: str) -> None:
    """What the court offers to fill in, it can read."""
    filled = template(locale) + b'a.png,Order page,I bought it,"1, 3-4",My phone\n'
    line = read_list(read_table(filled), {"r": "A.PNG"})[0]
    assert (line.upload, line.title, line.proves, line.facts, line.source) == (
        "r",
        "Order page",
        "I bought it",
        (1, 3, 4),
        "My phone",
    )


@pytest.mark.parametrize("rows", [[["a", "b"]], [["title", "source"]], []])
def test_a_list_without_headings_or_lines_is_refused(rows: list[list[str]]) -> None:
    """With the way to mend it."""
    with pytest.raises(InvalidInput):
        read_list(rows, {})


def begun(visitor: Visitor) -> str:
    answer = visitor.send("/start", "/claim")
    return answer.headers["Location"].split("/")[-2]


def test_a_claim_written_in_word_is_lodged(visitor: Callable[[str | None], Visitor], small_scene: Scene) -> None:
    """Sent, read, completed with what the document does not say, and lodged; what was not placed stays on the page."""
    li = visitor("li")
    draft = begun(li)
    page = f"/claim/{draft}/import"
    li.send(page, page, 303, file=(io.BytesIO(word(CHINESE)), "起诉状.docx"))
    shown = li.get(page)
    assert "起诉状.docx" in shown and "订单截图" in shown
    li.send(f"/claim/{draft}/matter", f"/claim/{draft}/matter", cause="online_shopping", **{"continue": "1"})
    particulars = f"/claim/{draft}/particulars"
    li.send(particulars, particulars, **{**flatten(SAID), "continue": "1"})
    li.get(f"/claim/{draft}/check-answers")
    li.send(f"/claim/{draft}/check-answers", f"/claim/{draft}/lodge")
    with small_scene.court.database.read() as session:
        kept = drafts.find_draft(session, small_scene.people["li"], draft)
        assert kept.lodged_as is not None


def test_a_bad_file_changes_nothing(visitor: Callable[[str | None], Visitor], small_scene: Scene) -> None:
    """The page says how to mend it; what was typed before stands."""
    li = visitor("li")
    draft = begun(li)
    li.send(f"/claim/{draft}/facts", f"/claim/{draft}/facts", **{"facts-0-what": "It broke.", "continue": "1"})
    for data in (b"", b"%PDF-1.4", word("Nothing that is a claim")):
        li.send(f"/claim/{draft}/import", f"/claim/{draft}/import", 422, file=(io.BytesIO(data), "x.docx"))
    li.send(
        f"/claim/{draft}/import",
        f"/claim/{draft}/import",
        413,
        file=(io.BytesIO(b"PK\3\4" + b"x" * (9 * 2**20)), "x.docx"),
    )
    with small_scene.court.database.read() as session:
        assert drafts.find_draft(session, small_scene.people["li"], draft).values["facts"]["facts-0-what"] == [
            "It broke."
        ]


def test_a_list_goes_beside_the_files_it_names(visitor: Callable[[str | None], Visitor], small_scene: Scene) -> None:
    """Each line of the list stands beside its file; a wrong list is refused on the same page."""
    small_scene.upload("li", b"an order", "order.png")
    li = visitor("li")
    draft = begun(li)
    page, action = f"/claim/{draft}/exhibits", f"/claim/{draft}/exhibits/import"
    li.send(page, action, 422, file=(io.BytesIO(b"a,b\n1,2\n"), "list.csv"))
    li.send(page, action, 303, file=(io.BytesIO(sheet(ROWS)), "list.xlsx"))
    shown = li.get(page)
    assert "订单截图" in shown and "购买事实" in shown
    with small_scene.court.database.read() as session:
        values = drafts.find_draft(session, small_scene.people["li"], draft).values["exhibits"]
    assert values["exhibits-0-upload"] and values["exhibits-1-upload"] == ""
