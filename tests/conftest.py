"""Turns Hypothesis into something repeatable: the same examples on every run and every machine."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: on a machine that is busy with something else, a slow example proves nothing.
# No database: a derandomised run finds the same example again without one.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

# Whoever runs the tests may have a configuration and definitions of their own: they are not what is tested.
os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
for _name in [name for name in os.environ if name.startswith("LOGFORENSICS_") and name != "LOGFORENSICS_REFRESH"]:
    del os.environ[_name]
