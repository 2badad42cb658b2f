"""Who was away from a hearing and waits for a ruling, and how it is put before the judge (CPL 146, 147; CPI 235, 236, 240)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role
from odr.docket.queries import parties
from odr.filing.claim.queries import claims_of
from odr.filing.models import Claim
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.courtroom.absence.proof import called_at, does_not_count, relied, was_away
from odr.hearing.courtroom.absence.told import Told, rulings_on, told_by
from odr.hearing.mode.consent_effects import absent_at
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import Away

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FALLS = ("claim", "third_party_claim")
"""Claims that count as withdrawn where whoever brought them stays away; a counterclaim does not: it is decided (CPL 146, 147)."""


@dataclass(frozen=True)
class Absence:
    """A party nobody was heard for in a hearing, with their claim if they brought one, and what they told the court of it."""

    hearing: Hearing
    party: Party
    claim: Claim | None
    told: Told | None
    called_at: datetime | None

    @property
    def reference(self) -> str:
        """The hearing and whose absence; the task about it is known by the same."""
        return f"{self.hearing.reference}/{self.party.id}"

    @property
    def who(self) -> Text | str:
        """Who should have come: the party, or the guardian who acts in its place (CPL 60)."""
        return who_should_come(self.party)

    @property
    def how(self) -> Away | None:
        """Why whoever came was not heard all the same; None where nobody came."""
        return next(
            (a.away for a in self.hearing.attendances if a.party_id == self.party.id and a.away is not None), None
        )

    @property
    def title(self) -> Text:
        """Who was away, in what position, and from which hearing."""
        facts = {"name": self.who, "role": self.party.role.label, "at": self.hearing.begins_at}
        if self.how is not None:
            return T("%(name)s, %(role)s: %(how)s, hearing of %(at)s", how=self.how.label, **facts)
        return T("%(name)s, %(role)s: did not come to the hearing of %(at)s", **facts)

    def does_not_count(self, sitting: Sitting, case: Case) -> list[Text]:
        """Every reason why it is not held against them."""
        return does_not_count(sitting, case, self.hearing, self.party)


def who_should_come(party: Party) -> Text | str:
    """The party, or who acts in its place by law (CPL 60; CPI 235)."""
    guardian = (party.details.get("guardian") or {}).get("name")
    if not guardian:
        return party.name
    return T("%(guardian)s, guardian of %(party)s", guardian=guardian, party=party.name)


def absences(sitting: Sitting, case: Case) -> list[Absence]:
    """Who was away from the hearing that counts and was not ruled on, in the order of the parties."""
    hearing = relied(sitting, case)
    return [] if hearing is None else [_absence(sitting, case, hearing, p) for p in away_from(sitting, case, hearing)]


def away_from(sitting: Sitting, case: Case, hearing: Hearing) -> list[Party]:
    """Parties who were away from a hearing and were not ruled on."""
    return [
        party
        for party in parties(case)
        if was_away(hearing, party)
        and not any(r.hearing == hearing.reference for r in rulings_on(sitting.session, case, party))
    ]


def find_absence(sitting: Sitting, case: Case, reference: str) -> Absence | None:
    """One of them, by its reference."""
    return next((one for one in absences(sitting, case) if one.reference == reference), None)


def _absence(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Absence:
    told = [one for one in told_by(sitting.session, case, party) if one.hearing == hearing.reference]
    return Absence(
        hearing,
        party,
        claim_that_may_fall(sitting, case, party),
        told[-1] if told else None,
        called_at(sitting, case, hearing, party),
    )


def claim_that_may_fall(sitting: Sitting, case: Case, party: Party) -> Claim | None:
    """A party's claim that counts as withdrawn where they stay away: a claimant's, or a third party's own (CPL 146; CPI 236)."""
    return next((c for c in claims_of(sitting.session, case) if c.party_id == party.id and c.kind in FALLS), None)


def prepare_absences(sitting: Sitting, case: Case, hearing: Hearing) -> None:
    """Put each absence before the judge with what the law allows; a failure of network or power is none, nor a video nobody agreed
    to (OLR 4, 25). A third party who claims nothing and was called in time changes nothing by staying away (CPI 240).
    """
    failed = {a.party_id for a in hearing.attendances if a.by_failure}
    for party in away_from(sitting, case, hearing):
        if party.id in failed or not absent_at(sitting, case, hearing, party.id):
            continue
        absence = _absence(sitting, case, hearing, party)
        if sitting.tasks(case, desks.ABSENCE, absence.reference) and not absence.does_not_count(sitting, case):
            continue  # They left it, and the judge found so in the hearing.
        if party.role is Role.THIRD_PARTY and absence.claim is None and not absence.does_not_count(sitting, case):
            continue
        put_before_judge(sitting, case, absence)


def put_before_judge(sitting: Sitting, case: Case, absence: Absence, *, told: bool = False) -> None:
    """What somebody's absence is for the judge, anew where they have told the court why."""
    sitting.close_tasks(case, desks.ABSENCE, absence.reference)
    against = absence.does_not_count(sitting, case)
    title = task_title(absence.who, absence.party, absence.claim is not None, against)
    if absence.how is Away.LEFT and against:
        title = T(
            "%(name)s, %(role)s, left the hearing, but that is not held against them: %(why)s Nothing follows from it [CPL 146, 147].",
            name=absence.who,
            role=absence.party.role.label,
            why=against[0],
        )
    if told:
        title = T(
            "%(name)s tells the court why they were not at the hearing of %(at)s. Rule on it.",
            name=absence.who,
            at=absence.hearing.begins_at,
        )
    sitting.open_task(case, Role.JUDGE, desks.ABSENCE, title, risk=50, subject=absence.reference)


def task_title(who: Text | str, party: Party, claims: bool, against: Collection[Text]) -> Text:
    """What the judge may do, by who stayed away, whether they claim something, and whether anything speaks against holding it
    against them.
    """
    is_third = party.role is Role.THIRD_PARTY
    if claims and against:
        return T(
            "%(name)s, %(role)s, did not come, but that is not held against them: %(why)s Their claim does not count as withdrawn for it [CPL 146].",
            name=who,
            role=party.role.label,
            why=next(iter(against)),
        )
    if claims and is_third:
        return T(
            "%(name)s, third party, did not come. Their own claim may count as withdrawn by ruling [CPI 236].",
            name=who,
        )
    if claims:
        return T(
            "%(name)s, claimant, did not come. The claim may be deemed withdrawn by ruling [CPL 146].",
            name=who,
        )
    if is_third:
        return T(
            "%(name)s, third party, did not come. %(why)s Nothing is decided on them before they were called [CPL 177].",
            name=who,
            why=next(iter(against), ""),
        )
    return T(
        "%(name)s did not come. Whether a decision in default is open depends on proof of service and of the summons [CPL 147].",
        name=who,
    )
