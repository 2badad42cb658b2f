"""Kinds of windows of the register."""

from __future__ import annotations

from odr.ground.text import T
from odr.payments import names as payments
from odr.procedure.acts.windows import Nature, time_limit
from odr.register import names

PUBLICATION_OBJECTION = time_limit(
    "publication_objection",
    Nature.REMEDY,
    names.OBJECT_TO_PUBLICATION,
    ask=T("object to the text that is to be public"),
)
COPY_COST = time_limit(
    "copy_cost", Nature.DUTY, payments.RECORD_PAYMENT, page="payments.fee", ask=T("pay what your copy costs")
)
COPY_HANDING_OVER = time_limit(
    "copy_handing_over",
    Nature.COURT,
    names.HAND_OVER_COPY,
    waits=T("Nothing for you to do now: the registry prints your certified copy and hands it over."),
)
