"""The program: every command with its help, and one place where an error becomes a sentence and an exit status.

Exit status: 0 as wished, 1 the answer is no (invalid, broken, failed), 2 the command cannot be carried out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

import typer

from gateway.cli import (
    accounts,
    attestations,
    books,
    codelists,
    development,
    documents,
    export,
    integrity,
    processes,
    unsent,
)
from gateway.cli.words import EXPECTED, failed

app = typer.Typer(
    name="gateway",
    help="One API for legal e-invoices. Begin with `gateway demo`, or `gateway dev` for a gateway to play with.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

START, RUN, LOOK, ADMIN = "Start here", "Run it", "Look into things", "Administer it"
COMMANDS: tuple[tuple[str, str, Callable[..., object]], ...] = (
    (START, "demo", development.demo),
    (START, "dev", development.dev),
    (LOOK, "validate", documents.validate),
    (LOOK, "taxid", documents.taxid),
    (LOOK, "doctor", processes.doctor),
    (LOOK, "unsent", unsent.unsent),
    (LOOK, "reconcile", books.reconcile),
    (LOOK, "export", export.export),
    (RUN, "serve", processes.serve),
    (RUN, "work", processes.work),
    (RUN, "migrate", processes.migrate),
    (RUN, "sandbox", processes.sandbox),
    (ADMIN, "codelists", codelists.codelists),
    (ADMIN, "forget", export.forget),
)
for panel, name, command in COMMANDS:
    app.command(name, rich_help_panel=panel)(command)
app.add_typer(integrity.chain, name="chain", rich_help_panel=LOOK)
app.add_typer(integrity.audit, name="audit", rich_help_panel=LOOK)
app.add_typer(accounts.keys, name="keys", rich_help_panel=ADMIN)
app.add_typer(accounts.issuers, name="issuers", rich_help_panel=ADMIN)
app.add_typer(attestations.attestations, name="attestations", rich_help_panel=ADMIN)


def main() -> NoReturn:
    """Run the command line. What is foreseen ends with a sentence; only defects show a traceback."""
    try:
        app(standalone_mode=True)
    except EXPECTED as why:
        failed(why)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)
