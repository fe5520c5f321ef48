"""Writes what happens in a training into the run folder while it happens."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.jobs.tasks.attempt import Cancelled
from core.pipeline.predict import Predictions, predict
from core.pipeline.setup import Setup
from core.store.run import Run
from core.store.status import Clock
from core.train.checkpoint import save_checkpoint
from core.train.estimate import TRAINING_PARTS, Estimate
from core.train.loop import BatchRow, EpochRow, TrainState

STATUS_SECONDS = 0.5  # how often status.json is renewed and a wish to cancel is looked for


class _SplitSnapshot(NamedTuple):
    """What one snapshot holds of a set of photos: (photos, classes, rows, columns) and (photos,
    classes)."""

    maps: NDArray[np.float16]
    log_probs: NDArray[np.float32]


class PhaseTimer:
    """Where the time goes: the seconds of each phase since the last one ended."""

    def __init__(self) -> None:
        self.phase_start = time.monotonic()
        self.phase_seconds: list[tuple[str, float]] = []

    def end_phase(self, phase: str) -> None:
        """Ends a phase."""
        now = time.monotonic()
        self.phase_seconds.append((phase, round(now - self.phase_start, 4)))
        self.phase_start = now


class Recorder:
    """The loop's listener that keeps history, batches, timing, class maps, checkpoint and status.

    Tables are rewritten whole at each epoch's end: they are small, and a reader or a crash never
    meets half a row."""

    def __init__(
        self,
        run: Run,
        setup: Setup,
        clock: Clock,
        on_epoch: Callable[[EpochRow, float | None], None],
        phase_timer: PhaseTimer,
        estimate: Estimate,
        snapshots: bool = True,
    ) -> None:
        """snapshots: whether class maps are kept."""
        self._keeps_snapshots = snapshots
        self.run, self.setup, self.clock, self.epoch_callback = run, setup, clock, on_epoch
        self._history: list[dict[str, float]] = []
        self._batches: list[BatchRow] = []
        self._timing: list[tuple[int, str, float]] = []
        self._snapshots: dict[int, dict[str, _SplitSnapshot]] = {}
        # By split, made for the last epoch's class maps: they need not be made again.
        self.last_predictions: dict[str, Predictions] = {}
        self._phase_timer, self._estimate = phase_timer, estimate
        self._last_status_time = time.monotonic()

    def resume_from(self, finished_epochs: int) -> None:
        """Goes on from the files of the first `finished_epochs` epochs, dropping what lies beyond,
        and notes what the beginning took."""
        history, batches, timing = self.run.history(), self.run.batches(), self.run.timing()
        if finished_epochs:
            self._check_complete(finished_epochs, history, batches, timing)
            self._history = history[history["epoch"] <= finished_epochs].to_dict("records")
            kept = batches[batches["epoch"] <= finished_epochs]
            self._batches = [BatchRow(*row) for row in kept.itertuples(index=False, name=None)]
            kept = timing[timing["epoch"] <= finished_epochs]
            self._timing = list(kept.itertuples(index=False, name=None))
        cams = self.run.class_maps() if finished_epochs else None
        if cams is not None:
            self._snapshots = {
                epoch: {
                    split: _SplitSnapshot(maps[place], cams.log_probs[split][place])
                    for split, maps in cams.maps.items()
                }
                for place, epoch in enumerate(cams.epochs)
                if epoch <= finished_epochs
            }
        self._write_timing(finished_epochs)

    def on_batch(self, row: BatchRow) -> None:
        self._batches.append(row)
        now = time.monotonic()
        if now - self._last_status_time >= STATUS_SECONDS:
            self._last_status_time = now
            if not self._history:  # nothing else shows that the first epoch gets on
                write_table(self.run.path / "batches.csv", pd.DataFrame(self._batches))
            self.report(eta=self._eta(now - self._phase_timer.phase_start))
            if self.run.cancel_requested():
                raise Cancelled

    def on_epoch(self, row: EpochRow, train_state: TrainState) -> None:
        planned = row.planned
        self.end_phase("train", planned.number)
        self._history.append(
            {
                "epoch": planned.number,
                "stage": planned.stage,
                "cycle": planned.cycle,
                "train_loss": row.train_loss,
                "val_loss": row.val_loss,
                "val_accuracy": row.val_accuracy,
                **{f"lr_{label}": lr for label, lr in row.rates.items()},
            }
        )
        if planned.ends_cycle and self._keeps_snapshots:
            self._save_snapshot(planned.number)
            self.end_phase("class maps", planned.number)
        # The tables first, the checkpoint last: a resume drops rows beyond its checkpoint.
        write_table(self.run.path / "history.csv", pd.DataFrame(self._history))
        write_table(self.run.path / "batches.csv", pd.DataFrame(self._batches))
        save_checkpoint(
            self.run.path, self.setup.network, self.setup.recipe, train_state, planned.stage
        )
        self.end_phase("checkpoint", planned.number)
        eta = self._eta(0)
        self.report(eta=eta)
        self.epoch_callback(row, eta)
        if self.run.cancel_requested():
            raise Cancelled

    def report(self, phase: str = "training", eta: float | None = None) -> None:
        """Renews status.json. eta: seconds that are left."""
        self.run.report(self.clock, phase, epoch=len(self._history), eta_seconds=eta)

    def end(self) -> None:
        """Says there that the run is done."""
        now = self.clock().isoformat(timespec="seconds")
        self.run.end(self.clock, "done", epoch=len(self._history), heartbeat=now)

    def end_phase(self, phase: str, epoch: int) -> None:
        """Notes the seconds since the last lap under a phase; epoch 0 is before the training."""
        self._phase_timer.end_phase(phase)
        self._write_timing(epoch)

    def end_results_phase(self, phase: str) -> None:
        """Notes the end of a phase after the training; which is next, where that takes long."""
        self.end_phase(phase, len(self._history))
        if phase == "varied views":
            self.report(N_("diagnosing"), self._estimate.parts["diagnose"])

    def _check_complete(self, finished_epochs: int, *tables: pd.DataFrame) -> None:
        """The tables of a run that is taken up must go as far as its checkpoint."""
        for name, table in zip(("history.csv", "batches.csv", "timing.csv"), tables, strict=True):
            if table.empty or table["epoch"].max() < finished_epochs:
                told = N_(
                    "{path}: some epochs of the checkpoint are missing; delete the "
                    "checkpoint folder to restart the run"
                )
                raise RunError(told.format(path=self.run.path / name))

    def _write_timing(self, epoch: int) -> None:
        self._timing += [
            (epoch, phase, seconds) for phase, seconds in self._phase_timer.phase_seconds
        ]
        self._phase_timer.phase_seconds.clear()
        frame = pd.DataFrame(self._timing, columns=["epoch", "phase", "seconds"])
        write_table(self.run.path / "timing.csv", frame)

    def _save_snapshot(self, epoch: int) -> None:
        """Adds the class maps of every validation and test photo, and the answers, to cams.npz."""
        looked_at = (self.setup.validation, *self.setup.test_photos)
        self.last_predictions = {
            photos.split: predict(
                self.setup.network, photos, self.setup.recipe.backbone, self.setup.start_layer
            )
            for photos in looked_at
        }
        self._snapshots[epoch] = {
            split: _SplitSnapshot(found.maps.astype(np.float16), found.log_probs)
            for split, found in self.last_predictions.items()
        }
        arrays: dict[str, NDArray[np.generic]] = {
            "splits": np.array([photos.split for photos in looked_at], dtype=np.str_),
            "epochs": np.array(list(self._snapshots)),
            "classes": np.array(self.setup.network.classes, dtype=np.str_),
        }
        for photos in looked_at:
            arrays[f"files.{photos.split}"] = np.array(photos.files, dtype=np.str_)
            looks = [of_epoch[photos.split] for of_epoch in self._snapshots.values()]
            arrays[f"maps.{photos.split}"] = np.stack([look.maps for look in looks])
            arrays[f"log_probs.{photos.split}"] = np.stack([look.log_probs for look in looks])
        archive = io.BytesIO()
        np.savez_compressed(archive, allow_pickle=False, **arrays)
        files.write_bytes(self.run.path / "cams.npz", archive.getvalue())

    def _eta(self, elapsed_in_epoch: float) -> float:
        """Seconds to the end of training: epochs left of each stage at the pace of its epochs so
        far, or at the pace of the last epoch where a stage has not begun. Before the first epoch it
        is the estimate's."""
        if not self._history:
            parts = self._estimate.parts
            return max(0.0, sum(parts[name] for name in TRAINING_PARTS) - elapsed_in_epoch)
        per_epoch = {epoch: 0.0 for epoch, _, _ in self._timing if epoch}
        for epoch, _, seconds in self._timing:
            if epoch:
                per_epoch[epoch] += seconds
        stages = [int(row["stage"]) for row in self._history]
        left = -elapsed_in_epoch
        for number, stage in enumerate(self.setup.recipe.stages, start=1):
            planned = sum(stage.cycle_lengths())
            own = [s for s, at in zip(per_epoch.values(), stages, strict=False) if at == number]
            pace = float(np.median(own)) if own else per_epoch[max(per_epoch)]
            left += max(0, planned - len(own)) * pace
        return max(0.0, left)


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """A table of the run folder."""
    files.write_text(path, frame.to_csv(index=False))
