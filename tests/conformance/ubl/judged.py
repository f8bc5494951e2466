"""Which official rules judged a node of a document and held: the proof of a near miss.

A rule that does not fire may simply never have been asked. The published XSLT reports each node that a rule's context
matched (`svrl:fired-rule`), so a rule held where it was asked more often than it fired. This module runs the same XSLT
as the official tool, and serves as that tool does: `python -m tests.conformance.ubl.judged --set peppol`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

from .catalogue import catalogue, files
from .official import Official, RuleSetName

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
Place = tuple[int, int, str]


class Judge:
    """The compiled sheets of one rule set."""

    def __init__(self, which: RuleSetName) -> None:
        """Compile them and group the rules by sheet, pattern and context."""
        self.processor = PySaxonProcessor(license=False)
        compiler = self.processor.new_xslt30_processor()
        self.sheets = [compiler.compile_stylesheet(stylesheet_file=str(path)) for path in files(which, "xslt")]
        self.rules: dict[Place, list[str]] = defaultdict(list)
        for rule in catalogue(which):
            self.rules[rule.sheet, rule.pattern, rule.context].append(rule.id)

    def held(self, document: bytes) -> dict[str, list[str]]:
        """The rules that held at least once, and those that fired."""
        node = self.processor.parse_xml(xml_text=document.decode("utf-8-sig"))
        asked: Counter[str] = Counter()
        fired: Counter[str] = Counter()
        for number, sheet in enumerate(self.sheets):
            pattern = -1
            for event in etree.fromstring(sheet.transform_to_string(xdm_node=node).encode()):
                if event.tag == f"{SVRL}active-pattern":
                    pattern += 1
                elif event.tag == f"{SVRL}fired-rule":
                    asked.update(self.rules[number, pattern, " ".join(event.get("context", "").split())])
                elif event.tag in (f"{SVRL}failed-assert", f"{SVRL}successful-report"):
                    fired[event.get("id", "")] += 1
        return {"held": sorted(asked - fired), "fired": sorted(fired)}


class Judged(Official):
    """What the documents made the official rules judge, by processes of their own."""

    key = "judged "

    def command(self) -> list[str]:
        """This module, as a process."""
        return [sys.executable, "-m", "tests.conformance.ubl.judged", "--set", self.which]

    def shortened(self, line: str) -> str:
        """All of it is worth remembering."""
        return line


def main() -> int:
    """Serve paths from standard input."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", dest="which", choices=("peppol", "sb", "en"), default="peppol")
    judge = Judge(options.parse_args().which)
    for path in map(str.strip, sys.stdin):
        try:
            answer = judge.held(Path(path).read_bytes())
        except Exception as why:
            answer = {"error": [str(why)[:300]]}
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
