"""Turns `python -m logforensics` into the `logforensics` command."""

from __future__ import annotations

from logforensics.cli.main import main

if __name__ == "__main__":
    main()
