"""core.recipe.repeats: a recipe that goes on where another one ends."""

from __future__ import annotations

import pytest

from core.base.errors import InputError
from core.recipe.files import load_recipe
from core.recipe.repeats import can_share_epochs, with_stage


def test_a_stage_joins_and_the_name_tells_its_epochs():
    quick = load_recipe("quick")
    longer = with_stage(quick, {"train": "bands", "cycles": 1, "cycle_len": 9})
    assert longer.stages[:-1] == quick.stages
    assert longer.planned_epochs() == quick.planned_epochs() + 9
    assert longer.name == "quick, 9 more epochs"
    with pytest.raises(InputError, match="stages"):
        with_stage(quick, {"train": "nothing", "epochs": 1})


def test_epochs_are_shared_where_the_same_layers_train():
    quick = load_recipe("quick")
    bands, head = ({"train": what, "epochs": 1} for what in ("bands", "head"))
    assert can_share_epochs(quick, with_stage(quick, bands))
    head_only = load_recipe("quick", {"stages": [head]})
    assert can_share_epochs(head_only, with_stage(head_only, head))
    assert not can_share_epochs(head_only, with_stage(head_only, bands))
