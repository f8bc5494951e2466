"""What the operator says once of this installation of the program, per environment and jurisdiction.

A TOML file named by GATEWAY_DEPLOYMENT, one table each: `[live.<jurisdiction>]`, `[test.<jurisdiction>]`. Its keys are
those of the jurisdiction's own `deployment_type`; what is left out has that type's defaults.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import msgspec

from jurisdictions.contract import Environment, Jurisdiction

Deployments = Mapping[tuple[Environment, str], object]
"""By environment and jurisdiction, in the jurisdiction's own type."""

VARIABLE = "GATEWAY_DEPLOYMENT"


class DeploymentInvalid(ValueError):
    """The file cannot be used; the text names the key and says what it takes."""


def read_deployments(path: Path | None, jurisdictions: Mapping[str, Jurisdiction]) -> Deployments:
    """What the file says; nothing where there is none. Raises DeploymentInvalid."""
    if path is None:
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise DeploymentInvalid(f"{VARIABLE} names {path}, which cannot be read: {why}") from why
    environments: tuple[Environment, ...] = get_args(Environment)
    found: dict[tuple[Environment, str], object] = {}
    for name, tables in said.items():
        environment = next((one for one in environments if one == name), None)
        if environment is None or not isinstance(tables, dict):
            raise DeploymentInvalid(
                f"{VARIABLE} has tables like [live.jurisdiction] and [test.jurisdiction], not {name}"
            )
        for code, table in tables.items():
            found[environment, code] = _deployment(jurisdictions, environment, code, table)
    return found


def _deployment(
    jurisdictions: Mapping[str, Jurisdiction], environment: Environment, code: str, table: object
) -> object:
    wanted = jurisdictions[code].about.deployment_type if code in jurisdictions else None
    if wanted is None:
        known = [name for name, one in jurisdictions.items() if one.about.deployment_type is not None]
        raise DeploymentInvalid(f"{VARIABLE}: [{environment}.{code}] is not one of {', '.join(known) or 'none'}")
    try:
        return msgspec.convert(table, wanted)
    except msgspec.ValidationError as why:
        raise DeploymentInvalid(f"{VARIABLE}: [{environment}.{code}]: {why}") from why
