"""Crowds in a seeded simulation of the real scheduler on the real database: who waits, who gets how much, what is warm.

python -m benchmarks.fairness [share of the whole sizes]
"""

import logging
import sys
from collections import Counter
from typing import Any

from benchmarks.house import house, report


def measured(share: float) -> dict[str, Any]:
    from tests.generation.conftest import make_patient
    from tests.generation.simulated import equals, hog, jain, mixed, turns_of_newcomers

    # Each simulated job ends with a word to the log.
    logging.disable(logging.WARNING)
    make_patient()
    jobs, newcomers = round(500 * share), max(2, round(40 * share))
    turns = turns_of_newcomers(hog(jobs, newcomers), jobs)
    found: dict[str, Any] = {f"a hog of {jobs}: its turns before {newcomers} newcomers'": dict(Counter(turns))}
    found["ten equals, Jain"] = round(jain(equals(max(6, round(40 * share)))), 3)
    many = max(4, round(30 * share))
    kind, blind = mixed(many, affinity=True), mixed(many, affinity=False)
    overtaken = Counter(head.id for head in kind.overtaken)
    found["models loaded, with and without affinity"] = [kind.loads, blind.loads]
    found["starts that load, with and without"] = [round(run.loads / len(run.starts), 2) for run in (kind, blind)]
    found["overtaken at most, times"] = max(overtaken.values(), default=0)
    found["overtaken after at most, s"] = round(max(head.waits.total_seconds() for head in kind.overtaken), 1)
    found["goals"] = "0 turns, Jain >= 0.95, at most 8 times and 30 s"
    return found


def main() -> None:
    with house():
        report("fairness", measured(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))


if __name__ == "__main__":
    main()
