"""A report: layers of checks in their order, where a failed layer leaves the later ones skipped, never silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from schemas.findings import Findings, is_fatal

Verdict = Literal["passed", "failed", "skipped", "undecided"]
"""`undecided`: the layer was run, and something in it could not be judged."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A layer to be run: its name, the rule set it speaks for, and the work."""

    name: str
    run: Callable[[], Findings]
    rule_set: str | None = None


class LayerResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one layer. A warning does not fail it."""

    name: str
    verdict: Verdict
    rule_set: str | None = None
    findings: Findings = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All layers, also those that were not run."""

    layers: tuple[LayerResult, ...]

    @property
    def findings(self) -> Findings:
        return tuple(finding for layer in self.layers for finding in layer.findings)

    @property
    def passed(self) -> bool:
        """Whether every layer was run and none failed."""
        return all(layer.verdict == "passed" for layer in self.layers)

    @property
    def verdict(self) -> Literal["valid", "invalid", "undecided"]:
        """What may be said of the whole: what was skipped for no failure, or had no answer, is never valid."""
        said = {layer.verdict for layer in self.layers}
        return "invalid" if "failed" in said else "valid" if said == {"passed"} else "undecided"


def report(checks: Iterable[Check]) -> Report:
    """Run the layers in order (well-formed, schema, business rules); after a failure the rest is `skipped`."""
    layers: list[LayerResult] = []
    failed = False
    for check in checks:
        findings: Findings = () if failed else check.run()
        verdict: Verdict = "skipped" if failed else "failed" if is_fatal(findings) else "passed"
        failed = failed or verdict == "failed"
        layers.append(LayerResult(name=check.name, verdict=verdict, rule_set=check.rule_set, findings=findings))
    return Report(layers=tuple(layers))
