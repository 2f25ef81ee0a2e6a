"""Turns Hypothesis into something repeatable: the same examples on every run and every machine."""

from __future__ import annotations

from hypothesis import settings

# No deadline: on a machine that is busy with something else, a slow example proves nothing.
# No database: a derandomised run finds the same example again without one.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
