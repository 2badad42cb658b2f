"""The ruling of an act as a sealed paper: one way for every room (CPL 157).

An act declares a :class:`~odr.procedure.acts.table.RulingForm`; what is asked, ruled
and why is read from its input. The paper is set and sealed before the Sitting
and kept in it with the act's own entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from odr.docket.models import Audience, Case, Document, Role
from odr.docket.papers import Reason, RulingPaper, Signatory, Words, judge
from odr.docket.queries import parties
from odr.docket.visibility import document_audience, party_named
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text, side_by_side, words_of
from odr.ground.typeset import PaperLocale, localized
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act, Recorded, RulingForm
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.input_words import reference_of, value_words
from odr.procedure.papers.form import (
    Basis,
    basis,
    head,
    opening,
    party_block,
    signatures,
    spoken_name,
    who_applied,
)
from odr.procedure.papers.frame import keep_prepared, sealed_paper
from odr.procedure.papers.language import language_of
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.time.reckoning import reckon
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

WITH_THE_JUDGMENT = T(
    "No appeal lies against this ruling; it may be raised together with an appeal against the judgment."
)
NO_APPEAL = T("No appeal lies against this ruling.")
STANDS = T("No appeal lies against this decision.")
ASKED = {
    "allow": T("What was asked for is granted."),
    "grant": T("What was asked for is granted."),
    "refuse": T("What was asked for is not granted."),
}
"""How a yes or no reads in a ruling on what somebody asked for."""
LEFT_AS_IT_WAS = ("refuse", "uphold")
"""Answers after which nothing changes: days or sums that stand in the form beside them order nothing."""


def is_appealable(sitting: Sitting, case: Case, window: str) -> bool:
    """Whether the pack gives an appeal from such a ruling, in the track of the case."""
    try:
        reckon(sitting.pack(case), window, sitting.now, track=case.track.value)
    except NoSuchRule:
        return False
    return True


def appeal_within(window: str) -> Callable[[Sitting, Case, Any], Text]:
    """The remedy of a ruling against which the pack gives an appeal; in a track without one, that there is none (CPL
    157, 171).
    """

    def words(sitting: Sitting, case: Case, given: Any) -> Text:
        return appeal_words(sitting, case, window) or NO_APPEAL

    return words


def appeal_words(sitting: Sitting, case: Case, window: str) -> Text | None:
    """To which court, until when and with how many copies one appeals from a judgment or ruling (CPL 151, 155, 171, 173,
    286); None where nobody may.
    """
    pack, settings = sitting.pack(case), sitting.court.settings
    try:
        rule = reckon(pack, window, sitting.now, track=case.track.value)
        abroad = reckon(pack, window, sitting.now, track=case.track.value, abroad=True)
    except NoSuchRule:
        return None
    facts: dict[str, Any] = {
        "court": bilingual(settings.appeal_court, settings.appeal_court_zh),
        "length": rule.words,
        "abroad": abroad.words,
        "article": pack.cite(rule.article),
    }
    if pack.cited("CPL 173") is None:
        return T(
            "Each party may appeal to %(court)s through this court within %(length)s of receipt, a party abroad within %(abroad)s (%(article)s).",
            **facts,
        )
    return T(
        "Each party may appeal to %(court)s within %(length)s of receipt, a party abroad within %(abroad)s, by a petition handed in "
        "through this court with a copy for each party of the other side: %(respondents)s for a claimant, %(claimants)s for a respondent (%(article)s).",
        **facts,
        claimants=len(parties(case, Role.CLAIMANT)),
        respondents=len(parties(case, Role.RESPONDENT)),
    )


def seal_ruling(court: Court, act: Act, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the ruling that ``act`` gives, in the language of the case, whatever the screen of whoever gives it shows."""
    with court.database.read() as session:
        look, mine = court.look(session), session.get_one(Case, case.id)
        language, paper = written_ruling(look, act, mine, given, actor)
    reason = T("Ruling in case %(number)s", number=mine.number or mine.reference)
    text = _digest(act, given, language, paper)
    return {_key(act, mine): sealed_paper(court, paper, language, text, reason=reason, signer=actor.name)}


def keep_ruling(sitting: Sitting, act: Act, case: Case, given: BaseModel, actor: Actor) -> Document | None:
    """Keep the prepared ruling as a paper of the entry being made; None where none was prepared.

    Raises CaseMovedOn where it would say anything else now than when it was sealed. It is
    kept before the act is carried out: what was asked can then still be read, and whatever
    the act sends out in the same transaction finds it.
    """
    if act.paper is None or _key(act, case) not in sitting.prepared:
        return None
    language, paper = written_ruling(sitting, act, case, given, actor)
    title = words_of(_title(act.paper))
    return keep_prepared(
        sitting,
        case,
        _key(act, case),
        _digest(act, given, language, paper),
        kind="ruling",
        title=title,
        locale=language,
    )


def with_ruling(act: Act, document: Document | None, recorded: Recorded, *, needed: bool) -> Recorded:
    """The entry with its paper named in it; the paper is read by whoever reads the entry.

    ``needed``: a person gives this ruling by the act itself, and a ruling without its
    paper is none (CPL 157). What only follows from another act or from the clock is
    recorded without: no preparation runs before it, and a time limit may not hang on a seal.
    """
    if act.paper is None:
        return recorded
    if document is None:
        if needed:
            raise ActNotOpen(T("The sealed paper was not prepared."))
        return recorded
    audience = recorded.audience or act.seen_by
    document.audience, document.named = document_audience(audience, recorded.named)
    document.party_id = party_named(recorded.named) if audience is Audience.NAMED else None
    facts = {"document": document.reference, "sha256": document.sha256, "document_receipt": document.receipt}
    return replace(recorded, result={**recorded.result, **facts})


def _key(act: Act, case: Case) -> str:
    """Where the paper waits: by case, as several claims may be decided in one Sitting, and by act, as one ruling may
    bring another.
    """
    return f"ruling:{act.name}:{case.reference}"


def _title(form: RulingForm) -> Text:
    if form.kind is not None:
        return form.kind
    return T("Decision: %(kind)s", kind=form.subject) if form.is_decision else T("Ruling: %(kind)s", kind=form.subject)


def _digest(act: Act, given: BaseModel, language: str, paper: RulingPaper) -> str:
    said = localized(paper, "zh-Hans" if language == "zh-Hans" else "en")
    return sha256_hex(canonical([act.name, given.model_dump(mode="json"), language, said]))


def written_ruling(
    sitting: Sitting, act: Act, case: Case, given: BaseModel, actor: Actor
) -> tuple[PaperLocale, RulingPaper]:
    """The ruling as it stands now, without code and address, and its language."""
    assert act.paper is not None
    form = act.paper
    typed = str(getattr(given, "reasons", "") or "")
    language = language_of(sitting, case)
    reasons: list[Words] = [line.strip() for line in typed.splitlines() if line.strip()]
    asked = list(_asked(sitting, case, given, actor))
    return language, RulingPaper(
        **head(sitting, case, language, sitting.now),
        kind=form.kind or (T("Written decision") if form.is_decision else T("Ruling")),
        subject=form.subject,
        signatories=_signatories(sitting, case, actor),
        parties=party_block(sitting, case, applicant=who_applied(case)),
        history=[
            opening(sitting, case),
            *([T("Before the court is: %(what)s.", what=side_by_side(asked))] if asked else []),
        ],
        orders=[
            *_ordered(sitting, case, form, given, actor),
            *(form.more(sitting, case, given) if form.more is not None else []),
        ],
        reasons=[Reason(line) for line in ([form.why] if form.why is not None else []) + reasons],
        basis=basis(sitting.pack(case), act.source, of=Basis.DECISION if form.is_decision else Basis.RULING),
        costs=list(form.costs(sitting, case, given)) if form.costs is not None else [],
        remedy=form.remedy if isinstance(form.remedy, Text) else form.remedy(sitting, case, given),
    )


@dataclass(frozen=True)
class RulingBegun:
    """A ruling as whoever gives it reads it before it is sealed: every part in the language of the case."""

    language: PaperLocale
    parts: list[tuple[Text, list[str]]]


def ruling_begun(sitting: Sitting, act: Act, case: Case, given: BaseModel, actor: Actor) -> RulingBegun:
    """What the paper would say if it were given now, the court's own lines on costs and remedies among it (CPL 157)."""
    language, paper = written_ruling(sitting, act, case, given, actor)
    said = localized(paper, language)
    parts = [
        (paper.labels["history"], said["history"]),
        (paper.labels["reasons"], [reason["text"] for reason in said["reasons"]] + [said["basis"]]),
        (paper.labels["ruled"], said["orders"]),
        (T("Costs"), said["costs"]),
        (paper.labels["remedy"], [said["remedy"]]),
    ]
    whole = [(title, [line for line in lines if line]) for title, lines in parts]
    return RulingBegun(language, [(title, lines) for title, lines in whole if lines])


def _signatories(sitting: Sitting, case: Case, actor: Actor) -> list[Signatory]:
    """The judges who sit and the clerk (CPL 157); whoever else decides answers alone, with the clerk."""
    bench = signatures(sitting, case)
    if actor.role is Role.JUDGE and any(not one.after_day for one in bench):
        return bench
    name = spoken_name(actor.name)
    alone = judge(name) if actor.role is Role.JUDGE else Signatory(actor.role.label, name)
    return [alone, *(one for one in bench if one.after_day and actor.role is not Role.CLERK)]


def _asked(sitting: Sitting, case: Case, given: BaseModel, actor: Actor) -> Iterator[Words]:
    """What the ruling answers, as the form of the act names it."""
    for name, info in type(given).model_fields.items():
        if (
            reference_of(info) is not None
            and (words := value_words(sitting, case, info, getattr(given, name), actor)) is not None
        ):
            yield words


def _ordered(sitting: Sitting, case: Case, form: RulingForm, given: BaseModel, actor: Actor) -> Iterator[Words]:
    """What is ruled, then whatever the form fixes besides: days, a sum, another court."""
    fields = type(given).model_fields
    if form.ruled is not None:
        yield form.ruled
    answer = getattr(given, form.result, None)
    if answer is not None:
        yield (
            form.words.get(str(answer)) or value_words(sitting, case, fields[form.result], answer, actor) or str(answer)
        )
    if answer in LEFT_AS_IT_WAS:
        return
    for name, info in fields.items():
        value = getattr(given, name)
        if name in (form.result, "reasons", *form.omits) or value in (None, "") or reference_of(info) is not None:
            continue
        label = label_of(info)
        for one in value if isinstance(value, list | tuple) else (value,):
            said = (
                _row(sitting, case, one, actor)
                if isinstance(one, BaseModel)
                else value_words(sitting, case, info, one, actor)
            )
            if said is not None:
                yield T("%(label)s: %(value)s", label=label.label if label else name, value=said)


def _row(sitting: Sitting, case: Case, row: BaseModel, actor: Actor) -> Words | None:
    """One line of a list in the form: who, and what."""
    found = [
        value_words(sitting, case, info, getattr(row, name), actor)
        for name, info in type(row).model_fields.items()
        if getattr(row, name) is not None
    ]
    said = [words for words in found if words is not None]
    if not said:
        return None
    whole = said[0]
    for words in said[1:]:
        whole = T("%(label)s: %(value)s", label=whole, value=words)
    return whole
