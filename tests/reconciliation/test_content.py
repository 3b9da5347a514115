"""What comments, reactions and posts prove, answer by answer."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.models import (
    AccountInfo,
    Company,
    ContentViewerState,
    Post,
    PostAuthor,
    PostComment,
    PostCommentAuthor,
    PostMention,
    PostReaction,
    PostSearchItem,
    SearchPostActor,
)
from linkedapi_async.operations import (
    CommentOnPost,
    CreatePost,
    CreateRepost,
    FetchCompany,
    FetchPost,
    Operation,
    ReactToComment,
    ReactToPost,
    ReplyToComment,
    SearchPosts,
)
from linkedapi_async.operations._content_recipes import COMMENTS, Place, post_of_comment, term_of
from linkedapi_async.operations._findings import Executed, Finding, Myself, Verdict

if TYPE_CHECKING:
    from tests.reconciliation.conftest import Did, Drive, Stamp

ANN = "https://www.linkedin.com/in/ann"
ACME = "https://www.linkedin.com/company/acme"
POST = "urn:li:activity:7"
AT = f"https://www.linkedin.com/feed/update/{POST}/"
DONE, NOT_DONE, UNKNOWN = Verdict.DONE, Verdict.NOT_DONE, Verdict.UNKNOWN
OWN = ContentViewerState(is_own=True)
NOW = datetime(2026, 3, 2, 9, 30, 15, 500_000, tzinfo=UTC)
FOREIGN = ContentViewerState(is_own=False)


def dash(comment: int, reply: int | None = None) -> str:
    """The address of a comment or reply, as LinkedIn writes it."""
    address = f"{AT}?dashCommentUrn=urn%3Ali%3Afsd_comment%3A%28{comment}%2C{POST}%29"
    if reply is None:
        return address
    return f"{address}&dashReplyUrn=urn%3Ali%3Afsd_comment%3A%28{reply}%2C{POST}%29"


def page(*comments: PostComment, count: int | None = None, **facts: Any) -> Post:
    return Post(
        comments=list(comments), comments_count=len(comments) if count is None else count, **facts
    )


# ── addresses ──


@pytest.mark.parametrize(
    ("address", "place", "post"),
    [
        (dash(9), Place("9"), POST),
        (dash(9, 12), Place("9", "12"), POST),
        (
            f"{AT}?commentUrn=urn:li:comment:(activity:7,9)&replyUrn=urn:li:comment:({POST},12)",
            Place("9", "12"),
            POST,
        ),
        (f"{AT}?dashReplyUrn=urn:li:fsd_comment:(12,{POST})", None, POST),
        ("https://www.linkedin.com/feed/update/urn:li:ugcPost:8", None, "urn:li:ugcPost:8"),
        (ANN, None, None),
        (None, None, None),
    ],
)
def test_an_address_tells_where_a_comment_stands(
    address: str | None, place: Place | None, post: str | None
) -> None:
    """The comment, the reply below it, and the post above it."""
    assert Place.of(address) == place
    assert post_of_comment(address or "") == post


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Look: what a day!", "Look what day"),
        ("word " * 20, ("word " * 10).strip()),
        ("x" * 60, None),
        ("🎉 !", None),
    ],
)
def test_a_search_takes_the_first_words(text: str, term: str | None) -> None:
    """At most 50 characters, as the service asks."""
    assert term_of(text) == term


# ── comments ──

FINE = CommentOnPost(post_urn=POST, text="Fine work")


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, DONE),
        ({"viewer_state": FOREIGN}, NOT_DONE),
        ({"text": "Fine work!"}, UNKNOWN),
        ({"text": "Quite another thing"}, NOT_DONE),
        ({"is_reply": True}, NOT_DONE),
        ({"time": "2026-02-01T00:00:00Z"}, UNKNOWN),
        ({"time": None}, UNKNOWN),
    ],
)
def test_a_comment_is_proof_if_it_is_the_same_and_ours(
    facts: dict[str, Any], verdict: Verdict, drive: "Drive", stamp: "Stamp", did: "Did"
) -> None:
    """Doubt stays while the service has written any comment since."""
    shown: dict[str, Any] = {
        "text": "Fine work",
        "time": stamp(5),
        "is_reply": False,
        "viewer_state": OWN,
    }

    driven = drive(FINE, page(PostComment(**{**shown, **facts})), used=[did("st.commentOnPost")])

    assert driven.finding.verdict is verdict
    (read, *_) = driven.asked
    assert isinstance(read, FetchPost)
    assert read.comments_retrieval_config is not None
    assert read.comments_retrieval_config.sort == "mostRecent"


@pytest.mark.parametrize(
    ("author", "me", "verdict"),
    [
        (PostCommentAuthor(type="person", profile_url=f"{ANN}/"), AccountInfo(url=ANN), DONE),
        (PostCommentAuthor(type="person", profile_url=ACME), AccountInfo(url=ANN), UNKNOWN),
        (PostCommentAuthor(type="company", company_url=ACME), AccountInfo(url=ANN), NOT_DONE),
        (None, AccountInfo(url=ANN), UNKNOWN),
        (PostCommentAuthor(type="person", profile_url=ANN), AccountInfo(), UNKNOWN),
        (PostCommentAuthor(type="person", profile_url=ANN), None, UNKNOWN),
    ],
)
def test_without_a_word_on_ownership_the_author_tells(
    author: PostCommentAuthor | None,
    me: AccountInfo | None,
    verdict: Verdict,
    *,
    drive: "Drive",
    stamp: "Stamp",
    did: "Did",
) -> None:
    """Another address may be that of the same member, so it proves nothing."""
    comment = PostComment(text="Fine work", time=stamp(5), is_reply=False, author=author)

    driven = drive(FINE, page(comment), me, used=[did("st.commentOnPost")])

    assert driven.finding.verdict is verdict
    assert driven.asked[1] == Myself()


@pytest.mark.parametrize(
    ("author", "verdict"),
    [
        (PostCommentAuthor(type="company", company_url=f"{ACME}/"), DONE),
        (PostCommentAuthor(type="company", company_url=f"{ACME}-2"), UNKNOWN),
        (PostCommentAuthor(type="person", profile_url=ANN), NOT_DONE),
        (PostCommentAuthor(), UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_comment_of_a_page_is_told_by_its_author(
    author: PostCommentAuthor | None,
    verdict: Verdict,
    *,
    drive: "Drive",
    stamp: "Stamp",
    did: "Did",
) -> None:
    """What a page has written is never called your own, and a page may have two addresses."""
    operation = CommentOnPost(post_urn=POST, text="Fine work", company_url=ACME)
    comment = PostComment(
        text="Fine work", time=stamp(5), is_reply=False, author=author, viewer_state=FOREIGN
    )

    driven = drive(operation, page(comment), used=[did("st.commentOnPost")])

    assert driven.finding.verdict is verdict


def others(stamps: list[str | None]) -> list[PostComment]:
    return [
        PostComment(text=f"No. {number}", time=time, is_reply=False, viewer_state=FOREIGN)
        for number, time in enumerate(stamps)
    ]


def test_a_list_of_comments_proves_absence_only_where_it_reaches(
    drive: "Drive", stamp: "Stamp", did: "Did"
) -> None:
    """All there are, or the latest in order back to before the start."""
    ages = [-90.0 * number for number in range(12)]
    ordered = others([stamp(age) for age in ages])
    used = [did("st.commentOnPost")]

    def verdict(post: Post | None) -> Verdict:
        finding: Finding = drive(FINE, post, used=used).finding
        return finding.verdict

    assert verdict(page()) is NOT_DONE
    assert verdict(page(*ordered)) is NOT_DONE
    assert verdict(page(*ordered, count=3000)) is NOT_DONE
    assert verdict(page(*ordered[:9], count=3000)) is UNKNOWN  # so few are in order by chance
    assert verdict(page(*ordered[::-1], count=3000)) is UNKNOWN
    assert verdict(page(*others([stamp(age) for age in range(12, 0, -1)]), count=3000)) is UNKNOWN
    assert verdict(page(*others([*(stamp(age) for age in ages), None]), count=3000)) is UNKNOWN
    assert verdict(page(*others([stamp(5)] * COMMENTS))) is UNKNOWN
    assert verdict(Post(comments_count=0)) is UNKNOWN
    assert verdict(Post(comments=[])) is UNKNOWN  # nobody says how many there are
    assert verdict(None) is UNKNOWN


def test_no_comment_written_at_all_settles_a_short_list(drive: "Drive") -> None:
    """The statistics hold the reading, and no comment."""
    driven = drive(FINE, page(count=3000))

    assert driven.finding.verdict is NOT_DONE
    assert isinstance(driven.asked[-1], Executed)


# ── replies ──

THANKS = ReplyToComment(comment_url=dash(9), text="Thanks")


def reply(address: str | None, time: str, **facts: Any) -> PostComment:
    given: dict[str, Any] = {
        "text": "Thanks",
        "time": time,
        "is_reply": True,
        "viewer_state": OWN,
        "comment_url": address,
        **facts,
    }
    return PostComment(**given)


@pytest.mark.parametrize(
    ("address", "facts", "verdict"),
    [
        (dash(9, 12), {}, DONE),
        (dash(8, 12), {}, NOT_DONE),
        (dash(9), {"is_reply": False}, NOT_DONE),
        (None, {"is_reply": False}, NOT_DONE),
        (dash(12), {}, DONE),  # a form of address unknown here: it may well be this one
        (None, {}, DONE),
    ],
)
def test_a_reply_counts_below_its_comment(
    address: str | None,
    facts: dict[str, Any],
    verdict: Verdict,
    *,
    drive: "Drive",
    stamp: "Stamp",
    did: "Did",
) -> None:
    """The same thanks below another comment are another reply."""
    shown = reply(address, stamp(5), **facts)

    driven = drive(THANKS, page(shown), used=[did("st.replyToComment")])

    assert driven.finding.verdict is verdict


@pytest.mark.parametrize(
    ("asked", "counted", "verdict"),
    [
        (dash(9), 1, NOT_DONE),
        (dash(9, 11), 1, NOT_DONE),
        (dash(9), 2, UNKNOWN),
        (dash(9), None, UNKNOWN),
        (dash(5), 0, UNKNOWN),
        (f"{AT}?x=9", 1, UNKNOWN),
    ],
)
def test_replies_are_complete_below_a_comment_that_is_listed(
    asked: str,
    counted: int | None,
    verdict: Verdict,
    *,
    drive: "Drive",
    stamp: "Stamp",
    did: "Did",
) -> None:
    """Of a long discussion, only the one comment matters."""
    listed = page(
        PostComment(comment_url=dash(9), replies_count=counted, is_reply=False, text="Question"),
        reply(dash(9, 11), stamp(-900), text="An answer by somebody", viewer_state=FOREIGN),
        count=3000,
    )
    operation = ReplyToComment(comment_url=asked, text="Thanks")

    driven = drive(operation, listed, used=[did("st.replyToComment")])

    assert driven.finding.verdict is verdict


# ── reactions ──


@pytest.mark.parametrize(
    ("state", "used", "verdict"),
    [
        (ContentViewerState(reaction="love", is_own=False), True, DONE),
        (ContentViewerState(is_own=False), True, NOT_DONE),
        (ContentViewerState(reaction="like", is_own=False), False, NOT_DONE),
        (ContentViewerState(reaction="like", is_own=False), True, UNKNOWN),
        (ContentViewerState(), True, UNKNOWN),
        (None, True, UNKNOWN),
        (None, False, NOT_DONE),
    ],
)
def test_an_account_has_one_reaction(
    state: ContentViewerState | None, *, used: bool, verdict: Verdict, drive: "Drive", did: "Did"
) -> None:
    """Another one may have come before or after; an empty state tells nothing."""
    on_post = ReactToPost(post_urn=POST, type="love")
    on_comment = ReactToComment(comment_url=dash(9), type="love")
    listed = page(
        PostComment(comment_url=dash(8), viewer_state=OWN),
        PostComment(comment_url=dash(9), viewer_state=state),
    )

    def verdict_on(operation: Operation[Any], answer: Post) -> Verdict:
        done = [did(f"st.{operation.name}")] if used else []
        finding: Finding = drive(operation, answer, used=done).finding
        return finding.verdict

    assert verdict_on(on_post, Post(viewer_state=state)) is verdict
    assert verdict_on(on_comment, listed) is verdict


@pytest.mark.parametrize("post", [None, Post(), page(PostComment(comment_url=dash(8)))])
def test_a_comment_that_is_not_listed_leaves_it_to_the_statistics(
    post: Post | None, drive: "Drive", did: "Did"
) -> None:
    """They may show that there was no reaction at all."""
    operation = ReactToComment(comment_url=dash(9))

    assert drive(operation, post).finding.verdict is NOT_DONE
    assert drive(operation, post, used=[did("st.reactToComment")]).finding.verdict is UNKNOWN


def test_a_comment_is_found_by_its_very_address(drive: "Drive") -> None:
    """Even where that is of an unknown form."""
    operation = ReactToComment(comment_url=f"{AT}?c=9")
    state = ContentViewerState(reaction="like")
    listed = page(PostComment(comment_url=f"{AT}?c=9", viewer_state=state))

    assert drive(operation, listed).finding.verdict is DONE


def reactions(*found: tuple[str, str], count: int = 0) -> Post:
    return Post(
        reactions_count=count,
        reactions=[
            PostReaction(
                type=kind,
                actor=PostAuthor(
                    type="company" if "company" in url else "person" if url else None,
                    company_url=url,
                ),
            )
            for url, kind in found
        ],
    )


@pytest.mark.parametrize(
    ("post", "verdict"),
    [
        (reactions((ANN, "like"), (f"{ACME}/", "love")), DONE),
        (reactions((ACME, "like")), UNKNOWN),
        (reactions((f"{ACME}-2", "love")), UNKNOWN),
        (reactions((ANN, "love")), NOT_DONE),
        (reactions(), NOT_DONE),
        (reactions(("", "love")), UNKNOWN),
        (reactions((ANN, "love"), count=2), UNKNOWN),
        (reactions(*[(ANN, "love")] * 1000), UNKNOWN),
        (Post(reactions=[PostReaction(type="love")]), UNKNOWN),
        (Post(reactions=[]), UNKNOWN),
        (Post(), UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_the_reaction_of_a_page_is_looked_for_among_all(
    post: Post | None, verdict: Verdict, drive: "Drive", did: "Did"
) -> None:
    """A page may have two addresses, so that only the absence of every page is proof."""
    operation = ReactToPost(post_urn=POST, type="love", company_url=ACME)

    driven = drive(operation, post, used=[did("st.reactToPost")])

    assert driven.finding.verdict is verdict


# ── posts and reposts ──


def item(shown: str, time: str, **facts: Any) -> PostSearchItem:
    given: dict[str, Any] = {"text": shown, "time": time, "type": "original", **facts}
    return PostSearchItem(**given)


def test_a_post_is_searched_for_among_your_own(drive: "Drive", stamp: "Stamp", did: "Did") -> None:
    """No search is sure to find what is new: absence is shown by the statistics alone."""
    ann = PostMention(key="a", name="Ann Lee")
    news = CreatePost(text="News from @[a] and @[b]", mentions=[ann])
    shown = item("News from Ann Lee and @[b]", stamp(5))

    found = drive(news, [item("Else", stamp(1)), shown])
    absent = drive(news, [])
    doubtful = drive(news, None, used=[did("st.createPost")])
    foreign = drive(news, [item(shown.text or "", stamp(5), viewer_state=FOREIGN)])
    reposted = drive(news, [item(shown.text or "", stamp(5), type="repost")])

    assert found.finding.verdict is DONE
    (search,) = found.asked
    assert isinstance(search, SearchPosts)
    assert search.term == "News from Ann Lee and"
    assert search.filter is not None
    assert search.filter.posted_by == ("me",)
    assert absent.finding.verdict is NOT_DONE
    assert isinstance(absent.asked[-1], Executed)
    assert doubtful.finding.verdict is UNKNOWN
    assert foreign.finding.verdict is NOT_DONE
    assert reposted.finding.verdict is NOT_DONE


def test_a_post_without_words_is_left_to_the_statistics(drive: "Drive", did: "Did") -> None:
    """A search needs a word."""
    party = CreatePost(text="🎉")

    assert drive(party).finding.verdict is NOT_DONE
    assert isinstance(drive(party).asked[0], Executed)
    assert drive(party, used=[did("st.createPost")]).finding.verdict is UNKNOWN


def test_a_post_of_a_page_is_read_there(drive: "Drive", stamp: "Stamp", did: "Did") -> None:
    """What stands on the page is the page's, whatever the viewer's state says."""
    news = CreatePost(text="News", company_url=ACME)
    shown = Post(text="News", time=stamp(5), type="original", viewer_state=FOREIGN)

    found = drive(news, Company(posts=[shown]))
    absent = [drive(news, answer) for answer in (Company(), Company(posts=[]), None)]
    doubtful = drive(news, Company(), used=[did("st.createPost")])

    assert found.finding.verdict is DONE
    assert isinstance(found.asked[0], FetchCompany)
    assert [one.finding.verdict for one in absent] == [NOT_DONE] * 3
    assert doubtful.finding.verdict is UNKNOWN


@pytest.mark.parametrize(
    ("text", "facts", "verdict"),
    [
        (None, {"repost_text": None}, DONE),
        (None, {"repost_text": "Look"}, UNKNOWN),
        ("Look at this", {"repost_text": "Look  at this"}, DONE),
        ("Look at this", {"repost_text": None}, UNKNOWN),
        (None, {"text": "Something else"}, UNKNOWN),
        (None, {"author": SearchPostActor(name="Bob")}, UNKNOWN),
        (None, {"author": SearchPostActor(name="Ann")}, DONE),
        (None, {"type": "original"}, UNKNOWN),
        (None, {"text": "The original thought!"}, UNKNOWN),
        ("Look at this", {"repost_text": "Look at this", "text": "Original thoughts"}, UNKNOWN),
    ],
)
def test_a_repost_is_told_by_what_it_passes_on(
    text: str | None,
    facts: dict[str, Any],
    verdict: Verdict,
    *,
    drive: "Drive",
    stamp: "Stamp",
    did: "Did",
) -> None:
    """Its own text, and text and author of the original."""
    original = Post(text="The original thought", author=PostAuthor(name="Ann"))
    shown = item("The original thought", stamp(5), **{"type": "repost", **facts})
    repost = CreateRepost(post_urn=POST, text=text)

    driven = drive(repost, original, [shown], used=[did("st.createRepost")])

    assert driven.finding.verdict is verdict
    read, search, *_ = driven.asked
    assert read == FetchPost(post_urn=POST)
    assert isinstance(search, SearchPosts)
    assert search.term == (text or "The original thought")


@pytest.mark.parametrize("picture", [Post(), Post(text=""), Post(author=PostAuthor(name="Ann"))])
def test_a_repost_of_a_picture_may_be_that_of_another(
    picture: Post, drive: "Drive", stamp: "Stamp", did: "Did"
) -> None:
    """Without words of its own or of the original, nothing tells which one was passed on."""
    shown = item("", stamp(5), type="repost", author=SearchPostActor(name="Ann"))
    repost = CreateRepost(post_urn=POST, text="Look at this")
    plain = item("", stamp(5), type="repost", repost_text="Look at this")

    driven = drive(repost, picture, [shown, plain], used=[did("st.createRepost")])

    assert driven.finding.verdict is UNKNOWN


def test_a_repost_of_what_cannot_be_read_is_left_to_the_statistics(drive: "Drive") -> None:
    """Nothing is there to search for."""
    driven = drive(CreateRepost(post_urn=POST), None)

    assert driven.finding.verdict is NOT_DONE
    assert isinstance(driven.asked[1], Executed)


# ── whatever the page looks like ──

NOISE = st.builds(
    PostComment,
    text=st.one_of(st.none(), st.text(max_size=20), st.just("Fine work")),
    time=st.one_of(st.none(), st.just("2026-03-02T09:30:00Z"), st.just("2026-03-03T00:00:00Z")),
    is_reply=st.one_of(st.none(), st.booleans()),
    comment_url=st.one_of(st.none(), st.builds(dash, st.integers(1, 20), st.integers(1, 20))),
    replies_count=st.one_of(st.none(), st.integers(0, 3)),
    viewer_state=st.one_of(st.none(), st.just(FOREIGN)),
    author=st.one_of(st.none(), st.just(PostCommentAuthor(type="person", profile_url=ACME))),
)


@given(
    noise=st.lists(NOISE, max_size=12),
    place=st.integers(0, 12),
    later=st.integers(0, 1_000_000),
    count=st.one_of(st.none(), st.integers(0, 3000)),
    operation=st.sampled_from(
        [FINE, ReplyToComment(comment_url=dash(9), text="Fine work")],
    ),
)
def test_what_stands_there_is_never_called_undone(
    noise: list[PostComment],
    place: int,
    later: int,
    count: int | None,
    operation: Operation[Any],
) -> None:
    """Wherever it stands in the list, and whatever else does; nor is another's called done."""
    is_reply = operation is not FINE
    ours = PostComment(
        text="Fine work",
        time=(NOW + timedelta(milliseconds=later)).isoformat(),
        is_reply=is_reply,
        comment_url=dash(9, 99) if is_reply else dash(99),
        viewer_state=OWN,
    )

    assert conclude(operation, [*noise[:place], ours, *noise[place:]], count) is DONE
    assert conclude(operation, noise, count) is not DONE


def conclude(operation: Operation[Any], comments: list[PostComment], count: int | None) -> Verdict:
    """Drive a recipe without statistics, as somebody who never wrote anything listed."""
    recipe = operation.recipe(NOW)
    assert recipe is not None
    answers = [Post(comments=comments, comments_count=count), AccountInfo(url=ANN), None]
    try:
        question = next(recipe)
        while True:
            question = recipe.send(
                answers[
                    0 if isinstance(question, Operation) else 1 + isinstance(question, Executed)
                ]
            )
    except StopIteration as end:
        finding: Finding = end.value
        return finding.verdict
