"""Papers from abroad: a mandate and the proof of who a foreign party is count when the chain of certificates is shown
(CPL 62, 275; CPI 521–524).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing import names
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Act, Everyone, Recorded, Topic, act, bar, guard
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CHAIN = "authenticated"
"""Key of a party's details: what was authenticated, how, and by which entry."""

BEFORE = frozenset({names.SHOW_IDENTITY, names.REVOKE_REPRESENTATIVE})
"""What a representative does before the mandate counts: bring the papers, or lay it down."""

MANDATE, IDENTITY = "mandate", "identity"


@guard("CPL 62, 275", "CPI 521")
def somebody_is_abroad(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to record: nobody is noted as living abroad."""
    return None if any(p.abroad for p in parties(case)) else T("No party is noted as living abroad. Note that first.")


class AuthenticationInput(CourtModel):
    """Which papers from abroad were authenticated, and how."""

    party: Annotated[str, RefTo("party"), field(T("Party abroad"), choices="all_parties")]
    covers: Annotated[
        Literal["both", "mandate", "identity"],
        field(
            T("What is authenticated?"),
            options={
                "both": T("Mandate and proof of identity"),
                "mandate": T("The mandate"),
                "identity": T("The proof of identity, such as a register extract or passport"),
            },
        ),
    ]
    how: Annotated[
        Literal["authenticated", "apostille", "treaty", "third_state", "consulate", "before_judge", "notary_here"],
        field(
            T("How?"),
            options={
                "authenticated": T("Notarised there and authenticated by the embassy or consulate"),
                "apostille": T("With an apostille of that state"),
                "treaty": T("As a treaty with that state says"),
                "third_state": T("By the consulate of a third state, where there are no diplomatic relations"),
                "consulate": T("Attested by the embassy or consulate, for a citizen living abroad"),
                "before_judge": T("Signed before a judge of this court, in person or by video"),
                "notary_here": T("Signed here and notarised by a notary of this state"),
            },
        ),
    ]
    place: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("By whom and where"), T("The notary, authority or consulate that stands on the certificate.")),
    ]
    on: Annotated[CourtDate, field(T("Day of the last certificate"))]
    note: Annotated[
        str | None, CourtText(0, 500), field(T("Note for the file"), T("Never the number of a document."))
    ] = None


@act(
    title=T("Record that papers from abroad are authenticated"),
    input=AuthenticationInput,
    by={Role.CLERK},
    at=set(Stage) - {Stage.CLOSED},
    guard=somebody_is_abroad,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Papers from abroad are authenticated"),
        T("There is nothing you have to do. It is on the docket."),
        for_information=True,
    ),
    source=law("CPL 62, 275", "CPI 521–524"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Before this is recorded, nobody acts for a party abroad on a mandate."),
)
def record_authentication(
    sitting: Sitting, case: Case, given: AuthenticationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record which papers of a party abroad were authenticated, how, where and when; from now on the mandate counts
    (CPL 275; CPI 521).

    Raises InvalidInput for a party who does not live abroad and for a day still to come.
    """
    party: Party = sitting.resolved("party", given.party)
    if not party.abroad:
        raise InvalidInput.at("party", T("This party is not noted as living abroad."))
    if given.on > now.astimezone(sitting.court.settings.tz).date():
        raise InvalidInput.at("on", T("This day is still to come."))
    seen = {"how": given.how, "place": given.place, "on": given.on.isoformat(), "entry": sitting.next_number(case)}
    covered = (MANDATE, IDENTITY) if given.covers == "both" else (given.covers,)
    party.details = {**party.details, CHAIN: {**party.details.get(CHAIN, {}), **dict.fromkeys(covered, seen)}}
    return Recorded(
        T("Papers of %(party)s from abroad are authenticated", party=party.name),
        {"party": party.label, "covers": list(covered)},
    )


@bar("CPL 62, 275", "CPI 521")
def mandate_from_abroad(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why a representative of a party abroad does nothing yet: mandate and identity are not authenticated (CPL
    275; CPI 521).
    """
    if not actor.is_representative or actor.is_guardian or act.name in BEFORE:
        return None
    party = case.party_if_any(actor.party_id)
    if party is None or not party.abroad or {MANDATE, IDENTITY} <= party.details.get(CHAIN, {}).keys():
        return None
    return T(
        "The party lives abroad: your mandate counts when it and the proof of who the party is are notarised and authenticated, or carry an apostille. "
        "Show the registry the papers."
    )
