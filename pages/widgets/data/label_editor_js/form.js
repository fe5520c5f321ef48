// What is drawn above and beside the photo. Text from files is only ever set as textContent or value.

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

function drawBar(editor) {
  const { data } = editor;
  const { words } = data;
  const bar = element("div", "bar");
  const walk = (text, id, file) => {
    const node = button(text, id, () => editor.go(file));
    node.disabled = file === null;
    return node;
  };
  const where = element("span", "where", data.file);
  where.append(element("span", "quiet", ` ${data.where}`));
  bar.append(button(words.wall, "wall", () => editor.go("")), where);
  bar.append(walk(words.previous, "previous", data.previous), walk(words.next, "next", data.next));
  if (data.editable && !data.editing) {
    bar.append(walk(words.next_unlabelled, "unlabelled", data.unlabelled));
    bar.append(button(words.to_edit, "edit", () => editor.edit(true), "plain main"));
  }
  return bar;
}

function part(title, ...nodes) {
  const node = element("section");
  node.append(element("h3", "", title), ...nodes);
  return node;
}

// What is said of the photo, for reading.
function drawDetails(editor) {
  const { data, truth } = editor;
  const { words } = data;
  const side = element("div", "side");
  const also = truth.present.filter((name) => name !== truth.primary);
  side.append(part(data.editable && !data.fixed ? words.shows : words.class, element("p", "", truth.primary || words.unlabelled)));
  if (also.length) side.append(part(words.also, element("p", "", also.join(", "))));
  if (data.editable) {
    const list = element("ul", "hints");
    for (const box of truth.boxes) {
      const line = data.classes.includes(box.label) ? words.box_line : words.box_outside;
      list.append(element("li", "", fill(line, { label: box.label, share: percent(box.visible) })));
    }
    side.append(part(words.boxes, truth.boxes.length ? list : element("p", "quiet", words.no_boxes)));
  }
  for (const note of data.notes) side.append(element("div", "note", note));
  if (editor.message) side.append(element("div", "note", editor.message));
  side.append(drawKeys(data, "view", data.editable));
  return side;
}

function drawForm(editor) {
  const { data, truth } = editor;
  const { words } = data;
  const side = element("div", "side");
  const status = element("div", editor.bad && editor.message ? "note bad" : "note", editor.message || (editor.dirty() ? words.unsaved : ""));
  status.setAttribute("role", "status");
  side.append(drawSaveBar(editor), drawUnsavedPrompt(editor), status);
  if (data.fixed) side.append(part(words.class, element("p", "", truth.primary)));
  else side.append(part(words.primary, drawPrimary(editor)), part(words.present, drawPresent(editor)));
  side.append(part(words.boxes, drawBoxes(editor)));
  const told = data.fixed ? [] : hints(data, truth);
  if (told.length) {
    const list = element("ul", "hints");
    list.append(...told.map((text) => element("li", "", text)));
    side.append(list);
  }
  for (const note of data.notes) side.append(element("div", "note", note));
  side.append(drawKeys(data, "edit", true));
  return side;
}

function drawSaveBar(editor) {
  const { data } = editor;
  const { words } = data;
  const bar = element("div", "chips");
  const save = button(words.save, "save", () => editor.save(), "plain main");
  const on = button(words.save_next, "save-next", () => editor.save(data.unlabelled));
  const undo = button(words.undo, "undo", () => editor.undo(editor.past, editor.future));
  const redo = button(words.redo, "redo", () => editor.undo(editor.future, editor.past));
  save.disabled = !editor.dirty() || !canSave(editor.truth) || Boolean(editor.pending);
  on.disabled = data.unlabelled === null || !canSave(editor.truth) || Boolean(editor.pending);
  undo.disabled = !editor.past.length;
  redo.disabled = !editor.future.length;
  const discard = button(words.discard, "discard", () => { editor.reset(data.truth); editor.changed("save"); });
  discard.disabled = !editor.dirty();
  bar.append(save, on, undo, redo, discard, button(words.done, "done", () => editor.edit(false)));
  return bar;
}

function drawUnsavedPrompt(editor) {
  const { words } = editor.data;
  const ask = element("div", "note ask");
  ask.setAttribute("role", "alertdialog");
  ask.setAttribute("aria-label", words.ask);
  ask.hidden = editor.asked === null;
  if (ask.hidden) return ask;
  const save = button(words.ask_save, "ask", () => editor.save(editor.asked), "plain main");
  save.disabled = !canSave(editor.truth);
  ask.append(
    element("span", "", words.ask_told), save,
    button(words.ask_throw, "ask-throw", () => editor.leave()),
    button(words.ask_stay, "ask-stay", () => { editor.asked = null; editor.draw("save"); }),
  );
  return ask;
}

function createOption(type, name, text, checked, id, act) {
  const label = element("label", "chip");
  const input = element("input");
  Object.assign(input, { type, name, checked });
  input.dataset.id = id;
  input.addEventListener("change", act);
  label.append(input, element("span", "", text));
  return label;
}

function drawPrimary(editor) {
  const chips = element("div", "chips");
  chips.setAttribute("role", "radiogroup");
  chips.setAttribute("aria-label", editor.data.words.primary);
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
  for (const name of editor.data.classes) {
    chips.append(createOption("radio", "primary", name, editor.truth.primary === name, `primary-${name}`, () => set(name)));
  }
  chips.append(createOption("radio", "primary", editor.data.words.unlabelled, !editor.truth.primary, "primary-", () => set("")));
  return chips;
}

function drawPresent(editor) {
  const chips = element("div", "chips");
  for (const name of editor.data.classes) {
    if (name === BACKGROUND) continue;
    const on = editor.truth.present.includes(name);
    chips.append(createOption("checkbox", "present", name, on, `present-${name}`, () => editor.commit((truth) => {
      truth.present = editor.data.classes.filter((each) => (each === name ? !on : truth.present.includes(each)));
    })));
  }
  return chips;
}

function drawBoxes(editor) {
  const { words } = editor.data;
  const part = element("div");
  const list = element("ul", "boxes");
  editor.truth.boxes.forEach((box, index) => list.append(drawBoxRow(editor, box, index)));
  part.append(list, element("p", "quiet", editor.truth.boxes.length ? "" : words.draw));
  part.append(button(words.add, "add", () => editor.add({ x0: 0.3, y0: 0.3, x1: 0.7, y1: 0.7 })));
  return part;
}

function drawBoxRow(editor, box, index) {
  const { data } = editor;
  const { words } = data;
  const number = index + 1;
  const row = element("li", index === editor.chosen ? "chosen" : "");
  const names = [...new Set([...data.classes.filter((name) => name !== BACKGROUND), ...data.others, box.label])];
  let name;
  if (editor.naming === index) {
    name = element("input");
    name.placeholder = words.name;
    name.style.width = "8rem";
    name.addEventListener("change", () => { editor.naming = null; editor.name(index, name.value); });
    name.addEventListener("blur", () => { if (editor.naming === index) { editor.naming = null; editor.draw(); } });
  } else {
    name = element("select");
    for (const each of names) {
      const option = element("option", "", data.classes.includes(each) ? each : fill(words.outside, { label: each }));
      option.value = each;
      name.append(option);
    }
    const other = element("option", "", words.other);
    other.value = "";
    name.append(other);
    name.value = box.label;
    name.addEventListener("change", () => {
      if (name.value) editor.name(index, name.value);
      else { editor.naming = index; editor.draw(`label${index}`); }
    });
  }
  name.dataset.id = `label${index}`;
  name.setAttribute("aria-label", fill(words.what, { number }));
  const visible = element("input");
  Object.assign(visible, { type: "number", min: 0, max: 100, step: 5, value: Math.round(100 * box.visible) });
  visible.dataset.id = `visible${index}`;
  visible.setAttribute("aria-label", fill(words.how_much, { number }));
  visible.addEventListener("change", () => {
    const share = clamp(Number(visible.value) || 0, 0, 100) / 100;
    editor.boxes((boxes) => { boxes[index].visible = share; });
  });
  const label = element("label", "", "");
  label.append(visible, element("span", "", words.visible));
  label.title = words.visible_told;
  const away = button("✕", `remove${index}`, () => editor.remove(index));
  away.setAttribute("aria-label", fill(words.remove, { number }));
  row.append(name, label, away);
  row.addEventListener("pointerdown", (event) => { if (event.target === row) editor.choose(index); });
  return row;
}

function drawKeys(data, mode, editable) {
  const box = element("details", "keys");
  box.append(element("summary", "", data.words.keys));
  const list = element("dl");
  for (const [key, words] of data.words[mode]) {
    if (!editable && (key === "E" || key === "N")) continue;
    const term = element("dt");
    term.append(element("kbd", "", key));
    list.append(term, element("dd", "", words));
  }
  box.append(list);
  return box;
}
