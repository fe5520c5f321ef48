"""The attacks of `make attack`, in small: each is refused or bounded, and pages come as before."""

from __future__ import annotations

import sys

import pytest

from tests.attacks.attacks import ATTACKS, Target
from tests.conftest import ROOT

sys.path.append(str(ROOT / "bench"))


@pytest.fixture(scope="module")
def target(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("attacked")
    (root / "runs").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERFIT_LENS_MODE", "demo")
        patch.setenv("OVERFIT_LENS_TRAINING", "off")
        with serve(root / "runs", ROOT / "dataset") as app:
            yield Target(app.url, share=0.02)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_is_borne(target, attack):
    from visitor import Visitor

    attack(target)
    with Visitor(target.url) as other:
        assert other.open("runs").titles == ["Runs"]
