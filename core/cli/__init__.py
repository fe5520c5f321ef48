"""The commands, a module for each noun."""

from functools import cache
from typing import Any

import typer

from core.cli import (
    capture,
    challenge,
    data,
    evaluate,
    export,
    layers,
    lr_find,
    predict,
    report,
    runs,
    search,
    status,
    train,
    weights,
    worker,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Overfit Lens: train on a handful of photos and see what a network really learned.",
)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("capture")(capture.capture)
app.command("challenge")(challenge.challenge)
app.command("export")(export.export)
app.command("report")(report.report)
app.command("layers")(layers.layers)
app.command("lr-find")(lr_find.lr_find)
app.command("status")(status.status)
app.command("cache")(status.cache)
app.command("worker")(worker.worker)
app.command("preview", hidden=True)(worker.preview)
app.command("search-engine", hidden=True)(search.search_engine)
app.command("queue")(worker.queue)
app.command("cancel")(worker.cancel)
app.command("resume")(worker.resume)
app.command("train-on")(worker.train_on)
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")
app.add_typer(search.app, name="search")
app.add_typer(weights.app, name="weights")


@cache
def command() -> Any:
    """All of them as one Click command, which takes a while to put together."""
    return typer.main.get_command(app)
