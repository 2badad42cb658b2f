"""Alarms, runbooks and the dashboard: each names what the court really tells, and none of the three is behind another."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from odr.app import create_app
from odr.ground.silence import begin_silence
from odr.notary.check.alarms import Kind
from odr.procedure.outages import ledger
from tests.peers import needed
from tests.scene import Scene

ROOT = Path(__file__).resolve().parent.parent.parent
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
BLACKBOX = {"probe_success", "up"}
"""What Prometheus itself and its blackbox exporter tell."""
TOLD_ONLY = {"court_log_entries"}
"""A number that grows: it is shown, and none of its values is an alarm."""


def rules() -> list[dict[str, Any]]:
    """Every alarm of the file for Prometheus."""
    groups = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """The dashboard for Grafana."""
    found: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
    return found


def named(expression: str) -> set[str]:
    """The metrics in an expression."""
    return set(re.findall(r"\b(?:court_[a-z_]+|probe_success|up)\b", re.sub(r"\{[^}]*\}", "", expression)))


def told(scene: Scene) -> dict[str, set[str]]:
    """Every metric the court tells, with the names of its labels."""
    client = create_app(court=scene.court).test_client()
    client.get("/status")
    ledger.beat(scene.court, ledger.WORKER)
    found: dict[str, set[str]] = {}
    for line in client.get("/metrics").text.splitlines():
        sample = re.match(r"(court_[a-z_]+)(?:\{(.*)\})? ", line)
        if sample:
            found.setdefault(sample[1], set()).update(re.findall(r'(\w+)="', sample[2] or ""))
    return found


def test_every_alarm_has_its_runbook_and_every_runbook_its_alarm() -> None:
    """By name, and each says where to look, so that nobody stands before an alarm without words."""
    alarms = [rule["alert"] for rule in rules()]
    sections = re.findall(r"^## (.+)$", RUNBOOKS, re.MULTILINE)
    assert sections == ["What is promised", *alarms]
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["summary"]
    assert all(f"`{kind.value}`" in RUNBOOKS for kind in Kind)


def test_alarms_and_dashboard_name_what_the_court_tells(small_scene: Scene) -> None:
    """Each metric and label in an expression exists; each metric is on the dashboard, and an alarm unless it only grows."""
    metrics = told(small_scene)
    known = BLACKBOX | metrics.keys() | {"court_attestation_lag_seconds"}
    shown = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    alarmed = [rule["expr"] for rule in rules()]
    for expression in (*shown, *alarmed):
        assert named(expression) and named(expression) <= known, expression
        for name, labels in re.findall(r"(court_[a-z_]+)\{([^}]*)\}", expression):
            assert set(re.findall(r"(\w+)[=!]", labels)) <= metrics[name], expression
    plain = {re.sub(r"_(total|created|bucket|sum|count)$", "", name) for name in metrics}
    for expressions, left_out in ((shown, set()), (alarmed, TOLD_ONLY)):
        here = {re.sub(r"_(total|bucket)$", "", name) for expression in expressions for name in named(expression)}
        assert plain - here == left_out


def promtool(*words: str) -> None:
    """Prometheus's own program takes it, and says why where it does not."""
    needed("promtool")
    done = subprocess.run(["promtool", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_reads_every_rule() -> None:
    """Its own program finds each, and nothing to say against any."""
    promtool("check", "rules", "--lint=all", "--lint-fatal", "deploy/prometheus-rules.yml")


def test_an_alarm_rings_when_it_must_and_not_before() -> None:
    """`alarms.test.yml` tells Prometheus what the court tells, minute by minute, and when who must be woken: two heads that
    contradict each other, a key held back, heads unsigned and unstamped, a silent worker, a full disk, a court without its
    database. Every alarm that wakes somebody has such a story, in which it rings, and one in which it does not.
    """
    promtool("test", "rules", "tests/ops/alarms.test.yml")
    told = yaml.safe_load((ROOT / "tests" / "ops" / "alarms.test.yml").read_text(encoding="utf-8"))["tests"]
    asked = [one for story in told for one in story["alert_rule_test"]]
    rings = {one["alertname"] for one in asked if one.get("exp_alerts")}
    rests = {one["alertname"] for one in asked if not one.get("exp_alerts")}
    paging = {rule["alert"] for rule in rules() if rule["labels"]["severity"] == "page"}
    assert paging <= rings and paging <= rests, (paging - rings, paging - rests)


def test_what_the_machine_lacks_is_told(small_scene: Scene) -> None:
    """How long no worker has written, once one ever has, and the room on the disk; a silent court tells of no worker."""
    client = create_app(court=small_scene.court).test_client()
    number = r"^{} (\S+)$"

    def value(name: str) -> float | None:
        found = re.search(number.format(name), client.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else None

    assert value("court_worker_silent_seconds") is None
    ledger.beat(small_scene.court, ledger.WORKER)
    assert value("court_worker_silent_seconds") == 0
    small_scene.clock.advance(timedelta(minutes=4))
    assert value("court_worker_silent_seconds") == 240
    free = value("court_disk_free_bytes")
    assert free is not None and free > 0
    begin_silence(small_scene.court.settings, "a copy", small_scene.clock.now())
    assert value("court_worker_silent_seconds") is None


def test_the_dashboard_can_be_taken_in() -> None:
    """Panels with numbers of their own that lie beside and not on each other, from whichever source is chosen."""
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels) and all(x + 8 <= 24 for x, _ in places)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${source}"}
    assert [one["name"] for one in dashboard()["templating"]["list"]] == ["source"]
