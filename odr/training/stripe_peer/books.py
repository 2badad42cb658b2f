"""What the simulated Stripe knows: its objects, its events, and the answers it must repeat."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from odr.training.stripe_peer.wire import Object, PeerError, integer, no_such, public

_PREFIXES = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "charge": "ch_",
    "refund": "re_",
    "dispute": "dp_",
    "event": "evt_",
}


class Books:
    """All objects in the order of their making, under one lock; kept in a file when there is one.

    ``on_event`` gets each event once its transaction is complete.
    """

    def __init__(
        self, now: Callable[[], datetime], on_event: Callable[[Object], None], path: Path | None = None
    ) -> None:
        self._now = now
        self._on_event = on_event
        self._path = path
        self._lock = threading.RLock()
        self._objects: dict[str, Object] = {}
        self.answers: dict[str, Object] = {}
        self._new_events: list[Object] = []
        self._depth = 0
        self._changed = False
        if path is not None and path.exists():
            kept = json.loads(path.read_text())
            self._objects, self.answers = kept["objects"], kept["answers"]

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self._now().timestamp())

    @contextmanager
    def change(self, *, keep: bool = True) -> Iterator[None]:
        """Alone with the books; what changed is written, and its events leave, when the outermost block ends.

        ``keep`` is False for a block that only reads.
        """
        with self._lock:
            self._depth += 1
            self._changed |= keep
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._changed:
                    self._changed = False
                    self._keep()
                    events, self._new_events = self._new_events, []
                    for event in events:
                        self._on_event(event)

    def _keep(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps({"objects": self._objects, "answers": self.answers}, ensure_ascii=False))
        os.replace(draft, self._path)

    def add(self, kind: str, **fields: Any) -> Object:
        """A new object of a kind."""
        length = 58 if kind == "checkout.session" else 24
        identifier = _PREFIXES[kind] + "".join(
            secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789") for _ in range(length)
        )
        made: Object = {"id": identifier, "object": kind, "created": self.now(), "livemode": False, **fields}
        self._objects[identifier] = made
        return made

    def get(self, kind: str, identifier: str, param: str = "id") -> Object:
        """The object. Raises PeerError 404."""
        found = self._objects.get(identifier)
        if found is None or found["object"] != kind:
            raise no_such(kind, identifier, param)
        return found

    def all(self, kind: str) -> list[Object]:
        """All of a kind, oldest first."""
        return [each for each in self._objects.values() if each["object"] == kind]

    def record(self, kind: str, about: Object, key: str | None = None, previous: Object | None = None) -> None:
        """An event about an object as it is now."""
        data: Object = {"object": public(about)}
        if previous:
            data["previous_attributes"] = previous
        request = {"id": "req_" + secrets.token_hex(7), "idempotency_key": key}
        event = self.add(
            "event", type=kind, api_version="2026-10-28.endive", data=data, pending_webhooks=1, request=request
        )
        self._new_events.append(public(event))

    def page(self, kind: str, url: str, params: Object, *filters: str) -> Object:
        """A list as Stripe pages it: newest first, with cursors and bounds on the time of making."""
        limit = integer(params.get("limit", "10"), "limit", least=1)
        if limit > 100:
            raise PeerError(
                400, f"This value must be less than or equal to 100 (it currently is '{limit}').", param="limit"
            )
        found = [each for each in reversed(self.all(kind)) if _within(each, params) and _matches(each, params, filters)]
        more = False
        if after := params.get("starting_after"):
            found = found[_position(found, kind, after, "starting_after") + 1 :]
        if before := params.get("ending_before"):
            position = _position(found, kind, before, "ending_before")
            more = position > limit
            found = found[max(0, position - limit) : position]
        else:
            more = len(found) > limit
            found = found[:limit]
        return {"object": "list", "url": url, "has_more": more, "data": public(found)}

    def expanded(self, shown: Object, paths: list[str]) -> Object:
        """A copy in which ids named by ``expand[]`` are replaced by their objects."""
        shown = public(shown)
        for path in paths:
            if path.startswith("data.") and shown.get("object") == "list":
                for each in shown["data"]:
                    self._expand(each, path.split(".")[1:], path)
            else:
                self._expand(shown, path.split("."), path)
        return shown

    def _expand(self, at: Object, steps: list[str], path: str) -> None:
        step, *rest = steps
        if step not in at:
            raise PeerError(
                400, f"This property cannot be expanded ({path}).", code="parameter_invalid", param="expand[]"
            )
        value = at[step]
        if isinstance(value, str) and value in self._objects:
            value = at[step] = public(self._objects[value])
        if rest and isinstance(value, dict):
            self._expand(value, rest, path)


def _within(each: Object, params: Object) -> bool:
    created = params.get("created")
    if created is None:
        return True
    if isinstance(created, str):
        return bool(each["created"] == integer(created, "created"))
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": int.__gt__,
        "gte": int.__ge__,
        "lt": int.__lt__,
        "lte": int.__le__,
    }
    for name, bound in created.items():
        if name not in tests:
            raise PeerError(
                400, f"Received unknown parameter: created[{name}]", code="parameter_unknown", param="created"
            )
        if not tests[name](each["created"], integer(bound, f"created[{name}]")):
            return False
    return True


def _matches(each: Object, params: Object, filters: tuple[str, ...]) -> bool:
    for name in filters:
        wanted = params.get(name)
        if wanted is not None and each.get(name) not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True


def _position(found: list[Object], kind: str, identifier: str, param: str) -> int:
    for position, each in enumerate(found):
        if each["id"] == identifier:
            return position
    raise no_such(kind, identifier, param)
