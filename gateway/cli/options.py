"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Where the data lie. [default: GATEWAY_DATA, else .data]", show_default=False),
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Where the API listens; 0 picks a free port.")]
Json = Annotated[bool, typer.Option("--json", help="For programs: JSON, one value a line.")]
