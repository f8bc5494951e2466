"""Merge patches on what is stored: how deep they may be, and what they may not reach."""

from __future__ import annotations

import pytest

from gateway.errors import Malformed
from gateway.intake.patching import DEEPEST, chosen, merged
from tests.gateway.api.caller import problem
from tests.gateway.toyland import Toyland


def nested(depth: int) -> object:
    patch: object = 1
    for _ in range(depth):
        patch = {"a": patch}
    return patch


def test_a_patch_is_not_bottomless() -> None:
    assert merged({}, nested(DEEPEST)) == nested(DEEPEST)
    with pytest.raises(Malformed):
        merged({}, nested(DEEPEST + 1))


@pytest.mark.parametrize("patch", [nested(900), {"extensions": nested(900)}])
async def test_a_deep_patch_is_malformed(toyland: Toyland, patch: object) -> None:
    issuer = await toyland.caller.toy_issuer()
    draft = await toyland.caller.toy_draft(issuer)
    problem(await toyland.caller.patch(f"/v1/invoices/{draft['id']}", patch), 400, "too_deep")
    issued = await toyland.caller.toy_issued(issuer)
    await toyland.work()
    wish = {"option": "record_again", "changes": patch}
    problem(await toyland.caller.post(f"/v1/invoices/{issued['id']}/corrections", wish), 400, "too_deep")


def test_only_what_is_editable_is_taken_over() -> None:
    former = {"name": "A", "city": "B", "numbers": [{"scheme": "1", "value": "2"}], "phone": "3"}
    fresh = {"name": "C", "city": "D", "numbers": [{"scheme": "4", "value": "5"}], "mail": "6"}
    assert chosen(("/at/name", "/at/numbers/*/scheme"), former, fresh, "/at") == former | {
        "name": "C",
        "numbers": [{"scheme": "4", "value": "2"}],
    }
    assert chosen(("/at/name",), former, {"city": "D"}, "/at") == {key: former[key] for key in former if key != "name"}
    assert chosen(("/at",), former, fresh, "/at") == fresh
