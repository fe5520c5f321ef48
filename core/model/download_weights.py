"""Brings a backbone's ImageNet weights onto this machine: from torchvision's server, a mirror, or a
file that is here already."""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.base import files
from core.base.download import DEFAULT_RETRY_POLICY, RetryPolicy, download
from core.base.errors import InputError, not_written_text
from core.base.language import N_
from core.model.pretrained_weights import HUB_FILES, imagenet_weights_path
from core.recipe.layer_table import BACKBONES


def fetch_weights(
    backbone: str,
    url: str | None = None,
    source: Path | None = None,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
    on_bytes: Callable[[int], None] = lambda size: None,
) -> Path:
    """Puts a backbone's ImageNet weights where `weights: imagenet` looks for them; that path.

    Downloaded from `url` (torchvision's address by default), or copied from the file `source`.
    on_bytes: told how many bytes there are. Nothing is put there unless its SHA-256 begins as
    torchvision's file name says and its tensors are the backbone's; the file is read without
    running code. A download that stops leaves a `.part` file, after which the next try goes on.
    Raises InputError: one line."""
    place = imagenet_weights_path(backbone)
    facts = BACKBONES[backbone]
    if facts.hub_id and not place.is_file():
        return _fetch_from_hub(backbone, facts.hub_id)
    if not facts.weights_url or _digest(place).startswith(facts.weights_hash):
        return place
    if source is not None:
        _copy(backbone, source, place)
        return place
    address = url or facts.weights_url
    part = place.with_name(f"{place.name}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(not_written_text(part.parent, error)) from None
    with files.locked(place.with_name(f".{place.name}.lock")):  # two would spoil the same part
        if _digest(place).startswith(facts.weights_hash):
            return place
        try:
            # A wrong file is large: it is asked for once more only if an earlier try began it.
            download(
                address,
                part,
                facts.weights_bytes,
                lambda path: _problem(backbone, path),
                replace(retry_policy, max_wrong_files=2 if part.exists() else 1),
                on_bytes,
            )
        except InputError as error:
            raise InputError(
                N_("{error}; or specify a mirror (--url) or a local file (--from)", error=error)
            ) from None
        part.replace(place)
    return place


def _fetch_from_hub(backbone: str, hub_id: str) -> Path:
    """A timm model's weights, put where timm puts them; the download goes on where an earlier one
    stopped, and shows its progress on the terminal."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    for name in HUB_FILES:
        try:
            return Path(hf_hub_download(hub_id, name))
        except RemoteEntryNotFoundError:
            continue
        except Exception as error:  # of the network, in many ways
            reason = str(error).strip().splitlines() or [type(error).__name__]
            told = N_(
                "https://huggingface.co/{hub_id}: cannot be downloaded ({reason}); check "
                "the network connection, or set `weights: FILE` in the recipe"
            )
            raise InputError(told.format(hub_id=hub_id, reason=reason[0][:120])) from None
    told = N_("https://huggingface.co/{hub_id}: contains none of {files}")
    raise InputError(told.format(hub_id=hub_id, files=", ".join(HUB_FILES)))


def _copy(backbone: str, source: Path, place: Path) -> None:
    """Copies a file to its place, at once and only if it is the right one."""
    if (problem := _problem(backbone, source)) is not None:
        raise InputError(f"{source}: {problem}")
    beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, beside)
        beside.replace(place)
    except OSError as error:
        raise InputError(not_written_text(place, error)) from None
    finally:
        beside.unlink(missing_ok=True)


def _problem(backbone: str, path: Path) -> str | None:
    """Why a file does not hold torchvision's weights; None when it does."""
    facts = BACKBONES[backbone]
    digest = _digest(path)
    if not digest:
        return N_("file not found or not readable")
    if not digest.startswith(facts.weights_hash):
        return N_(
            "is not torchvision's {file}: its SHA-256 starts with {digest}; if the file is "
            "damaged, download it again; to use your own weights, set `weights: FILE` in "
            "the recipe"
        ).format(file=facts.weights_file, digest=digest[: len(facts.weights_hash)])
    from core.model.backbones import check_weights  # torch

    try:
        check_weights(backbone, path)
    except InputError as error:
        return str(error).removeprefix(f"{path}: ")
    return None


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
