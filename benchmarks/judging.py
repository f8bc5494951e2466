"""Validating UBL: ours (parse, schema, every rule) beside the official XSLT by SaxonC, and beside parse and schema.

The peer is the published artefacts, compiled once and warm: parse, both stylesheets, the reading of their report. It
runs here in this process, on the same documents; memory and load time are taken in processes of their own.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import time
from functools import partial
from types import ModuleType

from lxml import etree

from benchmarks.report import Figure
from benchmarks.turns import medians
from benchmarks.ubl import invoice
from jurisdictions.peppol import xsd
from jurisdictions.peppol.judgement import judge
from tests.official import official_root

ROUNDS = {1: 200, 10: 100, 100: 20, 1000: 5, 10_000: 3}
BLOCKS = 5
_in_blocks = partial(medians, clock=time.perf_counter, blocks=BLOCKS)
PEER_AIM = {1: 15.0, 10: 15.0, 100: 10.0, 1000: 10.0}
MOST_OF_BASE = 5.0
MOST_MEMORY = 40.0
MOST_LOAD = 0.5

SCHEMAS = """
import gc
from lxml import etree
from jurisdictions.peppol import xsd
for root in ("Invoice", "CreditNote"):
    xsd.violations(etree.Element("{urn:oasis:names:specification:ubl:schema:xsd:%s-2}%s" % (root, root)))
"""
RESIDENT = """
gc.collect()
print(int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6)
"""
JUDGED = """
from benchmarks.ubl import invoice
from jurisdictions.peppol.judgement import judge
for lines in (1, 10, 100, 1000):
    assert judge(invoice(lines)).verdict == "valid"
"""
LOADED = """
import time
from lxml import etree
from schemas.findings import Finding
begin = time.perf_counter()
from jurisdictions.peppol.rules import BILLING, SELF_BILLING
BILLING.rules(), SELF_BILLING.rules()
print(time.perf_counter() - begin)
"""


def measure() -> list[Figure]:
    official = _official()
    found: list[Figure] = []
    for lines in PEER_AIM:
        found += _compared(official, lines)
    return [*found, _linear(), _memory(), _load()]


def _official() -> ModuleType:
    """The tool that gives the official verdict; it lies beside the official artefacts."""
    path = official_root().parent / "tools" / "official_peppol.py"
    spec = importlib.util.spec_from_file_location("official_peppol", path)
    assert spec is not None and spec.loader is not None, f"the official verdict is not at {path}"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.warm = module.Official("peppol")
    return module


def _compared(official: ModuleType, lines: int) -> list[Figure]:
    document = invoice(lines)
    assert judge(document).verdict == "valid", judge(document).findings
    assert official.warm.fired(document) == []
    rounds = ROUNDS[lines]
    ours, base, peer = _in_blocks(
        rounds, lambda: judge(document), lambda: _base(document), lambda: official.warm.fired(document)
    )
    name = f"validate {lines} line{'s' if lines > 1 else ''}"
    return [
        Figure(name, _ms(ours), f"official XSLT, warm {_ms(peer)}", peer / ours, PEER_AIM[lines]),
        Figure(f"{name}, cost", _ms(ours), f"parse and XSD alone {_ms(base)}", ours / base, MOST_OF_BASE, below=True),
    ]


def _base(document: bytes) -> None:
    xsd.violations(etree.fromstring(document))


def _linear() -> Figure:
    each = []
    for lines in (1000, 10_000):
        document = invoice(lines)
        [median] = _in_blocks(ROUNDS[lines], lambda document=document: judge(document))  # type: ignore[misc]
        each.append(median / lines * 1e6)
    return Figure(
        "validate 10,000 lines, per line",
        f"{each[1]:.0f} µs",
        f"at 1,000 lines {each[0]:.0f} µs",
        each[1] / each[0],
        1.25,
        below=True,
    )


def _memory() -> Figure:
    with_schemas, with_rules = _told(SCHEMAS + RESIDENT), _told(SCHEMAS + JUDGED + RESIDENT)
    more = with_rules - with_schemas
    return Figure(
        "validation, memory above lxml and both schemas",
        f"{more:.1f} MB",
        f"limit {MOST_MEMORY:.0f} MB",
        more / MOST_MEMORY,
        1.0,
        below=True,
    )


def _load() -> Figure:
    seconds = statistics.median(_told(LOADED) for _ in range(5))
    return Figure(
        "import and load of the rules",
        f"{seconds:.2f} s",
        f"limit {MOST_LOAD:.1f} s",
        seconds / MOST_LOAD,
        1.0,
        below=True,
    )


def _told(program: str) -> float:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
