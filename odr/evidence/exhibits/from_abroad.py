"""Exhibits made abroad: the certificates the law asks for, or what stands for them, are asked for and shown (EV 16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party, Role, Stage
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import FROM_ABROAD, Exhibit, ExhibitState
from odr.evidence.offered import Offer
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

STANDING = (ExhibitState.SUBMITTED, ExhibitState.LATE)
UNTIL_DECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
ASKED, SHOWN = "asked", "shown"
ASKED_BY = "authentication_asked_by"
"""In the provenance: number of the entry by which the certificates were asked for."""
WORDS = "authentication"
"""In the provenance: what is asked for, or what was shown, in words of the case."""

_OFFER = Offer[Exhibit]("exhibit", "exhibit")
waits, chosen = _OFFER.waits, _OFFER.chosen


def to_ask_about(sitting: Sitting, case: Case, actor: Actor) -> list[Exhibit]:
    """Exhibits of parties that stand and whose certificates were not shown."""
    rows = exhibits_of(sitting.session, case)
    return [e for e in rows if e.state in STANDING and not e.of_court and e.provenance.get(FROM_ABROAD) != SHOWN]


def to_show(sitting: Sitting, case: Case, actor: Actor) -> list[Exhibit]:
    """Those whose certificates are asked for: of a party its own, for the registry all."""
    rows = [e for e in exhibits_of(sitting.session, case) if e.provenance.get(FROM_ABROAD) == ASKED]
    return [e for e in rows if e.state in STANDING and (actor.role is Role.CLERK or e.owner_id == actor.party_id)]


def _options(rows: Sequence[Exhibit]) -> list[Option]:
    return [Option(e.reference, f"{e.label} {e.title}") for e in rows]


@choice_source("exhibits_to_ask_about")
def exhibits_to_ask_about(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that may have been made abroad."""
    return _options(to_ask_about(sitting, case, actor))


@choice_source("exhibits_to_authenticate")
def exhibits_to_authenticate(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits whose certificates are asked for."""
    return _options(to_show(sitting, case, actor))


def whose_it_is(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Who brought the exhibit an entry asks about."""
    rows = [e for e in exhibits_of(sitting.session, case) if e.provenance.get(ASKED_BY) == entry.number]
    return [party for e in rows if (party := case.party_if_any(e.owner_id)) is not None]


KINDS = {
    "official": T("An official paper made abroad: notarised there, or as a treaty says"),
    "status": T(
        "About personal status, made abroad: notarised and authenticated by the consulate, or as a treaty says"
    ),
    "region": T("Made in Hong Kong, Macao or Taiwan: with the certificates asked for there"),
}


class AskAuthenticationInput(CourtModel):
    """Which exhibit was made abroad, and what it needs (EV 16)."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"), choices="exhibits_to_ask_about")]
    kind: Annotated[Literal["official", "status", "region"], field(T("What is it?"), options=KINDS, widget="radios")]


@act(
    title=T("Ask for the certificates of an exhibit made abroad"),
    input=AskAuthenticationInput,
    by={Role.CLERK, Role.JUDGE},
    at=UNTIL_DECIDED,
    guard=waits(to_ask_about, source="EV 16", reason=T("No exhibit stands whose certificates could be asked for.")),
    serves=Everyone.CONCERNED,
    concerns=whose_it_is,
    letter=Letter(
        PaperKind.NOTICE,
        T("Show the certificates of an exhibit made abroad"),
        T(
            "One of your exhibits was made abroad. Send the certificate as an exhibit and say here how it is certified. If you do not, the judge weighs the exhibit without it [EV 16]."
        ),
    ),
    source=law("EV 16"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
)
def ask_exhibit_authentication(
    sitting: Sitting, case: Case, given: AskAuthenticationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Note that an exhibit was made abroad, and ask its party for the certificates; it stands meanwhile, and the judge reads
    that they are missing.
    """
    exhibit = chosen(sitting, case, actor, given.exhibit, to_ask_about)
    words = T("Asked for and not shown yet. %(kind)s", kind=KINDS[given.kind])
    exhibit.provenance = {
        **exhibit.provenance,
        FROM_ABROAD: ASKED,
        ASKED_BY: sitting.next_number(case),
        WORDS: words.render(language_of(sitting, case)),
    }
    return Recorded(
        T("The certificates of exhibit %(label)s, made abroad, are asked for", label=exhibit.label),
        {"exhibit": exhibit.label, "kind": given.kind},
    )


HOW = {
    "notarised": T("Notarised in that state"),
    "consulate": T("Notarised there and authenticated by the embassy or consulate"),
    "apostille": T("With an apostille of that state"),
    "treaty": T("As a treaty with that state says"),
    "region": T("With the certificates of Hong Kong, Macao or Taiwan"),
}


class ShowAuthenticationInput(CourtModel):
    """How an exhibit made abroad is certified."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"), choices="exhibits_to_authenticate")]
    how: Annotated[
        Literal["notarised", "consulate", "apostille", "treaty", "region"],
        field(T("How is it certified?"), options=HOW, widget="radios"),
    ]
    place: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("By whom and where"), T("The notary, authority or consulate that stands on the certificate.")),
    ]
    on: Annotated[CourtDate, field(T("Day of the last certificate"))]
    certificate: Annotated[
        str | None,
        RefTo("exhibit"),
        field(T("Exhibit that is the certificate"), T("Where it is not part of the same file."), choices="exhibit"),
    ] = None


@act(
    title=T("Show the certificates of an exhibit made abroad"),
    input=ShowAuthenticationInput,
    by={*PARTY_ROLES, Role.CLERK},
    at=UNTIL_DECIDED,
    guard=waits(to_show, source="EV 16", reason=T("The certificates of no exhibit are asked for.")),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The certificates of an exhibit were shown"),
        T(
            "Read on the page of the exhibit how it is certified. You may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day."
        ),
    ),
    source=law("EV 16"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
)
def show_exhibit_authentication(
    sitting: Sitting, case: Case, given: ShowAuthenticationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Keep how an exhibit made abroad is certified, by whom and when; whether that does is argued and found like everything else
    about it. Raises InvalidInput for a day to come.
    """
    exhibit = chosen(sitting, case, actor, given.exhibit, to_show)
    if given.on > now.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("on", T("This day has not come yet."))
    proof: Exhibit | None = sitting.resolved("exhibit", given.certificate) if given.certificate else None
    words = (
        T(
            "%(how)s: %(place)s, %(day)s (%(label)s)",
            how=HOW[given.how],
            place=given.place,
            day=given.on,
            label=proof.label,
        )
        if proof is not None
        else T("%(how)s: %(place)s, %(day)s", how=HOW[given.how], place=given.place, day=given.on)
    )
    exhibit.provenance = {
        **exhibit.provenance,
        FROM_ABROAD: SHOWN,
        WORDS: words.render(language_of(sitting, case)),
    }
    return Recorded(
        T("Exhibit %(label)s, made abroad, is certified. %(what)s", label=exhibit.label, what=words),
        {"exhibit": exhibit.label, "how": given.how, "certificate": proof.label if proof is not None else None},
    )
