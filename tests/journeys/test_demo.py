"""The main job as a newcomer meets it: `demo` ends well, and `dev` on the same data keeps everything and leaves no
orphan."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.slow]
GATEWAY = (sys.executable, "-m", "gateway")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "DATABASE_"))}
EXPECTED = {
    "spanish-b2b": {"verifactu", "peppol"},
    "belgian-invoice": {"peppol"},
    "belgian-credit-note": {"peppol"},
    "mexican-cfdi": {"cfdi"},
    "refused-before-finalize": {"peppol"},
    "mexican-corrected": {"cfdi"},
    "spanish-lost": {"verifactu"},
    "spanish-exchanged": {"verifactu"},
    "spanish-rectified": {"verifactu"},
    "spanish-mended": {"verifactu"},
    "spanish-cancelled": {"verifactu"},
    "mexican-lost": {"cfdi"},
    "mexican-payments": {"cfdi"},
    "mexican-cancelled": {"cfdi"},
}


def _gateway(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*GATEWAY, *words], env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def endings(data: Path) -> dict[str, dict[str, Any]]:
    """What `demo --json` prints, by name."""
    ended = _gateway("demo", "--json", "--data", str(data))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return {line["name"]: line for line in map(json.loads, ended.stdout.splitlines())}


def test_every_invoice_ends_as_it_should(endings: dict[str, dict[str, Any]]) -> None:
    assert {name: set(one["jurisdictions"]) for name, one in endings.items()} == EXPECTED
    assert all(one["outcome"] == one["expected"] for one in endings.values())
    assert {name for name, one in endings.items() if not one["authority_id"]} == {"refused-before-finalize"}


def test_documents_and_traces_stay(endings: dict[str, dict[str, Any]]) -> None:
    for one in endings.values():
        names = {Path(path).name for path in one["documents"]}
        assert "trace.json" in names
        assert all(Path(path).stat().st_size for path in one["documents"])
    receipts = {path for path in endings["mexican-payments"]["documents"] if "/receipt-" in path}
    assert {Path(path).parent.name for path in receipts} == {"receipt-1", "receipt-2"}
    assert any(path.endswith("acuse.xml") for path in endings["mexican-cancelled"]["documents"])
    for name in ("spanish-b2b", "mexican-cfdi"):
        assert any(path.endswith("-qr.svg") for path in endings[name]["documents"])


@contextmanager
def _dev(data: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [*GATEWAY, "dev", "--json", "--port", "0", "--data", str(data)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield process, json.loads(line)
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
        process.stderr.close()


def test_dev_keeps_keys_issuers_and_chains_and_leaves_no_orphan(data: Path, endings: dict[str, Any]) -> None:
    kept = json.loads((data / "keys.json").read_text())
    with _dev(data) as (process, said):
        assert (said["api_key"], said["live_api_key"]) == (kept["api_key"], kept["live_api_key"])
        assert said["issuers"] == kept["issuers"]
        assert set(said["simulators"]) == set(said["issuers"])
        for command in ("chain", "audit"):
            proof = _gateway(command, "verify", "--data", str(data))
            assert proof.returncode == 0, proof.stdout + proof.stderr
        children = _children(process.pid)
        assert len(children) >= 4
        process.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}/cmdline").exists() for pid in children) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not [pid for pid in children if Path(f"/proc/{pid}/cmdline").exists()]


def _children(parent: int) -> list[int]:
    if not Path("/proc/self").exists():
        pytest.skip("processes are counted through /proc")
    return [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and f"\nPPid:\t{parent}\n" in _status(path)
    ]


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except OSError:
        return ""
