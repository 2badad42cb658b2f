"""Kinds of windows of the service room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.acts.windows import Nature, time_limit
from odr.service import names

ABROAD_POST = time_limit("abroad_post", Nature.OUTSIDE, names.RECORD_RETURN_ABROAD, names.FIND_ON_POST_ABROAD)
ABROAD_REPLY = time_limit("abroad_reply", Nature.OUTSIDE, names.RECORD_RETURN_ABROAD)
ABROAD_TRANSLATION = time_limit("abroad_translation", Nature.COURT, names.RECORD_TRANSLATION)
ABROAD_FORWARD = time_limit("abroad_forward", Nature.COURT, names.FORWARD_REQUEST)
