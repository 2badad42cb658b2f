"""The court's papers as data: what each must hold before it can be set.

A room fills one of these and calls :func:`typeset`; wording, labels and layout are then the same wherever the paper
comes from. Fields take plain strings (what a person wrote: shown as it is) or Text, Money, days and instants (the
court's own words: written in the reader's language).
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

import segno

from odr.ground.text import Money, T, Text, write_signed_day
from odr.ground.typeset import PaperLocale, Typesetter, localized

Words = str | Text | Money | date | datetime


@dataclass(frozen=True)
class Signatory:
    """Who answers for a paper, in which office."""

    role: Words
    name: Words
    after_day: bool = False
    """Whether they sign below the day, as the clerk does."""


_LATIN = re.compile(r"[A-Za-z][A-Za-z .,'’-]*")


def name_in(name: str, locale: str) -> str:
    """A name kept in both languages, such as 陈瑶 Chen Yao, in that of a paper; any other name as it is."""
    latin = " ".join(found.strip() for found in _LATIN.findall(name) if found.strip())
    chinese = _LATIN.sub("", name).strip()
    if not latin or not any("\u3400" <= sign <= "\u9fff" for sign in chinese):
        return name
    return chinese if locale == "zh-Hans" else latin


def judge(name: Words) -> Signatory:
    """The judge who signs."""
    return Signatory(T("Judge"), name)


def clerk(name: Words) -> Signatory:
    """The clerk who signs."""
    return Signatory(T("Clerk"), name, after_day=True)


@dataclass(frozen=True)
class PartyLine:
    """A party as the head of a judgment names them: role, name, then lines of detail."""

    role: Words
    name: Words
    details: Sequence[Words] = ()


@dataclass(frozen=True)
class Finding:
    """One fact found (``found``): the exhibits it rests on, the objection that was answered, where it was heard, and what
    the court concludes from it (``result``).
    """

    found: Words
    exhibits: Sequence[Words] = ()
    objection: Words = ""
    heard: Words = ""
    result: Words | None = None
    said: Words | None = None
    """The whole finding as the text of a decision says it, in the third person; without it, it stands in a table."""


@dataclass(frozen=True)
class Reason:
    """A paragraph of the reasons and the findings and articles it rests on."""

    text: Words
    rests_on: Words | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What every paper carries: court, kind, number, day, those who sign, code and address to check it.

    ``template`` names the layout under ``templates/documents``, ``labels`` the court's own words in it; ``limit`` says at
    the foot what the paper does not prove.
    """

    template: ClassVar[str]
    labels: ClassVar[dict[str, Text]] = {
        "document": T("Document code"),
        "check": T("Check it at"),
        "page": T("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "seal": T("Seal of the court"),
        "qr": T("Code that leads to the page where this paper can be checked"),
    }
    court: Words
    kind: Words
    issued_on: Words
    signatories: Sequence[Signatory]
    case_number: Words | None = None
    subject: Words | None = None
    document_code: str | None = None
    check_url: str | None = None
    limit: Words | None = None


_REASONING = {
    "history": T("How the case came here"),
    "reasons": T("The court’s reasons"),
    "holds": T("The court holds:"),
    "rests_on": T("Rests on:"),
}


@dataclass(frozen=True, kw_only=True)
class DecisionPaper(Paper):
    """A judgment with the parts CPL 155 asks for."""

    template: ClassVar[str] = "decision"
    labels: ClassVar[dict[str, Text]] = (
        Paper.labels
        | _REASONING
        | {
            "claims": T("What the claimant asks for"),
            "answers": T("What the respondent answers"),
            "issues": T("Questions in dispute"),
            "issues_are": T("The questions in dispute are:"),
            "findings": T("What is found"),
            "number": T("No."),
            "finding": T("Fact found"),
            "exhibits": T("Exhibits relied on"),
            "objection": T("Objection raised"),
            "heard": T("Where it was heard"),
            "orders": T("The court orders"),
            "costs": T("Costs of the proceedings"),
            "appeal": T("How to appeal"),
        }
    )
    kind: Words = T("Judgment")
    parties: Sequence[PartyLine]
    orders: Sequence[Words]
    appeal: Words
    history: Sequence[Words] = ()
    claims: Sequence[Words] = ()
    answers: Sequence[Words] = ()
    issues: Sequence[Words] = ()
    evidence: Sequence[Words] = ()
    """How the evidence was examined and what is undisputed, before what is found on the rest."""
    findings: Sequence[Finding] = ()
    reasons: Sequence[Reason] = ()
    basis: Words | None = None
    """The law it rests on and the words that lead to the orders (CIT 1, 2)."""
    costs: Sequence[Words] = ()
    late_performance: Words | None = None


@dataclass(frozen=True, kw_only=True)
class RulingPaper(Paper):
    """A ruling or order with its grounds and the remedy against it (CPL 157)."""

    template: ClassVar[str] = "ruling"
    labels: ClassVar[dict[str, Text]] = (
        Paper.labels
        | _REASONING
        | {
            "ruled": T("It is ruled"),
            "remedy": T("What can be done against this ruling"),
        }
    )
    kind: Words = T("Ruling")
    parties: Sequence[PartyLine]
    orders: Sequence[Words]
    history: Sequence[Words] = ()
    reasons: Sequence[Reason] = ()
    basis: Words | None = None
    costs: Sequence[Words] = ()
    remedy: Words | None = None


@dataclass(frozen=True)
class TrailEvent:
    """One event on the way of a paper to its recipient; ``evidence`` is a message id, digest or tracking number."""

    at: Words
    event: Words
    source: Words
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProofOfServicePaper(Paper):
    """The return of service: to whom, where, why there, by what consent, what happened, what follows (OLR 31)."""

    template: ClassVar[str] = "proof_of_service"
    labels: ClassVar[dict[str, Text]] = Paper.labels | {
        "proof_number": T("Proof number"),
        "paper": T("Paper served"),
        "recipient": T("Recipient"),
        "channel": T("Way of service"),
        "address": T("Address and why it is the recipient’s"),
        "consent": T("Consent to service"),
        "trail": T("Course of service"),
        "at": T("When"),
        "event": T("Event"),
        "source": T("Known from"),
        "rule": T("Rule applied"),
        "conclusion": T("Conclusion"),
        "served_at": T("Served at"),
    }
    kind: Words = T("Proof of service")
    proof_number: str
    paper: Words
    recipient: Words
    channel: Words
    address: Words
    attribution: Words
    consent: Words
    trail: Sequence[TrailEvent]
    rule: Words
    conclusion: Words
    paper_digest: str | None = None
    recipient_detail: Words | None = None
    served_at: Words | None = None


@dataclass(frozen=True)
class ReceiptItem:
    """One line of a receipt with the rule that makes it due."""

    what: Words
    ground: Words
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ReceiptPaper(Paper):
    """Receipt for court fees taken or given back (FEE 20)."""

    template: ClassVar[str] = "receipt"
    labels: ClassVar[dict[str, Text]] = Paper.labels | {
        "receipt_number": T("Receipt number"),
        "payer": T("Payer"),
        "paid_at": T("Money received on"),
        "method": T("Means of payment"),
        "payment_reference": T("Reference of the payment"),
        "items": T("What it was for"),
        "item": T("Item"),
        "ground": T("Ground"),
        "amount": T("Amount"),
        "total": T("Total"),
    }
    kind: Words = T("Receipt for court fees")
    receipt_number: str
    payer: Words
    paid_at: Words
    method: Words
    payment_reference: str
    items: Sequence[ReceiptItem]
    total: Money
    notes: Sequence[Words] = ()

    def __post_init__(self) -> None:
        if {item.amount.currency for item in self.items} - {self.total.currency}:
            raise ValueError("a receipt is in one currency")
        if sum(item.amount.minor for item in self.items) != self.total.minor:
            raise ValueError("the items of a receipt must add up to its total")


@dataclass(frozen=True)
class Attendance:
    """Somebody who took part in a hearing, and in what way."""

    role: Words
    name: Words
    presence: Words


@dataclass(frozen=True)
class PostingLine:
    """A posting as it stood: number, time, who, words; ``mark`` says late, disallowed or sealed."""

    number: str
    at: Words
    speaker: Words
    role: Words
    words: Words
    digest: str | None = None
    mark: Words | None = None


@dataclass(frozen=True, kw_only=True)
class RecordPaper(Paper):
    """The record of a hearing (CPL 150, OLR 34)."""

    template: ClassVar[str] = "record"
    labels: ClassVar[dict[str, Text]] = Paper.labels | {
        "hearing": T("Hearing"),
        "opened_at": T("Hearing opened"),
        "closed_at": T("Hearing closed"),
        "still_open": T("Hearing still open"),
        "present": T("Who took part"),
        "role": T("Role in the case"),
        "name": T("Name"),
        "presence": T("Took part by"),
        "postings": T("Postings in the order of their arrival"),
        "corrections": T("Corrections asked for"),
        "closing": T("Close of the record"),
    }
    kind: Words = T("Record of the hearing")
    hearing: Words
    opened_at: Words
    closed_at: Words | None
    present: Sequence[Attendance]
    postings: Sequence[PostingLine]
    corrections: Sequence[Words] = ()
    closing: Sequence[Words] = ()


@dataclass(frozen=True)
class BundleEntry:
    """A paper in a bundle: what it is, then its pages.

    ``facts`` are what its sheet says of it, name and value; ``shows`` the numbers of the facts it is to show, for the
    index; ``note`` says in a frame why it is not shown, or that only a part is; ``text`` is a text file's content, set
    by the court itself; ``slots`` pages are kept free for pages of its own, put in afterwards.
    """

    label: str
    title: Words
    filed_on: Words
    filed_by: Words | None = None
    digest: str | None = None
    facts: Sequence[tuple[Words, Words]] = ()
    note: Words | None = None
    text: str | None = None
    slots: int = 0
    shows: Words | None = None


@dataclass(frozen=True)
class BundleSection:
    """A part of a bundle under its own heading."""

    title: Words
    entries: Sequence[BundleEntry]


@dataclass(frozen=True, kw_only=True)
class BundlePaper(Paper):
    """Papers bound together: index with page numbers and links, what happened when, then each paper behind a sheet of
    its own.

    A line of ``days`` is the day, what is said to have happened, and the entry of the docket that says so.
    """

    template: ClassVar[str] = "bundle"
    labels: ClassVar[dict[str, Text]] = Paper.labels | {
        "index": T("Index"),
        "label": T("Number in the bundle"),
        "paper": T("Paper"),
        "filed": T("Filed on"),
        "first_page": T("Page"),
        "days": T("What happened when, as the parties say"),
        "day": T("Day"),
        "what": T("What is said to have happened"),
        "entry": T("Entry"),
        "text": T("What the file says"),
        "facts": T("Facts it is to show:"),
        "to_index": T("Back to the index"),
    }
    kind: Words = T("Bundle of exhibits")
    sections: Sequence[BundleSection]
    introduction: Sequence[Words] = ()
    days: Sequence[tuple[Words, Words, Words]] = ()


@dataclass(frozen=True)
class HeadingBlock:
    """A heading inside a letter."""

    words: Words
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class ParagraphBlock:
    """A paragraph of a letter."""

    words: Words
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class ListBlock:
    """Points without an order."""

    items: Sequence[Words]
    kind: str = field(default="list", init=False)


@dataclass(frozen=True)
class StepsBlock:
    """Numbered steps."""

    items: Sequence[Words]
    kind: str = field(default="steps", init=False)


@dataclass(frozen=True)
class FactsBlock:
    """Facts with their names."""

    rows: Sequence[tuple[Words, Words]]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class TableBlock:
    """A table with one heading row."""

    head: Sequence[Words]
    rows: Sequence[Sequence[Words]]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class CodeBlock:
    """A code to be typed, shown large: an invitation or notice code."""

    label: Words
    words: str
    kind: str = field(default="code", init=False)


Block = HeadingBlock | ParagraphBlock | ListBlock | StepsBlock | FactsBlock | TableBlock | CodeBlock


@dataclass(frozen=True, kw_only=True)
class NoticePaper(Paper):
    """A letter of the court, made of :data:`Block`."""

    template: ClassVar[str] = "notice"
    blocks: Sequence[Block]
    recipient: Sequence[Words] = ()


@dataclass(frozen=True)
class AnswerForm:
    """A form by which a letter can be answered by post: ``how`` to fill it in and until when, what one may ``choose``, and
    where it goes.
    """

    how: Words
    choices: Sequence[Words]
    address: Words


@dataclass(frozen=True, kw_only=True)
class LetterPaper(Paper):
    """A letter by post. Each of ``columns`` is the whole letter in one language; ``letter_code`` stands on the first page
    beside its QR code and ``site``, the address one types; ``form`` makes a page of its own at the end.
    """

    template: ClassVar[str] = "letter"
    labels: ClassVar[dict[str, Text]] = Paper.labels | {
        "code": T("Letter code"),
        "scan": T("Scan it, or type the address yourself:"),
        "form": T("Answer form"),
        "why": T("What is wrong, and why"),
        "name": T("Name and position"),
        "signature": T("Signature; a company adds its seal"),
        "telephone": T("Telephone"),
        "date": T("Date"),
    }
    recipient: Sequence[Words]
    columns: Sequence[Sequence[Block]]
    letter_code: str
    site: str
    form: AnswerForm | None = None


def typeset(
    typesetter: Typesetter,
    paper: Paper,
    locale: PaperLocale,
    *,
    at: datetime,
    archival: bool = True,
    by_number: bool = False,
) -> bytes:
    """Set ``paper`` for a reader; ``at`` is the machine instant written into its metadata.

    ``archival`` is false only for a frame into which pages of others are put: it could not keep what PDF/A promises.
    Raises MissingGlyph when a character cannot be printed, unless such are written ``by_number``.
    """
    data: dict[str, object] = localized(paper, locale)
    data["labels"] = localized(paper.labels, locale)
    if isinstance(paper.issued_on, date) and locale != "both":
        data["issued_on"] = write_signed_day(paper.issued_on, locale)
    data["qr"] = qr_svg(paper.check_url) if paper.check_url else None
    if isinstance(paper, LetterPaper):
        data["qr"], data["letter_qr"] = None, data["qr"]
    return typesetter.render(
        paper.template, data, locale=locale, title=_title(paper, locale), at=at, archival=archival, by_number=by_number
    )


def _title(paper: Paper, locale: PaperLocale) -> str:
    """The name in the metadata: kind and case number in the reader's language, or in both."""
    parts: list[str] = []
    for words in (localized(paper.kind, locale), localized(paper.case_number, locale)):
        if isinstance(words, dict):
            parts += words.values()
        elif words:
            parts.append(words)
    return " ".join(parts)


def qr_svg(address: str) -> str:
    """The QR code of an address as an SVG drawing, error correction M."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, dark="#14233f", xmldecl=False)
    return out.getvalue().decode()
