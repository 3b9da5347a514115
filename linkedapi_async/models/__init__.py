"""What comes back, and the filters that are sent; one module per noun.

Names resolve when they are first used, so importing this package builds no class.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .actors import (
        ContentViewerState,
        PersonViewerState,
        PostAuthor,
        PostCommentAuthor,
        PostReposter,
        SearchPostActor,
    )
    from .comments import Comment, CommentResult, PostComment
    from .companies import (
        AnnualRevenue,
        Company,
        CompanyFilter,
        CompanySearchItem,
        NvCompany,
        NvCompanyDm,
        NvCompanyEmployee,
        NvCompanyEmployeesFilter,
        NvCompanyFilter,
        NvCompanySearchItem,
        StCompanyDm,
        StCompanyEmployee,
        StCompanyEmployeesFilter,
    )
    from .connections import (
        CheckConnectionStatusResult,
        ConnectionItem,
        ConnectionsFilter,
        PendingRequest,
    )
    from .enums import (
        AttachmentType,
        CompanySize,
        ConnectionDegree,
        InvitationType,
        JobDatePosted,
        JobEmploymentType,
        JobExperienceLevel,
        JobPreferenceEmploymentType,
        JobPreferenceExperienceLevel,
        JobWorkplaceType,
        ManageConversationOperation,
        MaxAnnualRevenue,
        MinAnnualRevenue,
        NvConnectionDegreeFilter,
        NvManageConversationOperation,
        PostCommentsSort,
        PostSearchContentType,
        PostSearchDatePosted,
        PostSearchPostedBy,
        PostSearchSort,
        ReactionType,
        YearsOfExperience,
    )
    from .invitations import Invitation
    from .jobs import Job, JobSalary, JobSearchFilter, JobSearchItem, JobSearchPreferences
    from .messages import SyncConversationResult
    from .people import (
        NvPeopleFilter,
        NvPerson,
        NvPersonSearchItem,
        PeopleFilter,
        Person,
        PersonEducation,
        PersonExperience,
        PersonLanguage,
        PersonSearchItem,
        PersonSkill,
    )
    from .post_search import PostSearchCompany, PostSearchFilter, PostSearchItem, PostSearchPerson
    from .posts import FeedPost, Post, PostAttachment, PostMention, PublishedPost
    from .reactions import PostReaction, Reaction
    from .statistics import PerformanceResult, ProfileViewer, SsiResult
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
    "AnnualRevenue",
    "AttachmentType",
    "CheckConnectionStatusResult",
    "Comment",
    "CommentResult",
    "Company",
    "CompanyFilter",
    "CompanySearchItem",
    "CompanySize",
    "ConnectionDegree",
    "ConnectionItem",
    "ConnectionsFilter",
    "ContentViewerState",
    "FeedPost",
    "Invitation",
    "InvitationType",
    "Job",
    "JobDatePosted",
    "JobEmploymentType",
    "JobExperienceLevel",
    "JobPreferenceEmploymentType",
    "JobPreferenceExperienceLevel",
    "JobSalary",
    "JobSearchFilter",
    "JobSearchItem",
    "JobSearchPreferences",
    "JobWorkplaceType",
    "ManageConversationOperation",
    "MaxAnnualRevenue",
    "MinAnnualRevenue",
    "NvCompany",
    "NvCompanyDm",
    "NvCompanyEmployee",
    "NvCompanyEmployeesFilter",
    "NvCompanyFilter",
    "NvCompanySearchItem",
    "NvConnectionDegreeFilter",
    "NvManageConversationOperation",
    "NvPeopleFilter",
    "NvPerson",
    "NvPersonSearchItem",
    "PendingRequest",
    "PeopleFilter",
    "PerformanceResult",
    "Person",
    "PersonEducation",
    "PersonExperience",
    "PersonLanguage",
    "PersonSearchItem",
    "PersonSkill",
    "PersonViewerState",
    "Post",
    "PostAttachment",
    "PostAuthor",
    "PostComment",
    "PostCommentAuthor",
    "PostCommentsSort",
    "PostMention",
    "PostReaction",
    "PostReposter",
    "PostSearchCompany",
    "PostSearchContentType",
    "PostSearchDatePosted",
    "PostSearchFilter",
    "PostSearchItem",
    "PostSearchPerson",
    "PostSearchPostedBy",
    "PostSearchSort",
    "ProfileViewer",
    "PublishedPost",
    "Reaction",
    "ReactionType",
    "SearchPostActor",
    "SsiResult",
    "StCompanyDm",
    "StCompanyEmployee",
    "StCompanyEmployeesFilter",
    "SyncConversationResult",
    "YearsOfExperience",
]

_HOMES: Final = {
    "actors": (
        "ContentViewerState",
        "PersonViewerState",
        "PostAuthor",
        "PostCommentAuthor",
        "PostReposter",
        "SearchPostActor",
    ),
    "comments": (
        "Comment",
        "CommentResult",
        "PostComment",
    ),
    "companies": (
        "AnnualRevenue",
        "Company",
        "CompanyFilter",
        "CompanySearchItem",
        "NvCompany",
        "NvCompanyDm",
        "NvCompanyEmployee",
        "NvCompanyEmployeesFilter",
        "NvCompanyFilter",
        "NvCompanySearchItem",
        "StCompanyDm",
        "StCompanyEmployee",
        "StCompanyEmployeesFilter",
    ),
    "connections": (
        "CheckConnectionStatusResult",
        "ConnectionItem",
        "ConnectionsFilter",
        "PendingRequest",
    ),
    "enums": (
        "AttachmentType",
        "CompanySize",
        "ConnectionDegree",
        "InvitationType",
        "JobDatePosted",
        "JobEmploymentType",
        "JobExperienceLevel",
        "JobPreferenceEmploymentType",
        "JobPreferenceExperienceLevel",
        "JobWorkplaceType",
        "ManageConversationOperation",
        "MaxAnnualRevenue",
        "MinAnnualRevenue",
        "NvConnectionDegreeFilter",
        "NvManageConversationOperation",
        "PostCommentsSort",
        "PostSearchContentType",
        "PostSearchDatePosted",
        "PostSearchPostedBy",
        "PostSearchSort",
        "ReactionType",
        "YearsOfExperience",
    ),
    "invitations": ("Invitation",),
    "jobs": (
        "Job",
        "JobSalary",
        "JobSearchFilter",
        "JobSearchItem",
        "JobSearchPreferences",
    ),
    "messages": ("SyncConversationResult",),
    "people": (
        "NvPeopleFilter",
        "NvPerson",
        "NvPersonSearchItem",
        "PeopleFilter",
        "Person",
        "PersonEducation",
        "PersonExperience",
        "PersonLanguage",
        "PersonSearchItem",
        "PersonSkill",
    ),
    "post_search": (
        "PostSearchCompany",
        "PostSearchFilter",
        "PostSearchItem",
        "PostSearchPerson",
    ),
    "posts": (
        "FeedPost",
        "Post",
        "PostAttachment",
        "PostMention",
        "PublishedPost",
    ),
    "reactions": (
        "PostReaction",
        "Reaction",
    ),
    "statistics": (
        "PerformanceResult",
        "ProfileViewer",
        "SsiResult",
    ),
}


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
