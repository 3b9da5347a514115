"""Placeholder until the rows arrive."""

from ._fault import Fault

ACTION_FAULTS: tuple[Fault, ...] = ()
