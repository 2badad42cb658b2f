"""The check-up: is everything there that a court needs, and what to do where it is not. Looks, and changes nothing that
stays.
"""

from __future__ import annotations

import enum
import importlib.util
import json
import os
import shutil
import smtplib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import func, select, text

from odr.assist.guide.asking import ranked_in
from odr.assist.guide.meaning import missing
from odr.assist.guide.passages import passages_of
from odr.assist.line.prompts import lacking, recordings
from odr.assist.wording import english
from odr.docket.models import Case
from odr.evidence.intake.scan import Clamd
from odr.evidence.sources.webpage.capturer import browser
from odr.evidence.store.bucket import locked_for
from odr.evidence.store.s3 import S3Store, open_store
from odr.ground import migrate
from odr.ground.clock import Clock, CourtClock
from odr.ground.config import Mode, Settings
from odr.ground.db import Database
from odr.ground.errors import CourtError
from odr.ground.silence import silence
from odr.hearing.live.media.control import Media, MediaAway
from odr.hearing.live.transcript.engine import REMEDY, digest_of, is_on, missing_for
from odr.notary.check.alarms import alarms
from odr.notary.log.log_rows import open_log, tile_reader, tree_size
from odr.notary.log.sequencer import sequencer_lock
from odr.notary.models import KeyState, LogCheckpoint, LogEntry, SigningKey
from odr.notary.notary import Notary
from odr.notary.rehash import audit, renewal_tokens
from odr.notary.rehash.audit import Standing
from odr.notary.time.attest import behind
from odr.notary.time.renewal import ALARM, ending
from odr.notary.vault import VaultRefused
from odr.operations import backup
from odr.operations.health import caught, split_views
from odr.procedure.rules.activation import activated
from odr.procedure.rules.pack import NoSuchRule, PackError
from odr.procedure.rules.registry import PackRegistry

ROOT = Path(__file__).resolve().parents[2]
LITTLE, VERY_LITTLE = 2 * 2**30, 200 * 2**20
"""Bytes free below which the disk is a worry, and below which the court will soon refuse what it is sent."""
OVERDUE = timedelta(minutes=15)
ROUND_AGE = timedelta(days=7)
"""How long a round of hash renewal may last, and after which what came since wants the next one."""
BACKUP_AGE = timedelta(hours=26)
LAG = timedelta(minutes=15)
"""How long a witness or an outside time authority may lack a tree head before somebody should ask why."""
LAY_A_VERSION = (
    "lay a new version under /administration/rules, or by `flask pack activate FOLDER`; two administrators approve it"
)


class State(enum.Enum):
    """How one thing stands."""

    GOOD = "ok"
    """As it should be."""
    WORRY = "worry"
    """The court works; somebody should see to it."""
    BAD = "BAD"
    """Something does not work or cannot be proven."""


@dataclass(frozen=True)
class Finding:
    """One line of the check-up: what was looked at, how it stands, how to mend it."""

    state: State
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.state.value:<6}{self.what}" + (f"\n      → {self.mend}" if self.mend else "")


Findings = Iterator[Finding]


def examine(settings: Settings, database: Database, clock: Clock, notary: Notary) -> list[Finding]:
    """Every check in turn; one that fails altogether is a finding itself and stops no other."""
    found: list[Finding] = []
    _run(found, lambda: check_restore(settings), lambda: check_settings(settings), lambda: check_database(database))
    if any(finding.state is State.BAD for finding in found):
        # Without its database in the right form nothing else could be judged.
        return found
    checks: list[Callable[[], Findings]] = [
        lambda: check_syncing(database),
        lambda: check_clocks(settings, database, clock.machine_now()),
        lambda: check_disk(settings),
        lambda: check_vault(settings, notary),
        lambda: check_log(database, notary),
        lambda: check_proofs(database, notary),
        lambda: check_outside(notary),
        lambda: check_monitored(settings, notary),
        lambda: check_store(settings),
        lambda: check_mail(settings),
        lambda: check_media(settings),
        lambda: check_speech(settings),
        lambda: check_programs(settings),
        lambda: check_suggestions(settings),
        lambda: check_meaning(settings, clock.now()),
        lambda: check_line(settings, database),
        lambda: check_packs(settings, database, clock.now()),
        lambda: check_worker(database, clock.now()),
        lambda: check_backup(settings, clock.machine_now()),
    ]
    _run(found, *checks)
    return found


def _run(found: list[Finding], *checks: Callable[[], Findings]) -> None:
    for check in checks:
        try:
            found += check()
        except Exception as error:
            said = f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"
            found.append(
                Finding(
                    State.BAD,
                    f"a check could not be done: {said}",
                    "mend what stands above first; see whether the database answers",
                )
            )


def good(what: str) -> Finding:
    return Finding(State.GOOD, what)


def check_restore(settings: Settings) -> Findings:
    """No restore is half done, and a court put back has been answered for."""
    if (settings.data_dir / backup.JOURNAL).exists():
        yield Finding(State.BAD, "a restore has not ended", "give `flask restore` the same backup again")
    stands = silence(settings)
    if stands is not None:
        yield Finding(
            State.WORRY,
            f"the court sends nothing since {stands.since:%F %T} UTC: {stands.why}",
            "once no other copy runs and the log is in order: `flask silence end --by … --why …`",
        )


def check_settings(settings: Settings) -> Findings:
    """Which court this is; in production, whether somebody outside keeps its tree heads."""
    yield good(
        f"settings: {settings.mode.value} court at {settings.base_url}, log {settings.origin}, pack {settings.pack}"
    )
    try:
        _ = settings.tz
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            State.BAD, f"there is no time zone {settings.zone}", "set ODR_ZONE to a name such as Asia/Shanghai"
        )
    if settings.mode is Mode.PRODUCTION and not _names_appeal_court(settings):
        yield Finding(
            State.WORRY,
            "judgments name no court of appeal by its name",
            "set ODR_APPEAL_COURT and ODR_APPEAL_COURT_ZH to the court above this one: every judgment and ruling names it",
        )
    if settings.mode is Mode.PRODUCTION and not settings.witnesses and not settings.external_tsa:
        yield Finding(
            State.WORRY,
            "nobody outside keeps the log's tree heads",
            "set ODR_WITNESSES or ODR_EXTERNAL_TSA; until then every receipt says so",
        )


def _names_appeal_court(settings: Settings) -> bool:
    """Whether the court of appeal is named in both languages (CPL 155, 173), not as it comes with the program."""
    standard = Settings.model_fields
    return all(getattr(settings, name) != standard[name].default for name in ("appeal_court", "appeal_court_zh"))


def check_database(database: Database) -> Findings:
    """Reachable, in this version's form, with every trigger that keeps rows as they are."""
    try:
        lacking = migrate.pending(database.url)
    except ValueError as error:
        yield Finding(
            State.BAD, str(error), "start the newer program, or restore the backup made before it was installed"
        )
        return
    if lacking:
        yield Finding(State.BAD, f"the database lacks {', '.join(lacking)}", "back up, then `flask db upgrade`")
        return
    with database.engine.connect() as connection:
        missing = migrate.missing_triggers(connection)
    yield good("the database answers and has the form of this version")
    if missing:
        yield Finding(
            State.BAD,
            f"append-only triggers are missing: {', '.join(missing)}",
            "find out who took them down; then `flask db upgrade` and `flask docket audit`",
        )
    else:
        yield good("every append-only trigger stands")


def check_syncing(database: Database) -> Findings:
    """What is acknowledged must be on the disk."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            mode, level = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
            )
            said, sound = f"journal_mode={mode}, synchronous={level}", mode == "wal" and int(level or 0) >= 2
        else:
            values = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("fsync", "synchronous_commit", "full_page_writes")
            }
            said = ", ".join(f"{name}={value}" for name, value in values.items())
            sound = (
                values["fsync"] == "on"
                and values["full_page_writes"] == "on"
                and values["synchronous_commit"] in ("on", "remote_apply", "remote_write", "local")
            )
    if sound:
        yield good(f"commits are synced ({said})")
    else:
        yield Finding(
            State.BAD,
            f"commits are not synced ({said}): a power cut would lose acknowledged acts",
            "turn syncing on in the database's settings",
        )


def check_clocks(settings: Settings, database: Database, now: datetime) -> Findings:
    """The machine's clock against the log, the database's server and the file system."""
    with database.read() as session:
        newest = session.scalar(select(func.max(LogCheckpoint.signed_at)))
        server = None if database.is_sqlite else session.execute(text("SELECT clock_timestamp()")).scalar_one()
    if newest is not None and newest > now + timedelta(seconds=2):
        yield Finding(
            State.BAD,
            f"this machine's clock ({now:%F %T} UTC) stands before the newest tree head ({newest:%F %T} UTC)",
            "set the clock by NTP before anybody files",
        )
    if server is not None and abs(server - now) > timedelta(seconds=5):
        yield Finding(
            State.BAD,
            f"database server and this machine differ by {abs(server - now).total_seconds():.0f} s",
            "let both follow NTP",
        )
    with tempfile.NamedTemporaryFile(dir=settings.data_dir) as file:
        written = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        if abs(written - CourtClock().machine_now()) > timedelta(seconds=60):
            yield Finding(
                State.WORRY, "the data folder's file system has another clock", "let the file server follow NTP"
            )
    yield good(f"clock {now:%F %T} UTC")


def check_disk(settings: Settings) -> Findings:
    """Room for what people send."""
    for name, folder in {"data folder": settings.data_dir, "vault": settings.vault_folder}.items():
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        said = f"{name} {folder}: {free / 2**30:.1f} GiB free"
        if free < LITTLE:
            yield Finding(
                State.BAD if free < VERY_LITTLE else State.WORRY,
                said,
                "make room or move the files to an object store: a full disk refuses, it does not lose",
            )
        else:
            yield good(said)


def check_vault(settings: Settings, notary: Notary) -> Findings:
    """The vault answers, holds every key in use, and its files are closed to this process."""
    try:
        with notary.database.read() as session:
            keys = list(session.scalars(select(SigningKey).where(SigningKey.state == KeyState.ACTIVE)))
        if not keys:
            yield Finding(State.BAD, "there are no keys yet", "hold the key ceremony: `flask keys ceremony`")
        wrong = [key.id for key in keys if notary.vault.public_key(key.id) != bytes(key.public)]
    except VaultRefused as error:
        yield Finding(
            State.BAD,
            f"the vault lacks a key the database names: {error}",
            "this is another vault: put the right folder in ODR_VAULT_DIR, or restore it",
        )
        return
    except OSError as error:
        yield Finding(
            State.BAD,
            f"the vault does not answer at {settings.vault_address}: {error}",
            "start it: `systemctl start court-vault`",
        )
        return
    if wrong:
        yield Finding(
            State.BAD,
            f"keys of the vault are not those of the database: {', '.join(wrong)}",
            "this is another vault: restore vault and database of the same court",
        )
    elif keys:
        yield good(f"the vault answers and holds the {len(keys)} keys in use")
    if settings.mode is Mode.PRODUCTION and os.getuid() != 0 and os.access(settings.vault_folder, os.R_OK | os.X_OK):
        yield Finding(
            State.WORRY,
            f"this user can read {settings.vault_folder}",
            "let the vault run under a user of its own: see deploy/court-vault.service",
        )


def check_log(database: Database, notary: Notary) -> Findings:
    """The signer's memory and the stored log are the same tree, and nothing waits for its turn."""
    # While nobody signs: what the signer remembers would be newer than what was read.
    with sequencer_lock(database), database.read() as session:
        log = open_log(session)
        if log is None:
            return
        size, remembered = tree_size(session, log.id), notary.vault.remembered(log.key_id)
        waiting = session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.log_index.is_(None))) or 0
        if remembered.size > size:
            yield Finding(
                State.BAD,
                f"the signer has signed {remembered.size} entries of {log.id}, the database has {size}: it was set back",
                "`flask log recover`",
            )
            return
        if tile_reader(session, log.id).root(remembered.size) != remembered.root:
            yield Finding(
                State.BAD,
                f"the signer remembers another tree of {remembered.size} entries",
                "`flask log audit` names the culprit; restore the database it signed",
            )
            return
    yield good(f"log {log.id}: {size} entries, {remembered.size} signed for")
    with database.read() as session:
        late = ending(session, notary.clock.machine_now() + ALARM)
        late_statements = renewal_tokens.ending(session, notary.clock.machine_now() + ALARM)
        stands = audit.standing(session)
    if late or late_statements:
        first = min([*(one.ends_at for one in late), *(one.ends_at for one in late_statements)])
        count = len(late) + len(late_statements)
        yield Finding(
            State.BAD,
            f"{count} time tokens end from {first:%F} on and were not renewed",
            "`flask log renew` says what hinders it",
        )
    yield from _hash_renewal(stands, notary.clock.machine_now())
    if waiting:
        yield Finding(
            State.WORRY,
            f"{waiting} entries wait for their place in the log",
            "they are safe; see whether the vault answers and the worker runs",
        )


def check_outside(notary: Notary) -> Findings:
    """Nobody outside has refused the log, and who should attest it does."""
    refusals = notary.stopped_by()
    for refusal in refusals:
        yield Finding(
            State.BAD,
            f"{refusal}; nothing is signed",
            "find out which tree is the true one: *A witness refuses* in docs/operators.md; then `flask log resume`",
        )
    with notary.database.read() as session:
        lagging = behind(notary, session)
    late = [one for one in lagging if one.since is not None and notary.clock.machine_now() - one.since > LAG]
    for one in late:
        said = f"the {'witness' if one.is_witness else 'time authority'} {one.who} lacks every tree head since {one.since:%F %T} UTC"
        yield Finding(
            State.WORRY,
            said,
            "the worker's log says what it answers; see its address, the firewall, and whether its operators know this log's key",
        )
    if lagging and not refusals and not late:
        yield good(f"{len(lagging)} outside attest the log's tree heads")


def check_proofs(database: Database, notary: Notary) -> Findings:
    """Nothing keeps the log from proving what the court acknowledges."""
    with database.read() as session:
        found = alarms(notary, session)
    for one in found:
        yield Finding(State.BAD, one.words, one.mend)
    if not found:
        yield good("every acknowledged entry is signed for and stamped within a quarter of an hour")


def check_monitored(settings: Settings, notary: Notary) -> Findings:
    """No log watched from here has been caught with two histories, this court's own least of all."""
    own = split_views(settings, notary)
    if own:
        said = f"this court's log has signed heads that contradict one another: {', '.join(path.name for path in own)} in monitored/"
        yield Finding(
            State.BAD,
            said,
            "publish them; find which tree is the true one, as under *A witness refuses*, before anything else",
        )
    proofs = sorted(path.name for path in caught(settings) if path not in own)
    if proofs:
        said = (
            f"a log watched from here has signed heads that contradict one another: {', '.join(proofs)} in monitored/"
        )
        yield Finding(State.WORRY, said, "publish them, they are the proof; then move them away")


def _hash_renewal(stands: Standing, now: datetime) -> Findings:
    """Once a round was begun SHA-256 is no longer relied on: rounds end, and what enters later gets its round too."""
    if stands.begun is None:
        return
    if stands.damaged:
        said = f"{len(stands.damaged)} files were damaged when hash renewal came to them"
        yield Finding(
            State.BAD,
            said,
            "`flask log renew-hash` names them; restore them from a backup: their receipts alone are bound",
        )
    if stands.wanted and now - stands.begun.begun_at > ROUND_AGE:
        said = f"round {stands.rounds} of hash renewal has bound {stands.done} of {stands.wanted} since {stands.begun.begun_at:%F}"
        yield Finding(State.WORRY, said, "see whether the worker runs, and what it says")
    elif stands.waiting and not stands.wanted and now - stands.begun.begun_at > ROUND_AGE:
        said = f"{stands.waiting} entries came after the last round of hash renewal of {stands.begun.begun_at:%F}"
        yield Finding(State.WORRY, said, "`flask log renew-hash --rule … --on … --by …` begins the next one")
    elif not stands.wanted:
        yield good(f"{stands.ended} rounds of hash renewal have ended")


def check_store(settings: Settings) -> Findings:
    """Something written can be read again."""
    try:
        store = open_store(settings.store_url, settings.data_dir)
        kept = store.write(BytesIO(b"check-up"))
        try:
            sound = b"".join(store.open(kept.key)) == b"check-up"
        finally:
            store.erase(kept.key)
    except (OSError, CourtError, RuntimeError, ValueError) as error:
        yield Finding(
            State.BAD,
            f"the store of files cannot be written: {error}",
            "see ODR_STORE_URL, the folder's owner, and its free room",
        )
        return
    yield (
        good("the store of files takes and gives back")
        if sound
        else Finding(State.BAD, "the store of files gave back other bytes", "stop and check its disks")
    )
    if isinstance(store, S3Store) and locked_for(store) == 0:
        yield Finding(
            State.WORRY,
            "the bucket locks nothing: whoever holds the court's key to it can remove files for good",
            "`flask store prepare`, with the rights of the bucket's owner",
        )


def check_mail(settings: Settings) -> Findings:
    """The mail server greets us."""
    if not settings.smtp_url:
        yield (
            Finding(State.WORRY, "no mail server: messages lie in a folder", "set ODR_SMTP_URL")
            if not settings.is_training
            else good("messages lie in a folder, as in training")
        )
        return
    url = urlsplit(settings.smtp_url)
    try:
        with smtplib.SMTP(url.hostname or "localhost", url.port or 25, timeout=10) as peer:
            peer.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            State.BAD,
            f"the mail server {url.hostname}:{url.port or 25} does not answer: {type(error).__name__}",
            "see ODR_SMTP_URL and the firewall; notices wait meanwhile",
        )
        return
    yield good(f"the mail server {url.hostname} answers")


def check_media(settings: Settings) -> Findings:
    """The media room answers, where hearings are held by the court's own video."""
    if not settings.has_media_room:
        yield good("no media room: hearings by the court's own video are not set up; every other way of hearing works")
        return
    hosts = settings.every_media_host
    for host in hosts.values():
        which = f"the media host {host.name}" if len(hosts) > 1 else "the media room"
        try:
            health = Media(host.control, settings.media_secret.encode()).health()
        except MediaAway as error:
            what = (
                "its hearings are put on another"
                if len(hosts) > 1
                else "no hearing by the court's own video can be opened"
            )
            yield Finding(
                State.BAD,
                f"{which} does not answer, so {what}: {error}",
                "start `python -m odr.hearing.live.media.serve`, or see ODR_MEDIA_CONTROL, ODR_MEDIA_HOSTS and ODR_MEDIA_SECRET",
            )
            continue
        if health.get("name", host.name) != host.name:
            yield Finding(
                State.BAD,
                f"{which} calls itself {health['name']}: it lets nobody in",
                f"set ODR_MEDIA_NAME={host.name} in its own settings",
            )
            continue
        if len(hosts) > 1 and not host.recordings.is_dir():
            yield Finding(
                State.WORRY,
                f"{which} records where this machine cannot read: {host.recordings} is no folder",
                "mount it there for reading, see operators.md, *Several media hosts*; what is on it cannot be played until then",
            )
        yield good(f"{which} answers ({health.get('driver', 'unknown')}, {health.get('hearings', 0)} hearings)")


def check_speech(settings: Settings) -> Findings:
    """What writes down what was said in a hearing, where the operator turned it on."""
    if not is_on(settings):
        yield good("no program writes down what is said: the clerk takes the record of hearings by hand")
        return
    folder = Path(settings.speech_model)
    missing = missing_for(folder)
    if missing:
        yield Finding(State.BAD, f"what was said in hearings is not written down, {missing}", REMEDY)
        return
    yield good(f"what was said in hearings is drafted with the model {digest_of(folder)[:16]}")


def check_programs(settings: Settings) -> Findings:
    """What sets papers, scans files, draws previews and makes backups."""
    fonts = list((ROOT / "fonts").rglob("*.[ot]t[fc]"))
    if importlib.util.find_spec("typst") is None or not fonts:
        yield Finding(
            State.BAD,
            "papers cannot be set: typst or its fonts are missing",
            "install requirements.txt, and keep the folder fonts/",
        )
    else:
        yield good(f"typst with {len(fonts)} fonts")
    if settings.clamd:
        yield (
            good("clamd answers")
            if Clamd(settings.clamd, timeout=5).answers()
            else Finding(State.BAD, "clamd does not answer: files wait for it", "start clamd, or see ODR_CLAMD")
        )
    else:
        yield Finding(
            State.WORRY if not settings.is_training else State.GOOD,
            "no scanner: only executable types are refused",
            "set ODR_CLAMD" if not settings.is_training else "",
        )
    found = browser()
    yield (
        good(f"browser {found} for capturing web pages")
        if found
        else Finding(
            State.GOOD if settings.is_training else State.WORRY,
            "no browser: parties cannot have web pages captured",
            "" if settings.is_training else "apt install chromium",
        )
    )
    if not settings.url.startswith("sqlite"):
        try:
            yield good(f"pg_dump {backup.find_program('pg_dump')}")
        except backup.BackupRefused as error:
            yield Finding(State.BAD, f"no backup can be made: {error}", "apt install postgresql-client")


def check_suggestions(settings: Settings) -> Findings:
    """What suggests beside a text, where the operator has turned it on: whether it has all that it needs."""
    if not settings.wording:
        yield good("slips of the pen are not looked for (ODR_WORDING is off)")
    elif importlib.util.find_spec("symspellpy") is None:
        yield Finding(
            State.WORRY,
            "slips of the pen are looked for in Chinese only: symspellpy is missing",
            "pip install -r requirements-extra.txt",
        )
    else:
        found = [path.stem for path in english.HUNSPELL if path.is_file()]
        yield good(f"slips of the pen are looked for, with {' and '.join(found) or 'no'} dictionary of Debian")


def check_meaning(settings: Settings, now: datetime) -> Findings:
    """Whether the guide can ask for meaning, where the operator has turned it on."""
    if not settings.guide_meaning:
        yield good("the guide asks for words alone (ODR_GUIDE_MEANING is off)")
        return
    today = now.astimezone(settings.tz).date()
    passages = passages_of(PackRegistry.load().in_force(settings.pack, today), today)
    lacks = missing(settings.data_dir, ranked_in(passages))
    yield (
        good("the guide asks for words and meaning")
        if lacks is None
        else Finding(State.WORRY, f"the guide asks for words alone: {lacks.what}", lacks.mend)
    )


def check_line(settings: Settings, database: Database) -> Findings:
    """Whether all that the telephone may say is recorded, in the words of today."""
    if not settings.line_sounds:
        yield good("recordings of the telephone are not looked at (ODR_LINE_SOUNDS is not set)")
        return
    folder = Path(settings.line_sounds)
    if not folder.is_dir():
        yield Finding(
            State.WORRY, f"ODR_LINE_SOUNDS is no folder: {folder}", "name the folder of the exchange's sounds"
        )
        return
    with database.read() as session:
        packs = PackRegistry.load(laid=activated(session))
    listed = recordings(packs.versions(settings.pack))
    missing = lacking(folder, listed)
    if not missing:
        yield good(f"the telephone has its {len(listed)} recordings")
        return
    older = sum(one.older is not None for one in missing)
    yield Finding(
        State.WORRY,
        f"recordings of the telephone are missing: {len(missing)} of {len(listed)}, {older} of older words",
        f"record what `flask line prompts --check {folder}` names",
    )


def check_packs(settings: Settings, database: Database, now: datetime) -> Findings:
    """Rules can be read; calendar and wage figure of the time around now are there."""
    try:
        with database.read() as session:
            packs = PackRegistry.load(laid=activated(session))
        pack = packs.in_force(settings.pack, now.astimezone(settings.tz).date())
    except (PackError, NoSuchRule) as error:
        yield Finding(State.BAD, f"rule packs: {error}", "mend the key it names, or ODR_PACK")
        return
    lacking = pack.missing(now)
    for words in lacking:
        yield Finding(State.WORRY, f"pack {pack.id} {pack.version}: {words.render('en')}", LAY_A_VERSION)
    if not lacking:
        yield good(f"pack {pack.id} {pack.version} is complete for this time of the year")


def check_worker(database: Database, now: datetime) -> Findings:
    """Nothing that is due has been lying for long."""
    with database.read() as session:
        late = session.scalar(select(func.count()).select_from(Case).where(Case.next_due_at < now - OVERDUE)) or 0
    if late:
        yield Finding(
            State.WORRY,
            f"{late} cases have had something due for more than {OVERDUE.total_seconds() / 60:.0f} minutes",
            "start the worker: `systemctl start court-worker`",
        )
    else:
        yield good("nothing overdue lies about")


def check_backup(settings: Settings, now: datetime) -> Findings:
    """The last backup is of yesterday at the oldest."""
    try:
        made = datetime.fromisoformat(json.loads((settings.data_dir / backup.LAST).read_bytes())["made_at"])
    except (FileNotFoundError, ValueError, KeyError):
        made = None
    if made is not None and now - made < BACKUP_AGE:
        yield good(f"last backup {made:%F %T} UTC")
    elif settings.is_training:
        yield good("no recent backup, as in training")
    else:
        yield Finding(
            State.WORRY,
            f"last backup: {f'{made:%F %T} UTC' if made else 'none'}",
            "`flask backup FOLDER` every night, and try `flask restore` somewhere else",
        )
