"""Logs are JSON lines with the ids of whatever they are about, whoever writes them."""

import json
import logging
from pathlib import Path

import structlog

from gateway.logs import about, configure


def test_ids_of_the_context_are_in_every_line(tmp_path: Path) -> None:
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    file = tmp_path / "gateway.log"
    try:
        configure("info", "json", file=file)
        with about(request_id="req_1", invoice="inv_1"):
            structlog.get_logger("x").info("sealed", submission="sub_1")
            logging.getLogger("library").warning("from %s", "elsewhere")
        structlog.get_logger("x").debug("unheard")
    finally:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler not in before:
                handler.stream.close()
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()
    ours, theirs = map(json.loads, file.read_text().splitlines())
    assert (ours["event"], ours["request_id"], ours["invoice"], ours["submission"]) == (
        "sealed",
        "req_1",
        "inv_1",
        "sub_1",
    )
    assert (theirs["event"], theirs["request_id"], theirs["level"]) == ("from elsewhere", "req_1", "warning")
