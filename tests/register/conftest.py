"""A whole court with a case before its judge, for the tests of the register."""

from tests.judgment.conftest import bench, whole_court

__all__ = ["bench", "whole_court"]
