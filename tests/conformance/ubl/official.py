"""The official verdict on a UBL document, asked of the published tool in a process of its own.

The tool stands beside the official artefacts (`../tools/official_peppol.py`). It runs the published XSLT with SaxonC,
which holds the interpreter lock and aborts in two threads: so each rule set gets its own process, which is fed one
path a line and answers one JSON line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Literal, Self, cast

from tests.official import absent, official, official_root

from .remembered import Memory

RuleSetName = Literal["peppol", "sb", "en"]
SHARED_MEMORY = Path("/dev/shm")
WAITING = 8
"""Documents handed to one process before its first answer is read."""


@dataclass(frozen=True)
class Told:
    """What a side said of one document: (flag, rule id) with how often, or why it could not judge."""

    fired: tuple[tuple[tuple[str, str], int], ...] = ()
    error: str | None = None

    @property
    def rules(self) -> frozenset[str]:
        """The ids of the rules that fired."""
        return frozenset(rule for (_, rule), _ in self.fired)

    @classmethod
    def of(cls, hits: Iterable[tuple[str, str]]) -> Told:
        """Count (flag, rule id) pairs in any order."""
        return cls(fired=tuple(sorted(Counter(hits).items())))


def tool() -> Path:
    """The published tool's path; it need not exist."""
    return official_root().parent / "tools" / "official_peppol.py"


def need_tool() -> None:
    """Skip the test where the artefacts or the tool beside them are absent; in CI fail it."""
    official("peppol")
    if not tool().exists():
        absent(f"the official verdict needs {tool().name} beside the official artefacts")


def told(line: str) -> Told:
    """Read one JSON line of the tool."""
    answer = json.loads(line)
    if "error" in answer:
        return Told(error=str(answer["error"]))
    return Told.of((str(flag), str(rule)) for flag, rule, _ in answer["fired"])


class Process:
    """One running tool: one path a line in, one JSON line out, in the order of the questions."""

    def __init__(self, command: list[str], folder: Path) -> None:
        """Start it; the first answer waits until the XSLT is compiled (about a second)."""
        self.folder = folder
        self.names = count()
        self.asked: deque[Path] = deque()
        self.running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, document: bytes) -> None:
        """Hand over one document."""
        path = self.folder / f"{id(self)}-{next(self.names)}.xml"
        path.write_bytes(document)
        self.asked.append(path)
        questions = cast("IO[str]", self.running.stdin)
        questions.write(f"{path}\n")
        questions.flush()

    def answer(self) -> str:
        """The line on the document that has waited longest; RuntimeError where the process died."""
        path = self.asked.popleft()
        line = cast("IO[str]", self.running.stdout).readline()
        path.unlink(missing_ok=True)
        if not line:
            raise RuntimeError(f"the official tool ended with status {self.running.wait()} on {path.name}")
        return line

    def close(self) -> None:
        """End it, and wait for its end."""
        cast("IO[str]", self.running.stdin).close()
        try:
            self.running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        cast("IO[str]", self.running.stdout).close()


class Official:
    """The official verdicts of one rule set, by one or more processes, remembered where a memory is given."""

    key = ""
    """What kind of answer the memory keeps apart."""

    def command(self) -> list[str]:
        """How one process is started."""
        return [sys.executable, str(tool()), "--set", self.which, "--server"]

    def __init__(self, which: RuleSetName, processes: int = 1, memory: Memory | None = None) -> None:
        """Nothing starts before the first document that is not remembered."""
        self.which: RuleSetName = which
        self.wanted = processes
        self.memory = memory
        self.processes: list[Process] = []
        self.folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> list[Process]:
        """The running processes, started when first needed."""
        if not self.processes:
            where = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
            self.folder = tempfile.TemporaryDirectory(prefix="official-", dir=where)
            self.processes = [Process(self.command(), Path(self.folder.name)) for _ in range(self.wanted)]
        return self.processes

    def verdict(self, document: bytes) -> Told:
        """The verdict on one document."""
        return next(iter(self.verdicts([document])))

    def verdicts(self, documents: Iterable[bytes]) -> Iterator[Told]:
        """The verdict on each document, in their order; the processes work while the caller does."""
        return map(told, self.lines(documents))

    def lines(self, documents: Iterable[bytes]) -> Iterator[str]:
        """What the tool says of each document, in their order."""
        waiting: deque[tuple[bytes, Process | str]] = deque()
        turn = 0
        for document in documents:
            known = self.memory.recall(self.key + self.which, document) if self.memory else None
            if known is None:
                process = self.start()[turn % self.wanted]
                turn += 1
                process.ask(document)
            waiting.append((document, process if known is None else known))
            if len(waiting) > WAITING * self.wanted:
                yield self.settle(*waiting.popleft())
        while waiting:
            yield self.settle(*waiting.popleft())

    def settle(self, document: bytes, source: Process | str) -> str:
        """Wait for one line and remember it."""
        if isinstance(source, str):
            return source
        line = self.shortened(source.answer())
        if self.memory:
            self.memory.keep(self.key + self.which, document, line)
        return line

    def shortened(self, line: str) -> str:
        """What of a line is worth remembering: not the locations."""
        return written(told(line))

    def close(self) -> None:
        """End the processes and remove their files."""
        for process in self.processes:
            process.close()
        self.processes = []
        if self.folder:
            self.folder.cleanup()
            self.folder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def written(verdict: Told) -> str:
    """One line that `told` reads back to the same verdict."""
    if verdict.error is not None:
        return json.dumps({"error": verdict.error})
    return json.dumps({"fired": [[*hit, ""] for hit, times in verdict.fired for _ in range(times)]})
