import numpy as np
import pandas as pd

from core.base.formatting import lr_text
from core.plots.live_curves import live_charts
from core.store.run import Run
from tests.factory import write_run


def history_of(tmp_path, tiny) -> pd.DataFrame:
    run: Run = write_run(tmp_path, tiny, state="running")
    return run.history()


def test_curves_grow_with_room_for_every_epoch(tmp_path, tiny):
    history = history_of(tmp_path, tiny)
    loss, accuracy, rates = live_charts(history, pd.DataFrame(), 32, "#123456")
    assert [chart["to"] for chart in (loss, accuracy, rates)] == [32, 32, 32]
    training, validation = loss["lines"]
    assert (training["dashed"], validation["dashed"]) == (True, False)
    assert validation["colour"] == "#123456"
    assert [x for x, _ in validation["points"]] == list(history["epoch"])
    assert [y for _, y in validation["points"]] == list(history["val_loss"])
    assert accuracy["scale"] == "share"
    assert accuracy["lines"][0]["last"].endswith(" %")
    assert "validation" in accuracy["words"]
    # A line for each band that trains, and only where it does.
    names = [line["name"] for line in rates["lines"]]
    assert names == ["layers 20-26", "layers 16", "layers 17", "layers 18-26"]
    assert rates["lines"][0]["points"][-1][0] == 5  # the head's stage
    assert rates["lines"][1]["points"][0][0] == 6
    assert all(y > 0 for line in rates["lines"] for _, y in line["points"])
    for line in rates["lines"]:
        assert line["last"] == lr_text(line["points"][-1][1])
    assert any(
        line["last"] != lr_text(max(y for _, y in line["points"])) for line in rates["lines"]
    )


def test_before_the_first_epoch_there_are_the_batches():
    batches = pd.DataFrame({"step": [1, 2, 3], "epoch": 1, "loss": [2.0, 1.5, 1.2], "lr": 0.01})
    loss, accuracy, rates = live_charts(pd.DataFrame(), batches, 32, "#123456")
    assert loss["x"] == "batch of the first epoch"
    assert loss["lines"][0]["points"] == [[1, 2.0], [2, 1.5], [3, 1.2]]
    assert loss["words"] == "Curve by batch of the first epoch; last: training 1.2"
    assert accuracy["lines"][0]["points"] == [] and rates["lines"] == []
    assert accuracy["words"] == "Nothing to draw yet"
    loss, _, _ = live_charts(pd.DataFrame(), pd.DataFrame(), 32, "#123456")  # nor any batch
    assert loss["lines"][0]["points"] == []


def test_of_very_many_batches_every_nth_is_sent_and_the_last():
    steps = np.arange(1, 400_001)
    batches = pd.DataFrame({"step": steps, "loss": 1 / steps})
    loss, _, _ = live_charts(pd.DataFrame(), batches, 9, "#111111")
    points = loss["lines"][0]["points"]
    assert 4_000 < len(points) <= 5_000 and points[-1] == [400_000.0, 1 / 400_000]
