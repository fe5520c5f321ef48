// One photo, large, with its labels and boxes; and, while editing, the tools to change them. The
// page saves (core/data/labels.py). Text from files is only ever set as textContent or value; our own
// comes from Python (label_words.py).

const LEAST = 0.01; // of the photo's side: a smaller box is a slip of the hand
const PRESENT = 0.15; // a class counts as present from this visible share on
const BACKGROUND = "background";
const EDGES = ["x0", "y0", "x1", "y1"];

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(text, id, act, className = "plain") {
  const node = element("button", className, text);
  node.type = "button";
  node.dataset.id = id;
  node.addEventListener("click", act);
  return node;
}

const copyOf = (value) => JSON.parse(JSON.stringify(value));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const rounded = (value) => Math.round(value * 10000) / 10000;
const percent = (share) => `${Math.round(100 * share)} %`;

// --- what is said of the photo ------------------------------------------------------------------

const isClass = (data, name) => data.classes.includes(name) && name !== BACKGROUND;

// Classes with a box that is visible enough to count as present.
function boxed(data, truth) {
  return new Set(truth.boxes.filter((b) => isClass(data, b.label) && b.visible >= PRESENT).map((b) => b.label));
}

// Labels follow the boxes: a class that gains its first box becomes present, one that loses its
// last box is so no more. What a person ticks beside that stays.
function follow(data, before, truth) {
  const [old, now] = [boxed(data, before), boxed(data, truth)];
  const lost = [...old].filter((name) => !now.has(name));
  const gained = [...now].filter((name) => !old.has(name));
  truth.present = data.classes.filter(
    (name) => (truth.present.includes(name) || gained.includes(name)) && !lost.includes(name),
  );
  if (lost.includes(truth.primary)) truth.primary = gained[0] ?? [...now][0] ?? "";
  if (!truth.primary && gained.length) truth.primary = gained[0];
}

function hints(data, truth) {
  const found = [];
  const { primary, present } = truth;
  const { words } = data;
  const shown = boxed(data, truth);
  if (!primary) found.push(present.length ? words.hint_primary : words.hint_nothing);
  if (primary && primary !== BACKGROUND && !present.includes(primary)) found.push(fill(words.hint_tick, { label: primary }));
  for (const name of data.classes) {
    if (!isClass(data, name)) continue;
    if (present.includes(name) && !truth.boxes.some((b) => b.label === name)) found.push(fill(words.hint_box, { label: name }));
    if (!present.includes(name) && shown.has(name)) found.push(fill(words.hint_boxed, { label: name }));
  }
  return found;
}

const savable = (truth) => Boolean(truth.primary) || truth.present.length === 0;

// --- the editor ---------------------------------------------------------------------------------

class Editor {
  constructor(root) {
    this.root = root;
    this.saves = 0;
    this.pending = null; // a save that the page has not answered yet
    this.onKey = (event) => this.key(event);
  }

  take(component) {
    const { data } = component;
    this.send = component.setTriggerValue;
    const moved = this.data?.key !== data.key || this.data.editing !== data.editing;
    const untouched = this.data && !this.dirty();
    this.data = data;
    if (moved) this.begin();
    this.answer(data.reply);
    if (!moved && untouched && !same(this.truth, data.truth)) this.reset(data.truth); // somebody else's
    this.draw();
  }

  begin() {
    this.message = "";
    this.bad = false;
    this.asked = null;
    this.reset(this.data.truth);
    const draft = this.data.editing && this.draft();
    if (draft && !same(draft.truth, this.data.truth)) {
      this.truth = draft.truth;
      this.seen = draft.seen;
      this.message = this.data.words.kept;
    }
  }

  reset(truth) {
    this.truth = copyOf(truth);
    this.seen = copyOf(truth);
    this.past = [];
    this.future = [];
    this.chosen = -1;
    this.ticked = null; // the class that became visible only by being what is shown most
  }

  dirty() { return this.data.editing && !same(this.truth, this.seen); }

  // What is not saved survives a look at another page.
  draft() {
    try { return JSON.parse(window.sessionStorage.getItem(`overfit-lens:${this.data.key}`)); } catch { return null; }
  }

  keepDraft() {
    try {
      const name = `overfit-lens:${this.data.key}`;
      if (same(this.truth, this.seen)) window.sessionStorage.removeItem(name);
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
      this.seen = copyOf(this.data.truth); // a second try replaces what somebody else has saved
    } else {
      try { window.sessionStorage.removeItem(`overfit-lens:${saved.key}`); } catch { /* none */ }
      if (saved.key === this.data.key) this.seen = copyOf(saved.truth);
      this.message = fill(this.data.words.saved, { file: saved.file });
      this.bad = false;
    }
  }

  // --- changing -----------------------------------------------------------------------------------

  commit(change, focus) {
    const before = copyOf(this.truth);
    change(this.truth);
    for (const box of this.truth.boxes) for (const edge of EDGES) box[edge] = rounded(box[edge]);
    if (same(before, this.truth)) return this.draw(focus);
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
    to.push(copyOf(this.truth));
    this.truth = from.pop();
    this.chosen = Math.min(this.chosen, this.truth.boxes.length - 1);
    this.changed();
  }

  // A change of boxes, which the labels follow.
  boxes(change, focus) {
    this.commit((truth) => {
      const before = copyOf(truth);
      change(truth.boxes);
      follow(this.data, before, truth);
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
      if (size) box[high] = clamp(box[high] + by * step, box[low] + LEAST, 1);
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
    if (!savable(this.truth) || this.pending) return;
    if (!this.dirty()) {
      if (then === false) this.send("edit", "off");
      else if (then !== null) this.send("go", then);
      else { this.message = this.data.words.unchanged; this.draw(); }
      return;
    }
    this.saves += 1;
    this.asked = null;
    this.pending = { id: `${Date.now()}-${this.saves}`, key: this.data.key, file: this.data.file, truth: copyOf(this.truth) };
    this.message = this.data.words.saving;
    this.bad = false;
    this.draw();
    this.send("save", { id: this.pending.id, key: this.data.key, truth: this.truth, seen: this.seen, then });
  }

  key(event) {
    if (!this.root.isConnected) return window.removeEventListener("keydown", this.onKey);
    const target = event.composedPath()[0];
    const typing = target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const index = target.classList?.contains("box") ? Number(target.dataset.index) : -1;
    const act = this.action(key, { command, shift: event.shiftKey, alt: event.altKey, typing, index, target });
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  action(key, { command, shift, alt, typing, index, target }) {
    const { data } = this;
    if (alt) return null;
    if (data.editing) {
      if (command && key === "s") return () => this.save();
      if (typing) return null;
      if (command && key === "z") return () => (shift ? this.undo(this.future, this.past) : this.undo(this.past, this.future));
      if (command && key === "y") return () => this.undo(this.future, this.past);
      if (index >= 0 && key.startsWith("Arrow")) return () => this.nudge(index, key, shift, command ? 0.002 : 0.01);
      if (command) return null;
      if (index >= 0 && (key === "Delete" || key === "Backspace")) return () => this.remove(index);
      const named = data.classes.filter((name) => name !== BACKGROUND);
      if (index >= 0 && /^[1-9]$/.test(key) && named[key - 1]) return () => this.name(index, named[key - 1]);
      if (index >= 0 && key === "Escape") return () => this.choose(-1, "add");
      if (key === "b") return () => this.add({ x0: 0.3, y0: 0.3, x1: 0.7, y1: 0.7 });
      if (key === "s") return () => this.save();
      if (key === "n") return () => this.save(data.unlabelled);
      if (key === "Escape") return () => this.edit(false);
    } else {
      if (typing || command) return null;
      if (key === "n" && data.unlabelled !== null) return () => this.go(data.unlabelled);
      if (key === "e" && data.editable) return () => this.edit(true);
      if (key === "Escape") return () => this.go("");
    }
    const arrows = target.matches?.("input, [role=tab], [role=slider], [role=option]"); // they have their own use of arrows
    if (key === "ArrowLeft" && !arrows && data.previous !== null) return () => this.go(data.previous);
    if (key === "ArrowRight" && !arrows && data.next !== null) return () => this.go(data.next);
    return null;
  }

  // --- the pointer ----------------------------------------------------------------------------------

  choose(index, focus = `box${index}`) {
    this.chosen = index;
    this.draw(focus);
  }

  place(event) {
    const frame = this.stage.getBoundingClientRect();
    return [clamp((event.clientX - frame.left) / frame.width, 0, 1), clamp((event.clientY - frame.top) / frame.height, 0, 1)];
  }

  // A press on the chosen box moves it, on one of its corners changes its size; anywhere else a
  // drag draws a new box, and a click chooses the smallest box there.
  press(event) {
    if (!this.data.editing || event.button > 0) return;
    const [x, y] = this.place(event);
    const old = this.truth.boxes[this.chosen];
    const corner = event.target.dataset.corner;
    const inside = old && x >= old.x0 && x <= old.x1 && y >= old.y0 && y <= old.y1;
    this.drag = { x, y, clientX: event.clientX, clientY: event.clientY, pointer: event.pointerId, far: false,
      kind: corner ? "size" : inside ? "move" : "draw", corner, before: copyOf(this.truth), box: old && { ...old } };
    this.stage.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  pull(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    drag.far ||= Math.hypot(event.clientX - drag.clientX, event.clientY - drag.clientY) > 4;
    if (!drag.far) return;
    const [x, y] = this.place(event);
    if (drag.kind === "draw") {
      drag.made = { x0: Math.min(x, drag.x), y0: Math.min(y, drag.y), x1: Math.max(x, drag.x), y1: Math.max(y, drag.y) };
      this.ghost.hidden = false;
      put(this.ghost, drag.made);
      return;
    }
    const box = this.truth.boxes[this.chosen];
    if (drag.kind === "move") {
      const dx = clamp(x - drag.x, -drag.box.x0, 1 - drag.box.x1);
      const dy = clamp(y - drag.y, -drag.box.y0, 1 - drag.box.y1);
      Object.assign(box, { x0: drag.box.x0 + dx, x1: drag.box.x1 + dx, y0: drag.box.y0 + dy, y1: drag.box.y1 + dy });
    } else {
      const [h, v] = [drag.corner[0], drag.corner[1]]; // which sides: 0 or 1
      if (h === "0") box.x0 = clamp(x, 0, box.x1 - LEAST);
      if (h === "1") box.x1 = clamp(x, box.x0 + LEAST, 1);
      if (v === "0") box.y0 = clamp(y, 0, box.y1 - LEAST);
      if (v === "1") box.y1 = clamp(y, box.y0 + LEAST, 1);
    }
    put(this.stage.querySelectorAll(".box[data-index]")[this.chosen], box);
  }

  release(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    this.drag = null;
    this.ghost.hidden = true;
    if (!drag.far) return this.choose(this.at(drag.x, drag.y));
    if (drag.kind !== "draw") {
      const after = this.truth;
      this.truth = drag.before;
      this.boxes((boxes) => { boxes[this.chosen] = after.boxes[this.chosen]; }, `box${this.chosen}`);
    } else if (drag.made && drag.made.x1 - drag.made.x0 >= LEAST && drag.made.y1 - drag.made.y0 >= LEAST) {
      this.add(drag.made);
    }
  }

  at(x, y) {
    const size = (box) => (box.x1 - box.x0) * (box.y1 - box.y0);
    const there = this.truth.boxes
      .map((box, index) => ({ box, index }))
      .filter(({ box }) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1);
    return there.sort((a, b) => size(a.box) - size(b.box))[0]?.index ?? -1;
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
    columns.append(this.drawStage(), this.data.editing ? drawForm(this) : drawWords(this));
    this.root.replaceChildren(drawBar(this), columns);
    if (held) this.root.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }

  drawStage() {
    this.stage = element("div", this.data.editing ? "stage editing" : "stage");
    this.stage.style.setProperty("--aspect", this.data.aspect);
    this.stage.append(this.image);
    this.truth.boxes.forEach((box, index) => this.stage.append(drawBox(this, box, index)));
    this.ghost = element("div", "box chosen");
    this.ghost.hidden = true;
    this.stage.append(this.ghost);
    this.stage.addEventListener("pointerdown", (event) => this.press(event));
    this.stage.addEventListener("pointermove", (event) => this.pull(event));
    this.stage.addEventListener("pointerup", (event) => this.release(event));
    this.stage.addEventListener("pointercancel", () => {
      if (this.drag) this.truth = this.drag.before;
      this.drag = null;
      this.draw();
    });
    return this.stage;
  }
}

export default function (component) {
  const root = component.parentElement.querySelector(".editor-root");
  root.editor ??= new Editor(root);
  window.addEventListener("keydown", root.editor.onKey); // the same listener again is no second one
  root.editor.take(component);
  return () => window.removeEventListener("keydown", root.editor.onKey);
}
