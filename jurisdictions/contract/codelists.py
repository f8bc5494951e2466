"""Code lists that an authority publishes anew from time to time, and that become data of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Codelists:
    """The code lists that are installed, and how a newer publication becomes the next ones.

    `edition` names what is installed, `sources` what is taken (for people). `refresh(published)` takes the files of a
    publication by name and answers our data files by their names; it raises ValueError with a sentence for people where
    a publication cannot be read. The caller reads and writes the files.
    """

    edition: str
    sources: tuple[str, ...]
    refresh: Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
