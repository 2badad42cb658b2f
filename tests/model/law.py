"""Invariants of law: what must be so whatever anybody does, written from the articles, not from the court's code.

Each says what is broken in one sentence; none of them asks the court. Days are counted in :mod:`tests.model.days`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from odr.docket.models import Party, Role, Stage, Track
from odr.evidence.models import Exhibit, ExhibitState
from odr.hearing.models import Hearing
from odr.judgment.vocabulary import FindingResult
from odr.payments.fee.fee_computation import Matter
from odr.procedure.models import Window, WindowState
from odr.service.vocabulary import PacketState
from tests.model.days import day_of, is_over, last_day
from tests.model.record import DECIDING, SIDES, Entry, Record

Says = Callable[[Record, Entry], Iterator[str]]
JUDGMENT = frozenset({"issue_decision"})
EFFECT = frozenset({"take_effect", "certify_effect", "apply_for_enforcement", "resume_enforcement", "record_measure"})


@dataclass(frozen=True)
class Invariant:
    """One rule: its articles, the acts after which it is looked at (every act where empty), and what breaks it."""

    name: str
    articles: str
    after: frozenset[str]
    says: Says


LAW: list[Invariant] = []


def invariant(articles: str, after: frozenset[str] = frozenset()) -> Callable[[Says], Says]:
    """Enter a rule."""

    def enter(says: Says) -> Says:
        LAW.append(Invariant(says.__name__, articles, after, says))
        return says

    return enter


def broken(record: Record, since: int) -> list[str]:
    """What the entries after ``since`` broke: the rule's name and articles, and the sentence."""
    found = []
    for entry in [e for e in record.entries if e.number > since]:
        for rule in LAW:
            if not rule.after or entry.act in rule.after:
                found += [f"{rule.name} ({rule.articles}): {words}" for words in rule.says(record, entry)]
    return found


def abroad(party: Party, days: int) -> int:
    """Thirty days for who lives abroad (CPL 285, 286)."""
    return 30 if party.abroad else days


# Before a judgment


@invariant("CPL 128, 285; CPI 266, 275", JUDGMENT)
def every_respondent_had_time_to_answer(record: Record, entry: Entry) -> Iterator[str]:
    """Served with the claim, and answered, gave the time up, or let fifteen days go by."""
    for who in record.respondents:
        if record.of("file_answer", party=who) or gave_up_time(record, who):
            continue
        served = record.arrived(who, "claim")
        if served is None or served.effective_at is None:
            yield f"{who.label} was not served with the claim"
        elif record.track is not Track.SMALL and not is_over(served.effective_at, abroad(who, 15), entry.at):
            yield f"{who.label} may answer until {last_day(served.effective_at, abroad(who, 15))}"
        elif any(w.state in (WindowState.OPEN, WindowState.HALTED) for w in windows(record, "answer", who)):
            yield f"the time for {who.label} to answer runs or stands still"


def gave_up_time(record: Record, who: Party) -> bool:
    """Whether a party said that they need no time (CPI 266(3), 275(3))."""
    return any("waive" in e.act and e.party_id == who.id for e in record.entries)


def windows(record: Record, kind: str, who: Party) -> list[Window]:
    """A party's windows of a kind."""
    return [w for w in record.windows if w.kind == kind and w.party_id == who.id]


def running(record: Record, kind: str, who: Party) -> list[Window]:
    """A party's windows of a kind that are not over."""
    return [w for w in windows(record, kind, who) if w.state in (WindowState.OPEN, WindowState.HALTED)]


def given_again(window: Window) -> bool:
    """Whether a time for evidence is one the court set once more, which no least length binds (EV 51(3))."""
    return window.working.get("key") == "evidence_again"


NOTICE_ON_EVIDENCE = {Role.CLAIMANT: "acceptance", Role.RESPONDENT: "claim"}
"""With which paper the notice on evidence reaches a side (CPL 128, 129; EV 50)."""


def notice_of(who: Party) -> str | None:
    """The occasion of that paper; whoever was brought in as a claimant gets it with the letter that calls them (CPI 73)."""
    if who.role is Role.CLAIMANT and "added_entry" in who.details:
        return "joinder"
    return NOTICE_ON_EVIDENCE.get(who.role)


@invariant("EV 50, 51, 55, 56; CPI 99, 266, 275", JUDGMENT)
def everybody_had_time_for_evidence(record: Record, entry: Entry) -> Iterator[str]:
    """Fifteen days from one's own notice in ordinary procedure, the time the court gave in every one; an exchange of
    evidence ends it that day.
    """
    exchanges = [p.closed_at for p in record.closed_phases("cross_examination") if p.closed_at is not None]
    for who in record.parties:
        if any(given_again(w) for w in running(record, "evidence", who)):
            yield f"the time given once more for {who.label} to bring evidence runs or stands still"
        if gave_up_time(record, who):
            continue
        served = record.arrived(who, with_paper) if (with_paper := notice_of(who)) is not None else None
        notice = served.effective_at if served is not None else None
        if notice is not None and any(at >= notice for at in exchanges):
            continue
        if notice is None and (who.role is Role.CLAIMANT or record.written(who, notice_of(who))):
            yield f"the notice on evidence did not reach {who.label}"
        if running(record, "evidence", who):
            yield f"the time for {who.label} to bring evidence runs or stands still"
        elif record.track is Track.ORDINARY and notice is not None and not is_over(notice, 15, entry.at):
            yield f"{who.label} may bring evidence until {last_day(notice, 15)}"


FIRST = {
    "object_to_jurisdiction": ("rule_on_jurisdiction",),
    "appeal_jurisdiction": ("record_jurisdiction_appeal",),
    "challenge": ("decide_recusal",),
    "ask_relief_for_lateness": ("rule_on_lateness",),
    "ask_for_joinder": ("rule_on_joinder",),
    "ask_extension": ("rule_on_extension",),
    "ask_rebuttal_time": ("rule_on_rebuttal_time",),
    "report_failure": ("rule_on_failure",),
}
"""What is asked for → what decides it (CPL 48, 86, 130, 135; EV 54; OLR 25)."""


@invariant("CPL 48, 86, 130, 135; EV 54; OLR 25", JUDGMENT)
def nothing_waits_that_is_ruled_on_first(record: Record, entry: Entry) -> Iterator[str]:
    """Objection, challenge, relief: asked for and not ruled on."""
    for asked in (e for e in record.entries if e.act in FIRST and e.number < entry.number):
        names = [v for k, v in asked.result.items() if k in ("request", "failure") and isinstance(v, str)]
        later = [e for e in record.entries if asked.number < e.number < entry.number and e.act in FIRST[asked.act]]
        decided = [e for e in later if not names or any(name in str(e.payload) for name in names)]
        if not decided:
            yield f"{asked.act} of entry {asked.number} is not decided"


@invariant("CPL 130, 157, 171", JUDGMENT)
def a_ruling_on_jurisdiction_is_final(record: Record, entry: Entry) -> Iterator[str]:
    """Ten days from the service of the ruling that rejects an objection are over, or it was appealed and decided."""
    if record.track is Track.SMALL:
        return
    for ruling in record.of("rule_on_jurisdiction"):
        for who in record.parties:
            served = record.arrived(who, entry=ruling.number)
            if served is None or served.effective_at is None:
                yield f"the ruling on jurisdiction of entry {ruling.number} is not served on {who.label}"
            elif not is_over(served.effective_at, abroad(who, 10), entry.at):
                yield f"{who.label} may appeal from the ruling on jurisdiction until {last_day(served.effective_at, 10)}"


def relied_on(record: Record) -> list[Hearing]:
    """The hearings at one hour of the examination that counts: those since a case was sent back, or what was heard fell."""
    since = record.heard_since()
    return [h for h in record.hearings if (h.recorded_by or 0) > since]


@invariant("CPL 147; CPI 227, 241, 261; OLR 25", JUDGMENT)
def no_default_without_service_summons_and_hearing(record: Record, entry: Entry) -> Iterator[str]:
    """Against who was at none of the hearings: claim served, summons in time, hearing held and recorded, no failure."""
    heard = relied_on(record)
    for who in record.respondents:
        if any(record.came(who, hearing) for hearing in heard):
            continue
        if not heard and took_part_in_writing(record, who):
            continue
        if record.arrived(who, "claim") is None:
            yield f"{who.label} was absent and was not served with the claim"
        if not any(summoned(record, who, hearing) for hearing in heard):
            yield f"{who.label} was absent from every hearing and lawfully summoned to none that was held"


def took_part_in_writing(record: Record, who: Party) -> bool:
    """Whether a party applied for a hearing in writing, or agreed to it."""
    agreed = [e.given.get("agrees") for e in record.of("answer_written_hearing", party=who)]
    return bool(record.of("apply_for_written_hearing", party=who)) or (bool(agreed) and agreed[-1] == "yes")


def summoned(record: Record, who: Party, hearing: Hearing) -> bool:
    """Whether a summons arrived in time for a hearing from which no failure kept the party."""
    if any(a.party_id == who.id and a.by_failure for a in hearing.attendances):
        return False
    for call in hearing.summonses:
        paper = record.arrived(who, "summons", call.sent_by) if call.party_id == who.id else None
        if paper is None or paper.effective_at is None:
            continue
        ahead = 3 if record.track is Track.ORDINARY else 0
        if day_of(paper.effective_at) + timedelta(days=ahead) <= day_of(hearing.begins_at):
            return paper.effective_at < hearing.begins_at
    return False


@invariant("CPL 139, 146, 147, 149; CPI 235, 236; OLR 25", frozenset({"rule_on_absence"}))
def nothing_follows_from_an_absence_without_a_summons_in_time(record: Record, entry: Entry) -> Iterator[str]:
    """Whoever came, or was not lawfully called, or was kept away by a failure, loses nothing; of a respondent no claim counts as
    withdrawn.
    """
    if entry.given["answer"] == "excused":
        return
    who = next(p for p in record.case.parties if p.label == entry.result["party"])
    hearing = next(h for h in record.hearings if h.reference == entry.result["hearing"])
    if record.came(who, hearing):
        yield f"{who.label} came to the hearing"
    elif not summoned(record, who, hearing):
        yield f"{who.label} was not lawfully summoned to the hearing"
    if entry.given["answer"] == "withdrawn" and who.role is Role.RESPONDENT:
        yield f"a claim of {who.label} counts as withdrawn"


@invariant("CPL 146, 148; CPI 213, 236, 237", JUDGMENT)
def nothing_is_decided_on_a_claim_that_fell(record: Record, entry: Entry) -> Iterator[str]:
    """What was withdrawn, or counts as withdrawn, or goes on in another case, is not decided in this one."""
    standing = {relief.id for relief in record.reliefs}
    judgment = record.judgment
    for order in judgment.orders if judgment is not None else ():
        if order.relief_id is not None and order.relief_id not in standing:
            yield f"order {order.number} decides on a claim that does not stand"


@invariant("CPL 139, 140, 144; OLR 20, 21", JUDGMENT)
def ordinary_procedure_has_a_hearing(record: Record, entry: Entry) -> Iterator[str]:
    """In ordinary procedure there is a hearing with everybody at the same time, recorded, with debate and everybody's last words, and its
    end is declared.
    """
    if record.track is not Track.ORDINARY:
        return
    heard = relied_on(record)
    if not heard:
        yield "no hearing was held in ordinary procedure"
        return
    said = [e.given for e in record.of("record_hearing") if e.number in {h.recorded_by for h in heard}]
    for stage in ("debated", "last_words"):
        if not any(one.get(stage) == "yes" for one in said):
            yield f"no hearing in ordinary procedure says “{stage}”"
    if not record.of("close_hearing", after=max(h.recorded_by or 0 for h in heard)):
        yield "the debate was not closed after the last hearing"


@invariant("CPL 144", JUDGMENT)
def last_words_follow_what_was_heard_further(record: Record, entry: Entry) -> Iterator[str]:
    """Where the case was heard further from the deliberation, everybody had their last words after that: in a hearing whose record says
    so, or in writing.
    """
    further = record.of("hear_further", after=record.heard_since())
    if not further:
        return
    since = further[-1].number
    recorded = {h.recorded_by for h in relied_on(record)}
    in_hearing = [e for e in record.of("record_hearing", after=since) if e.number in recorded]
    said = any(one.given.get("last_words") == "yes" for one in in_hearing)
    written = any(e.result.get("phase") == "final" for e in record.of("close_phase", after=since))
    if not said and not written:
        yield f"heard further by entry {since}, and nobody had the last word after it"


@invariant("CPL 162, 163", JUDGMENT)
def each_side_is_heard(record: Record, entry: Entry) -> Iterator[str]:
    """In simple procedure and small claims the form is free, but each side speaks, at a hearing or in writing."""
    if record.track is Track.ORDINARY or relied_on(record):
        return
    if not record.closed_phases("debate", "final"):
        yield "nobody was heard: no hearing, no debate and no last statements"


@invariant("OLR 20", JUDGMENT)
def a_hearing_in_writing_has_its_conditions(record: Record, entry: Entry) -> Iterator[str]:
    """Small claims or simple; one party applied in writing, everybody agreed, and the judge recorded the difficulty and
    that nothing is in dispute.
    """
    if relied_on(record):
        return
    if record.track is Track.ORDINARY:
        yield "a judgment in ordinary procedure rests on a hearing in writing"
    since = record.begun_anew
    applied = record.of("apply_for_written_hearing", after=since)
    if not applied:
        yield "nobody applied for a hearing in writing"
        return
    allowed = [
        e for e in record.of("rule_on_written_hearing", after=applied[-1].number) if e.given.get("answer") == "allow"
    ]
    if not allowed or not allowed[-1].given.get("difficulty") or not allowed[-1].given.get("undisputed"):
        yield "the judge did not record that attending together is hard and that nothing is in dispute"
    for who in record.parties:
        words = [
            e
            for e in record.of("answer_written_hearing", party=who, after=applied[-1].number)
            if e.number < entry.number
        ]
        agrees = words[-1].given.get("agrees") == "yes" if words else applied[-1].party_id == who.id
        if not agrees and not record.of("keep_mode", after=words[-1].number if words else entry.number):
            yield f"{who.label} did not agree to a hearing in writing"


@invariant("CPI 103, 106; EV 60", JUDGMENT)
def findings_rest_on_examined_exhibits(record: Record, entry: Entry) -> Iterator[str]:
    """No exhibit grounds a finding that was not open to cross-examination, or was excluded."""
    by_label = {e.label: e for e in record.exhibits}
    by_id = {e.id: e for e in record.exhibits}
    used: dict[str, Exhibit] = {}
    for finding in record.findings:
        if finding.result is FindingResult.REJECTED:
            continue
        named = [by_id[finding.exhibit_id]] if finding.exhibit_id in by_id else []
        for one in [*named, *(by_label[label] for label in finding.rests_on if label in by_label)]:
            used[one.label] = one
    for label, exhibit in sorted(used.items()):
        if exhibit.state is ExhibitState.EXCLUDED:
            yield f"exhibit {label} was excluded and grounds a finding"
        elif not was_open(record, exhibit):
            yield f"exhibit {label} was not open to cross-examination and grounds a finding"


def was_open(record: Record, exhibit: Exhibit) -> bool:
    """Whether everybody else could speak to an exhibit: they did, its phase began with it on file, or it was shown."""
    others = {p.id for p in record.parties if p.id != exhibit.party_id and p.role in SIDES}
    owner = next((p for p in record.case.parties if p.id == exhibit.party_id), None)
    others -= {p.id for p in record.parties if owner is not None and p.role is owner.role}
    if others and others <= {o.party_id for o in record.opinions if o.exhibit_id == exhibit.id}:
        return True
    if any(
        p.opened_at is not None and exhibit.submitted_at <= p.opened_at
        for p in record.closed_phases("cross_examination")
    ):
        return True
    for told in record.of("record_hearing"):
        if not told.given.get("held_exhibits", True) or exhibit.reference in (told.given.get("not_shown") or []):
            continue
        hearing = next((h for h in record.hearings if h.recorded_by == told.number), None)
        if hearing is not None and hearing.ended_at is not None and exhibit.submitted_at <= hearing.ended_at:
            return True
    return False


@invariant("CPL 153, 148, 98; CPI 148", JUDGMENT)
def a_case_is_judged_once(record: Record, entry: Entry) -> Iterator[str]:
    """Neither stayed nor ended, and nothing stands that decided the whole before."""
    if record.case.stayed_at is not None:
        yield "the case is stayed"
    whole = [d for d in record.decisions if d.kind.value == "judgment"]
    if len(whole) > 1:
        yield "two judgments on the whole stand"
    ended = record.of(
        "rule_on_withdrawal", "allow_agreed_withdrawal", "sign_statement", "deem_withdrawn", "end_by_ruling"
    )
    if record.case.outcome is not None:
        yield f"the case has ended: {[e.act for e in ended]}"


@invariant("CPL 128, 130; CPI 266, 275", frozenset({"open_examination"}))
def nothing_is_examined_before_everybody_could_answer(record: Record, entry: Entry) -> Iterator[str]:
    """The examination begins when everybody could answer and the objections to the court are ruled on."""
    yield from every_respondent_had_time_to_answer(record, entry)
    for asked in record.of("object_to_jurisdiction"):
        rulings = [e for e in record.of("rule_on_jurisdiction", after=asked.number) if e.number < entry.number]
        if asked.number < entry.number and not rulings:
            yield f"the objection of entry {asked.number} is not ruled on"


@invariant("EV 51, 56; CPI 99", frozenset({"record_findings"}))
def nothing_is_found_while_evidence_may_come(record: Record, entry: Entry) -> Iterator[str]:
    """Findings wait for everybody's time to bring evidence."""
    yield from everybody_had_time_for_evidence(record, entry)


@invariant("OLR 20", frozenset({"apply_for_written_hearing", "rule_on_written_hearing"}))
def a_hearing_in_writing_is_for_simple_cases(record: Record, entry: Entry) -> Iterator[str]:
    """Small claims and simple procedure only; what was applied for before the case went over is refused."""
    if record.track is Track.ORDINARY and entry.given.get("answer") != "refuse":
        yield f"{entry.act} in ordinary procedure"


# Parts, merged stages, retrial


@invariant("CPL 144, 156; EV 51", frozenset({"close_part"}))
def a_part_is_closed_after_everybody_was_heard_on_it(record: Record, entry: Entry) -> Iterator[str]:
    """What is decided first was answered, its evidence could come, and a hearing carries it."""
    yield from every_respondent_had_time_to_answer(record, entry)
    yield from everybody_had_time_for_evidence(record, entry)
    if not relied_on(record) and not record.closed_phases("debate", "final"):
        yield "a part is closed and nobody was heard"


@invariant("CPI 230; IC 13", frozenset({"merge_stages"}))
def stages_are_merged_with_the_agreement_of_everybody(record: Record, entry: Entry) -> Iterator[str]:
    """The newest word of each party, since the case began anew, is yes."""
    for who in record.parties:
        said = [e for e in record.of("answer_merging", party=who, after=record.begun_anew) if e.number < entry.number]
        if not said or said[-1].given.get("agrees") != "yes":
            yield f"{who.label} did not agree that investigation and debate are heard together"


@invariant("CPL 214", frozenset({"rule_on_retrial"}))
def a_retrial_is_ruled_on_after_everybody_could_answer(record: Record, entry: Entry) -> Iterator[str]:
    """Each of the others answered the application, or let fifteen days from the copy go by."""
    ruled = [e.number for e in record.of("rule_on_retrial") if e.number < entry.number]
    for asked in record.of("apply_for_retrial", after=max(ruled, default=0)):
        if asked.given.get("court") != "here" or asked.number > entry.number:
            continue
        for who in (p for p in record.parties if p.id != asked.party_id):
            if [e for e in record.of("answer_retrial", party=who, after=asked.number) if e.number < entry.number]:
                continue
            copy = record.arrived(who, entry=asked.number)
            if copy is None or copy.effective_at is None:
                yield f"the application for retrial is not served on {who.label}"
            elif not is_over(copy.effective_at, 15, entry.at):
                yield f"{who.label} may answer the application until {last_day(copy.effective_at, 15)}"


# Who decides


@invariant(
    "CPL 47, 48, 50",
    frozenset({"issue_decision", "send_for_signing", "record_findings", "draft_decision", "vote_on_decision"}),
)
def nobody_decides_who_had_to_step_aside(record: Record, entry: Entry) -> Iterator[str]:
    """Who was challenged with success takes no part any more, and nobody while a challenge of theirs is undecided."""
    me = record.name_of(entry.account_id)
    for asked in record.of("challenge"):
        if (
            asked.number > entry.number
            or asked.result.get("name") != me
            or asked.result.get("role") not in ("judge", "panel_judge", "assessor")
        ):
            continue
        reference = asked.result.get("request")
        rulings = [e for e in record.of("decide_recusal", after=asked.number) if e.result.get("request") == reference]
        before = [e for e in rulings if e.number < entry.number]
        if not before:
            yield f"{me} acts while challenged"
        elif before[-1].given.get("answer") == "allow":
            yield f"{me} acts although the challenge was granted"


@invariant("CPL 48", frozenset({"challenge"}))
def nobody_is_challenged_after_the_debate(record: Record, entry: Entry) -> Iterator[str]:
    """At the start, or on grounds known later, until the debate ends; a debate nobody was called to has not ended."""
    closed = record.of("close_hearing", after=record.heard_since(entry.number))
    if [e for e in closed if e.number < entry.number]:
        yield "challenged after the debate had ended"


@invariant("CPL 41; CPI 45, 257", JUDGMENT)
def a_case_sent_back_has_a_new_panel(record: Record, entry: Entry) -> Iterator[str]:
    """Ordinary procedure, a panel, and nobody who sat before."""
    since = record.begun_anew
    if not since:
        return
    before = {e.account_id for e in record.entries if e.number < since and e.role in DECIDING}
    if entry.account_id in before:
        yield f"{record.name_of(entry.account_id)} sat before the case was sent back"
    if record.track is not Track.ORDINARY:
        yield f"a case sent back is judged in {record.track.value}"
    voted = {e.account_id for e in record.of("vote_on_decision", after=since)}
    if len(voted) < 3:
        yield "a case sent back is judged by a single judge"


@invariant("COL 3, 4", frozenset({"close_hearing", "issue_decision"}))
def who_decides_sat_in_the_hearing(record: Record, entry: Entry) -> Iterator[str]:
    """Everybody who decides was on the bench at the hour of a hearing that counts, unless all was heard in writing."""
    heard = relied_on(record)
    since = record.heard_since()
    allowed = [e for e in record.of("rule_on_written_hearing", after=since) if e.given.get("answer") == "allow"]
    if not heard or allowed:
        return
    seats = record.deciding_seats
    for member in record.bench:
        mine = [s for s in seats if s.account_id == member.account_id]
        hours = [h.begun_at or h.begins_at for h in heard]
        if not any(s.from_at <= at and (s.until_at is None or at < s.until_at) for s in mine for at in hours):
            yield f"{record.name_of(member.account_id)} decides and sat in no hearing"


@invariant("CPL 41; CPI 45", frozenset({"open_examination", "record_hearing"}))
def a_case_sent_back_is_heard_by_a_panel(record: Record, entry: Entry) -> Iterator[str]:
    """Several sit before it is examined again."""
    if record.begun_anew and len(record.bench) < 3:
        yield f"{entry.act} before a bench of {len(record.bench)} in a case that was sent back"


FOR_SEVERAL = frozenset({"public_interest", "wide_effect", "new_or_complex", "unfit_for_one"})
"""What the judge may find a case to be that one judge may not hear alone."""


@invariant("CPL 42, 43", frozenset({"open_examination", "issue_decision"}))
def what_one_judge_may_not_hear_is_heard_by_a_panel(record: Record, entry: Entry) -> Iterator[str]:
    """As last found: the interest of the public, many people or much attention, a new kind, or otherwise unfit."""
    found = {e.given["bar"]: e.given["holds"] for e in record.of("find_bar") if e.number < entry.number}
    kinds = sorted(kind for kind, holds in found.items() if holds == "yes" and kind in FOR_SEVERAL)
    if kinds and len(record.bench) < 3:
        yield f"{entry.act} before a bench of {len(record.bench)} in a case that is {', '.join(kinds)}"


@invariant("CPL 42, 166; CPI 257", frozenset({"close_hearing", "issue_decision"}))
def nothing_ends_in_a_procedure_closed_to_it(record: Record, entry: Entry) -> Iterator[str]:
    """What the judge found takes the case out of simple procedure and small claims before its hearing is closed."""
    found = {e.given["bar"]: e.given["holds"] for e in record.of("find_bar") if e.number < entry.number}
    kinds = sorted(k for k, holds in found.items() if holds == "yes" and k in FOR_SEVERAL | {"disputed"})
    if kinds and record.track is not Track.ORDINARY:
        yield f"{entry.act} in {record.track.value} of a case that is {', '.join(kinds)}"


@invariant("CPL 126, 157", frozenset({"refuse_claim"}))
def a_judge_refuses_a_claim(record: Record, entry: Entry) -> Iterator[str]:
    """The refusal of a claim is a ruling."""
    if entry.role is not Role.JUDGE:
        yield f"a {entry.role.value} refused the claim"


SMALL_BOUND, AGREED_BOUND = 6_205_500, 24_822_000
"""Half a year's average wage of the province of this model, and twice that wage, in minor units (CPL 165)."""


@invariant("CPL 165", frozenset({"accept_claim", "convert_track", "agree_small_claims"}))
def small_claims_are_small(record: Record, entry: Entry) -> Iterator[str]:
    """Above half the wage small claims need everybody's agreement, above twice the wage nobody can agree on them."""
    asked = sum(c.amount_minor for c in record.claims)
    if record.track is not Track.SMALL and entry.act != "agree_small_claims":
        return
    agreed = {e.party_id for e in record.of("agree_small_claims")}
    if asked > AGREED_BOUND:
        yield f"small claims over {asked / 100:.2f}"
    elif asked > SMALL_BOUND and record.track is Track.SMALL:
        lacking = [p.label for p in record.parties if p.role in SIDES and p.id not in agreed]
        if lacking:
            yield f"small claims over {asked / 100:.2f} without the agreement of {lacking}"


# Time limits


LEAST = {
    "answer": 15,
    "appeal_judgment": 15,
    "appeal_jurisdiction": 10,
    "appeal_dismissal": 10,
    "appeal_ruling": 10,
    "appeal_answer": 15,
    "counterclaim_answer": 15,
    "third_party_answer": 15,
    "preservation_review": 5,
}
"""Kind of window → days it has at least (CPL 111, 128, 171, 174; CPI 171)."""
SERVED_WITH = {"answer": "claim", "appeal_judgment": "decision"}
"""Kind of window → the paper from whose arrival at the party it runs; that of evidence runs from the notice on it."""


@invariant("CPL 85, 128, 171, 174; CPI 244; EV 51, 55")
def no_window_is_shorter_than_its_article(record: Record, entry: Entry) -> Iterator[str]:
    """Counted from the party's own service of the paper, by hand."""
    for window in (w for w in record.windows if w.opened_by == entry.number):
        yield from too_short(record, window)


def too_short(record: Record, window: Window) -> Iterator[str]:
    """Why a window is shorter than the law."""
    who = next((p for p in record.case.parties if p.id == window.party_id), None)
    days = LEAST.get(window.kind)
    if window.kind == "evidence" and record.track is Track.ORDINARY and not given_again(window):
        days = 15
    if who is None or days is None or window.due_at is None:
        return
    if window.kind == "answer" and record.track is Track.SMALL:
        return
    start = window.opened_at
    served_with = notice_of(who) if window.kind == "evidence" else SERVED_WITH.get(window.kind)
    if served_with is not None:
        paper = record.arrived(who, served_with)
        if paper is None or paper.effective_at is None:
            yield f"{window.kind} of {who.label} runs before the paper arrived"
            return
        start = paper.effective_at
    long = days if window.kind in ("preservation_review", "evidence") else abroad(who, days)
    if day_of(window.due_at) < last_day(start, long):
        yield f"{window.kind} of {who.label} ends {day_of(window.due_at)}, by law {last_day(start, long)}"


@invariant("CPL 174")
def an_answer_to_an_appeal_runs_from_its_service(record: Record, entry: Entry) -> Iterator[str]:
    """Nobody's time to answer runs before the appeal arrived at them."""
    for window in (w for w in record.windows if w.opened_by == entry.number and w.kind == "appeal_answer"):
        who = next(p for p in record.case.parties if p.id == window.party_id)
        appeals = [e for e in record.of("appeal_decision") if e.result.get("appeal") == window.subject]
        if not any(record.arrived(who, entry=e.number) for e in appeals):
            yield f"appeal_answer of {who.label} runs before the appeal arrived"


@invariant("FEE 22; CPI 213; REG 11", frozenset({"deem_withdrawn"}))
def nothing_is_deemed_withdrawn_while_relief_waits_or_after_judgment(record: Record, entry: Entry) -> Iterator[str]:
    """Relief from the fee that is asked for is decided first, and a claim that was judged is not withdrawn."""
    asked = len(record.of("request_relief", party=None)) - len(record.of("decide_relief"))
    if asked > 0:
        yield "relief from the fee is not decided"
    if record.case.stage is Stage.CLOSED and record.decisions:
        yield "the claim is deemed withdrawn after its judgment"


CLAIMED = (Matter.CLAIM, Matter.COUNTERCLAIM)


@invariant("FEE 22; CPI 213", frozenset({"open_examination", "issue_decision"}))
def nothing_unpaid_for_is_examined_or_decided(record: Record, entry: Entry) -> Iterator[str]:
    """What is asked for and was not paid in time counts as withdrawn by ruling before anything is heard on it."""
    over = {w.subject for w in record.windows if w.kind.startswith("fee_") and w.state is WindowState.LAPSED}
    again = {w.subject for w in record.windows if w.kind.startswith("fee_") and w.state is WindowState.OPEN}
    for fee in record.fees_due:
        if fee.reference in over - again and fee.matter in CLAIMED and fee.party_id not in record.ask_relief:
            yield f"{entry.act} while the fee of {fee.matter.value} is unpaid and its time over"


# Effect and enforcement


@invariant("CPL 158, 165, 171; CPI 244", EFFECT)
def no_effect_while_somebody_may_appeal(record: Record, entry: Entry) -> Iterator[str]:
    """Served on everybody, everybody's time to appeal over, no appeal pending; or the higher court decided."""
    yield from not_in_effect(record, entry)


def not_in_effect(record: Record, entry: Entry) -> Iterator[str]:
    """Why the judgment does not bind."""
    judgment = record.judgment
    if judgment is None or judgment.effective_at is None:
        return
    if any(e.given.get("outcome") in ("upheld", "changed") for e in record.of("record_appeal_outcome")):
        return
    if any(a.decision_id == judgment.id for a in record.appeals):
        yield "an appeal is pending"
    for who in record.parties:
        paper = record.arrived(who, "decision", judgment.served_entry)
        if paper is None or paper.effective_at is None:
            yield f"the judgment is not served on {who.label}"
        elif record.track is not Track.SMALL and not is_over(paper.effective_at, abroad(who, 15), record.now):
            yield f"{who.label} may appeal until {last_day(paper.effective_at, abroad(who, 15))}"


@invariant("CPL 158, 171; OLR 31; CPI 135", frozenset({"decide_rebuttal"}))
def a_judgment_that_was_not_served_has_no_effect(record: Record, entry: Entry) -> Iterator[str]:
    """Found not to have arrived: nothing that rested on its arrival stands."""
    judgment = record.judgment
    if judgment is None or record.case.stage not in (Stage.EFFECTIVE, Stage.ENFORCEMENT):
        return
    fallen = [
        p
        for p in record.packets
        if p.reference == entry.result.get("packet") and p.state is PacketState.NOT_SERVED and p.occasion == "decision"
    ]
    if fallen and judgment.effective_at is not None:
        yield from not_in_effect(record, entry)


@invariant("CPL 247, 250", frozenset({"apply_for_enforcement", "resume_enforcement"}))
def nothing_is_enforced_that_does_not_bind(record: Record, entry: Entry) -> Iterator[str]:
    """A judgment in effect, and something that is overdue."""
    if record.judgment is not None and record.judgment.effective_at is None:
        yield "the judgment is not in effect"
    if not any(day_of(entry.at) > o.due_on for o in record.obligations):
        yield "nothing is overdue"


# The course of a case


@invariant("CPL 143; CPI 232", frozenset({"amend_claim", "file_counterclaim", "file_third_party_claim"}))
def claims_stand_once_the_debate_has_ended(record: Record, entry: Entry) -> Iterator[str]:
    """Nothing is added to or changed in a claim after the debate; one nobody was called to has not ended."""
    closed = record.of("close_hearing", after=record.heard_since(entry.number))
    if closed and closed[-1].number < entry.number:
        yield f"{entry.act} after the debate was closed by entry {closed[-1].number}"


@invariant("REG 7; OLR 9", frozenset({"return_claim"}))
def a_claim_is_returned_once(record: Record, entry: Entry) -> Iterator[str]:
    """Everything that is missing is said at once."""
    if len(record.of("return_claim")) > 1:
        yield "the claim was returned a second time"


@invariant("REG 7", frozenset({"refuse_claim"}))
def nothing_is_refused_while_it_may_be_mended(record: Record, entry: Entry) -> Iterator[str]:
    """The days given for the correction are the claimant's."""
    for returned in record.of("return_claim"):
        if record.of("correct_claim", after=returned.number):
            continue
        days = returned.given.get("days")
        if isinstance(days, int) and not is_over(returned.at, days, entry.at):
            yield f"the claim may be mended until {last_day(returned.at, days)}"


@invariant("CPL 144", frozenset({"close_hearing"}))
def no_hearing_is_closed_that_was_not_held(record: Record, entry: Entry) -> Iterator[str]:
    """What was not held has no end, and ends once."""
    if not [h for h in relied_on(record) if (h.recorded_by or 0) < entry.number]:
        yield "the hearing is closed and none was held"


@invariant("CPL 155; COURT cooling-off", JUDGMENT)
def what_is_pronounced_was_signed_and_has_rested(record: Record, entry: Entry) -> Iterator[str]:
    """Signed, unchanged since, and a day old; a partial judgment is signed on its own."""
    signed = [e for e in record.of("send_for_signing") if e.number < entry.number]
    taken_back = [e.number for e in record.of("reopen_decision") if e.number < entry.number]
    if not signed or max(taken_back, default=0) > signed[-1].number:
        yield "pronounced without a signature"
        return
    changed = [e for e in record.of("draft_decision", "record_findings") if signed[-1].number < e.number < entry.number]
    for change in changed:
        yield f"{change.act} of entry {change.number} changed what was signed"
    if entry.at - signed[-1].at < timedelta(hours=24):
        yield f"pronounced {entry.at - signed[-1].at} after it was signed"


@invariant("CPL 155", frozenset({"countersign_decision"}))
def the_clerk_signs_after_the_judge(record: Record, entry: Entry) -> Iterator[str]:
    """Each judgment once, and never before it was pronounced."""
    pronounced = [e for e in record.of("issue_decision") if e.number < entry.number]
    if len(record.of("countersign_decision")) > len(pronounced):
        yield "signed by the clerk more often than pronounced"


@invariant("CPL 158", frozenset({"certify_effect"}))
def a_certificate_is_of_a_judgment(record: Record, entry: Entry) -> Iterator[str]:
    """What is certified was judged and binds."""
    if record.judgment is None or record.judgment.effective_at is None:
        yield "a certificate of effect without a judgment in effect"


@invariant("COURT closing", frozenset({"close_case"}))
def nothing_is_closed_as_performed_while_it_is_owed(record: Record, entry: Entry) -> Iterator[str]:
    """Closed as performed: nothing is owed."""
    if record.obligations:
        yield "closed as performed, and something is owed"


@invariant("CPL 171, 177", frozenset({"record_appeal_outcome", "send_file_up"}))
def the_higher_court_decides_on_appeals(record: Record, entry: Entry) -> Iterator[str]:
    """Nobody appealed, so there is nothing to send up or to decide above."""
    if not [e for e in record.of("appeal_decision") if e.number < entry.number]:
        yield f"{entry.act} without an appeal"


@invariant(
    "CPL 130, 157, 158",
    frozenset({"open_examination", "summon", "record_hearing", "issue_decision", "send_for_signing", "amend_claim"}),
)
def nothing_goes_on_after_a_ruling_that_ends_the_case(record: Record, entry: Entry) -> Iterator[str]:
    """While a ruling that ends the case may be appealed from, and after it is final, the case is not tried."""
    for ruling in record.of("rule_on_jurisdiction"):
        if ruling.number < entry.number and ruling.given.get("answer") == "allow":
            undone = [e for e in record.of("record_jurisdiction_appeal") if ruling.number < e.number < entry.number]
            if not undone:
                yield f"{entry.act} after the court said in entry {ruling.number} that it does not hear the case"


@invariant("COL 10", frozenset({"vote_on_decision"}))
def nobody_agrees_without_a_reason(record: Record, entry: Entry) -> Iterator[str]:
    """A member who did not write the text says why they agree, with the vote or before it in the deliberation; of what was
    pronounced only the text is looked at.
    """
    if entry.given.get("vote") != "for" or entry.given.get("view"):
        return
    if any(e.number < entry.number for e in record.of("pronounce_judgment")):
        return
    wrote = [e for e in record.of("draft_decision") if e.number < entry.number][-1:]
    voted = [e for e in record.of("vote_on_decision") if e.given.get("view") and e.given["vote"] != "against"]
    said = [*wrote, *record.of("deliberate"), *voted]
    if not any(e.account_id == entry.account_id and e.number < entry.number for e in said):
        yield "a bare yes in the panel"


@invariant("CPL 45", frozenset({"vote_on_decision", "deliberate"}))
def only_a_panel_votes(record: Record, entry: Entry) -> Iterator[str]:
    """One judge has nobody to deliberate with."""
    if len(record.bench) < 2:
        yield f"{entry.act} by a single judge"
