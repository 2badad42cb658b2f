"""``flask demo volume 400``: a training court with as many cases as a year brings, each by acts through the table, so that every
desk can be tried when it is full.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from odr.app import create_court
from odr.docket.models import Role
from odr.ground.config import Settings
from odr.hearing.courtroom.calendar.models import WeeklyHours
from odr.identity.models import Account
from odr.operations import worker
from odr.procedure.models import ActKey
from odr.training import run
from odr.training.reset import NotReset, refuse
from odr.training.story import StoryClock
from odr.training.training_staff import PEOPLE, VOLUME_PEOPLE, hear_on_weekdays, let_in, make_accounts
from odr.training.volume.claims import CAUSES, Cause, volume_claim
from odr.training.volume.courses import COURSES, Course, ReachedToday, VolumeStory

if TYPE_CHECKING:
    from odr.procedure.court import Court

MOST = 5000
"""How many cases may be asked for at once: more would take a night."""
ROUND = 20
"""After how many cases the worker of the whole court goes round."""
CLAIMANTS = ("li", "wu", "cao", "deng", "feng", "miller", "pan", "qiu")
FIRMS = ("haiyun", "moyun", "chengguang", "shanxing", "xingchen", "yunfan", "lantian", "songhe")


class NotFilled(Exception):
    """The court is left as it is, and why."""


@dataclass(frozen=True)
class Planned:
    """One case as the lot has it: who, about what, when it was lodged, and how far it came since."""

    number: int
    course: Course
    days_ago: float
    cause: Cause
    track: str
    claimant: str
    firm: str
    lot: str

    @property
    def key(self) -> str:
        """Under which its claim is lodged: the same one is lodged once, however often the command is run."""
        return f"volume-{self.lot}"


def plan(number: int, seed: int) -> list[Planned]:
    """So many cases drawn by lot, the same for the same seed, the oldest first. Each case is drawn by itself: a plan of more
    cases holds those of a smaller one.
    """
    return sorted((_planned(each, seed) for each in range(number)), key=lambda one: -one.days_ago)


def _planned(number: int, seed: int) -> Planned:
    name = f"{seed}-{number}"
    lot = Random(name)
    # The first of each course come in turn, so that a small court has one of each too.
    course = COURSES[number] if number < len(COURSES) else lot.choices(COURSES, [one.weight for one in COURSES])[0]
    cause = lot.choice(CAUSES)
    return Planned(
        number=number,
        course=course,
        days_ago=round(lot.uniform(*course.days_ago), 2),
        cause=cause,
        track=lot.choice(course.tracks or cause.tracks),
        claimant=lot.choice(CLAIMANTS),
        firm=lot.choice(FIRMS),
        lot=name,
    )


def fill(court: Court, number: int, seed: int = 1, say: Callable[[str], object] = lambda words: None) -> int:
    """Bring the court to ``number`` cases of the seed, and give how many were told now. Whoever stopped it half way runs it
    again: what is there stays, and the rest is told. Raises NotFilled outside training mode.
    """
    if not court.settings.is_training:
        raise NotFilled("this court sits: nothing invented is filed here")
    people = _everybody(court)
    told = 0
    cases = [one for one in plan(number, seed) if not _is_told(court, one)]
    for each, planned in enumerate(cases, 1):
        _tell(court, planned, people)
        told += 1
        if each % ROUND == 0 or each == len(cases):
            worker.work_once(court)
            say(f"{each} of {len(cases)}: {planned.course.title}")
    return told


def _everybody(court: Court) -> dict[str, int]:
    """Accounts by the part before the @; the judges who are new hear cases on weekdays like the others."""
    with court.database.write() as session:
        here = make_accounts(court, session)
        more = let_in(court, session, VOLUME_PEOPLE)
        now = court.clock.machine_now()
        for one in more.values():
            known = session.scalar(select(WeeklyHours.id).where(WeeklyHours.account_id == one.id).limit(1))
            if Role.JUDGE in one.staff_roles and known is None:
                since = (now - timedelta(days=1000)).date()
                hear_on_weekdays(session, one, here["president@court.example"], since, now)
    with court.database.read() as session:
        return {
            email.split("@")[0]: session.scalars(select(Account.id).where(Account.email == email)).one()
            for email, *_ in PEOPLE + VOLUME_PEOPLE
        }


def _is_told(court: Court, planned: Planned) -> bool:
    with court.database.read() as session:
        return session.scalar(select(ActKey.id).where(ActKey.key == planned.key).limit(1)) is not None


def _tell(court: Court, planned: Planned, people: dict[str, int]) -> None:
    """One case from its claim to where its course ends, or to today."""
    clock = StoryClock(court.clock, court.clock.now() - timedelta(days=planned.days_ago))
    sweeps = {name: court.hooks.sweeps[name] for name in VolumeStory.ROUND}
    story_court = replace(court, clock=clock, hooks=replace(court.hooks, sweeps=sweeps))
    names = {email.split("@")[0]: name for email, name, *_ in PEOPLE + VOLUME_PEOPLE}
    lot = Random(f"{planned.lot}/course")
    story = VolumeStory(
        story_court,
        clock,
        people,
        until_at=court.clock.now(),
        lot=lot,
        claimant=planned.claimant,
        firm=planned.firm,
        firm_name=_as_party(names[planned.firm]),
        track=planned.track,
    )
    claim = volume_claim(story, planned.cause, _as_party(names[planned.claimant]), lot)
    try:
        story.lodge_once(claim, planned.key)
        planned.course.goes(story)
    except ReachedToday:
        pass


LATIN = re.compile(r"^(\S*[\u4e00-\u9fff])\s+[A-Z].*$")


def _as_party(name: str) -> str:
    """A name as a claim has it: the accounts of the training court write a Chinese name in Latin letters as well."""
    return LATIN.sub(r"\1", name)


def in_a_stopped_court(step: Callable[[Court], int]) -> int:
    """For a command: fill the training court of this machine, which is closed meanwhile. Raises ClickException in a court that
    sits, or that is open.
    """
    if os.environ.get("ODR_MODE") == "production":
        raise click.ClickException("this court sits: nothing invented is filed here")
    env = run.environment()
    try:
        refuse(Settings.load(env), Path(env["ODR_DATA_DIR"]))
        # The court is closed: its keys are used here, as by a reset.
        court = create_court(Settings.load({name: value for name, value in env.items() if name != "ODR_VAULT_SOCKET"}))
        done = step(court)
        court.database.dispose()
    except (NotReset, NotFilled) as error:
        raise click.ClickException(str(error)) from error
    return done


@click.command("volume")
@click.argument("number", type=click.IntRange(1, MOST))
@click.option("--seed", default=1, show_default=True, help="Another number draws other cases.")
def volume_command(number: int, seed: int) -> None:
    """Fill the training court with NUMBER cases at every stage. Run again, it goes on where it stopped. A sitting court
    refuses.
    """
    told = in_a_stopped_court(lambda court: fill(court, number, seed, say=click.echo))
    click.echo(f"{told} cases told, {number - told} were here already")
