"""Finding what a supervisor looks at: once a day by the worker, each with the cases behind it. Nothing follows from it by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Seat
from odr.ground.canonical import sha256_hex
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.models import Account, AccountState, Mandate
from odr.insight.supervision.audit import draw_due
from odr.insight.supervision.models import Matter, MatterKind, SupervisionMatter
from odr.insight.workload.models import WorkTurn
from odr.insight.workload.reckoning import reckon_missed, rules_today
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.insight import SupervisionRules
from odr.procedure.time.reckoning import reckon
from odr.register.statistics.facts import Ending
from odr.register.statistics.models import CaseFacts

if TYPE_CHECKING:
    from odr.procedure.court import Court

MOST = 200
"""Matters laid down in one round."""


def lay_down(court: Court) -> int:
    """For the worker: lay what is new before the supervisor, and draw what is to be read again. Gives how many."""
    pack = rules_today(court)
    rules = pack.supervision
    if rules is None:
        return 0
    now = court.clock.now()
    today = now.astimezone(court.settings.tz).date()
    with court.database.write() as session:
        found = draw_due(court, session, rules, now)
        turn = session.get(WorkTurn, 1, with_for_update=True)
        if turn is not None and (turn.looked_on is None or turn.looked_on < today):
            turn.looked_on = today
            if pack.workload is not None:
                reckon_missed(session, pack.workload)
            found += [*_late(court, session, rules, now), *_patterns(court, session, rules, now)]
        return _keep(court, session, found, rules, now)


def _keep(court: Court, session: Session, found: Iterable[Matter], rules: SupervisionRules, now: datetime) -> int:
    wanted = {one.key: one for one in found}
    if not wanted:
        return 0
    # What is late comes up again the next day; a sample that was drawn does not, and must not wait behind it.
    keys = sorted(wanted, key=lambda key: (wanted[key].kind is MatterKind.LATE, key))
    known: set[str] = set()
    for place in range(0, len(keys), 500):
        known |= set(
            session.scalars(select(SupervisionMatter.key).where(SupervisionMatter.key.in_(keys[place : place + 500])))
        )
    count, asked = 0, set()
    due = reckon(
        rules_today(court), Period(amount=rules.answer_days, unit=Unit.DAYS), now, article=rules.article
    ).due_at
    there = set(
        session.scalars(
            select(Account.id).where(
                Account.id.in_({one.account_id for one in wanted.values()}), Account.state == AccountState.ACTIVE
            )
        )
    )
    for key in [key for key in keys if key not in known][:MOST]:
        one = wanted[key]
        asked_of = one.account_id if one.account_id in there else None  # Who left cannot answer: nobody waits for them.
        session.add(
            SupervisionMatter(
                kind=one.kind,
                key=one.key,
                account_id=asked_of,
                facts=dict(one.facts),
                cases=list(one.cases),
                opened_at=now,
                due_at=due,
            )
        )
        count += 1
        if asked_of is not None:
            asked.add(asked_of)
    _write_to(court, session, sorted(asked))
    return count


def _write_to(court: Court, session: Session, asked: Sequence[int]) -> None:
    """One letter to each who is asked something new; what it is about stands on their page alone."""
    letters = [
        Letter(
            account.email,
            T("The president of the court asks you something"),
            (
                T(
                    "The president of the court asks you how something came about in cases you had to do with. It is a question and no finding. What it is about, and until when you may answer, is on your page."
                ),
            ),
            account.locale or "zh-Hans",
            site=site_of(court.settings.base_url),
            page=T("What the president of the court asks you"),
        )
        for account in session.scalars(select(Account).where(Account.id.in_(asked)).order_by(Account.id))
    ]
    if letters:
        outbox.write(court, session, letters)


def _late(court: Court, session: Session, rules: SupervisionRules, now: datetime) -> list[Matter]:
    """Tasks of the court that were done after their day, or wait after it, and time limits of the court that ended unmet:
    whoever sits in that capacity answers.
    """
    begin = datetime.combine(
        months_before(now.astimezone(court.settings.tz).date(), rules.months), time(), court.settings.tz
    )
    mine = (Role.JUDGE, Role.CLERK, Role.ASSESSOR)
    sits = (Seat.case_id == Task.case_id) & (Seat.role == Task.role) & Seat.until_at.is_(None)
    query = select(Task.reference, Task.kind, Task.case_id, Task.due_at, Seat.account_id).outerjoin(Seat, sits)
    query = query.where(Task.role.in_(mine), _not_laid_down(Task.reference))
    waits = query.where(Task.done_at.is_(None), Task.due_at < now).order_by(Task.due_at, Task.id)
    done = query.where(Task.done_at >= begin, Task.done_at > Task.due_at).order_by(Task.id.desc())
    found = [
        Matter(MatterKind.LATE, f"late/{reference}", (case,), account, {"task": kind, "due": due.isoformat()})
        for each in (waits, done)
        for reference, kind, case, due, account in session.execute(each.limit(MOST))
        if due is not None
    ]
    ended = session.execute(
        select(Window.reference, Window.kind, Window.case_id, Window.due_at)
        .where(
            Window.state == WindowState.LAPSED,
            Window.due_at >= begin,
            _not_laid_down(Window.reference),
            Window.kind.in_(
                sorted(limit.kind for limit in TIME_LIMITS if limit.nature is Nature.COURT and not limit.may_run_out)
            ),
        )
        .order_by(Window.due_at.desc(), Window.id)
        .limit(MOST)
    ).all()
    seated = {
        row[0]: row[1]
        for row in session.execute(
            select(Seat.case_id, Seat.account_id).where(
                Seat.case_id.in_({case for _, _, case, _ in ended}), Seat.role == Role.JUDGE, Seat.until_at.is_(None)
            )
        )
    }
    return found + [
        Matter(
            MatterKind.LATE, f"late/{reference}", (case,), seated.get(case), {"window": kind, "due": due.isoformat()}
        )
        for reference, kind, case, due in ended
        if due is not None
    ]


def _not_laid_down(reference: Any) -> ColumnElement[bool]:
    """Nothing was laid down about this yet: else the oldest, which wait long, would be found each day and nothing beside them."""
    return ~exists().where(SupervisionMatter.key == literal("late/").concat(reference))


def _patterns(court: Court, session: Session, rules: SupervisionRules, now: datetime) -> list[Matter]:
    """What is unusual in the cases of the last months, as the dockets tell; named by the month, so that it comes up again
    in a later one if it goes on.
    """
    today = now.astimezone(court.settings.tz).date()
    since = months_before(today, rules.months)
    begin = datetime.combine(since, time(), court.settings.tz)
    facts = _facts(session, Case.lodged_at >= begin)
    # A paper is served in an old case as in a new one: whatever happened since the month before began is looked at.
    served = _facts(session, Case.head_at >= datetime.combine(months_before(today, 1), time(), court.settings.tz))
    month = today.isoformat()[:7]
    return [
        *_defaults(session, facts, rules, month),
        *_serial(session, facts, rules, month),
        *failed_services(served, rules, today),
    ]


def _facts(session: Session, wanted: ColumnElement[bool]) -> dict[int, dict[str, Any]]:
    """What the dockets of some cases tell."""
    query = select(CaseFacts.case_id, CaseFacts.facts).join(Case, Case.id == CaseFacts.case_id).where(wanted)
    return {row[0]: row[1] for row in session.execute(query)}


def months_before(day: date, months: int) -> date:
    """The first of the month so many months before."""
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def _defaults(
    session: Session, facts: Mapping[int, Mapping[str, Any]], rules: SupervisionRules, month: str
) -> list[Matter]:
    """One agent on the claimant's side of many judgments by default."""
    defaults = {case for case, told in facts.items() if told.get("how") == Ending.DEFAULT.value}
    behind: dict[int, set[int]] = defaultdict(set)
    for account, case in _in_parts(
        session,
        sorted(defaults),
        lambda part: (
            select(Mandate.account_id, Mandate.case_id)
            .join(Party, Party.id == Mandate.party_id)
            .where(Mandate.case_id.in_(part), Mandate.accepted_at.is_not(None), Party.role == Role.CLAIMANT)
        ),
    ):
        behind[account].add(case)
    return [
        Matter(MatterKind.DEFAULTS, f"defaults/{account}/{month}", tuple(sorted(cases)), account, {"cases": len(cases)})
        for account, cases in sorted(behind.items())
        if len(cases) >= rules.agent_defaults
    ]


def _serial(
    session: Session, facts: Mapping[int, Mapping[str, Any]], rules: SupervisionRules, month: str
) -> list[Matter]:
    """Many claims by one claimant: by account, or by the very name where there is none."""
    behind: dict[tuple[int | None, str], set[int]] = defaultdict(set)
    for account, name, case in _in_parts(
        session,
        sorted(case for case, told in facts.items() if told.get("filed")),
        lambda part: select(Party.account_id, Party.name, Party.case_id).where(
            Party.case_id.in_(part), Party.role == Role.CLAIMANT
        ),
    ):
        behind[(account, "") if account is not None else (None, name)].add(case)
    return [
        Matter(
            MatterKind.SERIAL,
            f"serial/{account if account is not None else sha256_hex(name.encode())[:24]}/{month}",
            tuple(sorted(cases)),
            account,
            {"cases": len(cases)},
        )
        for (account, name), cases in sorted(behind.items(), key=lambda one: (one[0][0] or 0, one[0][1]))
        if len(cases) >= rules.serial_claims
    ]


def failed_services(facts: Mapping[int, Mapping[str, Any]], rules: SupervisionRules, today: date) -> list[Matter]:
    """A channel of which much reached nobody in the whole month before: a carrier, an address list, or the court's own way. Pure."""
    month = (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    tried: Counter[str] = Counter()
    failed: dict[str, list[int]] = defaultdict(list)
    for case, told in sorted(facts.items()):
        for day, channel, is_served in told.get("services", ()):
            if day[:7] == month:
                tried[channel] += 1
                if not is_served:
                    failed[channel].append(case)
    return [
        Matter(
            MatterKind.SERVICE,
            f"service/{channel}/{month}",
            tuple(sorted(set(cases))),
            None,
            {"channel": channel, "failed": len(cases), "tried": tried[channel], "month": month},
        )
        for channel, cases in sorted(failed.items())
        if len(cases) >= rules.failed_services and 100 * len(cases) >= rules.failed_percent * tried[channel]
    ]


def _in_parts(session: Session, cases: Sequence[int], query: Any) -> Iterable[Any]:
    """Rows of many cases, five hundred at a time."""
    for place in range(0, len(cases), 500):
        yield from session.execute(query(cases[place : place + 500]))
