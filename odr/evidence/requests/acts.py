"""Requests about evidence, the rulings on them, and what becomes of an order (CPI 101, 102, 106, 112, 113; EV 20,
45-48; OLR 12, 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Document, Role, Stage
from odr.docket.queries import parties
from odr.evidence import desks, names
from odr.evidence.exhibits.adding import add_exhibit
from odr.evidence.inputs import ExhibitInput
from odr.evidence.kit.compiling import recall
from odr.evidence.models import Category, Exhibit, ExhibitState
from odr.evidence.offered import Offer
from odr.evidence.requests.models import EvidenceReply, EvidenceRequest, RequestKind, RequestState
from odr.evidence.requests.queries import (
    late_consequence,
    late_ones,
    not_obeyed,
    ordered_of,
    ruling_on,
    title_of,
    to_answer,
    to_collect,
    to_rule_on,
    with_fine,
)
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, Text, words_of
from odr.identity.actors import Actor
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.exhibit_titles import NOT_A_NAME, looks_like_file_name
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.frame import keep_prepared, sealed_paper
from odr.procedure.papers.language import CaseLanguage
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

ASKED = {Stage.PENDING, Stage.HEARING}

RULED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}

REPLY, ORDER = "evidence_reply", "evidence_order"


_OFFER = Offer[EvidenceRequest]("evidence_request", "request")
waits, chosen = _OFFER.waits, _OFFER.chosen


def wait_for_the_others(sitting: Sitting, case: Case, request: EvidenceRequest, now: datetime) -> None:
    """Everybody else may say what they think of a request before the judge rules (EV 46)."""
    sitting.session.add(request)
    sitting.session.flush()
    for party in parties(case):
        if party.id != request.party_id:
            sitting.start_window(case, REPLY, party=party, start=now, subject=request.reference)


def _open_request(sitting: Sitting, case: Case, request: EvidenceRequest, now: datetime, risk: int = 40) -> None:
    wait_for_the_others(sitting, case, request, now)
    sitting.open_task(
        case, Role.JUDGE, desks.EVIDENCE_REQUEST, title_of(case, request), risk=risk, subject=request.reference
    )


class RequestInput(CourtModel):
    """What the court is to order about evidence; which parts are needed depends on what is asked for."""

    kind: Annotated[
        Literal["exclusion", "original", "production", "collection"],
        field(
            T("What do you ask for?"),
            options={k.value: k.label for k in RequestKind if not k.has_own_ruling},
            widget="radios",
        ),
    ]
    exhibit: Annotated[str | None, RefTo("exhibit"), field(T("Exhibit"), T("For exclusion and for the original."))] = (
        None
    )
    against: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Which party holds the document?"), choices="case_parties", widget="select"),
    ] = None
    holder: Annotated[
        str | None,
        CourtText(0, 400),
        field(
            T("Who outside the case holds it?"), T("Name and address, for example of the platform."), widget="textarea"
        ),
    ] = None
    what: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("Which document or data?"), T("As exactly as you can."), widget="textarea"),
    ] = None
    content: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("What does the document say?"),
            T("The court may take this as true if it is not produced."),
            widget="textarea",
        ),
    ] = None
    fact: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("Which fact is it to show, and why does that matter?"), widget="textarea"),
    ] = None
    grounds: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("Why?"),
            T("How it was obtained; what does not match; why you think they hold it; why you cannot get it yourself."),
            widget="textarea",
        ),
    ]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> RequestInput:
        needed = {
            "exclusion": ("exhibit",),
            "original": ("exhibit",),
            "production": ("against", "what", "content", "fact"),
            "collection": ("holder", "what", "fact"),
        }
        missing = [FieldFault((name,), T("Fill this in.")) for name in needed[self.kind] if not getattr(self, name)]
        if missing:
            raise InvalidInput(missing)
        return self


@act(
    title=T("Ask for an order about evidence"),
    input=RequestInput,
    by=set(PARTY_ROLES),
    at=ASKED,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks for an order about evidence"),
        T("Read what is asked for. The judge decides on what is in the file."),
        when_due=T(
            "Say what you think of it by the end of %(day)s. If you do not, the judge rules on what is there.", day=DAY
        ),
    ),
    source=law("CPI 106, 112", "EV 20, 45", "OLR 12, 13"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T("Exclude an exhibit, see the original, have a document produced or collected."),
)
def ask_evidence_order(sitting: Sitting, case: Case, given: RequestInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for exclusion, the original, production by another party, or collection by the court; the others are heard
    before the judge rules (EV 46).
    """
    me = sitting.party_of(case, actor)
    exhibit: Exhibit | None = sitting.resolved("exhibit", given.exhibit) if given.exhibit else None
    if exhibit is not None and exhibit.owner_id == me.id:
        raise InvalidInput.at("exhibit", T("This is your own exhibit. You may take it back instead."))
    holder = next((p for p in parties(case) if p.label == given.against), None) if given.against else None
    if given.against and (holder is None or holder.id == me.id):
        raise InvalidInput.at("against", T("Choose another party of the case."))
    request = EvidenceRequest(
        case_id=case.id,
        party_id=me.id,
        kind=RequestKind(given.kind),
        exhibit_id=exhibit.id if exhibit else None,
        exhibit=exhibit,
        against_id=holder.id if holder else exhibit.owner_id if exhibit else None,
        what=given.what or (exhibit.title if exhibit else ""),
        content=given.content,
        fact=given.fact,
        holder=given.holder,
        grounds=given.grounds,
        entry_number=sitting.next_number(case),
        state=RequestState.OPEN,
    )
    _open_request(sitting, case, request, now)
    return Recorded(title_of(case, request), {"request": request.reference})


def open_late(sitting: Sitting, case: Case, exhibit: Exhibit, why: str | None, now: datetime) -> None:
    """Late evidence waits for the judge: its party has said why, the others may object (CPI 101)."""
    request = EvidenceRequest(
        case_id=case.id,
        party_id=exhibit.party_id,
        kind=RequestKind.LATE,
        exhibit_id=exhibit.id,
        exhibit=exhibit,
        what=exhibit.title,
        grounds=why or "–",
        entry_number=sitting.next_number(case),
        state=RequestState.OPEN,
    )
    _open_request(sitting, case, request, now)


class ReplyInput(CourtModel):
    """What another party says to a request, or to late evidence."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"), choices="requests_to_answer")]
    objects: Annotated[
        Literal["yes", "no"], field(T("Do you object?"), options={"yes": T("Yes"), "no": T("No")}, widget="radios")
    ]
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("What do you say to it?"), T("If it is your exhibit: explain where it comes from."), widget="textarea"),
    ]


@act(
    title=T("Answer a request about evidence"),
    input=ReplyInput,
    by=set(PARTY_ROLES),
    at=RULED,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Answer to a request about evidence"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("EV 46", "CPI 101"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(to_answer, source="EV 46", reason=T("No request about evidence is waiting.")),
)
def answer_evidence_request(
    sitting: Sitting, case: Case, given: ReplyInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Say what one thinks of it before the judge rules; whose exhibit is to be excluded explains its source (CPI 106)."""
    request = chosen(sitting, case, actor, given.request, to_answer)
    me = sitting.party_of(case, actor)
    sitting.late = bool(sitting.windows(case, REPLY, party=me, state=WindowState.LAPSED, subject=request.reference))
    reply = EvidenceReply(
        request_id=request.id,
        party_id=me.id,
        objects=given.objects == "yes",
        words=given.words,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(reply)
    sitting.close_windows(case, REPLY, WindowState.MET, party=me, subject=request.reference)
    return Recorded(
        T("%(name)s on: %(request)s", name=me.name, request=title_of(case, request)),
        {"request": request.reference, "objects": reply.objects},
    )


def _order_words(
    case: Case, request: EvidenceRequest, given: EvidenceRulingInput | LateRulingInput, due_days: int
) -> Text:
    label = request.exhibit.label if request.exhibit is not None else ""
    if isinstance(given, LateRulingInput):
        admitted, reprimand, _ = late_consequence(given.fault, given.basic)
        if not admitted:
            return T("Exhibit %(label)s came late and is not admitted.", label=label)
        return (
            T("Exhibit %(label)s is admitted; its party is reprimanded.", label=label)
            if reprimand
            else T("Exhibit %(label)s is not late.", label=label)
        )
    if given.result == "refused":
        return T("What was asked for is not granted.")
    who = case.name_of(request.against_id)
    return {
        RequestKind.EXCLUSION: T("Exhibit %(label)s is excluded, and no finding may rest on it.", label=label),
        RequestKind.ORIGINAL: T(
            "%(name)s shows the original of exhibit %(label)s within %(days)s days.",
            name=who,
            label=label,
            days=due_days,
        ),
        RequestKind.PRODUCTION: T(
            "%(name)s produces within %(days)s days: %(what)s", name=who, days=due_days, what=request.what
        ),
        RequestKind.COLLECTION: T(
            "The court collects from %(holder)s: %(what)s", holder=request.holder or "", what=request.what
        ),
    }[request.kind]


def _days(sitting: Sitting, case: Case, given: Any) -> int:
    return getattr(given, "days", None) or sitting.pack(case).window(ORDER).amount


def _digest(case: Case, request: EvidenceRequest, given: BaseModel) -> str:
    return sha256_hex(
        canonical(
            [
                case.number,
                request.reference,
                request.state.value,
                given.model_dump(mode="json"),
                [[p.label, p.name] for p in case.parties],
            ]
        )
    )


def _must_be_ruled_on(
    sitting: Sitting,
    case: Case,
    request: EvidenceRequest,
    given: EvidenceRulingInput | LateRulingInput,
    actor: Actor,
) -> None:
    """Raise InvalidInput for a request this ruling is not for, before anything is set and sealed."""
    is_late = isinstance(given, LateRulingInput)
    if request.kind is RequestKind.LATE and not is_late:
        raise InvalidInput.at("request", T("This exhibit came late, and late evidence has a ruling of its own."))
    if request.kind is RequestKind.INSPECTION:
        raise InvalidInput.at("request", T("An inspection has a ruling of its own: it fixes where, when and by whom."))
    if all(one.id != request.id for one in (late_ones if is_late else to_rule_on)(sitting, case, actor)):
        raise InvalidInput.at("request", T("Choose one of those listed."))


def prepare_evidence_ruling(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the ruling before the Sitting."""
    assert isinstance(given, EvidenceRulingInput | LateRulingInput)
    with court.database.read() as session:
        sitting, mine = court.look(session), session.get_one(Case, case.id)
        request = session.scalar(
            select(EvidenceRequest).where(
                EvidenceRequest.case_id == mine.id, EvidenceRequest.reference == given.request
            )
        )
        if request is None:
            return {}
        _must_be_ruled_on(sitting, mine, request, given, actor)
        order = _order_words(mine, request, given, _days(sitting, mine, given))
        paper = ruling_on(sitting, mine, request, order, given.reasons, given.language, sitting.now)
        reason, text = (
            T("Ruling in case %(number)s", number=mine.number or mine.reference),
            _digest(mine, request, given),
        )
        return {"evidence_ruling": sealed_paper(court, paper, given.language, text, reason=reason, signer=actor.name)}


def _keep_ruling(
    sitting: Sitting, case: Case, request: EvidenceRequest, given: EvidenceRulingInput | LateRulingInput
) -> Document:
    title = words_of(T("Ruling: %(kind)s", kind=request.kind.label))
    document = keep_prepared(
        sitting,
        case,
        "evidence_ruling",
        _digest(case, request, given),
        kind="ruling",
        title=title,
        locale=given.language,
    )
    request.document_id, request.ruled_entry = document.id, sitting.next_number(case)
    sitting.close_windows(case, REPLY, WindowState.ENDED, subject=request.reference)
    sitting.close_tasks(case, desks.EVIDENCE_REQUEST, request.reference)
    return document


def _facts(request: EvidenceRequest, document: Document) -> dict[str, Any]:
    return {
        "request": request.reference,
        "about": request.kind.value,
        "document": document.reference,
        "sha256": document.sha256,
        "document_receipt": document.receipt,
    }


class EvidenceRulingInput(CourtModel):
    """The ruling on a request about evidence."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"), choices="requests_to_rule_on")]
    result: Annotated[
        Literal["granted", "refused"],
        field(
            T("Result of the ruling"), options={"granted": T("Granted"), "refused": T("Not granted")}, widget="radios"
        ),
    ]
    days: Annotated[
        int | None, Field(ge=1, le=60), field(T("Days to produce it"), T("Only where something is to be produced."))
    ] = None
    reasons: Annotated[str, CourtText(1, 8000), field(T("Reasons"), widget="textarea")]
    language: CaseLanguage = ""


@act(
    title=T("Rule on a request about evidence"),
    input=EvidenceRulingInput,
    by={Role.JUDGE},
    at=RULED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on a request about evidence"),
        T("Read the ruling. You have nothing to do now."),
        when_due=T(
            "Produce what was ordered by the end of %(day)s, or say by then why you cannot; if you do neither, the judge finds what follows.",
            day=DAY,
        ),
    ),
    premise=Premise.SUBJECT,
    subject=lambda court, case, values: str(values.get("request") or ""),
    prepare=prepare_evidence_ruling,
    source=law("CPL 157", "EV 46"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.EVIDENCE_REQUEST,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(
        to_rule_on,
        source="CPL 67; CPI 106; EV 46",
        reason=T("No request for an order about evidence is waiting. Late evidence has a ruling of its own."),
    ),
)
def rule_on_evidence(
    sitting: Sitting, case: Case, given: EvidenceRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Grant it or not, by a sealed ruling: an excluded exhibit is masked, never deleted; an order to produce sets a
    time.
    """
    request = chosen(sitting, case, actor, given.request, to_rule_on)
    order = _order_words(case, request, given, _days(sitting, case, given))
    document = _keep_ruling(sitting, case, request, given)
    request.result = order.render("zh-Hans" if given.language == "zh-Hans" else "en")
    request.state = RequestState.REFUSED if given.result == "refused" else RequestState.ORDERED
    if given.result == "granted" and request.kind is RequestKind.EXCLUSION and request.exhibit is not None:
        request.exhibit.state, request.state = ExhibitState.EXCLUDED, RequestState.GRANTED
        recall(sitting.session, case, sitting.court.clock.machine_now())
    elif given.result == "granted" and request.kind is RequestKind.COLLECTION:
        sitting.open_task(
            case,
            Role.CLERK,
            desks.EVIDENCE_COLLECT,
            T("Collect from %(holder)s: %(what)s", holder=request.holder or "", what=request.what),
            risk=35,
            subject=request.reference,
        )
    elif given.result == "granted":
        holder = case.party(request.against_id)
        sitting.start_window(case, ORDER, party=holder, start=now, subject=request.reference, amount=given.days)
    return Recorded(order, _facts(request, document))


class LateRulingInput(CourtModel):
    """The ruling on late evidence: the three cases of CPI 101 and 102."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"), choices="late_evidence")]
    fault: Annotated[
        Literal["none", "slight", "gross"],
        field(
            T("Why did it come late?"),
            options={
                "none": T("For an objective reason, or nobody objected: it is not late"),
                "slight": T("Neither on purpose nor through gross negligence: admitted, with a reprimand"),
                "gross": T("On purpose or through gross negligence: excluded, unless it bears on the basic facts"),
            },
            widget="radios",
        ),
    ]
    basic: Annotated[bool, field(T("It bears on the basic facts of the case"))] = False
    fine: Annotated[
        CourtMoney | None,
        field(
            T("Fine to be proposed to the president"), T("Only for intent or gross negligence where it is admitted.")
        ),
    ] = None
    reasons: Annotated[str, CourtText(1, 8000), field(T("Reasons"), widget="textarea")]
    language: CaseLanguage = ""


@act(
    title=T("Rule on late evidence"),
    input=LateRulingInput,
    by={Role.JUDGE},
    at=RULED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on late evidence"),
        T("There is nothing you have to do. The ruling says whether the exhibit is admitted, and why."),
    ),
    premise=Premise.SUBJECT,
    subject=lambda court, case, values: str(values.get("request") or ""),
    prepare=prepare_evidence_ruling,
    source=law("CPI 101, 102"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.LATE_EXHIBIT,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(late_ones, source="CPI 101, 102", reason=T("No late evidence is waiting.")),
)
def rule_on_late_evidence(
    sitting: Sitting, case: Case, given: LateRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Admit it, admit it with a reprimand, or exclude it, as the three cases of CPI 101 and 102 say; a fine needs the
    president (CPL 119).
    """
    request = chosen(sitting, case, actor, given.request, late_ones)
    admitted, _, finable = late_consequence(given.fault, given.basic)
    if given.fine is not None and not finable:
        raise InvalidInput(
            [
                FieldFault(
                    ("fine",),
                    T("A fine is possible only for intent or gross negligence where the evidence is admitted."),
                )
            ]
        )
    running = sitting.windows(case, REPLY, subject=request.reference)
    if given.fault == "none" and running:
        raise ActNotOpen(
            T(
                "The other side may still say until %(day)s whether they object to the late evidence. Rule when they have answered, or after that day.",
                day=sitting.ends_on(running[-1]),
            ),
            source=sitting.pack(case).cited("CPI 101"),
        )
    order = _order_words(case, request, given, 0)
    document = _keep_ruling(sitting, case, request, given)
    assert request.exhibit is not None
    request.result = order.render("zh-Hans" if given.language == "zh-Hans" else "en")
    request.state = RequestState.GRANTED if admitted else RequestState.REFUSED
    if request.exhibit.state is ExhibitState.LATE:  # What its party took back meanwhile does not come back by this.
        request.exhibit.state = ExhibitState.SUBMITTED if admitted else ExhibitState.EXCLUDED
    if not admitted:
        recall(sitting.session, case, sitting.court.clock.machine_now())
    sitting.close_tasks(case, desks.LATE_EXHIBIT, request.exhibit.reference)
    if given.fine is not None:
        request.fine_minor = given.fine.minor
        sitting.open_task(
            case,
            Role.PRESIDENT,
            desks.EVIDENCE_FINE,
            T("A fine of %(fine)s for late evidence is proposed.", fine=given.fine),
            risk=50,
            subject=request.reference,
        )
    return Recorded(order, {**_facts(request, document), "fine": given.fine.minor if given.fine else None})


@guard("CPL 119")
def fine_proposed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no fine to decide on."""
    found = with_fine(sitting, case, actor)
    return (
        None if found else T("No fine is waiting for your approval; the judge proposes one with a ruling on evidence.")
    )


class FineInput(CourtModel):
    """The president's word on a fine (CPL 119)."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Late evidence"), choices="fines_proposed")]
    answer: Annotated[
        Literal["approve", "refuse"],
        field(T("The fine"), options={"approve": T("Approved"), "refuse": T("Not approved")}, widget="radios"),
    ]
    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Decide on a fine for late evidence"),
    input=FineInput,
    by={Role.PRESIDENT},
    at=RULED,
    guard=fine_proposed,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on a fine for late evidence"),
        T(
            "Whoever is fined may ask the higher court once for a review; the fine is to be paid meanwhile all the same. Everybody else has nothing to do."
        ),
    ),
    paper=RulingForm(
        T("Fine for late evidence"),
        T("Who is fined may ask the higher court once for a review; it does not halt execution [CPL 119]."),
        is_decision=True,
    ),
    source=law("CPL 119", "EV 59"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.EVIDENCE_FINE,
    topic=Topic.EVIDENCE,
    in_record=False,
)
def decide_evidence_fine(sitting: Sitting, case: Case, given: FineInput, *, actor: Actor, now: datetime) -> Recorded:
    """The president approves the fine or not: no fine is imposed by the judge alone (CPL 119)."""
    request = chosen(sitting, case, actor, given.request, with_fine)
    assert request.fine_minor is not None
    request.fine_approved = given.answer == "approve"
    sitting.close_tasks(case, desks.EVIDENCE_FINE, request.reference)
    fine = Money(request.fine_minor, sitting.pack(case).currency)
    words = (
        T("A fine of %(fine)s is imposed for late evidence", fine=fine)
        if request.fine_approved
        else T("The fine for late evidence is not approved")
    )
    return Recorded(
        words,
        {
            "request": request.reference,
            "fine": request.fine_minor,
            "approved": request.fine_approved,
            "reasons": given.reasons,
        },
    )


def _brought_in(
    sitting: Sitting,
    request: EvidenceRequest,
    upload: str,
    words: str,
    actor: Actor,
    category: Category = Category.DOCUMENT,
) -> None:
    named = [" ".join(each.split())[:200] for each in (request.what, words) if each]
    title = next((each for each in named if not looks_like_file_name(each)), None)
    if title is None:
        raise InvalidInput.at("words", NOT_A_NAME)
    given = ExhibitInput(
        upload=upload,
        title=title,
        category=category,
        proves=request.fact or request.grounds,
        source=words[:1000],
    )
    sitting.then(names.SUBMIT_EXHIBIT, given, actor=actor)


class ProduceInput(CourtModel):
    """What a party does about an order to produce."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Which order"), choices="orders_to_me")]
    answer: Annotated[
        Literal["produce", "refuse"],
        field(
            T("What do you do?"),
            options={"produce": T("I produce it"), "refuse": T("I do not produce it")},
            widget="radios",
        ),
    ]
    upload: Annotated[str | None, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))] = (
        None
    )
    words: Annotated[str, CourtText(1, 2000), field(T("What is it, or why not?"), widget="textarea")]


@act(
    title=T("Produce what was ordered"),
    input=ProduceInput,
    by=set(PARTY_ROLES),
    at=RULED,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Reply to an order to produce evidence"),
        T(
            "There is nothing you have to do now. If something was produced, it comes to you as an exhibit; if not, the judge finds what follows."
        ),
    ),
    source=law("EV 45, 48", "OLR 12, 13"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.EVIDENCE_NOT_PRODUCED,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(ordered_of, source="EV 46", reason=T("Nothing is ordered of you.")),
)
def produce_ordered(sitting: Sitting, case: Case, given: ProduceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Produce the document or the original, or say why not; after the time it is still taken, and marked late."""
    request = chosen(sitting, case, actor, given.request, ordered_of)
    me = sitting.party_of(case, actor)
    if given.answer == "produce" and given.upload is None:
        raise InvalidInput.at("upload", T("Send the file first; it then stands here."))
    sitting.late = request.state is RequestState.NOT_OBEYED
    sitting.close_windows(case, ORDER, WindowState.MET, party=me, subject=request.reference)
    if given.answer == "refuse":
        _not_obeyed(sitting, case, request)
        return Recorded(
            T("%(name)s does not produce: %(what)s", name=me.name, what=request.what),
            {"request": request.reference, "why": given.words},
        )
    request.state = RequestState.OBEYED
    sitting.close_tasks(case, desks.EVIDENCE_NOT_PRODUCED, request.reference)
    _brought_in(sitting, request, given.upload or "", given.words, actor)
    return Recorded(T("%(name)s produces: %(what)s", name=me.name, what=request.what), {"request": request.reference})


def _not_obeyed(sitting: Sitting, case: Case, request: EvidenceRequest) -> None:
    request.state = RequestState.NOT_OBEYED
    if not sitting.tasks(case, desks.EVIDENCE_NOT_PRODUCED, request.reference):
        title = T("What was ordered was not produced: %(what)s. Find what follows.", what=request.what)
        sitting.open_task(case, Role.JUDGE, desks.EVIDENCE_NOT_PRODUCED, title, risk=60, subject=request.reference)


def on_order_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """The clock records that nothing came; what follows is for the judge to find."""
    request = sitting.session.scalar(
        select(EvidenceRequest).where(EvidenceRequest.case_id == case.id, EvidenceRequest.reference == window.subject)
    )
    if request is not None and request.state is RequestState.ORDERED:
        _not_obeyed(sitting, case, request)


class RefusalFindingInput(CourtModel):
    """What follows from not producing what was ordered (EV 48; CPI 112, 113)."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Order that was not obeyed"), choices="not_produced")]
    finding: Annotated[
        Literal["content", "fact", "excused"],
        field(
            T("What follows?"),
            options={
                "content": T("The content of the document is taken as true"),
                "fact": T(
                    "The fact itself is taken as true: the document was destroyed or made useless to hinder the other side"
                ),
                "excused": T("Nothing: there was good reason"),
            },
            widget="radios",
        ),
    ]
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Find what follows from not producing"),
    input=RefusalFindingInput,
    by={Role.JUDGE},
    at=RULED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge’s finding: ordered evidence was not produced"),
        T(
            "The docket says what the judge takes as true, or that there was a good reason. There is nothing you have to do."
        ),
    ),
    source=law("EV 48", "CPI 112, 113"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.EVIDENCE_NOT_PRODUCED,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(not_obeyed, source="EV 48", reason=T("Everything that was ordered was produced.")),
)
def find_on_refusal(
    sitting: Sitting, case: Case, given: RefusalFindingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take the content of the document as true; the fact itself only where it was destroyed or made useless to hinder
    the other side (EV 48).
    """
    request = chosen(sitting, case, actor, given.request, not_obeyed)
    if given.finding != "excused" and request.kind is not RequestKind.PRODUCTION:
        raise ActNotOpen(
            T("Only of a document that another party was ordered to produce is the content taken as true.")
        )
    request.state, request.finding = RequestState.FOUND, given.finding
    sitting.close_tasks(case, desks.EVIDENCE_NOT_PRODUCED, request.reference)
    words = {
        "content": T("Taken as true is what the document says: %(what)s", what=request.content or request.what),
        "fact": T("Taken as true is the fact: %(what)s", what=request.fact or request.what),
        "excused": T("There was good reason not to produce: %(what)s", what=request.what),
    }[given.finding]
    return Recorded(words, {"request": request.reference, "finding": given.finding, "reasons": given.reasons})


@guard("CPL 67")
def being_collected(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to collect."""
    found = to_collect(sitting, case, actor)
    return None if found else T("No ruling orders evidence to be collected that is not here yet.")


class CollectedInput(CourtModel):
    """What came of collecting evidence outside the case."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"), choices="to_be_collected")]
    answer: Annotated[
        Literal["obtained", "refused"],
        field(
            T("What came of it?"),
            options={"obtained": T("Obtained"), "refused": T("Refused or not to be had")},
            widget="radios",
        ),
    ]
    upload: Annotated[str | None, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))] = (
        None
    )
    words: Annotated[str, CourtText(1, 2000), field(T("From whom, how and when; or why not"), widget="textarea")]


@act(
    title=T("Record what was collected"),
    input=CollectedInput,
    by={Role.CLERK, Role.JUDGE},
    at=RULED,
    guard=being_collected,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Result of the court’s collection of evidence"),
        T(
            "What was collected is now an exhibit; if nothing was, the docket says so. If it is not your own exhibit, you may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("CPL 67, 70", "EV 21, 62"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.EVIDENCE_COLLECT,
    topic=Topic.EVIDENCE,
    in_record=False,
)
def record_collected(sitting: Sitting, case: Case, given: CollectedInput, *, actor: Actor, now: datetime) -> Recorded:
    """Enter what was collected outside the case, as an exhibit of who asked for it (EV 62); a refusal is the holder's,
    never held against a party.
    """
    request = chosen(sitting, case, actor, given.request, to_collect)
    sitting.close_tasks(case, desks.EVIDENCE_COLLECT, request.reference)
    if given.answer == "refused":
        request.state = RequestState.FOUND
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.EVIDENCE_NOT_PRODUCED,
            T(
                "%(holder)s gave nothing. A fine may follow [CPL 117].",
                holder=request.holder or "",
            ),
            risk=45,
            subject=request.reference,
        )
        return Recorded(
            T("Not obtained from %(holder)s", holder=request.holder or ""),
            {"request": request.reference, "why": given.words},
        )
    if given.upload is None:
        raise InvalidInput.at("upload", T("Send the file first; it then stands here."))
    upload = sitting.resolved("upload", given.upload)
    request.state = RequestState.OBEYED
    owner = case.party(request.party_id)
    exhibit = add_exhibit(
        sitting,
        case,
        owner,
        upload,
        title=request.what[:200],
        proves=request.fact or request.grounds,
        source=given.words,
        now=now,
    )
    facts = {"request": request.reference, "exhibit": exhibit.label, "sha256": upload.sha256, "receipt": upload.receipt}
    return Recorded(
        T("Collected from %(holder)s: exhibit %(label)s", holder=request.holder or "", label=exhibit.label), facts
    )
