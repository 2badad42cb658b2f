"""A WSGI application served over a real loopback port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.patience import PATIENCE


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """The run's output is for the tests."""


@contextmanager
def serving(app: Callable[..., Any], *, port: int = 0) -> Iterator[str]:
    """Serve ``app`` on loopback with a thread a request; gives the origin, like ``http://127.0.0.1:41234``."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    # A browser's kept connections must not hold up the end of the test.
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves WSGI applications until the test ends; gives the origin of each."""
    with ExitStack() as stack:

        def start(app: Callable[..., Any], *, port: int = 0) -> str:
            return stack.enter_context(serving(app, port=port))

        yield start
