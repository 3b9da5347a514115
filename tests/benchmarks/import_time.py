"""CPU of importing the package, beside the libraries it stands on."""

from typing import Final

from tests.benchmarks.measure import Row, child_cpu, compare, interleave

__all__ = ["measure"]

PACKAGE: Final = "import linkedapi_async"
CLIENT: Final = "from linkedapi_async import LinkedApi"
LIBRARIES: Final = "import aiohttp, attrs, msgspec, structlog, tenacity"
OFFICIAL: Final = "from linkedapi import LinkedApi"


def measure(*, quick: bool) -> list[Row]:
    """Return milliseconds of CPU in a fresh interpreter, its own start included."""
    taken = interleave(
        {
            "package": lambda: child_cpu(PACKAGE),
            "client": lambda: child_cpu(CLIENT),
            "its libraries": lambda: child_cpu(LIBRARIES),
            "official": lambda: child_cpu(OFFICIAL),
        },
        turns=11 if quick else 15,
    )
    package = {**taken, "ours": taken["package"]}
    client = {**taken, "ours": taken["client"]}
    libraries = "its libraries"
    return [
        compare("import_time", package, rival=libraries, unit="ms", scale=1e3, demanded=1.25),
        compare("  with LinkedApi itself", client, rival=libraries, unit="ms", scale=1e3),
        compare("  with LinkedApi itself", client, rival="official", unit="ms", scale=1e3),
    ]
