"""A whole court on a fresh database, and a case that is pending."""

from __future__ import annotations

from tests.judgment.conftest import bench, whole_court

__all__ = ["bench", "whole_court"]
