"""What an appeal court reads of the demonstrations: a docket whose lines say what was done, money that is the books' money,
and papers without a word of the machine.
"""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from odr.docket.models import Case, DocketEntry, Document
from odr.ground.text import Money, write_money
from odr.payments.models import Payment
from odr.procedure.acts.table import TABLE
from odr.procedure.court import Court
from tests.raw_words import faults_in


def test_the_search_finds_what_it_is_for() -> None:
    """Act names, references and names of the program's things are found, ordinary words are not."""
    assert faults_in("ruled by give_ruling on premise 14, sent to inbox", codes=True)
    assert faults_in("case 7gbugsxso42dhbwb7as3easq5y", codes=False)
    assert not faults_in("C-1 was sent to li_wen@parties.example, see https://court.example/a_b", codes=False)


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_no_line_of_a_docket_has_a_raw_word(told: Court, locale: str) -> None:
    """Every line of every docket, in both languages, is in words for people."""
    with told.database.read() as session:
        lines = [(e.act, json.loads(e.payload)["words"][locale]) for e in session.scalars(select(DocketEntry))]
    assert len(lines) > 200
    wrong = [(act, words, bad) for act, words in lines if (bad := faults_in(words, codes=False))]
    assert wrong == []


def test_no_paper_has_a_raw_word(told: Court) -> None:
    """Every paper that the demonstrations made is in words for people; the code of a paper stands only at its foot."""
    with told.database.read() as session:
        papers = session.execute(select(Document.reference, Document.kind, Document.content)).all()
    names = {act.name for act in TABLE if "_" in act.name}
    read = 0
    for reference, kind, content in papers:
        if not (content or b"").startswith(b"%PDF"):
            continue
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
        assert faults_in(text.replace(reference, ""), codes=True) == [], (kind, text[:200])
        assert not names & set(re.findall(r"[a-z_]+", text)), kind
        read += 1
    assert read > 40


SUBSTANCE = {
    "record_findings": ("采信", "C-1"),
    "issue_decision": ("支付",),
    "give_opinion": ("C-", "："),
    "file_answer": ("诉讼请求",),
    "put_question": ("问题：",),
}
"""Act → what its line on a Chinese docket says besides that it happened."""


def test_lines_say_what_was_done(told: Court) -> None:
    """Which fact was found how, what was ordered, said of an exhibit, answered and asked stands on the docket itself."""
    with told.database.read() as session:
        for act, words in SUBSTANCE.items():
            lines = session.scalars(select(DocketEntry.payload).where(DocketEntry.act == act)).all()
            said = [json.loads(line)["words"]["zh-Hans"] for line in lines]
            assert said, act
            assert [line for line in said if not any(each in line for each in words)] == [], act


def test_money_on_the_docket_is_that_of_the_books(told: Court) -> None:
    """For each case the payments on the docket are those of the ledger: as many, each with its sum in the line."""
    with told.database.read() as session:
        for case in session.scalars(select(Case)):
            entries = session.scalars(
                select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == "record_payment")
            ).all()
            ledger = session.scalars(select(Payment).where(Payment.case_id == case.id).order_by(Payment.id)).all()
            assert len(entries) == len(ledger), case.number
            for entry, paid in zip(entries, ledger, strict=True):
                line = json.loads(entry.payload)["words"]["zh-Hans"]
                assert write_money(Money(paid.amount_minor, paid.currency), "zh-Hans") in line, (case.number, line)
        assert session.scalar(select(func.count()).select_from(Payment))
