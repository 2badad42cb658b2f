"""A public text as Akoma Ntoso 3.0 (OASIS LegalDocML), the XML of law databases."""

from __future__ import annotations

from datetime import date

from lxml import etree
from lxml.builder import ElementMaker

from odr.register.formats.published import Publication, segments
from odr.register.redaction.structure import Block, BlockKind, Part, PublicText

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})
_SOURCE = "#court"
_SECTIONS = {
    Part.PARTIES: "introduction",
    Part.HISTORY: "background",
    Part.CLAIMS: "arguments",
    Part.ANSWERS: "arguments",
    Part.ISSUES: "arguments",
    Part.FINDINGS: "motivation",
    Part.REASONS: "motivation",
    Part.ORDERS: "decision",
    Part.COSTS: "decision",
    Part.APPEAL: "remedies",
}
_LANGUAGES = {"zh-Hans": "zho", "en": "eng"}


def as_akoma_ntoso(text: PublicText, publication: Publication) -> bytes:
    """The decision as an Akoma Ntoso judgment, UTF-8. Replaced names are ``inline name="pseudonym"``, cuts ``omissis``."""
    judgment = _E.judgment(
        _meta(text, publication),
        _header(text),
        _body(text),
        _conclusions(text),
        name="judgment",
        contains="originalVersion",
    )
    written: bytes = etree.tostring(_E.akomaNtoso(judgment), xml_declaration=True, encoding="UTF-8", pretty_print=False)
    return written


def _meta(text: PublicText, publication: Publication) -> etree._Element:
    work = f"/akn/{publication.country.lower() or 'un'}/judgment/court/{_day(text)}/{publication.identifier}"
    language = _LANGUAGES.get(text.language, "und")
    expression = f"{work}/{language}@{publication.published_on.isoformat()}"
    decided = _E.FRBRdate(date=_day(text), name="decided")
    published = _E.FRBRdate(date=publication.published_on.isoformat(), name="published")
    alias = [_E.FRBRalias(value=publication.ecli, name="ECLI")] if publication.ecli else []
    return _E.meta(
        _E.identification(
            _E.FRBRWork(
                _E.FRBRthis(value=f"{work}/!main"),
                _E.FRBRuri(value=work),
                *alias,
                decided,
                _E.FRBRauthor(href=_SOURCE),
                _E.FRBRcountry(value=publication.country.lower() or "un"),
                _E.FRBRnumber(value=text.number),
                _E.FRBRname(value=text.title),
            ),
            _E.FRBRExpression(
                _E.FRBRthis(value=f"{expression}/!main"),
                _E.FRBRuri(value=expression),
                published,
                _E.FRBRauthor(href=_SOURCE),
                _E.FRBRversionNumber(value=str(publication.version)),
                _E.FRBRlanguage(language=language),
            ),
            _E.FRBRManifestation(
                _E.FRBRthis(value=f"{expression}/!main.xml"),
                _E.FRBRuri(value=f"{expression}.xml"),
                _E.FRBRdate(date=publication.published_on.isoformat(), name="published"),
                _E.FRBRauthor(href=_SOURCE),
                _E.FRBRformat(value="application/xml"),
            ),
            source=_SOURCE,
        ),
        _E.publication(date=publication.published_on.isoformat(), name="register", showAs=publication.address),
        _E.references(
            _E.TLCOrganization(eId="court", href="/ontology/organization/court", showAs=text.court or "court"),
            *(
                _E.TLCPerson(eId=f"signatory_{at}", href=f"/ontology/person/signatory.{at}", showAs=name)
                for at, (_, name) in enumerate(_signatories(text), 1)
            ),
            source=_SOURCE,
        ),
    )


def _day(text: PublicText) -> str:
    return (text.issued_on or date.min).isoformat()


def _signatories(text: PublicText) -> list[tuple[str, str]]:
    return [(block.cells[0], block.cells[1]) for block in text.blocks if block.kind is BlockKind.SIGNATORY]


def _runs(element: etree._Element, block: Block, cell: int) -> etree._Element:
    """Puts a cell's runs into an element."""
    last: etree._Element | None = None
    for run in segments(block, cell):
        if not run.mark:
            if last is None:
                element.text = (element.text or "") + run.words
            else:
                last.tail = (last.tail or "") + run.words
            continue
        last = _E.omissis(run.words) if run.mark == "cut" else _E.inline(run.words, name="pseudonym")
        element.append(last)
    return element


_HEAD = {
    BlockKind.COURT: lambda: _E.courtType(refersTo="#court"),
    BlockKind.KIND: lambda: _E.docType(),
    BlockKind.NUMBER: lambda: _E.docNumber(),
    BlockKind.SUBJECT: lambda: _E.docTitle(),
}


def _header(text: PublicText) -> etree._Element:
    return _E.header(
        *(
            _E.p(_runs(_HEAD[block.kind](), block, 0))
            for block in text.blocks
            if block.role is Part.HEAD and block.kind in _HEAD
        )
    )


def _body(text: PublicText) -> etree._Element:
    body = _E.judgmentBody()
    for part, blocks in text.parts():
        if part not in _SECTIONS:
            continue
        section = getattr(_E, _SECTIONS[part])(eId=f"part_{part.value}")
        paragraph = 0
        for block in blocks:
            if block.kind is BlockKind.HEADING:
                section.append(_runs(_E.block(name="heading", eId=f"part_{part.value}__head"), block, 0))
                continue
            paragraph += 1
            section.append(_block(block, f"part_{part.value}__p_{paragraph}"))
        body.append(section)
    return body


def _block(block: Block, name: str) -> etree._Element:
    """One block: a paragraph, or a group of paragraphs where it has several cells."""
    cells = [at for at, cell in enumerate(block.cells) if cell]
    number = [_E.num(str(block.number))] if block.number is not None else []
    if len(cells) == 1 and not number:
        return _runs(_E.p(eId=name), block, cells[0])
    group = _E.blockContainer(*number, eId=name)
    for at in cells:
        group.append(_runs(_E.p({"class": block.name_of(at)}), block, at))
    return group


def _conclusions(text: PublicText) -> etree._Element:
    conclusions = _E.conclusions()
    at = 0
    for block in text.blocks:
        if block.kind is BlockKind.SIGNATORY:
            at += 1
            who = f"#signatory_{at}"
            conclusions.append(
                _E.p(
                    _E.signature(_runs(_E.role(refersTo=who), block, 0), " ", _runs(_E.person(refersTo=who), block, 1))
                )
            )
        elif block.kind is BlockKind.DATE and text.issued_on:
            conclusions.append(_E.p(_runs(_E.docDate(date=text.issued_on.isoformat()), block, 0)))
    return conclusions
