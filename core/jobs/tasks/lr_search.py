"""Carries out a queued search for a learning rate, as the worker does a run."""

from __future__ import annotations

from dataclasses import asdict, replace

from core.base import files
from core.base.language import N_
from core.jobs.tasks.attempt import attempt, heed, say
from core.jobs.tasks.recorder import write_table
from core.pipeline.setup import set_up
from core.store.lr_search import STARTS, Search
from core.store.status import Clock
from core.train.lr_finder import find


def carry_out_search(search: Search, clock: Clock) -> None:
    """Searches from several starts; its end is in status.json whatever happens, the answer in
    curves.csv and suggestion.json. Raises what ended it, apart from a wish to cancel."""
    with attempt(search, clock) as log:
        recipe = search.recipe()
        heed(search)
        say(search, clock, N_("preparing the photos"))
        setup = set_up(recipe, search.data_dir(), search.runs_dir, lambda: heed(search))

        def tell(done: int) -> None:
            now = clock().isoformat(timespec="seconds")
            phase = N_("search {n} of {total}").format(n=min(done + 1, STARTS), total=STARTS)
            search.write_status(replace(search.status(), phase=phase, epoch=done, heartbeat=now))

        tell(0)
        curves, suggestion = find(
            setup, on_search=lambda number: tell(number + 1), tick=lambda: heed(search)
        )
        setup.check_photos()
        write_table(search.path / "curves.csv", curves)
        files.write_json(search.path / "suggestion.json", asdict(suggestion))
        now = clock().isoformat(timespec="seconds")
        search.write_status(
            replace(search.status(), state="done", epoch=STARTS, phase="", finished=now)
        )
        log.info("%s: %s", suggestion.confidence, suggestion.why)
