"""The order in which calls get their turns."""

from collections.abc import Hashable

import attrs
from hypothesis import given
from hypothesis import strategies as st

from linkedapi_async.pool._queue import Queue


@attrs.define(eq=False)
class Item:
    """Something that waits."""

    rank: tuple[int, int]
    shelf: Hashable = ()
    ticket: int = 0


def filled(*items: Item) -> Queue[Item]:
    queue: Queue[Item] = Queue()
    for item in items:
        queue.put(item)
    return queue


def test_order_of_rank() -> None:
    """Lower ranks come first."""
    items = [Item((0, 3)), Item((-5, 4)), Item((0, 1))]
    queue = filled(*items)

    assert list(queue) == [items[1], items[2], items[0]]
    assert queue.heads() == [items[1]]
    assert len(queue) == 3


def test_heads_of_all_shelves() -> None:
    """Each shelf shows its first item, in order of rank; empty ones are gone."""
    items = [Item((0, 1), "a"), Item((0, 2), "b"), Item((0, 3), "a"), Item((-1, 4), "b")]
    queue = filled(*items)
    assert queue.heads() == [items[3], items[0]]

    queue.remove(items[3])
    queue.remove(items[1])

    assert queue.heads() == [items[0]]


def test_back_at_its_place() -> None:
    """What comes back stands where it stood, once."""
    items = [Item((0, n)) for n in range(3)]
    queue = filled(*items)

    for _ in range(5):
        queue.remove(items[0])
        assert queue.heads() == [items[1]]
        queue.put(items[0])

    assert list(queue) == items
    assert queue.heads() == [items[0]]


def test_memory_follows_what_waits() -> None:
    """Entries of items that were taken out are swept away."""
    queue: Queue[Item] = Queue()
    stays = Item((0, 0))
    queue.put(stays)
    for number in range(1, 5000):
        item = Item((0, number), number % 3)
        queue.put(item)
        queue.remove(item)

    assert list(queue) == [stays]
    assert sum(map(len, queue._heaps.values())) < 200


@given(st.lists(st.tuples(st.sampled_from(["put", "take", "drop", "back"]), st.integers(0, 9))))
def test_like_a_sorted_list(steps: list[tuple[str, int]]) -> None:
    """Whatever is put, taken, dropped and put back, it answers as a sorted list would."""
    queue: Queue[Item] = Queue()
    model: list[Item] = []
    gone: list[Item] = []
    for number, (step, value) in enumerate(steps):
        if step == "put":
            item = Item((-value, number), value % 2)
            queue.put(item)
            model.append(item)
        elif step == "back" and gone:
            item = gone.pop(value % len(gone))
            queue.put(item)
            model.append(item)
        elif model and step in {"take", "drop"}:
            model.sort(key=lambda one: one.rank)
            item = model.pop(0 if step == "take" else value % len(model))
            queue.remove(item)
            gone.append(item)
        model.sort(key=lambda one: one.rank)
        assert list(queue) == model
        assert len(queue) == len(model)
        assert queue.heads()[:1] == model[:1]
