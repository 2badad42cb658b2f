"""One store of compiled statements for all the databases a run opens.

SQLAlchemy compiles a statement once for each engine. A court has one engine for years; a run
of tests opens thousands, and would spend a fifth of its time on compiling the same statements anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, event
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_KNOWN: dict[tuple[str, Any], tuple[Dialect, LRUCache[Any, Any]]] = {}
"""By kind of database and how it is isolated: the first engine's dialect, which is part of every key, and the store."""


@event.listens_for(Engine, "engine_connect")
def _share(connection: Connection) -> None:
    """From its second connection on, an engine speaks by the dialect and the store of the first of its kind."""
    engine = connection.engine
    own = engine.dialect
    dialect, store = _KNOWN.setdefault((own.name, own._on_connect_isolation_level), (own, LRUCache(3000)))  # type: ignore[attr-defined]
    if engine.get_execution_options().get("compiled_cache") is not store:
        engine.dialect = dialect
        engine.update_execution_options(compiled_cache=store)
