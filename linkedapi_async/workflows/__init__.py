"""Trees of actions: composed, judged before they are sent, and their reports read.

Names resolve when they are first used.
"""

from typing import TYPE_CHECKING

from linkedapi_async._lazy import publish

if TYPE_CHECKING:
    from ._compose import RawAction as RawAction
    from ._compose import Workflow as Workflow
    from ._reading import Report as Report
    from ._reading import Reports as Reports
    from ._reading import read_reports as read_reports
    from ._validate import validate as validate
else:
    __getattr__, __dir__ = publish(
        __name__,
        (),
        {
            "_compose": ("RawAction", "Workflow"),
            "_reading": ("Report", "Reports", "read_reports"),
            "_validate": ("validate",),
        },
    )
