"""Measures speed beside its rivals and prints one table: `run.py [names…] [--quick]`.

`--plots FOLDER` draws the figures, `--why` tells where the memory of a waiting workflow lies.
"""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.benchmarks.measure import Row
    from tests.benchmarks.plots import Chart

NAMES: Final = (
    "cpu_per_request",
    "overhead_machinery",
    "import_time",
    "deadline_overshoot",
    "decode",
    "wake_up",
    "memory",
    "waits",
    "parked",
    "connections",
    "polls_against_delay",
    "pool",
    "ledger",
    "batch",
)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Measure linkedapi_async beside its rivals.")
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(NAMES)} (all)")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, wider spread")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw the figures there, too")
    parser.add_argument("--why", action="store_true", help="tell what holds memory; no table")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    import_module("linkedapi_async")  # the installed one, or none at all
    sys.path.append(str(Path(__file__).parents[2]))
    if options.why:
        import_module("tests.benchmarks.memory").explain()
        return 0
    measure = import_module("tests.benchmarks.measure")

    began = time.monotonic()
    rows: list[Row] = []
    charts: dict[str, Chart] = {}
    for name in options.names or NAMES:
        print(f"… {name}", file=sys.stderr, flush=True)
        benchmark = import_module(f"tests.benchmarks.{name}")
        rows += benchmark.measure(quick=options.quick)
        if options.plots is not None and hasattr(benchmark, "chart"):
            charts[name] = benchmark.chart()
    measure.show(rows)
    if options.plots is not None:
        for path in import_module("tests.benchmarks.plots").draw(rows, charts, options.plots):
            print(path)
    print(f"\n{time.monotonic() - began:.0f} s, Python {sys.version.split()[0]}")
    return 0  # figures of a shared machine are for people to judge, not for a gate


if __name__ == "__main__":
    sys.exit(main())
