"""Kinds of windows of the register."""

from __future__ import annotations

from odr.ground.text import T
from odr.procedure.acts.windows import Nature, time_limit
from odr.register import names

PUBLICATION_OBJECTION = time_limit(
    "publication_objection",
    Nature.REMEDY,
    names.OBJECT_TO_PUBLICATION,
    ask=T("object to the text that is to be public"),
)
