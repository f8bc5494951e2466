"""The master key: 32 bytes, from a file that only its owner can read, or from the environment as base64."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path

KEY_BYTES = 32


class MasterKeyUnsafe(RuntimeError):
    """The master key cannot be used: absent, malformed, or readable by others."""


def decode_master_key(text: str) -> bytes:
    """The key of a base64 text (as an environment variable carries it). Raises MasterKeyUnsafe for anything else."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise MasterKeyUnsafe("the master key is not base64") from None
    if len(key) != KEY_BYTES:
        raise MasterKeyUnsafe(f"the master key has {len(key)} bytes, not {KEY_BYTES}")
    return key


def load_master_key(path: Path, *, create: bool = True) -> bytes:
    """The key kept in `path`; where there is none and `create` is set, a new one is made with mode 0600.

    Several processes may call it at once: the first file that gets the name wins. Raises MasterKeyUnsafe.
    """
    if not path.exists():
        if not create:
            raise MasterKeyUnsafe(f"there is no master key at {path}")
        _create(path)
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MasterKeyUnsafe(f"{path} can be read by others (mode {stat.S_IMODE(mode):04o}); chmod 600 it")
    return decode_master_key(path.read_text("ascii", errors="replace"))


def _create(path: Path) -> None:
    """Write a whole file first and link it under its name then, so that nobody ever reads half a key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # Another process was quicker: its key is the key.
    finally:
        draft.unlink(missing_ok=True)
