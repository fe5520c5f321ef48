"""A backbone's weights as torchvision publishes them, for a server on this machine."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest
import torch

from core.model.backbones import _BUILDERS
from core.recipe.layer_table import BACKBONES
from tests.bad_server import BadServer

BACKBONE = "mobilenet_v3_large"  # the smallest


def publish_weights(data: bytes, server: BadServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Lets `data` be the ImageNet weights of BACKBONE, and `server` be where torchvision has them;
    the path they have there."""
    path = f"{BACKBONE}-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    server.files[path] = data
    facts = replace(
        BACKBONES[BACKBONE], weights_url=f"{server.url}/{path}", weights_bytes=len(data)
    )
    monkeypatch.setitem(BACKBONES, BACKBONE, facts)
    return path


def torch_save_bytes(state: object) -> bytes:
    """What torch.save writes into a file."""
    file = BytesIO()
    torch.save(state, file)
    return file.getvalue()


def random_weights() -> bytes:
    """A file of BACKBONE's weights, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch_save_bytes(_BUILDERS[BACKBONE](32)[0].state_dict())
