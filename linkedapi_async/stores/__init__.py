"""Where workers meet: what makes several processes behave like one.

Give a `RedisCoordinator` to every worker, or write a `Coordinator` for another store.
"""

from linkedapi_async._sharing import Coordinator, LocalCoordinator, Pacer, Parking, Turn

from ._redis import RedisCoordinator

__all__ = ["Coordinator", "LocalCoordinator", "Pacer", "Parking", "RedisCoordinator", "Turn"]
