// One photo, large, with its labels and boxes; and, while editing, the tools to change them. The
// page saves (core/data/label_edits.py). Text from files is only ever set as textContent or value; our own
// comes from Python (label_words.py).

class Editor {
  constructor(root) {
    this.root = root;
    this.saves = 0;
    this.pending = null; // a save that the page has not answered yet
    this.onKey = (event) => handleKey(this, event);
  }

  take(component) {
    const { data } = component;
    this.send = component.setTriggerValue;
    const moved = this.data?.key !== data.key || this.data.editing !== data.editing;
    const untouched = this.data && !this.dirty();
    this.data = data;
    if (moved) this.begin();
    this.answer(data.reply);
    if (!moved && untouched && !deepEqual(this.truth, data.truth)) this.reset(data.truth); // somebody else's
    this.draw();
  }

  begin() {
    this.message = "";
    this.bad = false;
    this.asked = null;
    this.reset(this.data.truth);
    const draft = this.data.editing && this.draft();
    if (draft && !deepEqual(draft.truth, this.data.truth)) {
      this.truth = draft.truth;
      this.seen = draft.seen;
      this.message = this.data.words.kept;
    }
  }

  reset(truth) {
    this.truth = deepCopy(truth);
    this.seen = deepCopy(truth);
    this.past = [];
    this.future = [];
    this.chosen = -1;
    this.ticked = null; // the class that became visible only by being what is shown most
  }

  dirty() { return this.data.editing && !deepEqual(this.truth, this.seen); }

  // What is not saved survives a look at another page.
  draft() {
    try { return JSON.parse(window.sessionStorage.getItem(`overfit-lens:${this.data.key}`)); } catch { return null; }
  }

  keepDraft() {
    try {
      const name = `overfit-lens:${this.data.key}`;
      if (deepEqual(this.truth, this.seen)) window.sessionStorage.removeItem(name);
      else window.sessionStorage.setItem(name, JSON.stringify({ truth: this.truth, seen: this.seen }));
    } catch { /* a browser without storage: no draft */ }
  }

  answer(reply) {
    if (!reply || !this.pending || reply.id !== this.pending.id) return;
    const saved = this.pending;
    this.pending = null;
    if (reply.error) {
      this.message = reply.error;
      this.bad = true;
      this.seen = deepCopy(this.data.truth); // a second try replaces what somebody else has saved
    } else {
      try { window.sessionStorage.removeItem(`overfit-lens:${saved.key}`); } catch { /* none */ }
      if (saved.key === this.data.key) this.seen = deepCopy(saved.truth);
      this.message = fill(this.data.words.saved, { file: saved.file });
      this.bad = false;
    }
  }

  // --- changing -----------------------------------------------------------------------------------

  commit(change, focus) {
    const before = deepCopy(this.truth);
    change(this.truth);
    for (const box of this.truth.boxes) for (const edge of EDGES) box[edge] = roundCoordinate(box[edge]);
    if (deepEqual(before, this.truth)) return this.draw(focus);
    this.past.push(before);
    this.future = [];
    this.changed(focus);
  }

  changed(focus) {
    this.message = "";
    this.asked = null;
    this.keepDraft();
    this.draw(focus);
  }

  undo(from, to) {
    if (!from.length) return;
    to.push(deepCopy(this.truth));
    this.truth = from.pop();
    this.chosen = Math.min(this.chosen, this.truth.boxes.length - 1);
    this.changed();
  }

  // A change of boxes, which the labels follow.
  boxes(change, focus) {
    this.commit((truth) => {
      const before = deepCopy(truth);
      change(truth.boxes);
      if (!this.data.fixed) syncLabels(this.data, before, truth);
    }, focus);
  }

  add(corners) {
    const { data, truth } = this;
    const named = data.classes.filter((name) => name !== BACKGROUND);
    const fresh = truth.present.find((name) => !truth.boxes.some((b) => b.label === name));
    const usual = isClass(data, truth.primary) && !truth.boxes.length ? truth.primary : null;
    this.chosen = truth.boxes.length;
    const label = fresh ?? usual ?? this.last ?? named[0];
    this.boxes((boxes) => boxes.push({ label, ...corners, visible: 1 }), `box${this.chosen}`);
  }

  remove(index) {
    this.chosen = -1;
    this.boxes((boxes) => boxes.splice(index, 1), "add");
  }

  name(index, label) {
    const clean = label.trim().replace(/\s+/g, "_");
    if (!clean) return this.draw();
    this.last = clean;
    this.boxes((boxes) => { boxes[index].label = clean; });
  }

  nudge(index, key, size, step) {
    const [axis, by] = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowUp: ["y", -1], ArrowDown: ["y", 1] }[key];
    this.boxes((boxes) => {
      const box = boxes[index];
      const [low, high] = [`${axis}0`, `${axis}1`];
      if (size) box[high] = clamp(box[high] + by * step, box[low] + MIN_BOX_SIDE, 1);
      else {
        const move = clamp(by * step, -box[low], 1 - box[high]);
        box[low] += move;
        box[high] += move;
      }
    }, `box${index}`);
  }

  // --- going --------------------------------------------------------------------------------------

  go(file) {
    if (file === null) return;
    if (this.dirty()) {
      this.asked = file;
      return this.draw("ask");
    }
    this.send("go", file);
  }

  edit(on) {
    if (!on && this.dirty()) {
      this.asked = false; // leaves the editor, not the photo
      return this.draw("ask");
    }
    this.send("edit", on ? "on" : "off");
  }

  leave() {
    const place = this.asked;
    this.reset(this.data.truth);
    this.changed();
    if (place === false) this.send("edit", "off");
    else this.send("go", place);
  }

  // then: a file to go to, "" for the wall, false to leave the editor, null to stay.
  save(then = null) {
    if (!canSave(this.truth) || this.pending) return;
    if (!this.dirty()) {
      if (then === false) this.send("edit", "off");
      else if (then !== null) this.send("go", then);
      else { this.message = this.data.words.unchanged; this.draw(); }
      return;
    }
    this.saves += 1;
    this.asked = null;
    this.pending = { id: `${Date.now()}-${this.saves}`, key: this.data.key, file: this.data.file, truth: deepCopy(this.truth) };
    this.message = this.data.words.saving;
    this.bad = false;
    this.draw();
    this.send("save", { id: this.pending.id, key: this.data.key, truth: this.truth, seen: this.seen, then });
  }

  choose(index, focus = `box${index}`) {
    this.chosen = index;
    this.draw(focus);
  }

  // --- drawing ----------------------------------------------------------------------------------

  draw(focus) {
    const held = focus ?? this.root.getRootNode().activeElement?.dataset?.id;
    if (this.painted !== this.data.key) {
      this.image = element("img");
      this.image.src = `data:image/jpeg;base64,${this.data.photo}`;
      this.image.alt = fill(this.data.words.photo, { file: this.data.file });
      this.image.draggable = false;
      this.painted = this.data.key;
    }
    const columns = element("div", "columns");
    columns.append(drawStage(this), this.data.editing ? drawForm(this) : drawDetails(this));
    this.root.replaceChildren(drawBar(this), columns);
    if (held) this.root.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }
}

export default function (component) {
  const root = component.parentElement.querySelector(".editor-root");
  root.editor ??= new Editor(root);
  window.addEventListener("keydown", root.editor.onKey); // the same listener again is no second one
  root.editor.take(component);
  return () => window.removeEventListener("keydown", root.editor.onKey);
}
