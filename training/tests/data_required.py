"""Finds the data for tests that need it."""

import os
import sys
import unittest

import dataset


def require_data() -> None:
    """Skips the calling test class without data, loudly; fails it in CI."""
    table = dataset.default_data() / "species" / "SPLIT.csv"
    if table.exists():
        return
    message = f"no species data: {table} is missing (set AQUA_DATA)"
    if os.environ.get("CI") == "true":
        raise RuntimeError(message)
    print(f"\nSKIPPED: {message}", file=sys.stderr)
    raise unittest.SkipTest(message)
