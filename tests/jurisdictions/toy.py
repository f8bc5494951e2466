"""The toy fourth jurisdiction beside the installed ones: a folder and a word."""

from __future__ import annotations

from collections.abc import Mapping

import jurisdictions
from jurisdictions.contract import Jurisdiction

PACKAGE = "tests.jurisdictions"
NAME = "toyland"


def toyland() -> Jurisdiction:
    return jurisdictions.load((NAME,), package=PACKAGE)[NAME]


def with_toyland() -> Mapping[str, Jurisdiction]:
    """Every installed jurisdiction and the toy, in seal order."""
    return jurisdictions.seal_order((*jurisdictions.load().values(), toyland()))
