// What the keys do; label_words.py tells it, in the list that is shown beside the photo.

function handleKey(editor, event) {
  if (!editor.root.isConnected) return window.removeEventListener("keydown", editor.onKey);
  const target = event.composedPath()[0];
  const typing = target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const index = target.classList?.contains("box") ? Number(target.dataset.index) : -1;
  const act = keyAction(editor, key, { command, shift: event.shiftKey, alt: event.altKey, typing, index, target });
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function keyAction(editor, key, { command, shift, alt, typing, index, target }) {
  const { data } = editor;
  if (alt) return null;
  if (data.editing) {
    if (command && key === "s") return () => editor.save();
    if (typing) return null;
    if (command && key === "z") return () => (shift ? editor.undo(editor.future, editor.past) : editor.undo(editor.past, editor.future));
    if (command && key === "y") return () => editor.undo(editor.future, editor.past);
    if (index >= 0 && key.startsWith("Arrow")) return () => editor.nudge(index, key, shift, command ? 0.002 : 0.01);
    if (command) return null;
    if (index >= 0 && (key === "Delete" || key === "Backspace")) return () => editor.remove(index);
    const named = data.classes.filter((name) => name !== BACKGROUND);
    if (index >= 0 && /^[1-9]$/.test(key) && named[key - 1]) return () => editor.name(index, named[key - 1]);
    if (index >= 0 && key === "Escape") return () => editor.choose(-1, "add");
    if (key === "b") return () => editor.add({ x0: 0.3, y0: 0.3, x1: 0.7, y1: 0.7 });
    if (key === "s") return () => editor.save();
    if (key === "n") return () => editor.save(data.unlabelled);
    if (key === "Escape") return () => editor.edit(false);
  } else {
    if (typing || command) return null;
    if (key === "n" && data.unlabelled !== null) return () => editor.go(data.unlabelled);
    if (key === "e" && data.editable) return () => editor.edit(true);
    if (key === "Escape") return () => editor.go("");
  }
  const arrows = target.matches?.("input, [role=tab], [role=slider], [role=option]"); // they have their own use of arrows
  if (key === "ArrowLeft" && !arrows && data.previous !== null) return () => editor.go(data.previous);
  if (key === "ArrowRight" && !arrows && data.next !== null) return () => editor.go(data.next);
  return null;
}
