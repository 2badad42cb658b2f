"""Alarms, runbooks and the dashboard: each names what the court really tells, and none of the three is behind another."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from odr.app import create_app
from odr.notary.check.alarms import Kind
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


def test_the_dashboard_can_be_taken_in() -> None:
    """Panels with numbers of their own that lie beside and not on each other, from whichever source is chosen."""
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels) and all(x + 8 <= 24 for x, _ in places)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${source}"}
    assert [one["name"] for one in dashboard()["templating"]["list"]] == ["source"]
