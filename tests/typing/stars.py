"""A star import brings every public name, for type checkers too; never run, only checked."""
# ruff: noqa: F403, F405 - what a star brings is the point

from typing import assert_type

from linkedapi_async.actions import *
from linkedapi_async.models import *
from linkedapi_async.workflows import *


def names(reports: Reports) -> None:
    """Names of the packages' own modules, and of those they pick from."""
    assert_type(OpenPersonPage(person_url="u"), OpenPersonPage)
    assert_type(spec("st.openPersonPage"), Spec | None)
    assert_type(PeopleFilter().position, str | None)
    assert_type(reports.first(OpenPersonPage), Person | None)
    _ = MODULES  # type: ignore[name-defined]
    _ = camel  # type: ignore[name-defined]
