"""What a test is told when it asks the sandbox for something that cannot work."""

__all__ = ["PortInUse", "SandboxError"]


class SandboxError(Exception):
    """The sandbox was used in a way that cannot work."""


class PortInUse(SandboxError, OSError):
    """Somebody else listens on the port."""
