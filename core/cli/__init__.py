"""The commands, a module for each noun."""

from collections.abc import Callable
from functools import cache
from typing import Any

import typer

from core.cli import backbones, capture, challenge, data, results, runs, search, train, worker

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Overfit Lens: train on a handful of photos and see what a network really learned.",
)
VISIBLE: tuple[Callable[..., None], ...] = (
    *(train.train, results.evaluate, results.predict, capture.capture, challenge.challenge),
    *(results.export, results.report, backbones.layers, train.lr_find, worker.status),
    *(worker.cache, worker.worker, worker.queue, worker.cancel, worker.resume, worker.train_on),
)
for function in (*VISIBLE, worker.preview, search.search_engine):
    name = function.__name__.replace("_", "-")
    app.command(name, hidden=function not in VISIBLE)(function)
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")
app.add_typer(search.app, name="search")
app.add_typer(backbones.app, name="weights")


@cache
def command() -> Any:
    """All of them as one Click command, which takes a while to put together."""
    return typer.main.get_command(app)
