"""The AEAT's own schema, where somebody has it: with it the simulated AEAT holds every message against both.

It is not part of this program. CI names the folder of the official artefacts in `OFFICIAL_ARTEFACTS`, and so does
whoever wants a sandbox that is as strict as the published files; without it our own reading of them (`structure`) is
all there is. It is read once, with the first message.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lxml import etree

from jurisdictions.verifactu.simulator.message import CONSULTATION, LR

FOLDER = "OFFICIAL_ARTEFACTS"
_FILES = {LR: "SuministroLR.xsd", CONSULTATION: "ConsultaLR.xsd"}


class _Beside(etree.Resolver):
    """Finds what the schemas import beside them, and nothing on the network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        beside = self.folder / system_url.rpartition("/")[2]
        return self.resolve_filename(str(beside if beside.exists() else self.folder / "empty.dtd"), context)  # type: ignore[attr-defined]


def named() -> etree.XMLSchema | None:
    """The schema of both messages in the folder that the environment names; None where there is none."""
    folder = os.environ.get(FOLDER)
    return schema(Path(folder) / "verifactu" / "xsd") if folder else None


@cache
def schema(folder: Path) -> etree.XMLSchema | None:
    """One schema with the global elements of both messages; None where the folder lacks either."""
    if not all((folder / name).exists() for name in _FILES.values()):
        return None
    imports = "".join(
        f'<import namespace="{namespace}" schemaLocation="{name}"/>' for namespace, name in _FILES.items()
    )
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside(folder))
    source = f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{imports}</schema>'
    return etree.XMLSchema(etree.fromstring(source, parser, base_url=f"{folder}/both.xsd"))
