"""What the editor of labels says by itself (label_editor_js/), for `fill` of fill.js."""

from typing import Any

from core.base.language import _


def editor_text(fixed: bool = False) -> dict[str, Any]:
    """By the names that the scripts use; `view` and `edit` are lists of keys with what they do.
    fixed: of a training photo, whose class its folder says."""
    words: dict[str, Any] = {
        "photo": _("photo {file}"),
        "wall": _("← All photos"),
        "previous": _("Previous"),
        "next": _("Next"),
        "next_unlabelled": _("Next unlabelled"),
        "to_edit": _("Edit labels and boxes"),
        "shows": _("Shows most"),
        "class": _("Class"),
        "unlabelled": _("not labelled yet"),
        "also": _("Also visible"),
        "boxes": _("Boxes"),
        "no_boxes": _("none yet"),
        "box_line": _("{label}, {share} visible"),
        "box_outside": _("{label}, {share} visible, not in training: counts as background"),
        "box_told": _(
            "box {number}: {label}, {share} visible, from {left} to {right} across and {top} to "
            "{bottom} down"
        ),
        "keys": _("Keys"),
        "kept": _("These changes of yours were not saved yet."),
        "saved": _("Saved {file}."),
        "saving": _("Saving…"),
        "unchanged": _("Nothing has changed."),
        "unsaved": _("Not saved yet."),
        "primary": _("What does it show most?"),
        "present": _("Visible, at least 15 % of it"),
        "save": _("Save"),
        "save_next": _("Save, next unlabelled"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "discard": _("Discard"),
        "done": _("Done"),
        "ask": _("Not saved yet"),
        "ask_told": _("Your changes to this photo are not saved."),
        "ask_save": _("Save them"),
        "ask_throw": _("Throw them away"),
        "ask_stay": _("Stay"),
        "draw": _("Drag over the photo to draw one."),
        "add": _("Add a box"),
        "name": _("its name"),
        "outside": _("{label} (not in training)"),
        "other": _("something else…"),
        "what": _("What is in box {number}"),
        "how_much": _("How much of box {number} is visible, in percent"),
        "visible": _("% visible"),
        "visible_told": _("How much of the whole object can be seen: 100 when nothing hides it"),
        "remove": _("Remove box {number}"),
        "hint_primary": _(
            "Choose what the photo shows most, too: without it nothing can be saved."
        ),
        "hint_nothing": _("Without a choice the photo stays unlabelled."),
        "hint_tick": _("{label} is shown most, so it should be ticked as visible too."),
        "hint_box": _("{label} has no box: the test of where a network looks needs one."),
        "hint_boxed": _("{label} has a box that shows it, but is not ticked."),
        "view": [
            ("← →", _("previous, next photo")),
            ("N", _("next photo without a label")),
            ("E", _("edit")),
            ("Esc", _("back to the wall")),
        ],
        "edit": [
            ("B", _("new box in the middle")),
            ("Tab", _("from box to box")),
            ("← ↑ → ↓", _("on a box: move it")),
            (_("Shift + arrow"), _("on a box: change its size")),
            (_("Ctrl + arrow"), _("in small steps")),
            (_("1 to 9"), _("on a box: its class")),
            ("Delete", _("remove the box")),
            ("Ctrl Z, Ctrl Y", _("undo, redo")),
            ("S", _("save")),
            ("N", _("save, and to the next photo without a label")),
            ("← →", _("without a box: previous, next photo")),
            ("Esc", _("leave the box, then the editor")),
        ],
    }
    if fixed:
        words |= {
            "next_unlabelled": _("Next without a box"),
            "save_next": _("Save, next without a box"),
            "to_edit": _("Edit boxes"),
        }
    return words
