"""Kinds of windows of the service room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.windows import Nature, time_limit

ABROAD_POST = time_limit("abroad_post", Nature.OUTSIDE, "record_return_abroad", "find_on_post_abroad")
ABROAD_REPLY = time_limit("abroad_reply", Nature.OUTSIDE, "record_return_abroad")
ABROAD_TRANSLATION = time_limit("abroad_translation", Nature.COURT, "record_translation")
ABROAD_FORWARD = time_limit("abroad_forward", Nature.COURT, "forward_request")
