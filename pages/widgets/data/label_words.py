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
        "shows": _("Most prominent object"),
        "class": _("Class"),
        "unlabelled": _("not labelled yet"),
        "also": _("Also visible"),
        "boxes": _("Boxes"),
        "no_boxes": _("none yet"),
        "box_line": _("{label}, {share} visible"),
        "box_outside": _("{label}, {share} visible, not a training class: counts as background"),
        "box_told": _(
            "box {number}: {label}, {share} visible, {left} to {right} across, {top} to "
            "{bottom} down"
        ),
        "keys": _("Keyboard shortcuts"),
        "kept": _("These changes are not saved yet."),
        "saved": _("Saved {file}."),
        "saving": _("Saving…"),
        "unchanged": _("No changes."),
        "unsaved": _("Not saved yet."),
        "primary": _("Most prominent object"),
        "present": _("Visible (at least 15% of it)"),
        "save": _("Save"),
        "save_next": _("Save, next unlabelled"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "discard": _("Discard"),
        "done": _("Done"),
        "ask": _("Not saved yet"),
        "ask_told": _("Your changes to this photo are not saved."),
        "ask_save": _("Save changes"),
        "ask_throw": _("Discard changes"),
        "ask_stay": _("Keep editing"),
        "draw": _("Drag on the photo to draw a box."),
        "add": _("Add a box"),
        "name": _("object name"),
        "outside": _("{label} (not in training)"),
        "other": _("other…"),
        "what": _("Object in box {number}"),
        "how_much": _("Visible part of the object in box {number}, in percent"),
        "visible": _("% visible"),
        "visible_told": _("How much of the whole object is visible: 100 if nothing hides it"),
        "remove": _("Remove box {number}"),
        "hint_primary": _("Choose the most prominent object too: you cannot save without it."),
        "hint_nothing": _("Without a choice, the photo stays unlabelled."),
        "hint_tick": _("{label} is the most prominent object, so tick it as visible too."),
        "hint_box": _("{label} has no box: checking where a network looks needs one."),
        "hint_boxed": _("{label} has a box but is not ticked as visible."),
        "view": [
            ("← →", _("previous, next photo")),
            ("N", _("next photo without a label")),
            ("E", _("edit")),
            ("Esc", _("back to all photos")),
        ],
        "edit": [
            ("B", _("new box in the centre")),
            ("Tab", _("next box")),
            ("← ↑ → ↓", _("on a box: move")),
            (_("Shift + arrow"), _("on a box: resize")),
            (_("Ctrl + arrow"), _("in small steps")),
            (_("1 to 9"), _("on a box: set its class")),
            ("Delete", _("remove the box")),
            ("Ctrl Z, Ctrl Y", _("undo, redo")),
            ("S", _("save")),
            ("N", _("save and go to the next photo without a label")),
            ("← →", _("outside a box: previous, next photo")),
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
