"""Every action the service knows, one class each; one module per noun.

Names resolve when they are first used, so importing this package builds no class.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ._base import Action, AnyAction, Rule, Spec, Then, spec, specs
    from .comments import CommentOnPost, ReactToComment, ReplyToComment
    from .companies import (
        DoForCompanies,
        NvDoForCompanies,
        NvOpenCompanyPage,
        NvRetrieveCompanyDMs,
        NvRetrieveCompanyEmployees,
        NvSearchCompanies,
        OpenCompanyPage,
        RetrieveCompanyDMs,
        RetrieveCompanyEmployees,
        RetrieveCompanyPosts,
        SearchCompanies,
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
    from .invitations import AcceptInvitation, IgnoreInvitation, RetrieveInvitations
    from .jobs import DoForJobs, OpenJob, SearchJobs
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
    from .people import (
        DoForPeople,
        NvDoForPeople,
        NvOpenPersonPage,
        NvSearchPeople,
        OpenPersonPage,
        RetrievePersonComments,
        RetrievePersonEducation,
        RetrievePersonExperience,
        RetrievePersonLanguages,
        RetrievePersonPosts,
        RetrievePersonReactions,
        RetrievePersonSkills,
        SearchPeople,
    )
    from .posts import (
        CreatePost,
        CreateRepost,
        DoForPosts,
        OpenPost,
        ReactToPost,
        RetrieveFeed,
        RetrievePostComments,
        RetrievePostReactions,
        SearchPosts,
    )
    from .skills import DoForSkills, EndorsePersonSkill
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
    "Action",
    "AnyAction",
    "CheckConnectionStatus",
    "CommentOnPost",
    "CreatePost",
    "CreateRepost",
    "DoForCompanies",
    "DoForJobs",
    "DoForPeople",
    "DoForPosts",
    "DoForSkills",
    "EndorsePersonSkill",
    "IgnoreInvitation",
    "ManageConversation",
    "NvDoForCompanies",
    "NvDoForPeople",
    "NvManageConversation",
    "NvOpenCompanyPage",
    "NvOpenPersonPage",
    "NvRetrieveCompanyDMs",
    "NvRetrieveCompanyEmployees",
    "NvSearchCompanies",
    "NvSearchPeople",
    "NvSendMessage",
    "NvSyncConversation",
    "NvSyncInbox",
    "OpenCompanyPage",
    "OpenJob",
    "OpenPersonPage",
    "OpenPost",
    "ReactToComment",
    "ReactToPost",
    "RemoveConnection",
    "ReplyToComment",
    "RetrieveCompanyDMs",
    "RetrieveCompanyEmployees",
    "RetrieveCompanyPosts",
    "RetrieveConnections",
    "RetrieveFeed",
    "RetrieveInvitations",
    "RetrievePendingRequests",
    "RetrievePerformance",
    "RetrievePersonComments",
    "RetrievePersonEducation",
    "RetrievePersonExperience",
    "RetrievePersonLanguages",
    "RetrievePersonPosts",
    "RetrievePersonReactions",
    "RetrievePersonSkills",
    "RetrievePostComments",
    "RetrievePostReactions",
    "RetrieveProfileViewers",
    "RetrieveSSI",
    "Rule",
    "SearchCompanies",
    "SearchJobs",
    "SearchPeople",
    "SearchPosts",
    "SendConnectionRequest",
    "SendMessage",
    "Spec",
    "SyncConversation",
    "SyncInbox",
    "SyncNetwork",
    "Then",
    "WithdrawConnectionRequest",
    "spec",
    "specs",
]

_HOMES: Final = {
    "_base": (
        "Action",
        "AnyAction",
        "Rule",
        "Spec",
        "Then",
        "spec",
        "specs",
    ),
    "comments": (
        "CommentOnPost",
        "ReactToComment",
        "ReplyToComment",
    ),
    "companies": (
        "DoForCompanies",
        "NvDoForCompanies",
        "NvOpenCompanyPage",
        "NvRetrieveCompanyDMs",
        "NvRetrieveCompanyEmployees",
        "NvSearchCompanies",
        "OpenCompanyPage",
        "RetrieveCompanyDMs",
        "RetrieveCompanyEmployees",
        "RetrieveCompanyPosts",
        "SearchCompanies",
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
    "invitations": (
        "AcceptInvitation",
        "IgnoreInvitation",
        "RetrieveInvitations",
    ),
    "jobs": (
        "DoForJobs",
        "OpenJob",
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
        "DoForPeople",
        "NvDoForPeople",
        "NvOpenPersonPage",
        "NvSearchPeople",
        "OpenPersonPage",
        "RetrievePersonComments",
        "RetrievePersonEducation",
        "RetrievePersonExperience",
        "RetrievePersonLanguages",
        "RetrievePersonPosts",
        "RetrievePersonReactions",
        "RetrievePersonSkills",
        "SearchPeople",
    ),
    "posts": (
        "CreatePost",
        "CreateRepost",
        "DoForPosts",
        "OpenPost",
        "ReactToPost",
        "RetrieveFeed",
        "RetrievePostComments",
        "RetrievePostReactions",
        "SearchPosts",
    ),
    "skills": (
        "DoForSkills",
        "EndorsePersonSkill",
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
