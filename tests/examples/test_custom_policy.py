import subprocess
from collections.abc import Callable


def test_script_runs(script: "Callable[..., subprocess.CompletedProcess[str]]") -> None:
    """It explains the changed verdict, and both kinds of retries bring the result."""
    ran = script("examples/custom_policy.py", "--sandbox")

    assert ran.returncode == 0, ran.stderr
    assert "retryable (overridden)" in ran.stdout
    assert "Social Selling Index: " in ran.stdout
    assert "one attempt at a time: " in ran.stdout
