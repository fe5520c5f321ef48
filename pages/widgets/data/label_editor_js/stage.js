// The photo with its boxes, and what the pointer does there.

function positionBox(node, box) {
  node.style.left = `${100 * box.x0}%`;
  node.style.top = `${100 * box.y0}%`;
  node.style.width = `${100 * (box.x1 - box.x0)}%`;
  node.style.height = `${100 * (box.y1 - box.y0)}%`;
}

function drawBox(editor, box, index) {
  const node = element("div", index === editor.chosen && editor.data.editing ? "box chosen" : "box");
  positionBox(node, box);
  node.append(element("span", "tag", box.visible < 1 ? `${box.label} ${percent(box.visible)}` : box.label));
  node.dataset.index = index;
  node.setAttribute("role", editor.data.editing ? "button" : "img");
  node.setAttribute("aria-label", fill(editor.data.words.box_told, {
    number: index + 1, label: box.label, share: percent(box.visible),
    left: percent(box.x0), right: percent(box.x1), top: percent(box.y0), bottom: percent(box.y1),
  }));
  if (!editor.data.editing) return node;
  node.dataset.id = `box${index}`;
  node.tabIndex = 0;
  node.addEventListener("focus", () => { if (editor.chosen !== index && !editor.drag) editor.choose(index); });
  for (const corner of ["00", "10", "01", "11", "0.", "1.", ".0", ".1"]) {
    const handle = element("span", "handle");
    handle.dataset.corner = corner;
    const at = (side) => (side === "." ? "50%" : `${100 * Number(side)}%`);
    handle.style.left = at(corner[0]);
    handle.style.top = at(corner[1]);
    node.append(handle);
  }
  return node;
}

function drawStage(editor) {
  editor.stage = element("div", editor.data.editing ? "stage editing" : "stage");
  editor.stage.style.setProperty("--aspect", editor.data.aspect);
  editor.stage.append(editor.image);
  editor.truth.boxes.forEach((box, index) => editor.stage.append(drawBox(editor, box, index)));
  editor.ghost = element("div", "box chosen");
  editor.ghost.hidden = true;
  editor.stage.append(editor.ghost);
  editor.stage.addEventListener("pointerdown", (event) => startDrag(editor, event));
  editor.stage.addEventListener("pointermove", (event) => moveDrag(editor, event));
  editor.stage.addEventListener("pointerup", (event) => endDrag(editor, event));
  editor.stage.addEventListener("pointercancel", () => {
    if (editor.drag) editor.truth = editor.drag.before;
    editor.drag = null;
    editor.draw();
  });
  return editor.stage;
}

// --- the pointer --------------------------------------------------------------------------------

function place(editor, event) {
  const frame = editor.stage.getBoundingClientRect();
  return [clamp((event.clientX - frame.left) / frame.width, 0, 1), clamp((event.clientY - frame.top) / frame.height, 0, 1)];
}

// A press on the chosen box moves it, on one of its corners changes its size; anywhere else a
// drag draws a new box, and a click chooses the smallest box there.
function startDrag(editor, event) {
  if (!editor.data.editing || event.button > 0) return;
  const [x, y] = place(editor, event);
  const old = editor.truth.boxes[editor.chosen];
  const corner = event.target.dataset.corner;
  const inside = old && x >= old.x0 && x <= old.x1 && y >= old.y0 && y <= old.y1;
  editor.drag = { x, y, clientX: event.clientX, clientY: event.clientY, pointer: event.pointerId, far: false,
    kind: corner ? "size" : inside ? "move" : "draw", corner, before: deepCopy(editor.truth), box: old && { ...old } };
  editor.stage.setPointerCapture(event.pointerId);
  event.preventDefault();
}

function moveDrag(editor, event) {
  const { drag } = editor;
  if (!drag || event.pointerId !== drag.pointer) return;
  drag.far ||= Math.hypot(event.clientX - drag.clientX, event.clientY - drag.clientY) > 4;
  if (!drag.far) return;
  const [x, y] = place(editor, event);
  if (drag.kind === "draw") {
    drag.made = { x0: Math.min(x, drag.x), y0: Math.min(y, drag.y), x1: Math.max(x, drag.x), y1: Math.max(y, drag.y) };
    editor.ghost.hidden = false;
    positionBox(editor.ghost, drag.made);
    return;
  }
  const box = editor.truth.boxes[editor.chosen];
  if (drag.kind === "move") {
    const dx = clamp(x - drag.x, -drag.box.x0, 1 - drag.box.x1);
    const dy = clamp(y - drag.y, -drag.box.y0, 1 - drag.box.y1);
    Object.assign(box, { x0: drag.box.x0 + dx, x1: drag.box.x1 + dx, y0: drag.box.y0 + dy, y1: drag.box.y1 + dy });
  } else {
    const [h, v] = [drag.corner[0], drag.corner[1]]; // which sides: 0 or 1
    if (h === "0") box.x0 = clamp(x, 0, box.x1 - MIN_BOX_SIDE);
    if (h === "1") box.x1 = clamp(x, box.x0 + MIN_BOX_SIDE, 1);
    if (v === "0") box.y0 = clamp(y, 0, box.y1 - MIN_BOX_SIDE);
    if (v === "1") box.y1 = clamp(y, box.y0 + MIN_BOX_SIDE, 1);
  }
  positionBox(editor.stage.querySelectorAll(".box[data-index]")[editor.chosen], box);
}

function endDrag(editor, event) {
  const { drag } = editor;
  if (!drag || event.pointerId !== drag.pointer) return;
  editor.drag = null;
  editor.ghost.hidden = true;
  if (!drag.far) return editor.choose(boxAt(editor, drag.x, drag.y));
  if (drag.kind !== "draw") {
    const after = editor.truth;
    editor.truth = drag.before;
    editor.boxes((boxes) => { boxes[editor.chosen] = after.boxes[editor.chosen]; }, `box${editor.chosen}`);
  } else if (drag.made && drag.made.x1 - drag.made.x0 >= MIN_BOX_SIDE && drag.made.y1 - drag.made.y0 >= MIN_BOX_SIDE) {
    editor.add(drag.made);
  }
}

function boxAt(editor, x, y) {
  const size = (box) => (box.x1 - box.x0) * (box.y1 - box.y0);
  const there = editor.truth.boxes
    .map((box, index) => ({ box, index }))
    .filter(({ box }) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1);
  return there.sort((a, b) => size(a.box) - size(b.box))[0]?.index ?? -1;
}
