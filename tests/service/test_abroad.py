"""Service in other states: methods that state allows, the bundle, the steps with their time limits, what comes back."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from sqlalchemy import select

from odr.docket.models import Case, Document, Track
from odr.docket.papers import ParagraphBlock
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.ground.text import Text
from odr.procedure.models import Task, Window, WindowState
from odr.service.abroad import RequestLetterInput, letter_paper, open_methods
from odr.service.models import Packet, ServiceAbroad
from odr.service.packet.acts import barred_abroad
from odr.service.packet.deemed import Fact, Occasion, Rules, conclude
from odr.service.vocabulary import AbroadMethod, AbroadStep, Channel, FactKind, PacketState, ServiceStatus
from tests.scene import PAPERS, Scene
from tests.service.test_clerk import respondent
from tests.service.test_pages import browser, packets, read, served

__all__ = ["served"]


def row(scene: Scene) -> ServiceAbroad:
    with scene.court.database.read() as session:
        return session.scalars(select(ServiceAbroad).order_by(ServiceAbroad.id.desc())).first() or ServiceAbroad()


def begin(scene: Scene, state: str, method: str, **more: object) -> str:
    """The respondent lives in a state; the claim goes there. Gives the packet's reference."""
    scene.do("note_abode_abroad", "clerk", party=respondent(scene), state=state, shown_by="Commercial register abroad")
    reference = packets(scene.court.database)[0].reference
    scene.do("serve_abroad", "clerk", packet=reference, method=method, **more)
    return reference


def letter(scene: Scene, authority: str = "Central Authority\nSomewhere 1") -> None:
    scene.do(
        "make_request_letter",
        "clerk",
        request=row(scene).reference,
        authority=authority,
        summary="Claim for the price of capsules bought online.",
    )


def pdf(words: str) -> bytes:
    """A PDF of one page as a translator sends it."""
    written = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode("latin-1")
    page, font = PageObject.create_blank_page(width=595, height=842), DictionaryObject()
    font.update(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    stream = DecodedStreamObject()
    stream.set_data(written)
    page[NameObject("/Contents")] = stream
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_page(page)
    writer.write(made)
    return made.getvalue()


def translated(scene: Scene) -> None:
    """The translation arrives; only one whole PDF is taken, and it is kept with the case and anchored."""
    content = pdf("Klage auf R\u00fcckzahlung des Kaufpreises")
    recorded = {"request": row(scene).reference, "translator": "Sworn translator Meyer"}
    with pytest.raises(InvalidInput, match="PDF"):
        scene.do("record_translation", "clerk", **recorded)
    for wrong in (
        scene.upload("clerk", b"Klage auf Zahlung", "klage.txt"),
        scene.upload("clerk", content[:-200], "klage.pdf", "application/pdf"),
    ):
        with pytest.raises(InvalidInput, match="PDF"):
            scene.do("record_translation", "clerk", **recorded, file=wrong.reference)
    with pytest.raises(CourtError):
        scene.do(
            "record_translation",
            "clerk",
            **recorded,
            file=scene.upload("judge", content, "klage.pdf", "application/pdf").reference,
        )
    assert row(scene).step is AbroadStep.TRANSLATION
    sent = scene.upload("clerk", content, "klage.pdf", "application/pdf")
    scene.do("record_translation", "clerk", **recorded, file=sent.reference)
    with scene.court.database.read() as session:
        kept = session.scalars(PAPERS.where(Document.kind == "translation_abroad")).one()
    assert (kept.content, kept.sha256, kept.receipt is not None) == (content, sent.sha256, True)
    page = read(browser(scene, "clerk"), f"/cases/{scene.case().reference}/service/abroad")
    assert "Translated papers (PDF)" in page and "Meyer" in page


def test_a_central_authority_serves_and_certifies(served: Scene) -> None:
    """Translation, bundle of letter and papers, forwarding, certificate: each step with its own time limit; the answer
    runs 30 days from that day.
    """
    reference = begin(served, "DE", "central_authority", language="German")
    party = next(p for p in served.case().parties if p.label == "respondent/1")
    assert (party.abroad, served.case().foreign_related) == (True, True)
    assert barred_abroad(served.court.packs.get(served.case().pack_id, served.case().pack_version), party) == {
        Channel.POST
    }
    with pytest.raises(ActNotOpen):
        letter(served)
    translated(served)
    letter(served)
    assert row(served).step is AbroadStep.READY
    with served.court.database.read() as session:
        bundle = session.scalars(PAPERS.where(Document.kind == "letter_of_request")).one()
    assert bundle.receipt is not None
    words = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(bundle.content)).pages).split())
    for each in (
        "TranslationintoGermanbySworntranslatorMeyer",
        "KlageaufRückzahlung",
        "CentralAuthority",
        "Germany",
        "Haiyun",
        "30bottlesofcapsules",
        "送达请求书",
        "answerwithin30daysafterservice",
        "Certificateofservice",
    ):
        assert each in words, each
    served.do("forward_request", "clerk", request=row(served).reference, sent_on="2026-03-02", number="HC-9")
    page = read(browser(served, "clerk"), f"/cases/{served.case().reference}/service/abroad")
    assert "HC-9" in page
    said = " ".join(page.replace("\u00a0", " ").split())
    assert "not yet compared" in said and "(DK): papers by post – not compared yet" in said
    assert (
        "(CA): papers by post – compared on Wednesday 25 November 2026 with: status table of the Hague Conference"
        in said
    )
    assert "域外送达" in read(browser(served, "judge"), f"/cases/{served.case().reference}/service/abroad", "zh-CN")
    served.later(days=60)
    with pytest.raises(InvalidInput):
        served.do(
            "record_return_abroad",
            "clerk",
            request=row(served).reference,
            result="served",
            served_on="2026-02-01",
            words="Too early",
        )
    served.do(
        "record_return_abroad",
        "clerk",
        request=row(served).reference,
        result="served",
        served_on="2026-04-10",
        words="Local court of Hamburg",
    )
    assert packets(served.court.database)[0].reference == reference
    assert packets(served.court.database)[0].state is PacketState.SERVED
    with served.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.kind == "answer")).one()
        assert window.due_at is not None
        assert (window.due_at - window.opened_at).days >= 30


def test_a_letter_of_request_tells_of_no_time_to_answer_but_with_the_claim(served: Scene) -> None:
    """Who is served with another paper abroad is not told to answer it within thirty days (CPL 285)."""
    begin(served, "DE", "central_authority")
    given = RequestLetterInput(request=row(served).reference, authority="Central Authority", summary="Some papers.")
    with served.court.database.read() as session:
        packet, case = packets(served.court.database)[0], session.get_one(Case, served.case_id)
        said = letter_words(served, case, packet, given)
        packet.occasion = "rule_on_extension"
        assert "30 days" in said and "within" not in letter_words(served, case, packet, given)


def letter_words(scene: Scene, case: Case, packet: Packet, given: RequestLetterInput) -> str:
    """The paragraphs of a letter of request."""
    paper = letter_paper(scene.court, case, packet, row(scene), given, None)
    told = [block.words for block in paper.blocks if isinstance(block, ParagraphBlock)]
    return " ".join(one.render("en") if isinstance(one, Text) else str(one) for one in told)


def test_post_abroad_only_where_allowed_and_the_judge_finds_on_silence(served: Scene) -> None:
    """A state that objects gets no post; where it is allowed, three silent months lie before the judge, who alone may
    conclude (CPL 283, CPI 534).
    """
    served.do("note_abode_abroad", "clerk", party=respondent(served), state="JP", shown_by="Register")
    reference = packets(served.court.database)[0].reference
    for wrong in ("post", "consular", "diplomatic"):
        with pytest.raises(InvalidInput):
            served.do("serve_abroad", "clerk", packet=reference, method=wrong)
    served.do("note_abode_abroad", "clerk", party=respondent(served), state="US", shown_by="Moved")
    served.do("serve_abroad", "clerk", packet=reference, method="post")
    with pytest.raises(ActNotOpen):
        served.do("serve_abroad", "clerk", packet=reference, method="post")
    letter(served)
    served.do("forward_request", "clerk", request=row(served).reference, sent_on="2026-03-02")
    silence = {
        "request": row(served).reference,
        "served": True,
        "reasons": "Tracking shows delivery; she called the registry.",
    }
    with pytest.raises(ActNotOpen):
        served.do("find_on_post_abroad", "judge", **silence)
    served.later(days=95)
    with served.court.database.read() as session:
        assert (
            session.scalars(select(Task).where(Task.kind == "abroad", Task.done_at.is_(None))).one().role.value
            == "judge"
        )
        lapsed = session.scalars(select(Window).where(Window.kind == "abroad_post")).one()
        assert lapsed.state is WindowState.LAPSED
    served.do("find_on_post_abroad", "judge", **silence)
    packet = packets(served.court.database)[0]
    assert packet.state is PacketState.SERVED
    assert lapsed.due_at is not None
    assert packet.effective_at == lapsed.due_at - timedelta(microseconds=1)


def test_what_a_state_allows(served: Scene) -> None:
    """No home abroad, no method; the consulate for nationals only; an unlisted pack closes the acts."""
    pack = served.court.packs.get(served.case().pack_id, served.case().pack_version)
    party = next(p for p in served.case().parties if p.label == "respondent/1")
    assert open_methods(pack, party, national=True) == ()
    party.abroad, party.details = True, {"state_abroad": "TH"}
    assert open_methods(pack, party, national=False) == (AbroadMethod.BILATERAL, AbroadMethod.DIPLOMATIC)
    assert AbroadMethod.CONSULAR in open_methods(pack, party, national=True)
    assert served.court.packs.versions("ew")[0].abroad is None
    with pytest.raises(InvalidInput):
        served.do("note_abode_abroad", "clerk", party=respondent(served), state="XX", shown_by="Nowhere at all")
    assert Track.SMALL is served.case().track


def test_a_certificate_serves_on_its_day() -> None:
    """The day certified by the authority is the day of service; a call never is."""
    at = datetime(2026, 4, 1, tzinfo=UTC)
    facts = [
        Fact("c", FactKind.CERTIFIED, at, Channel.ABROAD),
        Fact("t", FactKind.CALLED, at - timedelta(days=3), Channel.SMS),
    ]
    found = conclude(facts, [], [], Rules(), Occasion(abroad=True), now=at + timedelta(days=1))
    assert (found.status, found.effective_at) == (ServiceStatus.SERVED, at)
    assert conclude(facts[1:], [], [], Rules(), Occasion(), now=at).status is ServiceStatus.NOT_SERVED
