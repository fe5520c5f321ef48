import pandas as pd

from core import charts
from core.run_charts import batch_losses, to_the_end


def test_before_the_first_epoch_there_are_the_batches():
    batches = pd.DataFrame({"step": [1, 2, 3], "epoch": 1, "loss": [2.0, 1.5, 1.2], "lr": 0.01})
    figure = batch_losses(batches, "#123456")
    assert list(figure.data[0].x) == [1, 2, 3]
    assert list(figure.data[0].y) == [2.0, 1.5, 1.2]
    assert figure.data[0].line.color == "#123456"
    assert len(batch_losses(pd.DataFrame(), "#123456").data[0].x) == 0  # nor any batch


def test_a_growing_curve_has_room_for_every_epoch():
    history = pd.DataFrame({"epoch": [1, 2], "train_loss": [2, 1], "val_loss": [2, 1]})
    figure = charts.curves({"a": history}, {"a": "a"}, {"a": "#123456"}, "loss")
    assert to_the_end(figure, 32).layout.xaxis.range == (0, 32.5)
