"""What comes back, and the filters that are sent; one module per noun.

What a module names in its `__all__` is public here too. Names resolve when they are first used, so
importing this package builds no class.
"""

from typing import TYPE_CHECKING

from linkedapi_async._lazy import publish

if TYPE_CHECKING:
    from .account_info import *
    from .accounts import *
    from .actors import *
    from .changelog import *
    from .comments import *
    from .companies import *
    from .connections import *
    from .conversations import *
    from .enums import *
    from .feedback import *
    from .inbox import *
    from .invitations import *
    from .jobs import *
    from .limits import *
    from .messages import *
    from .network import *
    from .people import *
    from .post_search import *
    from .posts import *
    from .reactions import *
    from .statistics import *
    from .subscription import *
    from .usage import *
    from .webhooks import *
else:
    __getattr__, __dir__ = publish(
        __name__,
        (
            "account_info",
            "accounts",
            "actors",
            "changelog",
            "comments",
            "companies",
            "connections",
            "conversations",
            "enums",
            "feedback",
            "inbox",
            "invitations",
            "jobs",
            "limits",
            "messages",
            "network",
            "people",
            "post_search",
            "posts",
            "reactions",
            "statistics",
            "subscription",
            "usage",
            "webhooks",
        ),
    )
