"""The peer as a WSGI application, and the ways to run it."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from odr.ground.clock import CourtClock
from odr.training.stripe_peer import checkout, pages as stripe_peer_pages, refunds
from odr.training.stripe_peer.books import Books
from odr.training.stripe_peer.webhooks import Courier, Faults
from odr.training.stripe_peer.wire import (
    PERMISSIONS,
    Object,
    PeerError,
    check_key,
    check_version,
    decode,
    items,
    only,
    public,
)

_Answer = tuple[Object, Callable[[], None] | None]
_READ = {
    "payment_intents": ("payment_intent", "rak_payment_intent_read", ("customer",)),
    "charges": ("charge", "rak_charge_read", ("payment_intent", "customer")),
    "refunds": ("refund", "rak_charge_read", ("charge", "payment_intent")),
    "disputes": ("dispute", "rak_dispute_read", ("charge", "payment_intent")),
    "events": ("event", "rak_event_read", ("type",)),
    "checkout/sessions": ("checkout.session", "rak_checkout_session_read", ("payment_intent", "status")),
}
_PAGING = "limit starting_after ending_before created"


class Peer:
    """One account of a simulated Stripe.

    ``keys`` maps each API key to its permissions; None is a secret key that may do
    everything. ``webhook`` gets the events signed with ``webhook_secret``.
    """

    def __init__(
        self,
        *,
        keys: Mapping[str, frozenset[str] | None] | None = None,
        webhook: str | None = None,
        webhook_secret: str = "whsec_training",
        now: Callable[[], datetime] | None = None,
        state: Path | None = None,
    ) -> None:
        now = now or CourtClock().machine_now
        self._keys = dict(keys) if keys is not None else {"rk_test_training": PERMISSIONS}
        self.courier = Courier(webhook, webhook_secret, now, self._delivered)
        self.books = Books(now, self.courier.take, state)
        for event in self.books.all("event"):
            if event["pending_webhooks"]:
                self.courier.take(public(event))

    @property
    def faults(self) -> Faults:
        """What goes wrong on the way of events."""
        return self.courier.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.courier.faults = faults

    def send_events_to(self, url: str) -> None:
        """Name the address of the webhook, when it is known only after the peer has started."""
        self.courier.url = url

    def resend(self, event_id: str) -> None:
        """Send an event once more, as one may from Stripe's desk."""
        with self.books.change():
            self.courier.take(public(self.books.get("event", event_id)))

    def dispute(self, charge_id: str, reason: str = "fraudulent") -> Object:
        """The holder of the card contests a charge."""
        with self.books.change():
            return dict(public(checkout.open_dispute(self.books, self.books.get("charge", charge_id), reason)))

    def decide_dispute(self, dispute_id: str, *, won: bool) -> Object:
        """The bank decides."""
        with self.books.change():
            return dict(public(checkout.close_dispute(self.books, self.books.get("dispute", dispute_id), won=won)))

    def tick(self) -> None:
        """Expire what has run out; called on every request and once a second while served."""
        checkout.expire_due(self.books)

    def close(self) -> None:
        """Stop sending events."""
        self.courier.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        self.tick()
        response = self._api(request) if request.path.startswith("/v1/") else self._page(request)
        return response(environ, start_response)

    def _delivered(self, event_id: str) -> None:
        with self.books.change():
            self.books.get("event", event_id)["pending_webhooks"] = 0

    def _api(self, request: Request) -> Response:
        headers = {"Request-Id": "req_" + secrets.token_hex(7)}
        try:
            headers["Stripe-Version"] = check_version(request.headers.get("Stripe-Version"))
            params = decode(
                request.query_string.decode() if request.method in ("GET", "DELETE") else request.get_data(as_text=True)
            )
            body, replayed = self._once(request, params)
            if replayed:
                headers["Idempotent-Replayed"] = "true"
            status = 200
        except PeerError as error:
            body, status = error.body(), error.status
        return Response(json.dumps(body, ensure_ascii=False), status, headers, mimetype="application/json")

    def _once(self, request: Request, params: Object) -> tuple[Object, bool]:
        """Carry a request out, or repeat the answer given under its idempotency key."""
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if key is not None and len(key) > 255:
            raise PeerError(400, "Idempotency keys may be up to 255 characters long.", type="idempotency_error")
        with self.books.change(keep=request.method == "POST"):
            earlier = self.books.answers.get(key) if key else None
            answer = self._route(request, params, key, dry=earlier is not None)
            if earlier is not None:
                if (earlier["path"], earlier["params"]) != (request.path, params):
                    message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
                    raise PeerError(400, message, type="idempotency_error")
                return earlier["body"], True
            shown, later = answer
            body = self.books.expanded(shown, items(params.get("expand"), "expand"))
            if key:
                self.books.answers[key] = {"path": request.path, "params": params, "body": body}
            if later is not None:
                later()
            return body, False

    def _route(self, request: Request, params: Object, key: str | None, *, dry: bool) -> _Answer:
        """Find the endpoint and check the key for it; ``dry`` stops there."""
        path, header = request.path.removeprefix("/v1/"), request.headers.get("Authorization", "")
        if request.method == "POST":
            return self._write(path, params, key, header, request.host_url.rstrip("/"), dry=dry)
        if request.method == "GET":
            return self._read(path, params, header), None
        raise _unrecognized(request.method, path)

    def _read(self, path: str, params: Object, header: str) -> Object:
        for prefix, (kind, permission, filters) in _READ.items():
            if path == prefix:
                check_key(header, self._keys, permission)
                only(params, f"{_PAGING} {' '.join(filters)} types delivery_success")
                return self._list(kind, path, params, filters)
            if match := re.fullmatch(re.escape(prefix) + r"/([\w]+)(/line_items)?", path):
                check_key(header, self._keys, permission)
                found = self.books.get(kind, match[1])
                if not match[2]:
                    return found
                if kind == "checkout.session":
                    return {"object": "list", "url": f"/v1/{path}", "has_more": False, "data": found["_lines"]}
        check_key(header, self._keys, "")
        raise _unrecognized("GET", path)

    def _list(self, kind: str, path: str, params: Object, filters: tuple[str, ...]) -> Object:
        if kind != "event":
            return self.books.page(kind, f"/v1/{path}", params, *filters)
        if types := items(params.get("types"), "types"):
            params = {**params, "type": types}
        if "delivery_success" in params:
            params = {**params, "pending_webhooks": [0] if params["delivery_success"] == "true" else [1]}
        return self.books.page(kind, f"/v1/{path}", params, "type", "pending_webhooks")

    def _write(self, path: str, params: Object, key: str | None, header: str, origin: str, *, dry: bool) -> _Answer:
        nothing: _Answer = ({}, None)
        if path == "checkout/sessions":
            check_key(header, self._keys, "rak_checkout_session_write")
            return nothing if dry else (checkout.create(self.books, params, origin, key), None)
        if match := re.fullmatch(r"checkout/sessions/(\w+)/expire", path):
            check_key(header, self._keys, "rak_checkout_session_write")
            return (
                nothing
                if dry
                else (checkout.expire(self.books, self.books.get("checkout.session", match[1]), key), None)
            )
        if path == "refunds":
            check_key(header, self._keys, "rak_charge_write")
            if dry:
                return nothing
            refund = refunds.create(self.books, params, key)
            return dict(refund), lambda: refunds.settle(self.books, refund)
        if match := re.fullmatch(r"disputes/(\w+)/close", path):
            check_key(header, self._keys, "rak_dispute_write")
            return (
                nothing
                if dry
                else (checkout.close_dispute(self.books, self.books.get("dispute", match[1]), won=False), None)
            )
        check_key(header, self._keys, "")
        raise _unrecognized("POST", path)

    def _page(self, request: Request) -> Response:
        if request.path == "/simulation.css":
            return Response(stripe_peer_pages.STYLE, mimetype="text/css")
        match = re.fullmatch(r"/c/pay/(cs_test_\w+)", request.path)
        if match is None or request.method not in ("GET", "HEAD", "POST"):
            return Response("Not found", 404, mimetype="text/plain")
        with self.books.change(keep=request.method == "POST"):
            try:
                session = self.books.get("checkout.session", match[1])
            except PeerError:
                return Response("Not found", 404, mimetype="text/plain")
            return self._checkout(request, session)

    def _checkout(self, request: Request, session: Object) -> Response:
        locale = stripe_peer_pages.locale_of(session, request.headers.get("Accept-Language", ""))
        decline = None
        if request.method == "POST":
            method = request.form.get("method", "card")
            if method not in session["payment_method_types"]:
                return Response("Bad request", 400, mimetype="text/plain")
            decline = checkout.pay(self.books, session, method, request.form.get("number", ""))
            if decline is None:
                return redirect(stripe_peer_pages.success_url(session), 303)
        html = (
            stripe_peer_pages.payment_page(session, locale, decline)
            if session["status"] == "open"
            else stripe_peer_pages.closed_page(session, locale)
        )
        headers = {
            "Content-Security-Policy": stripe_peer_pages.policy(session),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return Response(html, 200, headers, mimetype="text/html")


def _unrecognized(method: str, path: str) -> PeerError:
    return PeerError(
        404, f"Unrecognized request URL ({method}: /v1/{path}). The simulation has only what a court needs."
    )


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: what the peer does is seen in its lists."""


@contextmanager
def serve(peer: Peer, port: int = 0) -> Iterator[str]:
    """Serve the peer on loopback, a thread a request; gives its origin, ``http://127.0.0.1:41234``."""
    server = make_server("127.0.0.1", port, peer, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="stripe-peer", daemon=True),
        threading.Thread(target=_ticking, args=(peer, stop), name="stripe-peer-clock", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join(5)
        server.server_close()
        peer.close()


def _ticking(peer: Peer, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        peer.tick()
