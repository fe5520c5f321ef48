import math

import pandas as pd
import pytest

from core.recipe.files import load_recipe
from core.train.schedule import (
    batches_per_epoch,
    cosine,
    history_to_final_weights,
    last_epoch,
    lr_scale,
    planned_epochs,
    rate_curve,
    warmup_batches,
)
from tests.conftest import fast_recipe


def test_the_cosine_in_three_numbers():
    assert cosine(0, 36) == 1
    assert cosine(18, 36) == pytest.approx(0.5)
    assert 0 < cosine(35, 36) == pytest.approx(math.sin(math.pi / 72) ** 2)


@pytest.mark.parametrize(
    ("photos", "size", "batches"),
    [(57, 16, 4), (48, 16, 3), (49, 16, 3), (50, 16, 4), (1, 16, 1), (16, 16, 1), (17, 16, 1)],
)
def test_a_last_batch_of_one_photo_is_no_batch(photos, size, batches):
    assert batches_per_epoch(photos, size) == batches


def test_the_articles_plan():
    plan = planned_epochs(load_recipe("article-success"))
    assert len(plan) == 82
    assert [epoch.number for epoch in plan] == list(range(1, 83))
    ends = [epoch.number for epoch in plan if epoch.ends_cycle]
    assert ends == [5, 14, 32, 68, 70, 74, 82]
    assert [plan[i].cycle for i in (4, 5, 13, 14, 31, 32)] == [1, 1, 1, 2, 2, 3]


def test_the_rate_restarts_at_each_cycle_and_nowhere_else():
    recipe, batches = load_recipe("quick"), 4
    values = [
        lr_scale(recipe, epoch, batch, batches)
        for epoch in planned_epochs(recipe)
        for batch in range(batches)
    ]
    assert values[: 5 * batches] == [1] * 20  # the head stage is constant
    rises = [i for i in range(1, len(values)) if values[i] > values[i - 1]]
    assert rises == [(5 + 9) * batches]
    assert values[20] == values[56] == 1
    assert values[-1] == pytest.approx(cosine(71, 72))


def test_fastai_warms_up_the_first_cycle_of_a_stage_only():
    recipe, batches = load_recipe("article-success"), 4
    plan = planned_epochs(recipe)
    assert warmup_batches(36) == 2
    first = [lr_scale(recipe, plan[5], batch, batches) for batch in range(4)]
    assert first[:2] == [0.01, 0.01]
    assert first[2] == cosine(2, 36)
    assert lr_scale(recipe, plan[14], 0, batches) == 1  # the second cycle
    assert lr_scale(recipe, plan[68], 0, batches) == 0.01  # the next stage
    assert lr_scale(recipe, plan[68], 1, batches) == cosine(1, 8)


def test_the_planned_curve_scales_all_bands_together():
    curve = rate_curve(load_recipe("quick"), 4)
    assert len(curve[curve["stage"] == 1]["band"].unique()) == 2
    second = curve[curve["stage"] == 2].pivot(index="epoch", columns="band", values="lr")
    assert list(second.columns) == ["0-15", "16", "17", "18-26"]
    assert (second["0-15"] == 0).all()
    assert (second["18-26"] / second["16"]).to_numpy() == pytest.approx(10)
    assert curve["epoch"].max() == 31.75


def test_the_history_ends_where_the_kept_weights_do():
    history = pd.DataFrame(
        {"epoch": [1, 2, 3, 4, 5], "stage": [1, 1, 2, 2, 2], "val_loss": [0.1, 0.2, 3.0, 1.0, 1.0]}
    )
    stages = [{"train": "head", "epochs": 2, "keep": "best"}, {"train": "bands", "epochs": 3}]
    last = fast_recipe(stages=stages)
    assert history_to_final_weights(last, history).equals(history)
    best = fast_recipe(stages=[stages[0], {**stages[1], "keep": "best"}])
    assert list(history_to_final_weights(best, history)["epoch"]) == [1, 2, 3, 4]
    assert [last_epoch(best, stage) for stage in (1, 2)] == [2, 5]
