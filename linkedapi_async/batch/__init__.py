"""Lists of calls, every one of them answered once."""

from ._batch import Batch
from ._progress import BatchProgress

__all__ = ["Batch", "BatchProgress"]
