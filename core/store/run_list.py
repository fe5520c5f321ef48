"""One's own runs and, after them, the examples (core.store.examples): what tables of runs show."""

from pathlib import Path

from core.store.examples import examples_dir, examples_hidden
from core.store.index import RunIndex, RunRow


class AllRuns:
    """The runs of a folder, newest first, then the examples. Threads may share it, as RunIndex.
    examples: their index, where several folders of runs share it."""

    def __init__(self, runs_dir: Path, examples: RunIndex | None = None) -> None:
        self.runs_dir = Path(runs_dir)
        self._own = RunIndex(runs_dir)
        self._examples = examples or RunIndex(examples_dir(), examples=True)

    def rows(self, include_hidden: bool = False) -> list[RunRow]:
        """All of them; the examples not where they are hidden, unless `include_hidden`."""
        return self.snapshot(include_hidden)[1]

    def snapshot(self, include_hidden: bool = False) -> tuple[int, list[RunRow]]:
        """The same, after their `version`."""
        version, rows = self._own.snapshot()
        if examples_hidden(self.runs_dir) and not include_hidden:
            return _joint(version, self._examples.version(), hidden=True), rows
        examples, found = self._examples.snapshot()
        return _joint(version, examples, hidden=False), [*rows, *found]

    def examples(self) -> list[RunRow]:
        """The examples, hidden or not."""
        return self._examples.rows()

    def version(self, at_most_old: float = 0, include_hidden: bool = False) -> int:
        """A number that changes whenever the rows do, as RunIndex.version."""
        hidden = examples_hidden(self.runs_dir) and not include_hidden
        return _joint(
            self._own.version(at_most_old), self._examples.version(at_most_old), hidden=hidden
        )


def all_rows(runs_dir: Path) -> list[RunRow]:
    """The rows of a single look, for a command."""
    return AllRuns(runs_dir).rows()


def _joint(own: int, examples: int, *, hidden: bool) -> int:
    """Both only ever grow, so their sum changes with either."""
    return 2 * (own + examples) + hidden
