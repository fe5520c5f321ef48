"""Brings a backbone's ImageNet weights onto this machine: from torchvision's server, a mirror, or a
file that is here already."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from core.download import Tell, download
from core.errors import InputError
from core.model.layers import BACKBONES
from core.model.weights import imagenet_path


def fetch_weights(
    backbone: str,
    url: str | None = None,
    source: Path | None = None,
    tell: Tell = lambda done, total: None,
) -> Path:
    """Puts a backbone's ImageNet weights where `weights: imagenet` looks for them; that path.

    Downloaded from `url` (torchvision's address by default), or copied from the file `source`.
    Nothing is put there unless its SHA-256 begins as torchvision's file name says and its tensors
    are the backbone's; the file is read without running code. A download that stops leaves a
    `.part` file, after which the next try goes on. Raises InputError: one line.
    """
    place = imagenet_path(backbone)
    facts = BACKBONES[backbone]
    if not facts.weights_url or _digest(place).startswith(facts.weights_hash):
        return place
    if source is not None:
        _copy(backbone, source, place)
        return place
    address = url or facts.weights_url
    part = place.with_name(f"{place.name}.part")
    try:
        download(address, part, tell)
    except InputError as error:
        raise InputError(f"{error}; or name a mirror (--url) or a file you have (--from)") from None
    try:
        _check(backbone, part, address)
    except InputError:
        part.unlink(missing_ok=True)  # going on after a wrong beginning would never end well
        raise
    part.replace(place)
    return place


def _copy(backbone: str, source: Path, place: Path) -> None:
    """Copies a file to its place, at once and only if it is the right one."""
    _check(backbone, source, str(source))
    beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, beside)
        beside.replace(place)
    except OSError as error:
        raise InputError(f"{place}: cannot be written ({error.strerror})") from None
    finally:
        beside.unlink(missing_ok=True)


def _check(backbone: str, path: Path, origin: str) -> None:
    """Raises InputError unless a file holds torchvision's weights; `origin` is named."""
    facts = BACKBONES[backbone]
    digest = _digest(path)
    if not digest:
        raise InputError(f"{origin}: no such file, or it cannot be read")
    if not digest.startswith(facts.weights_hash):
        raise InputError(
            f"{origin}: is not torchvision's {facts.weights_file}: its SHA-256 begins with "
            f"{digest[: len(facts.weights_hash)]}; a damaged file must be fetched again, weights "
            "of your own go into the recipe as `weights: FILE`"
        )
    from core.model.backbones import check_weights  # torch

    check_weights(backbone, path)


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
