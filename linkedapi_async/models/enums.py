"""The words that parameters choose from.

What comes back is plain `str`: a word the service adds later is kept.
"""

from typing import Literal, TypeAlias

__all__ = [
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
]

AttachmentType: TypeAlias = Literal["image", "video", "document"]
"""Kinds of file a post takes."""

CompanySize: TypeAlias = Literal[
    "1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"
]
"""Numbers of employees."""

ConnectionDegree: TypeAlias = Literal["1st", "2nd", "3rd+"]
"""How near a person is to your account."""

InvitationType: TypeAlias = Literal["connect", "companyFollow", "newsletterSubscribe"]
"""What an invitation asks for."""

JobDatePosted: TypeAlias = Literal["anyTime", "past24Hours", "pastWeek", "pastMonth"]
"""How old a job may be."""

JobEmploymentType: TypeAlias = Literal[
    "fullTime", "partTime", "contract", "temporary", "volunteer", "internship", "other"
]
"""Kinds of employment in the classic search."""

JobExperienceLevel: TypeAlias = Literal[
    "internship", "entryLevel", "associate", "midSeniorLevel", "director", "executive"
]
"""Levels of experience in the classic search."""

JobPreferenceEmploymentType: TypeAlias = Literal[
    "fullTime", "partTime", "contract", "internship", "volunteer"
]
"""Kinds of employment in the AI-powered search."""

JobPreferenceExperienceLevel: TypeAlias = Literal[
    "entryLevel", "senior", "manager", "director", "executive"
]
"""Levels of experience in the AI-powered search."""

JobWorkplaceType: TypeAlias = Literal["onSite", "remote", "hybrid"]
"""Where the work is done."""

ManageConversationOperation: TypeAlias = Literal[
    "archive", "unarchive", "star", "unstar", "mute", "unmute"
]
"""What can be done to a thread."""

MaxAnnualRevenue: TypeAlias = Literal[
    "0.5", "1", "2.5", "5", "10", "20", "50", "100", "500", "1000", "1000+"
]
"""Upper bounds of a yearly revenue, in million USD."""

MinAnnualRevenue: TypeAlias = Literal[
    "0", "0.5", "1", "2.5", "5", "10", "20", "50", "100", "500", "1000"
]
"""Lower bounds of a yearly revenue, in million USD."""

NvConnectionDegreeFilter: TypeAlias = Literal["1st", "2nd", "3rd+", "groupMembers"]
"""How near a person is, in Sales Navigator."""

NvManageConversationOperation: TypeAlias = Literal["archive", "unarchive"]
"""What can be done to a Sales Navigator thread."""

PostCommentsSort: TypeAlias = Literal["mostRelevant", "mostRecent"]
"""Orders of comments."""

PostSearchContentType: TypeAlias = Literal[
    "videos", "images", "jobPosts", "liveVideos", "documents"
]
"""What is attached to a post."""

PostSearchDatePosted: TypeAlias = Literal["past24Hours", "pastWeek", "pastMonth"]
"""How old a post may be."""

PostSearchPostedBy: TypeAlias = Literal["me", "firstConnections", "peopleYouFollow"]
"""Who wrote a post, seen from your account."""

PostSearchSort: TypeAlias = Literal["topMatch", "latest"]
"""Orders of posts found."""

ReactionType: TypeAlias = Literal["like", "celebrate", "support", "love", "insightful", "funny"]
"""Kinds of reaction."""

YearsOfExperience: TypeAlias = Literal[
    "lessThanOne", "oneToTwo", "threeToFive", "sixToTen", "moreThanTen"
]
"""Years of experience."""
