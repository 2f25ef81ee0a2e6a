"""Mutates the samples of every parser and the files of every decoder, and feeds them: `./run python -m tests.fuzz.run`.

The same seed and batch make the same mutations, whatever parts are chosen.  What fails is written down as small as it
gets.
"""

# ruff: noqa: T201 - a program, which says what it did

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ["XDG_CONFIG_HOME"] = "/nonexistent"  # the definitions of whoever runs this are not what is tested

from tests.fuzz.engine import PATIENCE, Failure, Tally, parts, run_part, shares
from tests.fuzz.parts import BATCH, Part


def main(arguments: list[str]) -> int:
    """Runs it; 1 if anything failed."""
    chosen = _parser().parse_args(arguments)
    some = [part for part in parts(chosen.batch) if chosen.only is None or part.name.startswith(chosen.only)]
    if not some:
        print(f"{chosen.only}: no such part; there are {', '.join(part.name for part in parts())}", file=sys.stderr)
        return 2
    print(f"seed {chosen.seed}, {chosen.count} mutations over {len(some)} parts", flush=True)
    began = time.monotonic()
    done: list[Tally] = []
    for part, count in zip(some, shares(chosen.count, some), strict=True):
        tally = run_part(part, chosen.seed, count, chosen.patience)
        done.append(tally)
        _tell(part, tally, chosen.keep)
    seconds = time.monotonic() - began
    mutations, inputs = sum(one.mutations for one in done), sum(one.inputs for one in done)
    failures = [failure for one in done for failure in one.failures]
    kinds = {kind: sum(one.kind == kind for one in failures) for kind in sorted({one.kind for one in failures})}
    print(
        f"seed {chosen.seed}: {mutations} mutations in {inputs} inputs, {mutations / max(seconds, 1e-9):.0f} a second,"
        f" slowest input {max(one.slowest for one in done):.2f} s, failed {len(failures)} {kinds or ''}"
    )
    return int(bool(failures))


def _tell(part: Part, tally: Tally, folder: Path | None) -> None:
    print(
        f"{part.name}: {tally.mutations} mutations in {tally.inputs} inputs, {tally.seconds:.1f} s,"
        f" slowest {tally.slowest:.2f} s, failed {len(tally.failures)}",
        flush=True,
    )
    for failure in tally.failures[:3]:
        print(
            f"  input {failure.number}: {failure.kind}: {failure.text[:300]}\n  {_shown(failure, folder)}", flush=True
        )


def _shown(failure: Failure, folder: Path | None) -> str:
    """The smallest input: in a file for each piece, or as Python writes bytes."""
    if folder is None:
        return f"pieces: {failure.pieces!r}"
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for number, piece in enumerate(failure.pieces):
        path = folder / f"{failure.part.replace(':', '-').replace('/', '-')}-{failure.number}-{number}"
        path.write_bytes(piece)
        names.append(path.name)
    return f"pieces: {', '.join(names)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same mutations (1)")
    parser.add_argument("--count", type=int, default=20_000, help="mutations over all parts (20000)")
    parser.add_argument("--only", metavar="PART", help="parts whose name begins so, as lines:syslog or decoder:")
    parser.add_argument(
        "--batch", type=int, default=BATCH, help=f"mutated pieces in a text, more are quicker ({BATCH})"
    )
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="seconds of work after which an input hangs (10)"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write what fails into files there")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
