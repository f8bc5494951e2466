"""The published contract is frozen: a change of it is a decision, and shows in a review."""

import json

import pytest

from gateway.published import PUBLISHED, documents

HOW = "the published contract is stale: run `python -m gateway.published`, and look at what it changes for callers"
DOCUMENTS = documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_published_is_what_is_served(name: str) -> None:
    path = PUBLISHED / name
    assert path.is_file(), HOW
    assert json.loads(path.read_text("utf-8")) == json.loads(DOCUMENTS[name]), HOW


def test_nothing_else_is_published() -> None:
    assert {path.name for path in PUBLISHED.iterdir()} == set(DOCUMENTS), HOW


def test_every_changing_post_names_its_key() -> None:
    document = json.loads(DOCUMENTS["openapi.json"])
    without = {"/v1/invoices/{invoice_id}/check", "/v1/documents/validate"}
    for path, item in document["paths"].items():
        if "post" in item and path not in without:
            keys = [one for one in item["post"]["parameters"] if one["name"] == "Idempotency-Key"]
            assert keys and keys[0]["required"], path
