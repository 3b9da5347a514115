"""Every action the service knows, one class each; one module per noun.

What a module names in its `__all__` is public here too. Names resolve when they are first used, so
importing this package builds no class.
"""

from typing import TYPE_CHECKING

from linkedapi_async._lazy import publish

from ._base import MODULES as _MODULES

if TYPE_CHECKING:
    from ._base import Action as Action
    from ._base import AnyAction as AnyAction
    from ._base import Rule as Rule
    from ._base import Spec as Spec
    from ._base import Then as Then
    from ._base import spec as spec
    from ._base import specs as specs
    from .comments import *
    from .companies import *
    from .connections import *
    from .invitations import *
    from .jobs import *
    from .messages import *
    from .people import *
    from .posts import *
    from .skills import *
    from .statistics import *
else:
    __getattr__, __dir__ = publish(
        __name__,
        _MODULES,
        {"_base": ("Action", "AnyAction", "Rule", "Spec", "Then", "spec", "specs")},
    )
