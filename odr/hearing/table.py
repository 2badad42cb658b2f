"""How the hearing declares its acts: parties and court read what is said, a mediator does not follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odr.docket.models import Audience
from odr.procedure import table
from odr.procedure.table import Handler


def act(**declared: Any) -> Callable[[Handler], Handler]:
    """As :func:`odr.procedure.table.act`, for the hearing's readers unless ``seen_by`` says otherwise."""
    return table.act(**{"seen_by": Audience.HEARING, **declared})
