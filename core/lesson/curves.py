"""The picture of the first step: how the validation loss of both networks fell."""

import math
from collections.abc import Mapping
from typing import Any

from core.base.language import _
from core.lesson.pair import Pair


def loss_chart(pair: Pair, colours: Mapping[str, str]) -> dict[str, Any]:
    """For pages/widgets/ui/live_chart.js, on a logarithmic scale down to the lowest loss."""
    lines, lowest, epochs = [], 1.0, 1
    for letter, side in pair.sides.items():
        history = side.shown_run.history()
        points = [
            [float(epoch), max(float(loss), 1e-9)]
            for epoch, loss in zip(history["epoch"], history["val_loss"], strict=True)
        ]
        lowest = min(lowest, *(loss for __, loss in points))
        epochs = max(epochs, len(points))
        line = {"name": letter, "colour": colours[letter], "dashed": False, "points": points}
        lines.append(line | {"last": f"{float(history['val_loss'].iloc[-1]):.1g}"})
    last = ", ".join(f"{line['name']} {line['last']}" for line in lines)
    return {
        "scale": "log",
        "low": math.log10(lowest) - 0.2,
        "x": _("validation loss, by epoch"),
        "to": epochs,
        "lines": lines,
        "words": _("Validation loss by epoch; at the end: {last}", last=last),
    }
