"""How long to train: the numbers of each stage, and the photos' size."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.recipe import Recipe


def show(key: str, preset: Recipe) -> dict[str, Any]:
    """The recipe's `image_size` and `stages` as plain data."""
    size = st.number_input(
        "Photo size in pixels",
        32,
        1024,
        preset.image_size,
        32,
        key=f"{key}.image_size",
        persist_state="session",
        help="Photos are resized to a square of this side. Smaller is faster and sees less.",
    )
    stages = []
    for number, stage in enumerate(preset.stages):
        plain = stage.model_dump(mode="json", by_alias=True)
        name = f"{key}.{number}"
        what = "only the head learns" if stage.train == "head" else "all bands learn"
        st.markdown(f"**Stage {number + 1}**: {what}")
        if stage.cycles is None:
            epochs = _number(f"{name}.epochs", "Epochs", stage.epochs or 1, 1000,
                             "Passes over the training photos, at a constant rate.")  # fmt: skip
            stages.append({**plain, "epochs": epochs})
            continue
        columns = st.columns(3)
        with columns[0]:
            cycles = _number(f"{name}.cycles", "Cycles", stage.cycles, 20,
                             "In each cycle the rate falls from its full value to 0.")  # fmt: skip
        with columns[1]:
            length = _number(f"{name}.length", "First cycle", stage.cycle_len or 1, 500,
                             "Epochs of the first cycle.")  # fmt: skip
        with columns[2]:
            longer = _number(f"{name}.mult", "Times", stage.cycle_mult or 1, 4,
                             "Each cycle is so many times as long as the one before.")  # fmt: skip
        stages.append({**plain, "cycles": cycles, "cycle_len": length, "cycle_mult": longer})
    return {"image_size": int(size), "stages": stages}


def _number(key: str, label: str, value: int, top: int, words: str) -> int:
    return int(st.number_input(label, 1, top, value, key=key, persist_state="session", help=words))
