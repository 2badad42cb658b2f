"""A case before its judge, as the tests of judgment lay it."""

from __future__ import annotations

from tests.judgment.conftest import bench, whole_court

__all__ = ["bench", "whole_court"]
