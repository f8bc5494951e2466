"""What the operator looks at and hands in: unsent documents, and signed papers of the installation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

import jurisdictions
from gateway.accounts import AccountRefused
from gateway.cli import attestations
from gateway.cli.unsent import unsent
from gateway.cli.words import CommandRefused
from gateway.unsent import unsent_flows
from tests.gateway.toyland import Toyland
from tests.gateway.worker.rows import owner
from tests.jurisdictions.toy import toyland as toy_law

Run = Callable[..., Result]


def _alone(command: Callable[..., Any]) -> typer.Typer:
    app = typer.Typer()
    app.command()(command)
    return app


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """A command on this test's database, with Toyland installed."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path))
    only = {"toyland": toy_law()}
    monkeypatch.setattr(jurisdictions, "load", lambda: only)

    def invoke(app: typer.Typer, *words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return invoke


async def test_unsent_is_told_until_there_is_nothing(database: str) -> None:
    assert await unsent_flows(database) == []
    async with owner(database) as rows:
        tenant, _ = await rows.flow(3)
        await rows.flow(0, tenant=tenant, key="idle")
        await rows.run("INSERT INTO platform.tenant (id, name) VALUES ($1, 'Shop')", tenant)
        await rows.run(
            "INSERT INTO gateway.incident (tenant_id, environment, id, jurisdiction, flow_key, issuer_id, cause,"
            " began_at, tries) SELECT tenant_id, environment, gen_random_uuid(), jurisdiction, key, issuer_id, 'busy',"
            " now(), 4 FROM gateway.flow WHERE key = 'flow'"
        )
        issuer = await rows.value("SELECT issuer_id FROM gateway.flow WHERE key = 'flow'")
    (found,) = await unsent_flows(database)
    assert (found.tenant, found.name, found.unsent, found.cause, found.tries) == ("Shop", "Toy Maker SL", 3, "busy", 4)
    assert UUID(found.issuer[4:]) == issuer
    assert await unsent_flows(database, issuer=found.issuer, environment="test", jurisdiction="toyland") == [found]
    assert await unsent_flows(database, environment="live") == []
    for narrow in ({"environment": "mars"}, {"jurisdiction": "atlantis"}, {"issuer": f"iss_{'0' * 32}"}):
        with pytest.raises(AccountRefused, match="there is no"):
            await unsent_flows(database, **narrow)
    with pytest.raises(AccountRefused):
        await unsent_flows(database, issuer="inv_1")


async def test_each_issuer_of_a_shared_flow_is_told_and_so_is_what_is_held_alone(database: str) -> None:
    async with owner(database) as rows:
        tenant, _ = await rows.flow(2)
        other = await rows.issuer(tenant)
        await rows.documents(1, tenant, other, "flow", "toyland", state="held", first=3)
    first, second = sorted(await unsent_flows(database), key=lambda one: -one.unsent)
    assert [(one.unsent, one.held) for one in (first, second)] == [(2, 0), (0, 1)]
    assert UUID(second.issuer[4:]) == other
    assert await unsent_flows(database, issuer=second.issuer) == [second]


async def _held(database: str) -> None:
    async with owner(database) as rows:
        await rows.flow(1, state="held")


def test_what_is_held_alone_has_not_been_sent(run: Run, database: str) -> None:
    import asyncio

    asyncio.run(_held(database))
    told = run(_alone(unsent))
    assert told.exit_code == 1
    assert "0 unsent, 1 held" in told.stdout


def test_the_command_says_it_and_exits_accordingly(run: Run, database: str) -> None:
    import asyncio

    app = _alone(unsent)
    nothing = run(app)
    assert (nothing.exit_code, nothing.stdout) == (0, "Everything has been sent.\n")
    assert run(app, "--json").stdout == ""
    asyncio.run(_waiting(database))
    told = run(app)
    assert told.exit_code == 1
    assert "2 unsent since 2026-11-20 09:00" in told.stdout
    assert "held since" in told.stdout and "T-401: no account" in told.stdout
    line = msgspec.json.decode(run(app, "--json").stdout)
    assert (line["unsent"], line["cause"], line["state"]) == (2, "T-401", "held")


async def _waiting(database: str) -> None:
    async with owner(database) as rows:
        await rows.flow(2)
        await rows.run("UPDATE gateway.flow SET state = 'held', hold_code = 'T-401'")
        await rows.run(
            "INSERT INTO gateway.incident (tenant_id, environment, id, jurisdiction, flow_key, issuer_id, cause,"
            " message, began_at, tries) SELECT tenant_id, environment, gen_random_uuid(), jurisdiction, key, issuer_id,"
            " 'T-401', 'no account', now(), 1 FROM gateway.flow"
        )


def test_a_paper_is_drafted_registered_listed_and_revoked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = attestations.attestations
    deployment = tmp_path / "deployment.toml"
    deployment.write_text('[live.toyland]\nmaker = "Toy & Sons"\nversion = "7"\n')
    monkeypatch.setenv("GATEWAY_DEPLOYMENT", str(deployment))
    assert run(app, "draft", "toyland", "charter").stdout == "a) Who made it: Toy & Sons\n\n"
    assert "Toys Ltd" in run(app, "draft", "toyland", "charter", "--environment", "test").stdout
    draft = msgspec.json.decode(run(app, "draft", "toyland", "charter", "--json").stdout)
    assert (draft["edition"], draft["body"]) == ("7", {"maker": "Toy & Sons"})
    file = tmp_path / "charter.pdf"
    file.write_bytes(b"%PDF-1.7")
    signed = '{"signed_in": "Toytown"}'
    dated = ("--from", "2026-11-01", "--until", "2027-12-31")
    done = run(app, "register", "toyland", "charter", "--file", file, "--body", signed, *dated)
    assert done.exit_code == 0, done.exception
    name = done.stdout.partition(":")[0]
    assert done.stdout.endswith("toyland charter, edition 7.\n")
    row = msgspec.json.decode(run(app, "list", "--json").stdout)
    assert (row["id"], row["media_type"], row["valid_until"]) == (name, "application/pdf", "2027-12-31")
    assert row["body"] == {"maker": "Toy & Sons", "signed_in": "Toytown"}
    assert run(app, "list", "--environment", "test").stdout == "No paper is registered for test.\n"
    assert run(app, "list", "--environment", "test", "--json").stdout == ""
    assert isinstance(run(app, "list", "atlantis").exception, CommandRefused)
    assert run(app, "revoke", name).exit_code == 0
    assert "revoked" in run(app, "list").stdout
    assert isinstance(run(app, "revoke", name).exception, CommandRefused)
    of_an_issuer = run(app, "register", "toyland", "oath", "--file", file)
    assert "registered with POST /v1/issuers/{id}/attestations" in str(of_an_issuer.exception)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("draft", "toyland", "oath"), "toyland: charter"),
        (("draft", "atlantis", "charter"), "toyland: charter"),
        (("register", "toyland", "charter", "--body", "[]"), "--body"),
        (("register", "toyland", "charter", "--body", '{"maker": 7}'), "/body/maker"),
        (("register", "toyland", "charter", "--file", "/nowhere/x.pdf"), "cannot be read"),
        (("register", "toyland", "charter", "--from", "May"), "is no day"),
        (("register", "toyland", "charter", "--until", "2020-01-01"), "/valid_until"),
        (("revoke", "att_1"), "att_1"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], told: str) -> None:
    ended = run(attestations.attestations, *words)
    assert isinstance(ended.exception, CommandRefused), ended.exception
    assert told in str(ended.exception)


def test_there_are_two_environments(run: Run) -> None:
    assert run(attestations.attestations, "list", "--environment", "mars").exit_code == 2


async def test_what_is_registered_by_command_counts_at_once(toyland: Toyland, run: Run) -> None:
    import asyncio

    words = ("register", "toyland", "charter", "--environment", "test")
    done = await asyncio.to_thread(run, attestations.attestations, *words)
    assert done.exit_code == 0, done.exception
    papers = (await toyland.caller.get("/v1/jurisdictions/toyland/attestations")).json()
    (charter,) = (one for one in papers if one["name"] == "charter")
    assert [one["edition"] for one in charter["registered"]] == ["1"]
