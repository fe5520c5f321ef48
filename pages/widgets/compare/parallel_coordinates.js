// Runs as lines across recipe keys and results (core/views/parallel_coordinates.py). A line is named under the
// pointer and when the arrow keys come to it; dragging along an axis keeps the lines that cross
// there (so do the arrow keys, from tick to tick). Text from runs is only ever set as textContent.

const AXIS_DISTANCE = 112, HEIGHT = 330, LEFT = 14, RIGHT = 165, BOTTOM = 18, LINE_HEIGHT = 16; // pixels
const MAX_POINTER_DISTANCE = 12; // pixels from the pointer to a line that it points at
const MAX_NAMES = 6; // of lines that lie on each other
const AXIS_MARGIN = 0.03; // of an axis, past its ends, which belongs to its ends
const KEY_STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// --- drawing ------------------------------------------------------------------------------------

function draw(view) {
  const { axes, lines, words } = view.data;
  const steps = Math.max(axes.length - 1, 1);
  const top = LINE_HEIGHT * Math.max(...axes.map((axis) => axis.title.length)) + 18;
  view.room = view.scroll.clientWidth;
  view.width = Math.max(view.room, LEFT + AXIS_DISTANCE * steps + RIGHT);
  view.step = (view.width - LEFT - RIGHT) / steps;
  view.up = (share) => top + HEIGHT * (1 - share);
  view.share = (y) => clamp((top + HEIGHT - y) / HEIGHT, -AXIS_MARGIN, 1 + AXIS_MARGIN);
  view.svg = svgElement("svg", { width: view.width, height: top + HEIGHT + BOTTOM, role: "group", "aria-label": words });
  view.all = svgElement("g", {});
  view.front = svgElement("g", { class: "front", "aria-hidden": true });
  view.lines = lines.map((line) => {
    const d = line.at.map((share, i) => `${i ? "L" : "M"}${LEFT + i * view.step} ${view.up(share)}`).join("");
    const told = axes.map((axis, i) => `${axis.name} ${line.values[i]}`).join(" · ");
    const look = { class: "line", d, stroke: line.colour, "stroke-dasharray": line.dash, "stroke-width": line.width };
    return svgElement("path", { ...look, role: "img", tabindex: -1, "aria-label": `${line.name}: ${told}` });
  });
  view.all.append(...view.lines);
  view.axes = axes.map((axis, i) => drawAxis(view, axis, LEFT + i * view.step));
  view.svg.append(view.all, view.front, ...view.axes);
  view.sheet.replaceChildren(view.svg, view.tip);
  addListeners(view);
  applyBrushes(view);
}

function drawAxis(view, axis, x) {
  const group = svgElement("g", { class: axis.result ? "axis result" : "axis" });
  axis.title.forEach((row, i) => group.append(svgElement("text", { class: "title", x, y: LINE_HEIGHT * (i + 1) - 2 }, row)));
  group.append(svgElement("line", { class: "spine", x1: x, x2: x, y1: view.up(0), y2: view.up(1) }));
  for (const [share, words] of axis.ticks) {
    const y = view.up(share);
    group.append(svgElement("line", { x1: x, x2: x + 5, y1: y, y2: y }), svgElement("text", { x: x + 9, y: y + 4 }, words));
  }
  const place = { x: x - 11, width: 22, y: view.up(1 + AXIS_MARGIN), height: HEIGHT * (1 + 2 * AXIS_MARGIN) };
  const range = { "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 100, "aria-orientation": "vertical" };
  const hold = svgElement("rect", { class: "hold", ...place, ...range, role: "slider", tabindex: 0, "aria-label": axis.name });
  hold.append(svgElement("title", {}, axis.name));
  group.append(svgElement("rect", { class: "brush", x: x - 7, width: 14 }), hold);
  let from = null, far = false, tick = -1; // of a drag; of the arrow keys
  const at = (event) => view.share(event.clientY - view.svg.getBoundingClientRect().top);
  hold.onpointerdown = (event) => {
    [from, far] = [at(event), false];
    hold.setPointerCapture(event.pointerId);
  };
  hold.onpointermove = (event) => {
    far ||= from !== null && Math.abs(at(event) - from) * HEIGHT > 4;
    if (from !== null && far) brush(view, axis, Math.min(from, at(event)), Math.max(from, at(event)));
  };
  hold.onpointerup = hold.onpointercancel = () => {
    if (!far) brush(view, axis);
    from = null;
  };
  hold.onkeydown = (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    tick = clamp(tick - KEY_STEPS[event.key], 0, axis.ticks.length - 1);
    const [low, here, high] = [-1, 0, 1].map((by) => axis.ticks[tick + by]?.[0]);
    brush(view, axis, low === undefined ? -AXIS_MARGIN : (low + here) / 2, high === undefined ? 1 + AXIS_MARGIN : (here + high) / 2);
  };
  return group;
}

// --- what is kept, what is lit ------------------------------------------------------------------

function brush(view, axis, low, high) {
  if (low === undefined) view.brushes.delete(axis.key);
  else view.brushes.set(axis.key, [low, high]);
  applyBrushes(view);
}

function applyBrushes(view) {
  const { axes, lines, texts } = view.data;
  const crosses = (line) => ({ key }, i) => {
    const [low, high] = view.brushes.get(key) ?? [-1, 2];
    return low <= line.at[i] && line.at[i] <= high;
  };
  view.kept = lines.flatMap((line, i) => (axes.every(crosses(line)) ? [i] : []));
  view.lines.forEach((path, i) => (path.style.display = view.kept.includes(i) ? "" : "none"));
  view.rest = view.brushes.size ? texts.kept.replace("{kept}", view.kept.length).replace("{all}", lines.length) : texts.hint;
  axes.forEach(({ key }, i) => {
    const [low, high] = view.brushes.get(key) ?? [0, 0];
    const [mark, hold] = view.axes[i].querySelectorAll("rect");
    mark.setAttribute("y", view.up(high));
    mark.setAttribute("height", HEIGHT * (high - low));
    hold.setAttribute("aria-valuetext", view.brushes.has(key) ? view.rest : texts.all);
  });
  moveFocus(view, view.kept.includes(view.at) ? view.at : view.kept[0]);
  highlightLines(view, []);
}

// The line that Tab comes to; the arrow keys go to the others that are kept.
function moveFocus(view, to) {
  view.lines.forEach((path, i) => path.setAttribute("tabindex", i === to ? 0 : -1));
  view.at = to;
}

function highlightLines(view, lit, x = 0, y = 0) {
  const { lines, texts } = view.data;
  const names = lit.slice(0, MAX_NAMES).map((i) => lines[i].name);
  if (lit.length > MAX_NAMES) names.push(texts.more.replace("{count}", lit.length - MAX_NAMES));
  view.all.classList.toggle("dim", lit.length > 0);
  view.front.replaceChildren(...lit.map((i) => svgElement("path", { d: view.lines[i].getAttribute("d"), stroke: lines[i].colour, "stroke-dasharray": lines[i].dash })));
  view.tip.hidden = !lit.length;
  view.tip.textContent = names.join("\n");
  const { offsetWidth: wide, offsetHeight: high } = view.tip;
  view.tip.style.left = `${clamp(x + 14, 0, view.width - wide)}px`;
  view.tip.style.top = `${y + 14 + high > view.svg.clientHeight ? y - 8 - high : y + 14}px`;
  view.words.textContent = lit.length === 1 ? view.lines[lit[0]].getAttribute("aria-label") : view.rest;
}

// The line nearest to a place, and those that lie on it there.
function linesNear(view, x, y) {
  const last = view.data.axes.length - 1;
  const i = clamp(Math.floor((x - LEFT) / view.step), 0, Math.max(last - 1, 0));
  const share = clamp((x - LEFT) / view.step - i, 0, 1);
  const found = view.kept.map((line) => {
    const [from, to] = [i, Math.min(i + 1, last)].map((axis) => view.up(view.data.lines[line].at[axis]));
    return [line, Math.abs(from + (to - from) * share - y) / Math.hypot(1, (to - from) / view.step)];
  });
  const least = Math.min(...found.map(([, far]) => far));
  return least > MAX_POINTER_DISTANCE ? [] : found.filter(([, far]) => far <= least + 1).map(([line]) => line);
}

function addListeners(view) {
  const point = (event) => {
    const { left, top } = view.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    highlightLines(view, linesNear(view, x, y), x, y);
  };
  view.svg.onpointermove = view.svg.onpointerdown = point;
  view.svg.onpointerleave = (event) => event.pointerType === "mouse" && highlightLines(view, []); // a finger leaves at once
  view.all.addEventListener("focusin", ({ target }) => {
    moveFocus(view, view.lines.indexOf(target));
    highlightLines(view, [view.at], LEFT, view.up(view.data.lines[view.at].at[0]));
  });
  view.all.addEventListener("focusout", () => highlightLines(view, []));
  view.svg.onkeydown = (event) => {
    if (event.key === "Escape") {
      view.brushes.clear();
      applyBrushes(view);
    } else if (event.key in KEY_STEPS && view.lines.includes(event.target)) {
      event.preventDefault();
      view.lines[view.kept[view.kept.indexOf(view.at) + KEY_STEPS[event.key]]]?.focus();
    }
  };
}

// --- the element --------------------------------------------------------------------------------

function build(root) {
  const view = { brushes: new Map(), drawn: "" };
  for (const [name, tag] of [["camera", "button"], ["scroll", "div"], ["sheet", "div"], ["tip", "div"], ["words", "p"]]) {
    view[name] = element(tag, name);
  }
  view.camera.textContent = "photo_camera"; // of the symbols' font
  view.camera.onclick = () => savePicture(view.svg, view.data.legend, getComputedStyle(root).getPropertyValue("--page"), view.data.file);
  view.scroll.append(view.sheet);
  root.replaceChildren(view.camera, view.scroll, view.words);
  new ResizeObserver(() => view.svg && view.scroll.clientWidth !== view.room && draw(view)).observe(view.scroll);
  return view;
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".parallel");
  root.view ??= build(root);
  const { view } = root;
  const names = data.lines.map((line) => line.name).join("\n");
  if (view.names !== names) view.brushes.clear(); // other runs, other axes
  if (view.drawn === JSON.stringify(data)) return;
  Object.assign(view, { data, names, drawn: JSON.stringify(data) });
  view.camera.title = data.texts.picture;
  view.camera.setAttribute("aria-label", data.texts.picture);
  draw(view);
}
