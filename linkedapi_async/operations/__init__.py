"""Everything that can be asked for, as values typed by what comes back.

Names resolve when they are first used, so importing this package builds no class.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ._base import Operation, Result, operations
    from .comments import CommentOnPost, ReactToComment, ReplyToComment
    from .companies import FetchCompany, NvFetchCompany, NvSearchCompanies, SearchCompanies
    from .configs import (
        EmployeesConfig,
        LimitConfig,
        LimitSinceConfig,
        ManageConversationConfig,
        NvEmployeesConfig,
        PostCommentsConfig,
    )
    from .connections import (
        CheckConnectionStatus,
        RemoveConnection,
        RetrieveConnections,
        RetrievePendingRequests,
        SendConnectionRequest,
        SyncNetwork,
        WithdrawConnectionRequest,
    )
    from .custom import CustomWorkflow, Definition
    from .invitations import AcceptInvitation, IgnoreInvitation, RetrieveInvitations
    from .jobs import FetchJob, SearchJobs
    from .messages import (
        ManageConversation,
        NvManageConversation,
        NvSendMessage,
        NvSyncConversation,
        NvSyncInbox,
        SendMessage,
        SyncConversation,
        SyncInbox,
    )
    from .people import FetchPerson, NvFetchPerson, NvSearchPeople, SearchPeople
    from .posts import CreatePost, CreateRepost, FetchPost, ReactToPost, RetrieveFeed, SearchPosts
    from .skills import EndorsePersonSkill, EndorsePersonSkills, PersonSkillEndorsement
    from .statistics import RetrievePerformance, RetrieveProfileViewers, RetrieveSSI
else:  # hidden from checkers, which would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import the module of a public name when the name is first used.

        Raises:
            AttributeError: There is no such name.
        """
        for home, names in _HOMES.items():
            if name in names:
                found: object = getattr(import_module(f"{__name__}.{home}"), name)
                globals()[name] = found
                return found
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)


__all__ = [
    "AcceptInvitation",
    "CheckConnectionStatus",
    "CommentOnPost",
    "CreatePost",
    "CreateRepost",
    "CustomWorkflow",
    "Definition",
    "EmployeesConfig",
    "EndorsePersonSkill",
    "EndorsePersonSkills",
    "FetchCompany",
    "FetchJob",
    "FetchPerson",
    "FetchPost",
    "IgnoreInvitation",
    "LimitConfig",
    "LimitSinceConfig",
    "ManageConversation",
    "ManageConversationConfig",
    "NvEmployeesConfig",
    "NvFetchCompany",
    "NvFetchPerson",
    "NvManageConversation",
    "NvSearchCompanies",
    "NvSearchPeople",
    "NvSendMessage",
    "NvSyncConversation",
    "NvSyncInbox",
    "Operation",
    "PersonSkillEndorsement",
    "PostCommentsConfig",
    "ReactToComment",
    "ReactToPost",
    "RemoveConnection",
    "ReplyToComment",
    "Result",
    "RetrieveConnections",
    "RetrieveFeed",
    "RetrieveInvitations",
    "RetrievePendingRequests",
    "RetrievePerformance",
    "RetrieveProfileViewers",
    "RetrieveSSI",
    "SearchCompanies",
    "SearchJobs",
    "SearchPeople",
    "SearchPosts",
    "SendConnectionRequest",
    "SendMessage",
    "SyncConversation",
    "SyncInbox",
    "SyncNetwork",
    "WithdrawConnectionRequest",
    "operations",
]

_HOMES: Final = {
    "_base": (
        "Operation",
        "Result",
        "operations",
    ),
    "comments": (
        "CommentOnPost",
        "ReactToComment",
        "ReplyToComment",
    ),
    "companies": (
        "FetchCompany",
        "NvFetchCompany",
        "NvSearchCompanies",
        "SearchCompanies",
    ),
    "configs": (
        "EmployeesConfig",
        "LimitConfig",
        "LimitSinceConfig",
        "ManageConversationConfig",
        "NvEmployeesConfig",
        "PostCommentsConfig",
    ),
    "connections": (
        "CheckConnectionStatus",
        "RemoveConnection",
        "RetrieveConnections",
        "RetrievePendingRequests",
        "SendConnectionRequest",
        "SyncNetwork",
        "WithdrawConnectionRequest",
    ),
    "custom": (
        "CustomWorkflow",
        "Definition",
    ),
    "invitations": (
        "AcceptInvitation",
        "IgnoreInvitation",
        "RetrieveInvitations",
    ),
    "jobs": (
        "FetchJob",
        "SearchJobs",
    ),
    "messages": (
        "ManageConversation",
        "NvManageConversation",
        "NvSendMessage",
        "NvSyncConversation",
        "NvSyncInbox",
        "SendMessage",
        "SyncConversation",
        "SyncInbox",
    ),
    "people": (
        "FetchPerson",
        "NvFetchPerson",
        "NvSearchPeople",
        "SearchPeople",
    ),
    "posts": (
        "CreatePost",
        "CreateRepost",
        "FetchPost",
        "ReactToPost",
        "RetrieveFeed",
        "SearchPosts",
    ),
    "skills": (
        "EndorsePersonSkill",
        "EndorsePersonSkills",
        "PersonSkillEndorsement",
    ),
    "statistics": (
        "RetrievePerformance",
        "RetrieveProfileViewers",
        "RetrieveSSI",
    ),
}


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
