"""Service in another state (CPL 283): by the methods that state allows, step by step, each with its own time limit."""

from __future__ import annotations

import enum
import io
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from odr.docket.models import COURT_ROLES, Case, Document, Party, Role, Stage
from odr.docket.papers import FactsBlock, HeadingBlock, ListBlock, NoticePaper, ParagraphBlock, clerk, typeset
from odr.ground.canonical import sha256_hex
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, words_of
from odr.identity.actors import Actor
from odr.procedure.acts.events import PartyAbroad
from odr.procedure.acts.resolvers import RESOLVERS, resolver
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.frame import PDF, SealedPaper, keep_document, keep_prepared
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.written_working import bilingual, text_from_json
from odr.service import desks
from odr.service.choices import packet_options
from odr.service.models import Packet, ServiceAbroad
from odr.service.packet.acts import CLAIM, STATE_ABROAD, follow_packet
from odr.service.packet.packets import record_by_hand, record_fact
from odr.service.queries import packets_of
from odr.service.rules import ANSWER
from odr.service.vocabulary import AbroadMethod, AbroadStep, Channel, FactKind, PacketState

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

OPEN = set(Stage) - {Stage.CLOSED}

SERVING = set(Stage) - {Stage.LODGED, Stage.RETURNED, Stage.CLOSED}

LETTER = "letter_of_request"

TRANSLATION = "translation_abroad"

MOST_BYTES = 40_000_000

ENDS = time(23, 59, 59)


@guard("COURT known-steps")
def states_known(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The rules must say what other states allow."""
    return (
        None
        if sitting.pack(case).abroad is not None
        else T("The rules of this case do not provide for service abroad.")
    )


@choice_source("states_abroad")
def states_abroad(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """States of the pack's table."""
    rules = sitting.pack(case).abroad
    return [Option(code, state.title) for code, state in rules.states.items()] if rules is not None else []


class AbodeInput(CourtModel):
    """A party has no home in the court's own state (CPL 283)."""

    party: Annotated[str, RefTo("party"), field(T("Which party"), choices="service_parties")]
    state: Annotated[str, CourtText(2, 2, one_line=True), field(T("In which state they live"), choices="states_abroad")]
    shown_by: Annotated[str, CourtText(5, 500), field(T("What shows it"))]


@act(
    title=T("Note that a party lives abroad"),
    input=AbodeInput,
    by={Role.CLERK},
    at=OPEN,
    to={Stage.PRONOUNCED},
    guard=states_known,
    while_stayed=True,
    source=law("CPL 283", "CPL 285, 286"),
    topic=Topic.SERVICE,
    in_record=False,
)
def note_abode_abroad(sitting: Sitting, case: Case, given: AbodeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Note that a party has no home in the court's state: other ways of service apply from now on, and time limits that
    began at service are as long as the law gives abroad, counted from that service (CPL 283, 285, 286).
    """
    party: Party = sitting.resolved("party", given.party)
    rules = sitting.pack(case).abroad
    if rules is None or given.state.upper() not in rules.states:
        raise InvalidInput.at("state", T("Choose one of those listed."))
    party.abroad, case.foreign_related = True, True
    party.details = {**party.details, STATE_ABROAD: given.state.upper()}
    for packet in packets_of(
        sitting.session, case, PacketState.HELD, PacketState.OUT, PacketState.NOT_SERVED, party_id=party.id
    ):
        packet.abroad = True
    sitting.announce(PartyAbroad(case, party))
    words = T("%(party)s lives in %(state)s", party=party.name, state=rules.states[given.state.upper()].title)
    return Recorded(words, {"party": party.label, "state": given.state.upper(), "shown_by": given.shown_by})


def open_methods(pack: RulePack, party: Party, *, national: bool) -> tuple[AbroadMethod, ...]:
    """The methods open towards a party, the first to be tried first; the consulate for nationals of the court's state
    (CPL 283).
    """
    state = party.details.get(STATE_ABROAD)
    if not party.abroad or state is None or pack.abroad is None:
        return ()
    methods = tuple(AbroadMethod(one) for one in pack.abroad.methods_of(state))
    return (*methods, AbroadMethod.CONSULAR) if national else methods


@guard("CPL 283")
def something_abroad(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a paper for a party abroad that is not served yet."""
    found = unserved_abroad(sitting, case)
    return None if found else T("No paper of this case is waiting to be served abroad.")


def unserved_abroad(sitting: Sitting, case: Case) -> list[Packet]:
    """Papers for parties abroad that are neither served nor already on their way there."""
    on_way = {row.packet_id for row in abroad_of(sitting.session, case) if row.ended_at is None}
    return [
        p
        for p in packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED)
        if p.abroad and p.id not in on_way
    ]


@choice_source("packets_abroad")
def packets_abroad(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Papers that can be sent abroad."""
    return packet_options(unserved_abroad(sitting, case))


class AbroadInput(CourtModel):
    """A paper is to go abroad by a method the other state allows."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_abroad")]
    method: Annotated[
        AbroadMethod,
        Choice(AbroadMethod),
        field(T("By which method"), T("Only those the other state allows are open.")),
    ]
    language: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(T("Into which language"), T("Empty: no translation is needed, for instance for a national of ours.")),
    ] = None
    national: Annotated[
        bool, field(T("The recipient is a national of the court’s own state"), T("Only then may the consulate serve."))
    ] = False


@act(
    title=T("Serve a paper abroad"),
    input=AbroadInput,
    by={Role.CLERK},
    at=SERVING,
    guard=(states_known, something_abroad),
    while_stayed=True,
    source=law("CPL 283"),
    topic=Topic.SERVICE,
    in_record=False,
)
def serve_abroad(sitting: Sitting, case: Case, given: AbroadInput, *, actor: Actor, now: datetime) -> Recorded:
    """Choose the method by which a paper goes abroad; refused where the other state does not allow it (CPL 283)."""
    packet: Packet = sitting.resolved("packet", given.packet)
    party = case.party(packet.party_id)
    if packet not in unserved_abroad(sitting, case):
        raise ActNotOpen(T("This paper is served, is on its way already, or its recipient does not live abroad."))
    allowed = open_methods(sitting.pack(case), party, national=given.national)
    if given.method not in allowed:
        raise InvalidInput.at(
            "method", T("That state does not allow this method. Open: %(methods)s.", methods=_listed(allowed))
        )
    step = AbroadStep.TRANSLATION if given.language else AbroadStep.LETTER
    row = ServiceAbroad(
        case_id=case.id,
        packet_id=packet.id,
        state=party.details[STATE_ABROAD],
        method=given.method,
        step=step,
        opened_at=now,
    )
    row.language = given.language
    sitting.session.add(row)
    sitting.session.flush()
    sitting.start_window(case, "abroad_translation" if given.language else "abroad_forward", subject=row.reference)
    _fact(sitting, case, packet, FactKind.DELAYED, now, actor, given.method.label.render(language_of(sitting, case)))
    words = T(
        "%(what)s goes to %(party)s abroad %(method)s",
        what=text_from_json(packet.title),
        party=party.name,
        method=given.method.label,
    )
    return Recorded(
        words,
        {
            "packet": packet.reference,
            "method": given.method.value,
            "language": given.language,
            "request": row.reference,
        },
    )


def _listed(methods: tuple[AbroadMethod, ...]) -> Text:
    joined = methods[0].label if methods else T("none")
    for one in methods[1:]:
        joined = T("%(first)s; %(second)s", first=joined, second=one.label)
    return joined


def _fact(sitting: Sitting, case: Case, packet: Packet, kind: FactKind, at: datetime, actor: Actor, words: str) -> None:
    record_by_hand(
        sitting.session,
        packet,
        channel=Channel.ABROAD,
        kind=kind,
        at=at,
        recorded_at=sitting.now,
        event_id=f"abroad:{case.reference}:{sitting.next_number(case)}:{kind.value}",
        account_id=actor.account_id or 0,
        words=words,
    )


def _in_step(row: ServiceAbroad, *steps: AbroadStep) -> ServiceAbroad:
    if row.step not in steps:
        raise ActNotOpen(T("This service abroad is at another step: %(step)s.", step=row.step.label))
    return row


def prepare_translation(court: Court, case: Case, given: TranslationInput, actor: Actor) -> Mapping[str, Any]:
    """Read the file the clerk sent, before the Sitting. Raises InvalidInput at ``file`` for one that cannot be bound."""
    with court.database.read() as session:
        sent = (
            RESOLVERS["upload"](court.look(session), session.get_one(Case, case.id), actor, given.file)
            if given.file
            else None
        )
        if sent is None:
            return {}
        if (
            sent.media_type != PDF
            or sent.size > MOST_BYTES
            or sent.blob.wrapped is not None
            or sent.blob.erased_at is not None
        ):
            raise InvalidInput.at(
                "file",
                T(
                    "The translation must be one PDF of at most %(size)s MB that nobody has sealed.",
                    size=MOST_BYTES // 1_000_000,
                ),
            )
        # Few bytes lie in the row, many in the store.
        content = sent.blob.content if sent.blob.key is None else b"".join(court.ports.store.open(sent.blob.key))
    _bound([content], "file")
    return {TRANSLATION: content}


@resolver("service_abroad")
def find_abroad(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ServiceAbroad | None:
    """A service abroad by its reference; of the court's people only."""
    if actor.role not in COURT_ROLES:
        return None
    return sitting.session.scalar(
        select(ServiceAbroad).where(ServiceAbroad.case_id == case.id, ServiceAbroad.reference == reference)
    )


@choice_source("abroad_translating")
def abroad_translating(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait for a translation."""
    return _abroad(sitting, case, AbroadStep.TRANSLATION)


class TranslationInput(CourtModel):
    """The translation is there."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_translating")]
    translator: Annotated[
        str, CourtText(2, 200, one_line=True), field(T("Translator"), T("Who certifies that the translation is right."))
    ]
    file: Annotated[
        str | None,
        RefTo("upload"),
        field(
            T("The translated papers"),
            T("One PDF with the certificate of the translator. Send the file first; it then stands here."),
            choices="upload",
            widget="select",
        ),
    ] = None


@act(
    title=T("Record a translation"),
    input=TranslationInput,
    by={Role.CLERK},
    at=SERVING,
    guard=states_known,
    while_stayed=True,
    prepare=prepare_translation,
    source=law("CPL 283"),
    desk=desks.ABROAD,
    topic=Topic.SERVICE,
    in_record=False,
)
def record_translation(
    sitting: Sitting, case: Case, given: TranslationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The certified translation is there, kept with the case and anchored; the letter of request can be made with it
    (CPL 283).
    """
    row = _in_step(sitting.resolved("service_abroad", given.request), AbroadStep.TRANSLATION)
    content: bytes | None = sitting.prepared.get(TRANSLATION)
    if content is None:
        raise InvalidInput.at("file", T("Add the translated papers as a PDF."))
    title = words_of(
        T("Translation into %(language)s by %(translator)s", language=row.language or "", translator=given.translator)
    )
    kept = keep_document(sitting, case, content, new_reference(), kind=TRANSLATION, title=title, locale="both")
    row.translator, row.translation = given.translator, kept.reference
    row.step = AbroadStep.LETTER
    sitting.close_windows(case, "abroad_translation", WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.ABROAD, row.reference)
    sitting.start_window(case, "abroad_forward", subject=row.reference)
    return Recorded(
        T("Translation for service abroad by %(translator)s", translator=given.translator),
        {"request": row.reference, "sha256": kept.sha256},
    )


def prepare_letter(court: Court, case: Case, given: RequestLetterInput, actor: Actor) -> Mapping[str, Any]:
    """Set the letter and its form, bind the papers behind it, seal the whole."""
    with court.database.read() as session:
        row = session.scalar(
            select(ServiceAbroad).where(ServiceAbroad.reference == given.request, ServiceAbroad.case_id == case.id)
        )
        if row is None or row.step is not AbroadStep.LETTER:
            return {}
        mine = session.get_one(Case, case.id)
        packet = session.get_one(Packet, row.packet_id)
        papers = papers_of_packet(court, session, packet)
        if papers is None:
            return {}
        translation = translation_of(session, row)
        paper = letter_paper(court, mine, packet, row, given, translation)
    now = court.clock.machine_now()
    front = typeset(court.ports.typesetter, paper, "both", at=now)
    whole = _bound([front, *papers, *([translation.content] if translation else [])], "request")
    content: bytes = court.ports.sealer.seal_pdf(
        whole, reason=f"Letter of request {row.reference}", signer_name=court.settings.court_name, now=now
    )
    return {LETTER: SealedPaper(_digest(given, packet, row), content, new_reference())}


def translation_of(session: Session, row: ServiceAbroad) -> Document | None:
    """The translated papers of a service abroad, where one is needed."""
    return (
        session.scalars(
            select(Document).where(Document.reference == row.translation).options(undefer(Document.content))
        ).one()
        if row.translation
        else None
    )


def papers_of_packet(court: Court, session: Any, packet: Packet) -> list[bytes] | None:
    """The sealed papers of a packet in their order; None while one is still being made."""
    if any(not paper["sha256"] for paper in packet.documents):
        return None
    asked = [paper["reference"] for paper in packet.documents]
    rows = session.execute(select(Document.reference, Document.content).where(Document.reference.in_(asked)))
    found = dict(iter(rows))
    return [found[p["reference"]] for p in packet.documents]


def _digest(given: RequestLetterInput, packet: Packet, row: ServiceAbroad) -> str:
    return sha256_hex(
        "\x1f".join(
            (
                given.authority,
                given.summary,
                packet.reference,
                row.translation or "",
                *(p["sha256"] for p in packet.documents),
            )
        ).encode()
    )


def _bound(parts: list[bytes], place: str) -> bytes:
    try:
        from pypdf import PdfReader, PdfWriter
        from pypdf.errors import PyPdfError
    except ImportError:
        raise ActNotOpen(
            T("This installation cannot bind papers into a bundle."),
            T("Install the optional packages of requirements-extra.txt."),
        ) from None
    # Pages only: each paper's own seal stays with the paper, whose digest the letter names; the bundle gets one seal.
    writer = PdfWriter()
    try:
        for page in (page for part in parts for page in PdfReader(io.BytesIO(part)).pages):
            added = writer.add_page(page)
            if "/Annots" in added:
                del added["/Annots"]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput.at(
            place, T("This PDF is damaged or protected and cannot be bound into the bundle.")
        ) from None
    bound = io.BytesIO()
    writer.write(bound)
    return bound.getvalue()


def letter_paper(
    court: Court,
    case: Case,
    packet: Packet,
    row: ServiceAbroad,
    given: RequestLetterInput,
    translation: Document | None,
) -> NoticePaper:
    """Letter of request, summary of the papers, list of what is bound behind them."""
    settings = court.settings
    name = bilingual(settings.court_name, settings.court_name_zh)
    rules = court.rules_of(case, court.clock.now()).abroad
    state = rules.states[row.state].title if rules is not None and row.state in rules.states else row.state
    address = case.party(packet.party_id).address
    papers = [
        T("%(name)s, SHA-256 %(digest)s", name=paper["name"], digest=paper["sha256"]) for paper in packet.documents
    ]
    if translation is not None:
        named = T(
            "Translation into %(language)s by %(translator)s",
            language=row.language or "",
            translator=row.translator or "",
        )
        papers.append(T("%(name)s, SHA-256 %(digest)s", name=named, digest=translation.sha256))
    return NoticePaper(
        court=name,
        kind=T("Letter of request for service abroad"),
        subject=text_from_json(packet.title),
        case_number=case.number,
        issued_on=court.clock.now().astimezone(settings.tz).date(),
        signatories=(clerk(name),),
        recipient=tuple(given.authority.splitlines()),
        document_code=packet.code,
        check_url=f"{settings.base_url.rstrip('/')}/check/{packet.code}",
        blocks=[
            ParagraphBlock(
                T(
                    "The court asks that the papers bound behind this letter be served, and that a certificate of service be returned."
                )
            ),
            FactsBlock(
                [
                    (T("Recipient"), packet.recipient_name),
                    (T("Address"), address or T("none")),
                    (T("State"), state),
                    (T("Method"), row.method.label),
                    (T("Case"), case.number or case.reference),
                    (T("Number of this request"), row.reference),
                ]
            ),
            HeadingBlock(T("Summary of the papers")),
            ParagraphBlock(given.summary),
            *_time_to_answer(court, case, packet),
            HeadingBlock(T("Papers bound behind this letter")),
            ListBlock(papers or [T("none")]),
            HeadingBlock(T("Certificate of service, to be filled in and returned")),
            FactsBlock(
                [
                    (T("Served on (day)"), "____________"),
                    (T("At (place)"), "____________"),
                    (T("In this way"), "____________"),
                    (T("Handed to, and their relation to the recipient"), "____________"),
                    (T("If not served, why"), "____________"),
                    (T("Place, day, signature and seal of the authority"), "____________"),
                ]
            ),
        ],
    )


def _time_to_answer(court: Court, case: Case, packet: Packet) -> list[ParagraphBlock]:
    """With the claim, how long the recipient has to answer it (CPL 285); another paper says itself what time it gives."""
    pack = court.rules_of(case, court.clock.now())
    rule = pack.windows.rules.get(ANSWER)
    own = rule.variant(case.track.value, abroad=True) if rule is not None and packet.occasion == CLAIM else None
    if rule is None or own is None or not own.available:
        return []
    return [
        ParagraphBlock(
            T(
                "The recipient may answer within %(length)s after service, and may ask for more time (%(article)s).",
                length=own.words,
                article=pack.cite(own.article),
            )
        )
    ]


@choice_source("abroad_letter")
def abroad_letter(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait for the letter of request."""
    return _abroad(sitting, case, AbroadStep.LETTER)


class RequestLetterInput(CourtModel):
    """The letter of request with its papers, as one bundle."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_letter")]
    authority: Annotated[
        str, CourtText(3, 300), field(T("To which authority"), T("Name and address, as that authority publishes them."))
    ]
    summary: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("What the papers are about"),
            T("In short: it stands in the form that goes with the papers."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Make the letter of request"),
    input=RequestLetterInput,
    by={Role.CLERK},
    at=SERVING,
    guard=states_known,
    while_stayed=True,
    prepare=prepare_letter,
    source=law("CPL 283"),
    topic=Topic.SERVICE,
    in_record=False,
)
def make_request_letter(
    sitting: Sitting, case: Case, given: RequestLetterInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The letter of request with the form, the translation's place and the papers as one sealed bundle, kept and
    anchored.
    """
    row = _in_step(sitting.resolved("service_abroad", given.request), AbroadStep.LETTER)
    packet = sitting.session.get_one(Packet, row.packet_id)
    title = words_of(T("Letter of request for service abroad"))
    keep_prepared(sitting, case, LETTER, _digest(given, packet, row), kind=LETTER, title=title, locale="both")
    row.step = AbroadStep.READY
    return Recorded(
        T("Letter of request for service on %(party)s", party=packet.recipient_name),
        {"request": row.reference, "authority": given.authority},
    )


@choice_source("abroad_ready")
def abroad_ready(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait to be forwarded."""
    return _abroad(sitting, case, AbroadStep.READY)


class ForwardedInput(CourtModel):
    """The bundle left the house."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_ready")]
    sent_on: Annotated[CourtDate, field(T("On which day it was forwarded"))]
    number: Annotated[
        str | None, CourtText(0, 80, one_line=True), field(T("Number of the authority or of the consignment"))
    ] = None


@act(
    title=T("Record that it was forwarded"),
    input=ForwardedInput,
    by={Role.CLERK},
    at=SERVING,
    guard=states_known,
    while_stayed=True,
    source=law("CPL 283"),
    desk=desks.ABROAD,
    topic=Topic.SERVICE,
    in_record=False,
)
def forward_request(sitting: Sitting, case: Case, given: ForwardedInput, *, actor: Actor, now: datetime) -> Recorded:
    """The bundle left the house; the time for the answer begins: six months by an authority, three by post (CPL 283)."""
    row = _in_step(sitting.resolved("service_abroad", given.request), AbroadStep.READY)
    zone = sitting.court.settings.tz
    if given.sent_on > now.astimezone(zone).date():
        raise InvalidInput.at("sent_on", T("This lies in the future."))
    row.step, row.sent_on, row.their_number = AbroadStep.FORWARDED, given.sent_on, given.number
    sitting.close_windows(case, "abroad_forward", WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.ABROAD, row.reference)
    start = min(now, datetime.combine(given.sent_on, ENDS, tzinfo=zone))
    sitting.start_window(
        case, "abroad_post" if row.method is AbroadMethod.POST else "abroad_reply", subject=row.reference, start=start
    )
    packet = sitting.session.get_one(Packet, row.packet_id)
    _fact(
        sitting,
        case,
        packet,
        FactKind.HANDED_OVER,
        start,
        actor,
        " ".join(filter(None, (row.method.label.render(language_of(sitting, case)), given.number))),
    )
    return Recorded(
        T("Papers for %(party)s forwarded abroad", party=packet.recipient_name),
        {"request": row.reference, "number": given.number},
    )


class AbroadResult(enum.Enum):
    """What came back from abroad."""

    SERVED = "served"
    NOT_SERVED = "not_served"

    @property
    def label(self) -> Text:
        """The result in words."""
        return {AbroadResult.SERVED: T("Served, as certified"), AbroadResult.NOT_SERVED: T("Not served")}[self]


@choice_source("abroad_forwarded")
def abroad_forwarded(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait for an answer."""
    return _abroad(sitting, case, AbroadStep.FORWARDED)


class ReturnInput(CourtModel):
    """The certificate, or the report that it could not be done."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_forwarded")]
    result: Annotated[AbroadResult, Choice(AbroadResult), field(T("What came back"))]
    served_on: Annotated[
        CourtDate | None,
        field(T("On which day it was served"), T("The day named in the certificate, or signed on the postal receipt.")),
    ] = None
    words: Annotated[str, CourtText(3, 400), field(T("Who certifies it, or why it was not served"))]

    @model_validator(mode="after")
    def _with_day(self) -> ReturnInput:
        if self.result is AbroadResult.SERVED and self.served_on is None:
            raise InvalidInput([FieldFault(("served_on",), T("Say on which day it was served."))])
        return self


@act(
    title=T("Record what came back from abroad"),
    input=ReturnInput,
    by={Role.CLERK},
    at=SERVING,
    guard=states_known,
    while_stayed=True,
    source=law("CPL 283"),
    topic=Topic.SERVICE,
    in_record=False,
)
def record_return_abroad(sitting: Sitting, case: Case, given: ReturnInput, *, actor: Actor, now: datetime) -> Recorded:
    """The certificate of service, or the report that it could not be done; what follows the rule concludes (CPL 283,
    CPI 534).
    """
    row = _in_step(sitting.resolved("service_abroad", given.request), AbroadStep.FORWARDED)
    packet, zone = sitting.session.get_one(Packet, row.packet_id), sitting.court.settings.tz
    if given.result is AbroadResult.SERVED and given.served_on is not None:
        if given.served_on > now.astimezone(zone).date() or (row.sent_on is not None and given.served_on < row.sent_on):
            raise InvalidInput.at("served_on", T("The day must lie between the forwarding and today."))
        at = min(now, datetime.combine(given.served_on, ENDS, tzinfo=zone))
        _fact(sitting, case, packet, FactKind.CERTIFIED, at, actor, given.words)
        _end(sitting, case, row, AbroadStep.SERVED)
    else:
        _fact(sitting, case, packet, FactKind.RETURNED, now, actor, given.words)
        _end(sitting, case, row, AbroadStep.FAILED)
    follow_packet(sitting, case, packet)
    words = T("Service abroad on %(party)s: %(result)s", party=packet.recipient_name, result=given.result.label)
    return Recorded(words, {"request": row.reference, "state": packet.state.value})


def _end(sitting: Sitting, case: Case, row: ServiceAbroad, step: AbroadStep) -> None:
    row.step, row.ended_at = step, sitting.now
    for kind in ("abroad_reply", "abroad_post"):
        sitting.close_windows(case, kind, WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.ABROAD, row.reference)


def silent(sitting: Sitting, case: Case) -> list[ServiceAbroad]:
    """Posted abroad three months ago without a return: the judge has to find."""
    lapsed = {w.subject for w in sitting.windows(case, "abroad_post", state=WindowState.LAPSED)}
    return [
        row for row in abroad_of(sitting.session, case) if row.step is AbroadStep.FORWARDED and row.reference in lapsed
    ]


@guard("CPL 283", "CPI 534")
def something_silent(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only after the three months."""
    return None if silent(sitting, case) else T("No paper was posted abroad so long ago without a return.")


@choice_source("abroad_silent")
def abroad_silent(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Papers posted abroad on which the judge has to find."""
    return [_abroad_option(sitting, row) for row in silent(sitting, case)]


class SilentPostInput(CourtModel):
    """Three months by post without a return: whether the circumstances suffice (CPL 283, CPI 534)."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_silent")]
    served: Annotated[bool, field(T("The circumstances suffice: it counts as served on the last day of that time"))] = (
        False
    )
    reasons: Annotated[
        str,
        CourtText(10, 2000),
        field(T("Reasons"), T("Name the circumstances: tracking, calls, acts of the party."), widget="textarea"),
    ]


@act(
    title=T("Find on papers posted abroad"),
    input=SilentPostInput,
    by={Role.JUDGE},
    at=SERVING,
    guard=something_silent,
    while_stayed=True,
    source=law("CPL 283", "CPI 534"),
    desk=desks.ABROAD,
    topic=Topic.SERVICE,
    in_record=False,
)
def find_on_post_abroad(
    sitting: Sitting, case: Case, given: SilentPostInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Three months without a return: the judge finds from the circumstances that it was served on the last day, or that
    post failed (CPL 283, CPI 534).
    """
    row: ServiceAbroad = sitting.resolved("service_abroad", given.request)
    if row not in silent(sitting, case):
        raise ActNotOpen(T("No paper was posted abroad so long ago without a return."))
    packet = sitting.session.get_one(Packet, row.packet_id)
    window = next(w for w in sitting.windows(case, "abroad_post", state=WindowState.LAPSED, subject=row.reference))
    if given.served:
        # A limit that ends at midnight ends within its last day.
        last = (window.due_at or now) - timedelta(microseconds=1)
        event = f"found:{case.reference}:{sitting.next_number(case)}"
        record_fact(
            sitting.session,
            packet_id=packet.id,
            kind=FactKind.FOUND_SERVED,
            at=last.astimezone(UTC),
            recorded_at=now,
            event_id=event,
            channel=Channel.ABROAD,
            words=given.reasons[:500],
            account_id=actor.account_id,
        )
    else:
        _fact(sitting, case, packet, FactKind.RETURNED, now, actor, given.reasons[:400])
    _end(sitting, case, row, AbroadStep.SERVED if given.served else AbroadStep.FAILED)
    follow_packet(sitting, case, packet)
    found = T("it counts as served") if given.served else T("it could not be served by post")
    return Recorded(
        T("Papers posted abroad to %(party)s: %(found)s", party=packet.recipient_name, found=found),
        {"request": row.reference},
    )


REMINDERS = {
    "abroad_translation": T("The translation for a service abroad is late. Ask for it."),
    "abroad_forward": T("The letter of request is late. Make it and forward it."),
    "abroad_reply": T("Nothing came back from abroad in [time abroad_reply]. Ask for news, or serve by another way."),
    "abroad_post": T(
        "[time abroad_post] have passed since papers were posted abroad. Find whether they count as served."
    ),
}


def lapsed_abroad(sitting: Sitting, case: Case, window: Window) -> None:
    """A step took too long: it lies on the desk of whoever has to act; nothing follows by itself."""
    role = Role.JUDGE if window.kind == "abroad_post" else Role.CLERK
    if not sitting.tasks(case, desks.ABROAD, window.subject):
        sitting.open_task(case, role, desks.ABROAD, REMINDERS[window.kind], risk=60, subject=window.subject)


def abroad_of(session: Session, case: Case) -> list[ServiceAbroad]:
    """Services abroad of a case, the newest first."""
    return list(
        session.scalars(
            built_once(
                lambda: select(ServiceAbroad).where(ServiceAbroad.case_id == case.id).order_by(ServiceAbroad.id.desc())
            )
        )
    )


def _abroad(sitting: Sitting, case: Case, step: AbroadStep) -> list[Option]:
    return [_abroad_option(sitting, row) for row in abroad_of(sitting.session, case) if row.step is step]


def _abroad_option(sitting: Sitting, row: ServiceAbroad) -> Option:
    packet = sitting.session.get_one(Packet, row.packet_id)
    words = T("%(what)s, to %(party)s", what=text_from_json(packet.title), party=packet.recipient_name)
    return Option(row.reference, words, row.method.label)
