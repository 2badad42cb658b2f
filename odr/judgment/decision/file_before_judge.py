"""The file before the judge: every exhibit with its opinions, every fact with its answers, the findings so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.evidence.exhibits.facts_of_exhibits import by_fact as exhibits_on_facts
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import Category, Exhibit, ExhibitState
from odr.evidence.sources.proof_queries import held_in_a_log
from odr.filing.claim.public_interest.queries import public_interest_of
from odr.filing.claim.queries import facts_of
from odr.filing.models import Fact, FactAnswer, FactStance
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, side_by_side
from odr.hearing.appraisal.models import ReportObjection
from odr.hearing.appraisal.queries import appraisals_of
from odr.hearing.courtroom.party_questioning.models import PartyQuestioning
from odr.hearing.courtroom.party_questioning.queries import refusals
from odr.hearing.models import AgreedFact, Opinion
from odr.hearing.ripeness.basis import Examined
from odr.hearing.vocabulary import Axis, Stance
from odr.judgment.decision.grounds import Weight, weights
from odr.judgment.decision.queries import standing_findings
from odr.judgment.models import Finding
from odr.procedure.rules.court_rules import Invariant

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class ExhibitOnFile:
    """An exhibit, what the others say to it, and what was found."""

    exhibit: Exhibit
    party: Party | None
    opinions: list[Opinion]
    examined: bool
    finding: Finding | None
    ungrounded: list[str] = field(default_factory=list)
    """Of an expert's report: the materials it rests on that were excluded or never open to cross-examination (EV 34).
    """
    to_report: list[ReportObjection] = field(default_factory=list)
    """Of an expert's report: what the parties object to it, those that count as given up too (EV 37, 38)."""

    weight: Weight = field(default_factory=Weight)
    """What the file itself says of its weight (EV 90; CPI 106)."""

    stored: bool = False
    """Whether a log outside the court is said to hold it (OLR 16)."""
    accepted: bool = False
    """Whether everybody on another side said that they accept it: silence is no admission (EV 4)."""

    @property
    def storage_doubted(self) -> bool:
        """Whether somebody doubts that it is authentic although such a log is said to hold it (OLR 17)."""
        return self.stored and any(o.axis is Axis.AUTHENTICITY for o in self.objections)

    @property
    def subject(self) -> str:
        """Its name in an input."""
        return f"exhibit/{self.exhibit.label}"

    @property
    def is_testimony(self) -> bool:
        """Whether it is what a witness wrote or had recorded (EV 68)."""
        return self.exhibit.category is Category.TESTIMONY

    @property
    def label(self) -> str:
        """Its label, as people cite it."""
        return str(self.exhibit.label)

    @property
    def objections(self) -> list[Opinion]:
        """Every opinion that disputes it."""
        return [o for o in self.opinions if o.stance is Stance.DISPUTE]

    @property
    def given_up(self) -> list[ReportObjection]:
        """Objections to the report that count as given up: the expert's attendance was not prepaid (EV 38)."""
        return [o for o in self.to_report if o.given_up_by is not None]

    @property
    def is_disputed(self) -> bool:
        """Whether anybody disputes anything about it; what counts as given up disputes nothing."""
        return bool(self.objections) or len(self.given_up) < len(self.to_report)


@dataclass(frozen=True)
class FactOnFile:
    """A numbered fact, the answers to it, and what was found."""

    fact: Fact
    party: Party | None
    answers: list[FactAnswer]
    undisputed: bool
    finding: Finding | None
    shown_by: list[Exhibit] = field(default_factory=list)
    """Exhibits that are said to show it and stand."""
    refusals: list[PartyQuestioning] = field(default_factory=list)
    """Who refused to be questioned in person on it without a good reason: weighed with everything else (CPI 110; EV 66)."""

    @property
    def subject(self) -> str:
        """Its name in an input."""
        return f"fact/{self.fact.number}"

    @property
    def label(self) -> str:
        """Its number, as people cite it."""
        return str(self.fact.number)

    @property
    def is_disputed(self) -> bool:
        """Whether somebody denies it, in whole or in part."""
        return any(a.stance in (FactStance.DENIED, FactStance.PARTLY) for a in self.answers)


@dataclass(frozen=True)
class CaseFile:
    """Everything on which findings are made."""

    exhibits: list[ExhibitOnFile]
    facts: list[FactOnFile]
    barred: dict[str, Text] = field(default_factory=dict)
    """Label → why an exhibit that was excluded grounds nothing."""
    by_grounds: bool = True
    """Whether the rules of this court say what grounds no finding, and what none alone (EV 4, 90)."""
    taken_back: list[ExhibitOnFile] = field(default_factory=list)
    """Exhibits their party took back after they were open to cross-examination: they need no finding, and whoever relied on them
    still may.
    """

    @property
    def grounds(self) -> list[ExhibitOnFile]:
        """Exhibits that a finding may rest on."""
        return [e for e in (*self.exhibits, *self.taken_back) if e.examined and not e.ungrounded]

    @property
    def items(self) -> list[ExhibitOnFile | FactOnFile]:
        """Exhibits, then facts."""
        return [*self.exhibits, *self.facts]

    @property
    def unfinished(self) -> list[ExhibitOnFile | FactOnFile]:
        """What still waits for a finding."""
        return [item for item in self.items if item.finding is None]

    @property
    def adoptable(self) -> list[ExhibitOnFile | FactOnFile]:
        """What nobody disputes and has no finding: adopted with one key."""
        exhibits = [
            e
            for e in self.exhibits
            if e.finding is None and e.examined and not e.is_disputed and not e.ungrounded and not _must_be_weighed(e)
        ]
        return [*exhibits, *(f for f in self.facts if f.finding is None and f.undisputed)]

    def find(self, subject: str) -> ExhibitOnFile | FactOnFile | None:
        """What a subject names."""
        return next((item for item in self.items if item.subject == subject), None)


def _must_be_weighed(item: ExhibitOnFile) -> bool:
    """Whether somebody has to look first, though nobody disputes it: testimony, or what waits for a ruling."""
    return item.is_testimony or item.weight.bar is not None


def case_file(sitting: Sitting, case: Case, at: int | None = None) -> CaseFile:
    """The file as it stands, in a handful of queries; with ``at``, the findings and exhibits of when that entry was
    made.
    """
    findings = standing_findings(sitting.session, case, at)
    by_exhibit = {f.exhibit_id: f for f in findings if f.exhibit_id is not None}
    by_fact = {f.fact_id: f for f in findings if f.fact_id is not None}
    opinions = opinions_by_exhibit(sitting, case)
    heard = Examined(sitting, case)
    must_be_heard = sitting.pack(case).keeps(Invariant.UNEXAMINED_GROUNDS_NOTHING)

    def examined(exhibit: Exhibit) -> bool:
        """Whether something may be found on it: open to cross-examination, where the rules ask for that."""
        return not must_be_heard or heard.examined(exhibit, opinions.get(exhibit.id, []))

    everything = exhibits_of(sitting.session, case)
    sound = {e.id for e in everything if e.state is not ExhibitState.EXCLUDED and examined(e)}
    labels = {e.id: e.label for e in everything}
    reports = {a.exhibit_id: a for a in appraisals_of(sitting.session, case) if a.exhibit_id is not None}
    materials = {exhibit_id: a.materials for exhibit_id, a in reports.items()}
    by_grounds = sitting.pack(case).keeps(Invariant.GROUNDS_OF_FINDINGS)
    weight = weights(sitting, case, everything) if by_grounds else {}
    stored = held_in_a_log(sitting.session, [e.id for e in everything]) if by_grounds else set()
    on_file = [
        ExhibitOnFile(
            e,
            case.party_if_any(e.owner_id),
            opinions.get(e.id, []),
            examined(e),
            by_exhibit.get(e.id),
            [labels[m] for m in materials.get(e.id, []) if m in labels and m not in sound],
            list(reports[e.id].objections) if e.id in reports else [],
            weight.get(e.id, Weight()),
            e.id in stored,
            _accepted(case, e, opinions.get(e.id, [])),
        )
        for e in everything
        if e.state is not ExhibitState.EXCLUDED and (at is None or e.entry_number <= at)
    ]
    exhibits = [each for each in on_file if not is_withdrawn(each.exhibit)]
    taken_back = [each for each in on_file if is_withdrawn(each.exhibit) and each.examined]
    agreed = agreed_facts(sitting, case)
    # What touches the interest of the public the court inquires into by itself: nobody admits it away (CPI 92).
    for_the_public = public_interest_of(sitting, case) is not None
    refused = refusals(sitting.session, case)
    speaking = exhibits_on_facts([e.exhibit for e in exhibits])
    facts = [
        FactOnFile(
            v.fact,
            case.party_if_any(v.fact.party_id),
            v.answers,
            not for_the_public and _undisputed(case, v.fact, v.answers, agreed),
            by_fact.get(v.fact.id),
            speaking.get(v.fact.number, []),
            [row for row in refused if v.fact.id in row.facts],
        )
        for v in facts_of(sitting.session, case)
    ]
    barred = {e.label: bar for e in everything if (bar := weight.get(e.id, Weight()).bar) is not None}
    return CaseFile(exhibits, facts, barred, by_grounds, taken_back)


def no_ground(report: ExhibitOnFile) -> Text:
    """Why an expert's report grounds no finding."""
    named = side_by_side(report.ungrounded)
    return T(
        "Report %(label)s rests on material that was excluded or never open to cross-examination: %(named)s. No finding may rest on it [EV 34].",
        label=report.label,
        named=named,
    )


def is_withdrawn(exhibit: Exhibit) -> bool:
    """Whether its party took it back, or the court excluded it: no finding is needed on it."""
    return exhibit.state in (ExhibitState.WITHDRAWN, ExhibitState.EXCLUDED)


def opinions_by_exhibit(sitting: Sitting, case: Case) -> dict[int, list[Opinion]]:
    """The newest opinion of each party on each question that may be read, by exhibit."""
    newest: dict[tuple[int, int, str], Opinion] = {}
    for opinion in sitting.session.scalars(
        built_once(
            lambda: (
                select(Opinion).where(Opinion.case_id == case.id, Opinion.retracted_by.is_(None)).order_by(Opinion.id)
            )
        )
    ):
        newest[opinion.exhibit_id, opinion.party_id, opinion.axis.value] = opinion
    found: dict[int, list[Opinion]] = {}
    for opinion in newest.values():
        found.setdefault(opinion.exhibit_id, []).append(opinion)
    return found


def agreed_facts(sitting: Sitting, case: Case) -> dict[int, set[int]]:
    """Fact → parties who signed that they agree to it (EV 3, 6)."""
    found: dict[int, set[int]] = {}
    for row in sitting.session.scalars(
        built_once(lambda: select(AgreedFact).where(AgreedFact.case_id == case.id, AgreedFact.fact_id.is_not(None)))
    ):
        if row.fact_id is not None:
            found.setdefault(row.fact_id, set()).update(s.party_id for s in row.stances if s.agrees)
    return found


def _accepted(case: Case, exhibit: Exhibit, opinions: list[Opinion]) -> bool:
    """Accepted on every question that was answered, by each of those it speaks against."""
    owner = case.party_if_any(exhibit.owner_id)
    others = {p.id for p in parties(case) if owner is None or not same_side(p, owner)}
    said = [o for o in opinions if o.party_id in others]
    return bool(others) and others == {o.party_id for o in said} and all(o.stance is Stance.ACCEPT for o in said)


def _undisputed(case: Case, fact: Fact, answers: list[FactAnswer], agreed: dict[int, set[int]]) -> bool:
    """Agreed to by every opposing party: silence is no admission (EV 4), and one's admission binds no other (EV 6)."""
    if any(a.stance is not FactStance.ADMITTED for a in answers):
        return False
    said = {a.party_id for a in answers} | agreed.get(fact.id, set())
    teller = case.party_if_any(fact.party_id)
    return teller is not None and all(p.id in said for p in parties(case) if not same_side(p, teller))
