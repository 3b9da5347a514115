"""What the sandbox's world has published: the same for a seed, and linked in every direction."""

from datetime import UTC, datetime

import pytest

from linkedapi_async.testing import Sandbox
from linkedapi_async.testing._chronicle import Chronicle
from linkedapi_async.testing._content import comment_numbers, post_number
from linkedapi_async.testing._ring import FIRST_COMPANY, Ring
from linkedapi_async.testing._world import Person, World

SIZES = [(1, 1), (2, 1), (3, 5), (9, 2), (40, 25)]


def told(world: World) -> list[tuple[object, ...]]:
    """Return everything that is published, as values."""
    wall = world.wall
    return [
        (
            post.url,
            post.at,
            post.text,
            post.images,
            [(one.url, one.at, one.text, one.author.url) for one in wall.comments(post)],
            [(one.actor.url, one.type, one.at) for one in wall.reactions(post)],
        )
        for post in wall.everything
    ]


def test_a_seed_determines_what_is_published() -> None:
    """The same seed tells the same, another one something else."""
    one, same, other = (World(seed, people=20, companies=3) for seed in (1, 1, 2))

    assert told(one) == told(same)
    assert told(one) != told(other)


@pytest.mark.parametrize(("people", "companies"), SIZES)
def test_worlds_of_any_size_are_linked(people: int, companies: int) -> None:
    """Each thing is found by its own address, and from the page of whoever made it."""
    world = World(0, people=people, companies=companies)
    wall = world.wall
    everything = list(wall.everything)

    assert len({post.number for post in everything}) == len(everything)
    by_person = {one.url: wall.comments_by(one.number) for one in world.people}
    liked_by = {one.url: wall.reactions_by(one.number) for one in world.people}
    for post in everything:
        assert wall.find(post_number(post.url) or 0) is post
        comments, reactions = wall.comments(post), wall.reactions(post)
        assert len({one.number for one in comments}) == len(comments)
        assert len({one.actor.url for one in reactions}) == len(reactions)
        for comment in comments:
            assert comment_numbers(comment.url) == (post.number, comment.number)
            if isinstance(comment.author, Person):
                assert comment in by_person[comment.author.url]
        for reaction in reactions:
            if isinstance(reaction.actor, Person):
                assert reaction in liked_by[reaction.actor.url]
        if post.original is not None:
            assert post in wall.reposts(post.original)
            assert post.original.original is None
    known = {id(comment) for post in everything for comment in wall.comments(post)}
    assert all(id(one) in known for found in by_person.values() for one in found)


@pytest.mark.parametrize(("people", "companies"), SIZES)
def test_time_runs_one_way(people: int, companies: int) -> None:
    """Nothing comes before what it is about, and nothing after the world's present."""
    world = World(0, people=people, companies=companies)
    wall = world.wall
    present = datetime(2026, 1, 5, 8, tzinfo=UTC)

    for author in world.people:
        posts = world.posts(author)
        assert posts[0].original is None
        assert [post.at for post in posts] == sorted((one.at for one in posts), reverse=True)
    for post in wall.everything:
        assert post.source.at <= post.at <= present
        for comment in wall.comments(post):
            above = comment.parent or post
            assert above.at <= comment.at <= present
            assert comment.post is post
        assert all(post.at <= one.at <= present for one in wall.reactions(post))


def test_what_must_not_be_passed_on_is_not() -> None:
    """Nobody has reposted what every thirteenth person writes; of others somebody has."""
    world = World(0, people=200, companies=25)
    reposted = {one.source.publisher.url for one in world.wall.everything if one.original}

    guarded = {one.url for one in world.people if one.number % 13 == 0}
    assert reposted.isdisjoint(guarded)
    assert len(reposted) > 50


@pytest.mark.parametrize(("people", "companies"), [*SIZES, (160, 3), (200, 25)])
def test_the_ring_turns_both_ways(people: int, companies: int) -> None:
    """Whoever reads somebody is among their readers, near or far; nobody reads themselves."""
    ring = Ring(people, companies)

    for most in (1, 8, 100):
        pairs = {(key, one) for key in ring.keys for one in ring.readers(key, most)}
        turned = {(one, key) for key in ring.keys for one in ring.read_by(key, most)}
        assert pairs == turned
        assert all(one != key and one <= people for key, one in pairs)
    assert list(ring.read_by(FIRST_COMPANY)) == []
    assert all(ring.has(key) for key in ring.keys)
    assert not any(ring.has(key) for key in (0, people + 1, FIRST_COMPANY + companies))


def test_a_chronicle_needs_nobody_it_does_not_tell_of() -> None:
    """Looking at one page makes few of the world's people."""
    asked: list[int] = []
    world = World(0, people=5000, companies=25)

    def actor(key: int) -> Person:
        asked.append(key)
        return world.person(min(key, 5000))

    Chronicle(0, people=5000, companies=25, actor=actor).posts(7)

    assert len(set(asked)) < 500


def test_a_closed_sandbox_tells_what_is_published() -> None:
    """Addresses for a test can be taken from the world."""
    world = Sandbox().world

    assert world.posts(world.person(1))[0].url.endswith("urn:li:activity:7000000000000000010")
    assert world.posts(world.company(2))[0].publisher is world.company(2)
