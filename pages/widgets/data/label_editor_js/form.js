// What is drawn above and beside the photo. Text from files is only ever set as textContent or value.

function elementWith(tag, className, ...nodes) {
  const node = element(tag, className);
  node.append(...nodes);
  return node;
}

function button(text, id, act, { disabled = false, main = false, label = null } = {}) {
  const node = element("button", main ? "plain main" : "plain", text);
  Object.assign(node, { type: "button", disabled });
  node.dataset.id = id;
  if (label) node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}

const list = (texts) => elementWith("ul", "hints", ...texts.map((text) => element("li", "", text)));
const part = (title, ...nodes) => elementWith("section", "", element("h3", "", title), ...nodes);
const notes = (texts) => texts.filter(Boolean).map((text) => element("div", "note", text));

function drawBar(editor) {
  const { data } = editor;
  const { words } = data;
  const walk = (text, id, file) => button(text, id, () => editor.go(file), { disabled: file === null });
  const where = element("span", "where", data.file);
  where.append(element("span", "quiet", ` ${data.where}`));
  return elementWith(
    "div", "bar",
    button(words.wall, "wall", () => editor.go("")), where,
    walk(words.previous, "previous", data.previous), walk(words.next, "next", data.next),
    ...(data.editable && !data.editing ? [
      walk(words.next_unlabelled, "unlabelled", data.unlabelled),
      button(words.to_edit, "edit", () => editor.edit(true), { main: true }),
    ] : []),
  );
}

// What is said of the photo, for reading.
function drawDetails(editor) {
  const { data, truth } = editor;
  const { words } = data;
  const shows = data.editable && !data.fixed ? words.shows : words.class;
  const also = truth.present.filter((name) => name !== truth.primary);
  const boxes = truth.boxes.map(({ label, visible }) => fill(
    data.classes.includes(label) ? words.box_line : words.box_outside, { label, share: percent(visible) },
  ));
  return elementWith(
    "div", "side",
    part(shows, element("p", "", truth.primary || words.unlabelled)),
    ...(also.length ? [part(words.also, element("p", "", also.join(", ")))] : []),
    ...(data.editable ? [part(words.boxes, boxes.length ? list(boxes) : element("p", "quiet", words.no_boxes))] : []),
    ...notes([...data.notes, editor.message]),
    drawKeys(data, "view", data.editable),
  );
}

function drawForm(editor) {
  const { data, truth } = editor;
  const { words } = data;
  const bad = editor.bad && editor.message ? "note bad" : "note";
  const text = editor.message || (editor.dirty() ? words.unsaved : "");
  const status = element("div", bad, text, { role: "status" });
  const told = data.fixed ? [] : hints(data, truth);
  return elementWith(
    "div", "side",
    drawSaveBar(editor), drawUnsavedPrompt(editor), status,
    ...(data.fixed ? [part(words.class, element("p", "", truth.primary))]
      : [part(words.primary, drawPrimary(editor)), part(words.present, drawPresent(editor))]),
    part(words.boxes, drawBoxes(editor)),
    ...(told.length ? [list(told)] : []),
    ...notes(data.notes),
    drawKeys(data, "edit", true),
  );
}

function drawSaveBar(editor) {
  const { data, past, future } = editor;
  const { words } = data;
  const busy = !canSave(editor.truth) || Boolean(editor.pending);
  const clean = !editor.dirty();
  return elementWith(
    "div", "chips",
    button(words.save, "save", () => editor.save(), { main: true, disabled: clean || busy }),
    button(words.save_next, "save-next", () => editor.save(data.unlabelled), { disabled: data.unlabelled === null || busy }),
    button(words.undo, "undo", () => editor.undo(past, future), { disabled: !past.length }),
    button(words.redo, "redo", () => editor.undo(future, past), { disabled: !future.length }),
    button(words.discard, "discard", () => { editor.reset(data.truth); editor.changed("save"); }, { disabled: clean }),
    button(words.done, "done", () => editor.edit(false)),
  );
}

function drawUnsavedPrompt(editor) {
  const { words } = editor.data;
  const ask = element("div", "note ask", "", { role: "alertdialog", "aria-label": words.ask });
  ask.hidden = editor.asked === null;
  if (ask.hidden) return ask;
  ask.append(
    element("span", "", words.ask_told),
    button(words.ask_save, "ask", () => editor.save(editor.asked), { main: true, disabled: !canSave(editor.truth) }),
    button(words.ask_throw, "ask-throw", () => editor.leave()),
    button(words.ask_stay, "ask-stay", () => { editor.asked = null; editor.draw("save"); }),
  );
  return ask;
}

function createOption(type, name, text, checked, id, act) {
  const input = element("input");
  Object.assign(input, { type, name, checked });
  input.dataset.id = id;
  input.addEventListener("change", act);
  return elementWith("label", "chip", input, element("span", "", text));
}

function drawPrimary(editor) {
  // What is shown most is visible, too; where only that has ticked it, another choice unticks it.
  const set = (name) => editor.commit((truth) => {
    const { classes } = editor.data;
    const ticked = new Set(truth.present);
    if (editor.ticked === truth.primary && !truth.boxes.some((b) => b.label === editor.ticked)) ticked.delete(editor.ticked);
    editor.ticked = isClass(editor.data, name) && !ticked.has(name) ? name : null;
    if (editor.ticked) ticked.add(name);
    truth.primary = name;
    truth.present = classes.filter((each) => ticked.has(each));
  });
  const option = (name, text) => createOption(
    "radio", "primary", text, editor.truth.primary === name, `primary-${name}`, () => set(name),
  );
  const { classes, words } = editor.data;
  const chips = elementWith("div", "chips", ...classes.map((name) => option(name, name)), option("", words.unlabelled));
  return setAttributes(chips, { role: "radiogroup", "aria-label": words.primary });
}

function drawPresent(editor) {
  const { classes } = editor.data;
  return elementWith("div", "chips", ...classes.filter((name) => name !== BACKGROUND).map((name) => {
    const on = editor.truth.present.includes(name);
    return createOption("checkbox", "present", name, on, `present-${name}`, () => editor.commit((truth) => {
      truth.present = classes.filter((each) => (each === name ? !on : truth.present.includes(each)));
    }));
  }));
}

function drawBoxes(editor) {
  const { words } = editor.data;
  const { boxes } = editor.truth;
  return elementWith(
    "div", "",
    elementWith("ul", "boxes", ...boxes.map((box, index) => drawBoxRow(editor, box, index))),
    element("p", "quiet", boxes.length ? "" : words.draw),
    button(words.add, "add", () => editor.add({ x0: 0.3, y0: 0.3, x1: 0.7, y1: 0.7 })),
  );
}

function drawBoxRow(editor, box, index) {
  const { words } = editor.data;
  const number = index + 1;
  const name = editor.naming === index ? drawNameInput(editor, index) : drawNameChoice(editor, box, index);
  setAttributes(name, { "data-id": `label${index}`, "aria-label": fill(words.what, { number }) });
  const visible = element("input", "", "", {
    type: "number", min: 0, max: 100, step: 5, value: Math.round(100 * box.visible),
    "data-id": `visible${index}`, "aria-label": fill(words.how_much, { number }),
  });
  visible.addEventListener("change", () => {
    const share = clamp(Number(visible.value) || 0, 0, 100) / 100;
    editor.boxes((boxes) => { boxes[index].visible = share; });
  });
  const label = elementWith("label", "", visible, element("span", "", words.visible));
  label.title = words.visible_told;
  const remove = fill(words.remove, { number });
  const away = button("✕", `remove${index}`, () => editor.remove(index), { label: remove });
  const row = elementWith("li", index === editor.chosen ? "chosen" : "", name, label, away);
  row.addEventListener("pointerdown", (event) => { if (event.target === row) editor.choose(index); });
  return row;
}

function drawNameInput(editor, index) {
  const name = element("input", "", "", { placeholder: editor.data.words.name, style: "width: 8rem" });
  name.addEventListener("change", () => { editor.naming = null; editor.name(index, name.value); });
  name.addEventListener("blur", () => { if (editor.naming === index) { editor.naming = null; editor.draw(); } });
  return name;
}

function drawNameChoice(editor, box, index) {
  const { classes, others, words } = editor.data;
  const names = new Set([...classes.filter((each) => each !== BACKGROUND), ...others, box.label]);
  const told = (each) => (classes.includes(each) ? each : fill(words.outside, { label: each }));
  const name = elementWith("select", "", ...[...names].map((each) => new Option(told(each), each)), new Option(words.other, ""));
  name.value = box.label;
  name.addEventListener("change", () => {
    if (name.value) editor.name(index, name.value);
    else { editor.naming = index; editor.draw(`label${index}`); }
  });
  return name;
}

function drawKeys(data, mode, editable) {
  const terms = element("dl");
  for (const [key, words] of data.words[mode]) {
    if (!editable && (key === "E" || key === "N")) continue;
    terms.append(elementWith("dt", "", element("kbd", "", key)), element("dd", "", words));
  }
  return elementWith("details", "keys", element("summary", "", data.words.keys), terms);
}
