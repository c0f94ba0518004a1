"""Runs the keeper's decisions through programs written by chance; shortens the first that breaks the promise."""

import argparse
import sys
import time

from tests.unit.mainstay_keeper.model.programs import breaks, shrunk, written


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="how many programs for each number of machines")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first program; the next has the next")
    parser.add_argument("--length", type=int, default=80, help="how many steps a program has")
    return parser.parse_args()


def main(given: argparse.Namespace) -> int:
    started = time.monotonic()
    for seed in range(given.seed, given.seed + given.examples):
        for size in (2, 3):
            program = written(seed, given.length)
            if breaks(program, size, must_recover=True):
                short = shrunk(program, size, must_recover=True)
                print(f"seed {seed}, {size} machines: {short}\n{breaks(short, size, must_recover=True)}")
                return 1
    print(f"{2 * given.examples} programs of {given.length} steps, none broken, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
