"""Carries out a queued search for a learning rate, as the worker does a run."""

from dataclasses import asdict

from core.base import files
from core.base.language import N_
from core.jobs.tasks.attempt import check_cancelled, run_lifecycle
from core.jobs.tasks.recorder import write_table
from core.pipeline.setup import set_up
from core.store.lr_finder import DEFAULT_HEAD_INITS, LrSearch
from core.store.status import Clock
from core.train.lr_finder import find_lr


def run_lr_search(search: LrSearch, clock: Clock) -> None:
    """Searches from several starts; its end is in status.json whatever happens, the answer in
    curves.csv and suggestion.json. Raises what ended it, apart from a wish to cancel."""
    with run_lifecycle(search, clock) as log:
        recipe = search.recipe()
        check_cancelled(search)
        search.report(clock, N_("preparing photos"))
        setup = set_up(recipe, search.data_dir(), search.runs_dir, lambda: check_cancelled(search))

        def report(done: int) -> None:
            number = min(done + 1, DEFAULT_HEAD_INITS)
            phase = N_("search {n} of {total}", n=number, total=DEFAULT_HEAD_INITS)
            search.report(clock, phase, epoch=done)

        report(0)
        curves, suggestion = find_lr(
            setup,
            on_search=lambda number: report(number + 1),
            check_cancelled=lambda: check_cancelled(search),
        )
        setup.check_photos()
        write_table(search.path / "curves.csv", curves)
        files.write_json(search.path / "suggestion.json", asdict(suggestion))
        search.end(clock, "done", epoch=DEFAULT_HEAD_INITS)
        log.info("%s: %s", suggestion.confidence, suggestion.why)
