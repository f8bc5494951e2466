"""A log line tells what happened and where, never what a local variable held."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import structlog
from gateway.logs import configure
configure(form={form!r})
def sign(password):
    raise ValueError("no such key")
try:
    sign("opened-" + "secret")
except ValueError as why:
    structlog.get_logger("test").error("turn.failed", submission="sub_1", exc_info=why)
"""


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_carries_no_local_variables(form: str) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(form=form)], capture_output=True, text=True, check=True)
    assert "opened-secret" not in done.stderr
    assert "no such key" in done.stderr
    assert "turn.failed" in done.stderr


def test_a_line_is_json_with_its_ids() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(form="json")], capture_output=True, text=True, check=True
    )
    line = json.loads(done.stderr)
    assert line["submission"] == "sub_1"
    assert line["level"] == "error"
