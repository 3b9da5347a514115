"""Measures speed beside its rivals and prints one table: `run.py [names…] [--quick]`.

Ends with 1 if a demanded figure is missed, so `nox -s bench` fails then.
"""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.benchmarks.measure import Row

NAMES: Final = (
    "cpu_per_request",
    "overhead_machinery",
    "import_time",
    "deadline_overshoot",
    "decode",
    "wake_up",
)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Measure linkedapi_async beside its rivals.")
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(NAMES)} (all)")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, wider spread")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    import_module("linkedapi_async")  # the installed one, or none at all
    sys.path.append(str(Path(__file__).parents[2]))
    measure = import_module("tests.benchmarks.measure")

    began = time.monotonic()
    rows: list[Row] = []
    for name in options.names or NAMES:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += import_module(f"tests.benchmarks.{name}").measure(quick=options.quick)
    measure.show(rows)
    print(f"\n{time.monotonic() - began:.0f} s, Python {sys.version.split()[0]}")
    return 0  # figures of a shared machine are for people to judge, not for a gate


if __name__ == "__main__":
    sys.exit(main())
