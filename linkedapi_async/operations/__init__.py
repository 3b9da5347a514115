"""Everything that can be asked for, as values typed by what comes back.

What a module names in its `__all__` is public here too. Names resolve when they are first used, so
importing this package builds no class.
"""

from typing import TYPE_CHECKING

from linkedapi_async._lazy import publish

from ._base import MODULES as _MODULES

if TYPE_CHECKING:
    from ._base import Operation as Operation
    from ._base import Result as Result
    from ._base import operations as operations
    from .comments import *
    from .companies import *
    from .configs import *
    from .connections import *
    from .custom import *
    from .invitations import *
    from .jobs import *
    from .messages import *
    from .people import *
    from .posts import *
    from .skills import *
    from .statistics import *
else:
    __getattr__, __dir__ = publish(
        __name__, (*_MODULES, "configs"), {"_base": ("Operation", "Result", "operations")}
    )
