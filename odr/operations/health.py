"""Is the court well? ``/health/live`` and ``/health/ready`` for whoever starts and stops it, ``/metrics`` for its
keepers.

Neither says anything of a case. ``/metrics`` is there for this machine, or for
who has ``ODR_METRICS_TOKEN``; to everybody else there is no such page.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from odr.docket.models import Case
from odr.ground import logs, migrate
from odr.ground.clock import forget_arrival, note_arrival
from odr.ground.config import Settings
from odr.ground.errors import NotFound, StorageFull
from odr.ground.silence import silence
from odr.hearing.live.media.control import Media, MediaAway
from odr.notary.check.alarms import Kind, alarms
from odr.notary.log.log_rows import latest_checkpoint, open_log
from odr.notary.models import LogEntry
from odr.notary.notary import Notary
from odr.notary.time.attest import Behind, behind
from odr.notary.vault import VaultRefused
from odr.operations.browser_errors import Reports
from odr.procedure.court import Court
from odr.procedure.outages.heart import Heart
from odr.procedure.outages.ledger import WEB, WORKER
from odr.procedure.outages.models import Outage, Pulse
from odr.web.guards import current_court, public
from odr.web.security_log import whose

health = Blueprint("health", __name__)
requests_log = logging.getLogger("odr.request")
ANSWERS_WITHIN = 1.0
"""Seconds for which a reading waits for a media host."""
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@health.get("/health/live")
@public
def live() -> Response:
    """The process answers; asks nothing of anybody else."""
    return jsonify(status="live")


@health.get("/health")
@health.get("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """Whether acts can be received and signed for; 503 with what cannot, by name and without detail."""
    wrong = [name for name, is_well in _parts(current_court()) if not is_well]
    return jsonify(status="ready" if not wrong else "not ready", wrong=wrong), 503 if wrong else 200


@health.get("/metrics")
@public
def metrics() -> Response:
    """Counts and times for Prometheus."""
    if not _may_read_metrics():
        raise NotFound
    registry: CollectorRegistry = current_app.extensions["metrics"].registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(CourtNumbers(current_court()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _parts(court: Court) -> Iterator[tuple[str, bool]]:
    try:
        with court.database.read() as session:
            log = open_log(session)
        yield "database", not migrate.pending(court.database.url)
    except (SQLAlchemyError, ValueError):
        yield "database", False
        return
    try:
        if log is not None:
            court.notary.vault.remembered(log.key_id)
        refused = court.notary.stopped_by()
    except (OSError, VaultRefused):
        yield "vault", False
        return
    yield "vault", True
    yield "witnesses", not refused
    try:
        with court.database.read() as session:
            found = alarms(court.notary, session)
    except (OSError, VaultRefused):
        yield "vault", False
        return
    # What the clock says stops no act: it is an alarm of the keepers, and no reason to send people elsewhere.
    yield "log", not any(one.kind in (Kind.KEY_HELD_BACK, Kind.UNSIGNED) for one in found)
    yield "split view", not split_views(court.settings, court.notary)


def _may_read_metrics() -> bool:
    token = current_court().settings.metrics_token
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(offered.encode(), token.encode())
    # What a proxy on this machine passes on comes from here too, and says whom it is for.
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return not passed_on and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # nosec B104 # an unknown peer, not a place to listen


class Meters:
    """What a web process counts."""

    def __init__(self, court: Court) -> None:
        self.registry = CollectorRegistry()
        kept = None if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else self.registry
        self.answers = Counter(
            "court_http_answers", "Answers by route, method and status", ("route", "method", "status"), registry=kept
        )
        self.seconds = Histogram(
            "court_http_seconds", "Seconds to an answer, by route", ("route",), buckets=BUCKETS, registry=kept
        )
        self.registry.register(CourtNumbers(court))
        self.reports = Reports(kept, lambda: court.clock.machine_now().timestamp())


class CourtNumbers(Collector):
    """What the database says, asked at each reading."""

    def __init__(self, court: Court) -> None:
        self.court = court

    def describe(self) -> list[Metric]:
        """Asked at registration: nothing is read from the database for it."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Log, waiting leaves and overdue cases, in numbers."""
        now = self.court.clock.machine_now()
        with self.court.database.read() as session:
            log = open_log(session)
            last = latest_checkpoint(session, log.id) if log else None
            waiting = session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.log_index.is_(None)))
            in_hand = session.scalar(select(func.count()).select_from(Outage).where(Outage.weighed_at.is_(None)))
            lagging = behind(self.court.notary, session)
            overdue = session.scalar(
                select(func.count()).select_from(Case).where(Case.next_due_at < self.court.clock.now())
            )
        yield GaugeMetricFamily(
            "court_log_entries", "Entries of the open log that are signed for", value=last.size if last else 0
        )
        yield GaugeMetricFamily(
            "court_log_checkpoint_age_seconds",
            "Seconds since the newest tree head",
            value=(now - last.signed_at).total_seconds() if last else 0,
        )
        yield GaugeMetricFamily("court_log_waiting", "Entries that wait for their place in the log", value=waiting or 0)
        yield GaugeMetricFamily(
            "court_cases_overdue", "Cases on which something is due that no worker has done", value=overdue or 0
        )
        yield GaugeMetricFamily(
            "court_outages_in_hand", "Outages that took time nobody has given back yet", value=in_hand or 0
        )
        yield from self._machine(now)
        yield from self._outside(now, lagging)
        yield from self._media()
        court_now, packs = self.court.clock.now(), self.court.packs
        pack = packs.in_force(self.court.settings.pack, court_now.astimezone(self.court.settings.tz).date())
        yield GaugeMetricFamily(
            "court_rules_lacking",
            "Calendars and figures the rules lack at this time of the year",
            value=len(pack.missing(court_now)),
        )

    def _media(self) -> Iterator[Metric]:
        """Whether each media host answers, and how many hearings each holds; nothing where there is none."""
        settings = self.court.settings
        answers = GaugeMetricFamily("court_media_host_answers", "Whether a media host answers", labels=("host",))
        held = GaugeMetricFamily("court_media_host_hearings", "Hearings that a media host holds", labels=("host",))
        for host in settings.every_media_host.values():
            try:
                said = Media(host.control, settings.media_secret.encode(), says_within=ANSWERS_WITHIN).health()
            except MediaAway:
                answers.add_metric((host.name,), 0)
                continue
            answers.add_metric((host.name,), 1)
            held.add_metric((host.name,), said["hearings"])
        if settings.has_media_room:
            yield answers
            yield held

    def _machine(self, now: datetime) -> Iterator[Metric]:
        """Room on the disk, and how long no worker has written its pulse."""
        room = GaugeMetricFamily("court_disk_free_bytes", "Bytes free where the court keeps its files")
        room.add_metric((), shutil.disk_usage(self.court.settings.data_dir).free)
        yield room
        silent = GaugeMetricFamily("court_worker_silent_seconds", "Seconds since a worker last wrote that it works")
        with self.court.database.read() as session:
            pulse = session.get(Pulse, WORKER)
            # A court put back from a backup writes none before somebody says that it is the court.
            if pulse is not None and silence(self.court.settings) is None:
                silent.add_metric((), max(0.0, (now - pulse.at).total_seconds()))
        yield silent

    def _outside(self, now: datetime, lagging: list[Behind]) -> Iterator[Metric]:
        late = GaugeMetricFamily(
            "court_attestation_lag_seconds",
            "Seconds since the first tree head somebody outside lacks",
            labels=("kind", "who"),
        )
        for one in lagging:
            late.add_metric(
                ("witness" if one.is_witness else "authority", one.who),
                (now - one.since).total_seconds() if one.since else 0,
            )
        yield late
        views = GaugeMetricFamily(
            "court_split_views", "Contradicting heads of a log that were caught from here", labels=("of",)
        )
        views.add_metric(("this court",), len(split_views(self.court.settings, self.court.notary)))
        views.add_metric(("anybody",), len(caught(self.court.settings)))
        yield views
        try:
            yield from self._proofs()
            refused = len(self.court.notary.stopped_by())
        except (OSError, VaultRefused):
            # Not known, and so not told: a zero would say that all is well.
            return
        yield GaugeMetricFamily(
            "court_witness_refusals",
            "Refusals by witnesses that no operator has answered for; above 0 nothing is signed",
            value=refused,
        )

    def _proofs(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "court_proof_alarms", "1 where something keeps the log from proving what is acknowledged", labels=("kind",)
        )
        with self.court.database.read() as session:
            found = {one.kind for one in alarms(self.court.notary, session)}
        for kind in Kind:
            family.add_metric((kind.value,), int(kind in found))
        yield family


def caught(settings: Settings) -> list[Path]:
    """Heads that contradict one another, kept by the monitor as proof, of whichever log was watched from here."""
    return sorted((settings.data_dir / "monitored").glob("*.checkpoint"))


def split_views(settings: Settings, notary: Notary) -> list[Path]:
    """Those of this court's own logs."""
    return [path for path in caught(settings) if path.read_bytes().startswith(notary.origin.encode())]


def register_health(app: Flask, court: Court) -> None:
    """Number every request, time it, count it, and tell of it in one line."""
    meters = app.extensions["metrics"] = Meters(court)
    app.extensions["browser errors"] = meters.reports
    heart = app.extensions["heart"] = Heart(court, WEB)

    @app.before_request
    def begin() -> None:
        trusted = request.headers.get("X-Request-ID") if court.settings.trusted_proxies else None
        logs.request_id.set(logs.new_request_id(trusted))
        g.request_began = time.perf_counter()
        coming = getattr(request.environ.get("gunicorn.socket"), "arriving", None)
        first = getattr(coming, "first_byte_at", None)
        in_proxy = request.headers.get("X-Request-Time") if court.settings.trusted_proxies else None
        note_arrival(in_proxy, time.monotonic() - first if first is not None else 0.0)

    @app.teardown_request
    def over(error: BaseException | None) -> None:
        forget_arrival()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = logs.request_id.get()
        if response.status_code == StorageFull.status:
            heart.refused_as_full()
        took = time.perf_counter() - g.get("request_began", time.perf_counter())
        # The rule, not the address: addresses carry references and tokens.
        route = request.url_rule.rule if request.url_rule else "none"
        method = (
            request.method
            if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
            else "other"
        )
        meters.answers.labels(route, method, str(response.status_code)).inc()
        meters.seconds.labels(route).observe(took)
        requests_log.info(
            "answered",
            extra={
                "facts": {
                    "route": route,
                    "method": method.lower(),
                    "status": response.status_code,
                    "ms": round(took * 1000, 1),
                    **({"who": who} if (who := whose()) else {}),
                }
            },
        )
        return response
