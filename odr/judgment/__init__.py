"""Findings, the decision and its issuing, appeal, performance and enforcement."""
