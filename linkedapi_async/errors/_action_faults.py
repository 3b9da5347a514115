"""Rows for the errors of single actions: results of a workflow that itself completed.

The set grows at the service; a type without a row is passed through as it is. One more word of
the official list, `conversationsNotSynced`, answers a direct call and stands with those.
"""

from typing import Final

from linkedapi_async._types import Disposition, Fixer, Plane

from ._fault import Fault

__all__ = ["ACTION_FAULTS"]

_DOCS: Final = "https://linkedapi.io/docs/"
_NODE: Final = "github:Linked-API/linkedapi-node@97321d1a src/types/errors.ts"
_SDK: Final = "pypi:linkedapi==1.4.7 errors.py"


def _never(kind: str, hint: str, source: str, *, aliases: tuple[str, ...] = ()) -> Fault:
    """Return a row for a call that keeps failing until the caller changes it."""
    return Fault(
        kind,
        aliases=aliases,
        plane=Plane.ACTION,
        disposition=Disposition.FATAL,
        fixer=Fixer.DEVELOPER,
        hint=hint,
        source=source,
    )


def _later(kind: str, hint: str, source: str) -> Fault:
    """Return a row for a call that can succeed later without anybody acting."""
    return Fault(
        kind,
        plane=Plane.ACTION,
        disposition=Disposition.RETRYABLE,
        fixer=Fixer.TIME,
        hint=hint,
        source=source,
        is_slow=True,
    )


def _fixed(kind: str, hint: str, source: str) -> Fault:
    """Return a row for a call that can succeed once something outside it has changed."""
    return Fault(
        kind,
        plane=Plane.ACTION,
        disposition=Disposition.USER_ACTION,
        fixer=Fixer.OWNER,
        hint=hint,
        source=source,
    )


_PEOPLE: Final = (
    _never(
        "personNotFound",
        "Open the address on LinkedIn: it has to lead to an existing profile. Correct it in the "
        "call, or drop the person.",
        _DOCS + "action-st-send-message",
    ),
    _never(
        "selfProfileNotAllowed",
        "The address is that of the account itself; name somebody else.",
        _DOCS + "action-st-send-message",
    ),
    _never(
        "skillNotFound",
        "Spell the skill exactly as the profile lists it, in the language of its owner; "
        "st.retrievePersonSkills returns the names.",
        _SDK,
    ),
    _fixed(
        "endorsementUnavailable",
        "LinkedIn offers no endorsement of this skill. Connect with the person first; only skills "
        "of 1st-degree connections can be endorsed.",
        _SDK,
    ),
)

_CONNECTIONS: Final = (
    _never(
        "alreadyPending",
        "A request to this person is open already: nothing has to be done. To send another one, "
        "withdraw the first.",
        _DOCS + "action-st-send-connection-request",
    ),
    _never(
        "alreadyConnected",
        "You are connected already: nothing has to be done. Write to the person instead.",
        _DOCS + "action-st-send-connection-request",
    ),
    _never(
        "emailRequired",
        "This person takes requests only from those who know the e-mail address: call again with "
        "`email`.",
        _DOCS + "action-st-send-connection-request",
    ),
    _never(
        "noteTooLong",
        "Shorten the note to 200 characters; LinkedIn Premium allows 300.",
        _DOCS + "action-st-send-connection-request",
    ),
    _later(
        "noteLimitExceeded",
        "The notes LinkedIn allows in this period are spent. Send the request without a note, or "
        "wait for the next period.",
        _NODE,
    ),
    _later(
        "requestNotAllowed",
        "LinkedIn takes no request to this person from this account at present. Try again after "
        "some days; look at the profile on LinkedIn to see what it offers.",
        _DOCS + "action-st-send-connection-request",
    ),
    _never(
        "notPending",
        "There is no open request to this person, so there is nothing to take back.",
        _DOCS + "action-st-withdraw-connection-request",
    ),
    _never(
        "connectionNotFound",
        "The person is not among your connections; st.checkConnectionStatus tells how you stand.",
        _DOCS + "account-api/action-st-remove-connection",
    ),
)

_MESSAGES: Final = (
    _fixed(
        "messagingNotAllowed",
        "LinkedIn does not let this account write to the person. Connect first, or look on "
        "LinkedIn whether a message quota is used up; a quota heals by itself.",
        _DOCS + "action-st-send-message",
    ),
    _never(
        "threadNotFound",
        "No conversation has this thread id; take it from the inbox poll.",
        _NODE,
    ),
)

_SEARCHES: Final = (
    _later(
        "retrievingNotAllowed",
        "LinkedIn refused to show this list. Try again later; if it stays, open the same list on "
        "LinkedIn in a browser to see why.",
        _NODE,
    ),
    _later(
        "searchingNotAllowed",
        "LinkedIn refused the search. Try again later; if it stays, run the same search on "
        "LinkedIn in a browser to see why.",
        _NODE,
    ),
    _never(
        "searchInterfaceMismatch",
        "This account has the other version of the jobs search: send `preferences` instead of "
        "`filter`, or the other way round.",
        "github:Linked-API/linkedapi-mcp@11a7029 src/tools/search-jobs.ts",
    ),
    _never(
        "filterNotApplied",
        "LinkedIn does not offer one of the filter values. Compare each with the filters on "
        "LinkedIn, and correct or drop it.",
        "pypi:linkedapi==1.4.7 types/search_posts.py",
        aliases=("filterIdentityMismatch",),
    ),
    _later(
        "limitExceeded",
        "A limit set for this account at Linked API is used up. Wait for the next period, or raise "
        "or reset the limit in the account settings there.",
        _DOCS + "admin-limits",
    ),
    _fixed(
        "noSalesNavigator",
        "This LinkedIn account has no Sales Navigator. Subscribe to it on LinkedIn, or use the "
        "standard actions.",
        _DOCS + "account-api/action-nv-sync-conversation",
    ),
)

_PAGES: Final = (
    _never(
        "companyNotFound",
        "Open the address on LinkedIn: it has to lead to an existing company page. Correct it in "
        "the call, or drop the company.",
        _DOCS + "action-st-create-post",
    ),
    _never(
        "jobNotFound",
        "Open the address on LinkedIn: it has to lead to a job that is still listed. Correct it in "
        "the call, or drop the job.",
        _NODE,
    ),
    _never(
        "postNotFound",
        "Open the address or URN on LinkedIn: it has to lead to an existing post. Correct it in "
        "the call, or drop the post.",
        _DOCS + "action-st-react-to-post",
    ),
    _fixed(
        "noPostingPermission",
        "The account may not act for this company page. Have an administrator of the page on "
        "LinkedIn give it content-admin rights.",
        _DOCS + "action-st-react-to-post",
    ),
    _never(
        "mentionNotResolved",
        "LinkedIn offered nobody for a mention. Spell the name as the profile or page does, or "
        "drop the mention.",
        _NODE,
    ),
    _never(
        "repostNotAllowed",
        "This post cannot be reposted by this account. Check on LinkedIn whether it offers to; "
        "otherwise link to the post in one of your own.",
        _NODE,
    ),
    _never(
        "alreadyReposted",
        "The account has reposted this post already: nothing has to be done.",
        "github:Linked-API/linkedapi-mcp@15f0ec0 src/tools/create-repost.ts",
    ),
)

_COMMENTS: Final = (
    _fixed(
        "commentingNotAllowed",
        "The post takes no comments from this account. Look on LinkedIn who may comment: its "
        "author decides.",
        _NODE,
    ),
    _never(
        "commentNotFound",
        "The address leads to no comment. Take it from st.retrievePostComments, or drop the "
        "comment.",
        _NODE,
    ),
    _fixed(
        "replyingNotAllowed",
        "The comment takes no replies from this account. Look on LinkedIn who may reply: the "
        "author of the post decides.",
        _NODE,
    ),
    _never(
        "duplicateComment",
        "The account wrote the same text there already; after a lost answer this may be the first "
        "attempt. Look at the post, or change the text.",
        _NODE,
    ),
)

ACTION_FAULTS: Final = (
    *_PEOPLE,
    *_CONNECTIONS,
    *_MESSAGES,
    *_SEARCHES,
    *_PAGES,
    *_COMMENTS,
)
"""One row per action error, by subject."""
