"""What Redis does for several workers: its keys, and scripts that run there in one step.

Each script reads the time of Redis itself, so that the workers' own clocks need not agree.
"""

from typing import Final

import attrs

__all__ = ["LEASE", "LEAVE", "LOOK", "PARK", "RELEASE", "RESUME", "SLOTS", "Keys"]


@attrs.frozen
class Keys:
    """The keys of one group of workers; one hash tag keeps them on one node of a cluster.

    Attributes:
        namespace: What tells the group from others on the same Redis.
    """

    namespace: str

    @property
    def budget(self) -> str:
        """When the next permit is free, in microseconds of Redis."""
        return self._key("budget")

    @property
    def workers(self) -> str:
        """Sorted set of live workers, by the millisecond each was last seen."""
        return self._key("workers")

    @property
    def state(self) -> str:
        """Hash of what all go by.

        `epoch` ends when Redis loses its data, `version` counts changes, and at `calm_at`, in
        milliseconds, everybody who was away can be back.
        """
        return self._key("state")

    @property
    def parked(self) -> str:
        """Hash of parkings, as JSON."""
        return self._key("parked")

    @property
    def expiry(self) -> str:
        """Sorted set of parkings, by the millisecond each is forgotten."""
        return self._key("expiry")

    @property
    def probes(self) -> str:
        """Hash of how often each parking was probed."""
        return self._key("probes")

    @property
    def channel(self) -> str:
        """Where a change is called out; what has changed stands in the keys."""
        return self._key("changed")

    def turn(self, name: str) -> str:
        """Who may probe a parking now, or that it rests."""
        return self._key(f"turn:{name}")

    def _key(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}"


SLOTS: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local gap, count, farthest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local first = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
if first - now > farthest then
  first = now
end
local free_at = first + gap * count
redis.call('SET', KEYS[1], string.format('%.0f', free_at),
           'PX', string.format('%.0f', math.ceil((free_at - now) / 1000)))
return {now, first}
"""
"""Take the next evenly spaced moments of the budget.

Keys: budget. Arguments: microseconds from one to the next, how many, and how far ahead they can be
at most unless the clock of Redis was set back. Returns the current moment and the first, both in
microseconds.
"""

LOOK: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local workers, state, parked, expiry, probes = unpack(KEYS)
local worker, absent_after, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local grace, channel, fresh = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local epoch, version = ARGV[7], ARGV[8]

local is_new = redis.call('ZADD', workers, now, worker) == 1
if grace > 0 then
  redis.call('HSET', state, 'calm_at', now + grace)
end
if is_new or grace > 0 then
  redis.call('PUBLISH', channel, '')
end
redis.call('ZREMRANGEBYSCORE', workers, '-inf', now - absent_after)
redis.call('HSETNX', state, 'epoch', fresh)
redis.call('HSETNX', state, 'version', 0)
for i = 9, #ARGV do
  redis.call('ZADD', expiry, 'XX', now + kept, ARGV[i])
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', now)) do
  redis.call('ZREM', expiry, name)
  redis.call('HDEL', parked, name)
  redis.call('HDEL', probes, name)
  redis.call('HINCRBY', state, 'version', 1)
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, 2 * kept)
end

local found = redis.call('HMGET', state, 'epoch', 'version', 'calm_at')
local count = redis.call('ZCARD', workers)
local calm_in = math.max(0, (tonumber(found[3]) or 0) - now)
if found[1] == epoch and found[2] == version then
  return {count, calm_in}
end
return {count, calm_in, found[1], found[2], redis.call('HGETALL', parked)}
"""
"""Say that a worker lives, and see what is parked.

Keys: workers, state, parked, expiry, probes. Arguments: the worker, milliseconds after which a
silent one is gone, milliseconds that a parking is kept, milliseconds that the others may need to
come back (0 for a worker that was not away), channel, an epoch to begin if there is none, epoch and
version known to the worker, and names of parkings to keep longer. Returns the number of workers,
milliseconds until all can be back and, if anything has changed, epoch, version and all parkings.
"""

PARK: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state, parked, expiry = unpack(KEYS)
redis.call('ZADD', expiry, now + ARGV[3], ARGV[1])
if redis.call('HSETNX', parked, ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', state, 'version', 1)
  redis.call('PUBLISH', ARGV[4], '')
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, 2 * ARGV[3])
end
"""
"""Note a parking, or keep it longer.

Keys: state, parked, expiry. Arguments: its name, its JSON, milliseconds that it is kept, channel.
"""

RESUME: Final = """
local state, parked, expiry, probes, turn = unpack(KEYS)
redis.call('DEL', turn)
redis.call('ZREM', expiry, ARGV[1])
redis.call('HDEL', probes, ARGV[1])
if redis.call('HDEL', parked, ARGV[1]) == 1 then
  redis.call('HINCRBY', state, 'version', 1)
  redis.call('PUBLISH', ARGV[2], '')
end
"""
"""Forget a parking, its turns and its rest.

Keys: state, parked, expiry, probes, turn. Arguments: its name, channel.
"""

LEASE: Final = """
if not redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then
  return {redis.call('PTTL', KEYS[1]), 0}
end
local number = redis.call('HINCRBY', KEYS[2], ARGV[1], 1)
redis.call('PEXPIRE', KEYS[2], 2 * ARGV[4])
return {0, number}
"""
"""Take the turn to probe.

Keys: turn, probes. Arguments: the parking's name, who asks, milliseconds that the turn
lasts, milliseconds that a parking is kept. Returns milliseconds to wait, and which turn it is.
"""

RELEASE: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return
end
if tonumber(ARGV[2]) > 0 then
  redis.call('SET', KEYS[1], '', 'PX', ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
"""
"""Give a turn back.

Keys: turn. Arguments: who had it, milliseconds of rest before the next.
"""

LEAVE: Final = """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], '')
"""
"""Be no worker any more. Keys: workers. Arguments: the worker, channel."""
