"""What the editor of labels says by itself (label_editor.js, label_form.js), for `fill` of
fill.js."""

from __future__ import annotations

from typing import Any

from core.base.language import say


def editor_words() -> dict[str, Any]:
    """By the names that the scripts use; `view` and `edit` are lists of keys with what they do."""
    return {**_photo(), **_form(), **_hints(), "view": _view_keys(), "edit": _edit_keys()}


def _photo() -> dict[str, str]:
    return {
        "photo": say("photo {file}"),
        "wall": say("← All photos"),
        "previous": say("Previous"),
        "next": say("Next"),
        "next_unlabelled": say("Next unlabelled"),
        "to_edit": say("Edit labels and boxes"),
        "shows": say("Shows most"),
        "class": say("Class"),
        "unlabelled": say("not labelled yet"),
        "also": say("Also visible"),
        "boxes": say("Boxes"),
        "no_boxes": say("none yet"),
        "box_line": say("{label}, {share} visible"),
        "box_outside": say("{label}, {share} visible, not in training: counts as background"),
        "box_told": say(
            "box {number}: {label}, {share} visible, from {left} to {right} across and {top} to "
            "{bottom} down"
        ),
        "keys": say("Keys"),
    }


def _form() -> dict[str, str]:
    return {
        "kept": say("These changes of yours were not saved yet."),
        "saved": say("Saved {file}."),
        "saving": say("Saving…"),
        "unchanged": say("Nothing has changed."),
        "unsaved": say("Not saved yet."),
        "primary": say("What does it show most?"),
        "present": say("Visible, at least 15 % of it"),
        "save": say("Save"),
        "save_next": say("Save, next unlabelled"),
        "undo": say("Undo"),
        "redo": say("Redo"),
        "discard": say("Discard"),
        "done": say("Done"),
        "ask": say("Not saved yet"),
        "ask_told": say("Your changes to this photo are not saved."),
        "ask_save": say("Save them"),
        "ask_throw": say("Throw them away"),
        "ask_stay": say("Stay"),
        "draw": say("Drag over the photo to draw one."),
        "add": say("Add a box"),
        "name": say("its name"),
        "outside": say("{label} (not in training)"),
        "other": say("something else…"),
        "what": say("What is in box {number}"),
        "how_much": say("How much of box {number} is visible, in percent"),
        "visible": say("% visible"),
        "visible_told": say("How much of the whole object can be seen: 100 when nothing hides it"),
        "remove": say("Remove box {number}"),
    }


def _hints() -> dict[str, str]:
    return {
        "hint_primary": say(
            "Choose what the photo shows most, too: without it nothing can be saved."
        ),
        "hint_nothing": say("Without a choice the photo stays unlabelled."),
        "hint_tick": say("{label} is shown most, so it should be ticked as visible too."),
        "hint_box": say("{label} has no box: the test of where a network looks needs one."),
        "hint_boxed": say("{label} has a box that shows it, but is not ticked."),
    }


def _view_keys() -> list[tuple[str, str]]:
    return [
        ("← →", say("previous, next photo")),
        ("N", say("next photo without a label")),
        ("E", say("edit")),
        ("Esc", say("back to the wall")),
    ]


def _edit_keys() -> list[tuple[str, str]]:
    return [
        ("B", say("new box in the middle")),
        ("Tab", say("from box to box")),
        ("← ↑ → ↓", say("on a box: move it")),
        (say("Shift + arrow"), say("on a box: change its size")),
        (say("Ctrl + arrow"), say("in small steps")),
        (say("1 to 9"), say("on a box: its class")),
        ("Delete", say("remove the box")),
        ("Ctrl Z, Ctrl Y", say("undo, redo")),
        ("S", say("save")),
        ("N", say("save, and to the next photo without a label")),
        ("← →", say("without a box: previous, next photo")),
        ("Esc", say("leave the box, then the editor")),
    ]
