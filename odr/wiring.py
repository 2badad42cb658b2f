"""Which room answers which event, and which port stands where. Read it to learn who wakes whom."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from sqlalchemy import Select, func, select, tuple_

from odr.ground.config import Settings
from odr.ground.text import T
from odr.notary.check.witness import Witness
from odr.notary.time.time_tokens import RemoteTimestamper, Timestamper
from odr.procedure.acts.declared import check_table
from odr.procedure.hooks import DeskPage, Room

if TYPE_CHECKING:
    from flask import Flask

    from odr.ground.typeset import Typesetter
    from odr.procedure.court import Court


def witnesses(settings: Settings) -> tuple[Witness, ...]:
    """Independent witnesses of the log, from ``ODR_WITNESSES`` (``vkey url`` lines, separated by ``;``)."""
    pairs = [line.split() for line in settings.witnesses.split(";") if line.strip()]
    return tuple(Witness.parse(vkey, url) for vkey, url in pairs)


def timestampers(settings: Settings) -> tuple[Timestamper, ...]:
    """External time authorities, from ``ODR_EXTERNAL_TSA`` (``name url roots.pem`` separated by ``;``)."""
    found = []
    for line in settings.external_tsa.split(";"):
        if line.strip():
            name, url, roots = line.split()
            found.append(RemoteTimestamper(name, url, x509.load_pem_x509_certificates(Path(roots).read_bytes())))
    return tuple(found)


FOOTER = timedelta(seconds=1)
"""So old at most is what the footer of a page says of the log: no page asks for it that was asked by another just now."""


@dataclass(frozen=True)
class LogStatus:
    """What the footer says of the log."""

    size: int
    signed_at: datetime | None
    witnesses: int


def log_status(court: Court) -> Callable[[], LogStatus]:
    """The log's size and how it is witnessed, for the footer of every page: as it stood within :data:`FOOTER`, or since
    this process signed it last.
    """
    kept: tuple[datetime, int, LogStatus] | None = None

    def status() -> LogStatus:
        nonlocal kept
        from odr.web.guards import current_session

        now, signed, before = court.clock.machine_now(), court.notary.signed, kept
        if before is None or before[1] != signed or not before[0] <= now < before[0] + FOOTER:
            newest: Any = current_session().execute(_newest_checkpoint()).first()
            kept = before = now, signed, LogStatus(*newest) if newest else LogStatus(0, None, 0)
        return before[2]

    return status


@lru_cache(maxsize=1)
def _newest_checkpoint() -> Select[tuple[int, datetime, int]]:
    """The largest tree of each log by index, and of these few the one signed last: no page reads through all
    checkpoints.
    """
    from odr.notary.models import Log, LogCheckpoint, LogCosignature

    head, seen, log = LogCheckpoint.__table__.c, LogCosignature.__table__.c, Log.__table__.c
    tallest = LogCheckpoint.__table__.alias()
    size = select(func.max(tallest.c.size)).where(tallest.c.log_id == log.id).scalar_subquery()
    count = (
        select(func.count())
        .select_from(LogCosignature.__table__)
        .where(seen.log_id == head.log_id, seen.size == head.size)
        .scalar_subquery()
    )
    return (
        select(head.size, head.signed_at, count)
        .where(tuple_(head.log_id, head.size).in_(select(log.id, size)))
        .order_by(head.signed_at.desc(), head.size.desc())
        .limit(1)
    )


LAYERS = (
    {"ground"},
    {"notary"},
    {"docket"},
    {"identity"},
    {"procedure"},
    {"service"},
    {"filing", "payments", "evidence"},
    {"hearing"},
    {"settlement", "judgment"},
    {"register"},
    {"assist"},
    {"insight"},
    {"api"},
)
"""Lowest first. A room imports lower layers only, never the room beside it; a test reads the imports."""

BESIDE = ("web", "operations", "training")
"""Packages that stand beside the layers: ``web`` serves pages, the others stand on the roof and are imported by nobody."""

ROOMS = (
    "procedure",
    "identity",
    "service",
    "filing",
    "payments",
    "evidence",
    "hearing",
    "settlement",
    "judgment",
    "register",
    "assist",
    "insight",
    "api",
)
"""Rooms in layer order: an event wakes lower rooms first."""


def rooms() -> list[Room]:
    """Every room's declaration. The identity room lies below the table of acts, so it is declared here."""
    return [_identity() if name == "identity" else importlib.import_module(f"odr.{name}.room").ROOM for name in ROOMS]


def _identity() -> Room:
    from odr.identity.accounts.expiry import sweep
    from odr.identity.accounts.lost_factor import records
    from odr.identity.accounts.outbox import send_letters

    def sweep_accounts(court: Court) -> int:
        """Forget sessions, links and tries that nothing needs any more."""
        return sweep(court.database, court.clock.machine_now())

    return Room(
        name="identity",
        routes=("odr.identity.pages:bp",),
        commands=("odr.identity.accounts.cli:group",),
        desk_pages=(
            DeskPage("identity.people", T("People of the court"), 100),
            DeskPage("identity.way_back", T("Somebody lost their second factor"), 22),
        ),
        sweeps={"identity": sweep_accounts, "account letters": send_letters},
        holdings=(lambda court, session, references: records(session, references),),
    )


def open_rooms(court: Court) -> None:
    """Import what every room declares and join its hooks to the court. Raises ValueError for a declaration that lacks
    something; the court does not open with one.
    """
    for room in rooms():
        declarations(room.name)
        room.join(court.hooks)
    check_table(court.table, court.packs, bars=court.hooks.bars)


PAGES = frozenset({"routes", "pages", "cli", "child"})
"""Modules that declare nothing for the table: pages, commands, and programs run in processes of their own."""


@cache
def declarations(room: str) -> tuple[str, ...]:
    """Import every module of a room that may declare acts, models, desks, time limits or choices; their names."""
    package = importlib.import_module(f"odr.{room}")
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    wanted = tuple(
        name for name in names if PAGES.isdisjoint(re.split(r"[._]", name)) and not name.endswith(".kit.verifier")
    )
    for name in wanted:
        importlib.import_module(name)
    return wanted


def register_routes(app: Flask) -> None:
    """Mount every room's pages."""
    for name in (
        "odr.notary.log.pages:log_pages",
        "odr.operations.health:health",
        "odr.operations.browser_errors:browser_errors",
        "odr.training.outside.pages:training",
        *(path for room in rooms() for path in room.routes),
    ):
        app.register_blueprint(_named(name))


def register_commands(app: Flask) -> None:
    """Give ``flask`` every room's commands, and the ground's."""
    from odr.operations.maintenance import KEEPING

    for command in KEEPING:
        app.cli.add_command(command)
    for name in (
        "odr.operations.cli:worker",
        "odr.operations.cli:clock",
        "odr.operations.cli:docket",
        *(path for room in rooms() for path in room.commands),
    ):
        app.cli.add_command(_named(name))


def _named(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def open_ports(court: Court, root: Path) -> None:
    """Stand the real thing behind every port, by settings."""
    from odr.evidence.store.ports import open_store
    from odr.hearing.live.media.hosts import open_hosts, open_media
    from odr.identity.sign_in.oidc import open_provider
    from odr.notary.seal.seal import Sealer
    from odr.payments.ports import open_gateway
    from odr.service.sending.ports import open_carriers, open_mail

    court.ports.typesetter = typesetter(root)
    court.ports.sealer = Sealer.of(court.notary)
    court.ports.store = open_store(court.settings)
    court.ports.payments = open_gateway(court.settings)
    court.ports.mail = open_mail(court)
    court.ports.service = open_carriers(court)
    court.ports.identity = open_provider(court.settings, court.clock)
    court.ports.media = open_media(court.settings)
    court.ports.media_hosts = open_hosts(court.settings)


@cache
def typesetter(root: Path) -> Typesetter:
    """The process's typesetter: reading the faces takes longer than anything else at start, and they stay as they are."""
    from odr.ground.typeset import Typesetter

    return Typesetter(root / "fonts", root / "templates" / "documents")
