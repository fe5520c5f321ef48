// The CAM grid. Everything on screen comes from `data` (core/cam_grid.py); no control asks the
// server. Text from files and runs is only ever set as textContent or drawn on a canvas.

const TOP = 6; // densities from here up have the brightest colour: 6 times the even spread
const SCALE = [[8, 5, 29], [59, 15, 112], [140, 41, 129], [222, 73, 104], [254, 159, 109], [252, 253, 191]];
const NOTE =
  "Bright is where the evidence is, on one scale for all runs and photos. The bar is the share of " +
  "the evidence inside the object's box; the mark on it is what an even spread would put there.";
const DEFAULTS = { class: null, opacity: 80, boxes: true, at: null, sort: "file" };

function colourTable() {
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (SCALE.length - 1);
    const low = Math.min(Math.floor(place), SCALE.length - 2);
    for (let c = 0; c < 3; c++) {
      table[i * 3 + c] = SCALE[low][c] + (SCALE[low + 1][c] - SCALE[low][c]) * (place - low);
    }
  }
  return table;
}
const COLOURS = colourTable();

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function bytes(base64) {
  const text = atob(base64);
  const found = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) found[i] = text.charCodeAt(i);
  return found;
}

const percent = (share) => `${Math.round(100 * share)} %`;

// --- what a cell says ---------------------------------------------------------------------------

function snapshotOf(run, at) {
  return Math.min(at, run.epochs.length - 1);
}

function predictionOf(grid, run, photo, at) {
  const chances = run.probabilities[snapshotOf(run, at)][photo];
  const best = chances.indexOf(Math.max(...chances));
  return { index: best, name: grid.classes[best], chance: chances[best] };
}

function explainedClass(grid, run, photo, state) {
  if (state.class === "predicted") return predictionOf(grid, run, photo, state.at).index;
  const name = state.class === "labelled" ? grid.photos[photo].primary : state.class;
  return grid.classes.indexOf(name);
}

function mapOf(run, photo, klass, at, classes) {
  const size = run.rows * run.columns;
  const photos = run.known.length;
  const start = ((snapshotOf(run, at) * photos + photo) * classes + klass) * size;
  return run.bytes.subarray(start, start + size);
}

function evidenceWords(grid, run, photo, klass, state) {
  const name = grid.classes[klass];
  const share = run.shares[snapshotOf(run, state.at)][photo][klass];
  const map = mapOf(run, photo, klass, state.at, grid.classes.length);
  if (!map.some((value) => value > 0)) return `no evidence for ${name} at all`;
  if (share !== null) return `${percent(share)} of the evidence for ${name} in its box`;
  const present = grid.photos[photo].present;
  if (present && name !== "background" && !present.includes(name)) {
    return `evidence for ${name}, which is not in this photo`;
  }
  return `evidence for ${name} (no box)`;
}

// Half the summed difference of two shares per cell: 0 the same map, 1 nothing in common.
function difference(a, b) {
  const sums = [a, b].map((map) => map.reduce((sum, value) => sum + value, 0) || 1);
  if (a.length !== b.length) return 0;
  let total = 0;
  for (let i = 0; i < a.length; i++) total += Math.abs(a[i] / sums[0] - b[i] / sums[1]);
  return total / 2;
}

function disagreement(grid, photo, state) {
  const runs = grid.runs.filter((run) => run.epochs.length && run.known[photo]);
  let total = 0;
  for (let i = 0; i < runs.length; i++) {
    for (let j = i + 1; j < runs.length; j++) {
      const [one, two] = [runs[i], runs[j]];
      const a = predictionOf(grid, one, photo, state.at);
      const b = predictionOf(grid, two, photo, state.at);
      if (a.index !== b.index) total += 1;
      const klasses = [one, two].map((run) => explainedClass(grid, run, photo, state));
      if (klasses.some((klass) => klass < 0)) continue;
      total += difference(
        mapOf(one, photo, klasses[0], state.at, grid.classes.length),
        mapOf(two, photo, klasses[1], state.at, grid.classes.length),
      );
    }
  }
  return total;
}

// --- painting -----------------------------------------------------------------------------------

function paintHeat(pixels, run, map, step, opacity) {
  const { width, height, data } = pixels;
  const { rows, columns } = run;
  const xs = [];
  for (let x = 0; x < width; x++) {
    const at = Math.min(Math.max(((x + 0.5) / width) * columns - 0.5, 0), columns - 1);
    const low = Math.min(Math.floor(at), Math.max(columns - 2, 0));
    xs.push([low, Math.min(low + 1, columns - 1), at - low]);
  }
  for (let y = 0, p = 0; y < height; y++) {
    const at = Math.min(Math.max(((y + 0.5) / height) * rows - 0.5, 0), rows - 1);
    const low = Math.min(Math.floor(at), Math.max(rows - 2, 0));
    const top = low * columns;
    const bottom = Math.min(low + 1, rows - 1) * columns;
    const down = at - low;
    for (let x = 0; x < width; x++, p += 4) {
      const [left, right, across] = xs[x];
      const above = map[top + left] * (1 - across) + map[top + right] * across;
      const below = map[bottom + left] * (1 - across) + map[bottom + right] * across;
      const level = Math.min(((above * (1 - down) + below * down) * step) / TOP, 1);
      // The photo fades to grey beneath the heat, so that its colours are not taken for heat.
      const grey = 0.3 * data[p] + 0.59 * data[p + 1] + 0.11 * data[p + 2];
      const cover = opacity * (0.35 + 0.6 * Math.min(level * 2, 1));
      const colour = Math.round(level * 255) * 3;
      for (let c = 0; c < 3; c++) {
        const photo = data[p + c] + (grey - data[p + c]) * Math.min(opacity * 1.2, 1);
        data[p + c] = photo * (1 - cover) + COLOURS[colour + c] * cover;
      }
    }
  }
}

// `scale`: pixels of the canvas per pixel on screen, so that lines and words keep their size.
function paintBoxes(context, boxes, name, width, height, scale) {
  const ordered = [...boxes].sort((a, b) => (a.label === name) - (b.label === name));
  for (const box of ordered) {
    const main = box.label === name;
    const frame = [box.x0 * width, box.y0 * height, (box.x1 - box.x0) * width, (box.y1 - box.y0) * height];
    context.setLineDash(main ? [] : [5 * scale, 4 * scale]);
    context.lineWidth = (main ? 5 : 3) * scale;
    context.strokeStyle = "rgba(0, 0, 0, 0.75)";
    context.strokeRect(...frame);
    context.lineWidth = (main ? 2.5 : 1.2) * scale;
    context.strokeStyle = main ? "#ffffff" : "rgba(255, 255, 255, 0.75)";
    context.strokeRect(...frame);
    context.setLineDash([]);
    if (!main && width < 220 * scale) continue; // on a small picture names would hide it
    context.font = `${main ? 600 : 400} ${12 * scale}px sans-serif`;
    const wide = context.measureText(box.label).width + 8 * scale;
    const x = Math.min(Math.max(frame[0], 0), Math.max(width - wide, 0));
    const y = Math.min(Math.max(frame[1], 0), height - 16 * scale);
    context.fillStyle = main ? "#ffffff" : "rgba(0, 0, 0, 0.7)";
    context.fillRect(x, y, wide, 16 * scale);
    context.fillStyle = main ? "#000000" : "#ffffff";
    context.fillText(box.label, x + 4 * scale, y + 12 * scale);
  }
}

function paintCell(cell, grid, state) {
  const { canvas, run, photo, image } = cell;
  if (!image.complete || !image.naturalWidth) {
    image.addEventListener("load", () => paintCell(cell, grid, state), { once: true });
    return;
  }
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const klass = explainedClass(grid, run, photo, state);
  if (klass >= 0 && state.opacity > 0) {
    const pixels = context.getImageData(0, 0, width, height);
    const map = mapOf(run, photo, klass, state.at, grid.classes.length);
    paintHeat(pixels, run, map, grid.step, state.opacity / 100);
    context.putImageData(pixels, 0, 0);
  }
  if (state.boxes) {
    const boxes = grid.views[run.crop].boxes[photo];
    const shown = Math.min(canvas.clientWidth / width, canvas.clientHeight / height) || 1;
    paintBoxes(context, boxes, grid.classes[klass], width, height, Math.min(1 / shown, 3));
  }
  cell.painted = state.version;
}

function tellCell(cell, grid, state) {
  const { run, photo } = cell;
  const primary = grid.photos[photo].primary;
  const guess = predictionOf(grid, run, photo, state.at);
  const right = primary === null ? null : guess.name === primary;
  cell.epoch.textContent = `epoch ${run.epochs[snapshotOf(run, state.at)]}`;
  cell.mark.textContent = right === null ? "" : right ? "✓" : "✗";
  cell.mark.className = `mark ${right ? "right" : "wrong"}`;
  cell.guess.textContent = `${guess.name}, ${percent(guess.chance)}`;
  const klass = explainedClass(grid, run, photo, state);
  const words = klass < 0 ? "no label to explain" : evidenceWords(grid, run, photo, klass, state);
  cell.words.textContent = words;
  const share = klass < 0 ? null : run.shares[snapshotOf(run, state.at)][photo][klass];
  cell.bar.hidden = share === null;
  if (share !== null) {
    cell.fill.style.width = percent(share).replace(" ", "");
    cell.even.style.left = percent(run.areas[photo][klass]).replace(" ", "");
  }
  const verdict = right === null ? "" : right ? ", right" : `, wrong: it shows ${primary}`;
  cell.canvas.setAttribute(
    "aria-label",
    `${grid.photos[photo].file}, run ${run.label}: predicts ${guess.name} with ` +
      `${percent(guess.chance)}${verdict}. ${words}.`,
  );
}

// --- building the page --------------------------------------------------------------------------

function labelled(text, control, help) {
  const label = element("label", "control");
  label.append(element("span", "name", text), control);
  control.setAttribute("aria-label", text);
  if (help) label.title = help;
  return label;
}

function select(options, value) {
  const control = element("select");
  for (const [name, text] of options) {
    const option = element("option", "", text);
    option.value = name;
    control.append(option);
  }
  control.value = value;
  return control;
}

function slider(low, high, value, step) {
  const control = element("input");
  Object.assign(control, { type: "range", min: low, max: high, step, value });
  return control;
}

function legend() {
  const box = element("div", "legend");
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [256, 1];
  const context = canvas.getContext("2d");
  const row = context.createImageData(256, 1);
  for (let i = 0; i < 256; i++) row.data.set([...COLOURS.subarray(i * 3, i * 3 + 3), 255], i * 4);
  context.putImageData(row, 0, 0);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Colour scale from 0 to ${TOP} times the even spread`);
  const ticks = element("div", "ticks");
  for (const level of [0, 1, 2, 4, TOP]) {
    const tick = element("span", "", level === TOP ? `${level}×+` : `${level}×`);
    tick.style.left = `${(100 * level) / TOP}%`;
    ticks.append(tick);
  }
  box.append(element("span", "name", "Times an even spread"), canvas, ticks);
  return box;
}

function buildControls(grid, state, changed) {
  const bar = element("div", "controls");
  const someLabels = grid.photos.some((photo) => photo.primary !== null);
  const options = [["predicted", "what each run predicts"]];
  if (someLabels) options.unshift(["labelled", "what the photo shows most"]);
  options.push(...grid.classes.map((name) => [name, name]));
  const klass = select(options, state.class);
  klass.addEventListener("change", () => changed({ class: klass.value }));
  const opacity = slider(0, 100, state.opacity, 5);
  opacity.addEventListener("input", () => changed({ opacity: Number(opacity.value) }));
  const boxes = element("input");
  Object.assign(boxes, { type: "checkbox", checked: state.boxes });
  boxes.addEventListener("change", () => changed({ boxes: boxes.checked }));
  const sort = select([["file", "by file"], ["disagree", "most disagreement first"]], state.sort);
  sort.addEventListener("change", () => changed({ sort: sort.value }));
  bar.append(
    labelled("Evidence for", klass),
    labelled("Heat", opacity, "How much the map covers the photo"),
  );
  const last = snapshots(grid) - 1;
  if (last > 0) {
    const at = slider(0, last, state.at, 1);
    const value = element("output", "", "");
    const tell = () => {
      value.textContent = state.at === last ? "end" : `${state.at + 1} of ${last + 1}`;
      at.setAttribute("aria-valuetext", value.textContent);
    };
    at.addEventListener("input", () => {
      changed({ at: Number(at.value) });
      tell();
    });
    tell();
    const control = labelled("Moment", at, "The maps were saved at the end of each cycle");
    control.append(value);
    bar.append(control);
  }
  bar.append(labelled("Boxes", boxes));
  if (grid.runs.length > 1) bar.append(labelled("Order", sort));
  return bar;
}

function snapshots(grid) {
  return Math.max(1, ...grid.runs.map((run) => run.epochs.length));
}

function photoCell(grid, photo) {
  const { file, primary, present } = grid.photos[photo];
  const view = Object.values(grid.views)[0];
  const cell = element("div", "photo");
  const image = element("img");
  image.src = `data:image/jpeg;base64,${view.thumbnails[photo]}`;
  image.alt = primary === null ? `photo ${file}` : `photo ${file}, which shows ${primary}`;
  image.loading = "lazy";
  cell.append(image);
  if (primary === null) {
    cell.append(element("div", "truth", "no label"));
  } else {
    cell.append(element("div", "truth", primary));
    const others = present.filter((name) => name !== primary);
    if (others.length) cell.append(element("div", "quiet", `also ${others.join(", ")}`));
  }
  cell.append(element("div", "quiet file", file));
  return cell;
}

// The verdict in words on its colour, a link to the run's diagnosis; nothing before it is made.
function chip(grid, run) {
  const link = element("a", `chip ${grid.chips[run.verdict] ?? "gray"}`, run.verdict);
  link.href = `run?run=${encodeURIComponent(run.id)}`;
  link.target = "_self";
  link.title = "Read the diagnosis";
  return link;
}

function runCell(grid, run, photo) {
  const cell = { run, photo, painted: -1 };
  cell.node = element("figure", "run");
  cell.node.style.borderTopColor = run.colour;
  const caption = element("figcaption", "head");
  cell.epoch = element("span", "quiet", "");
  const dot = element("span", "dot");
  dot.style.background = run.colour;
  caption.append(dot, element("span", "label", run.label), cell.epoch);
  if (run.verdict) caption.append(chip(grid, run));
  cell.node.append(caption);
  if (!run.epochs.length || !run.known[photo]) {
    cell.node.append(element("p", "quiet", "This run has no map of this photo."));
    return cell;
  }
  cell.image = new Image();
  cell.image.src = `data:image/jpeg;base64,${grid.views[run.crop].thumbnails[photo]}`;
  cell.canvas = element("canvas");
  cell.canvas.setAttribute("role", "img");
  const line = element("div", "prediction");
  cell.mark = element("span", "mark");
  cell.guess = element("span");
  line.append(cell.mark, cell.guess);
  cell.words = element("div", "words");
  cell.bar = element("div", "bar");
  cell.fill = element("div", "fill");
  cell.fill.style.background = run.colour;
  cell.even = element("div", "even");
  cell.even.title = "What evidence strewn evenly would put into the box";
  cell.bar.append(cell.fill, cell.even);
  cell.node.append(cell.canvas, line, cell.words, cell.bar);
  return cell;
}

function readState(grid, old) {
  const link = new URLSearchParams(window.location.search);
  const last = snapshots(grid) - 1;
  const someLabels = grid.photos.some((photo) => photo.primary !== null);
  const fallback = someLabels ? "labelled" : "predicted";
  const number = (text, top, other) => (/^\d+$/.test(text ?? "") ? Math.min(Number(text), top) : other);
  const state = old ?? {
    class: link.get("class"),
    opacity: number(link.get("heat"), 100, DEFAULTS.opacity),
    boxes: link.get("boxes") !== "off",
    at: number(link.get("moment"), last, last),
    atEnd: link.get("moment") === null,
    sort: link.get("order") === "disagree" ? "disagree" : "file",
  };
  const allowed = ["predicted", ...(someLabels ? ["labelled"] : []), ...grid.classes];
  if (!allowed.includes(state.class)) state.class = fallback;
  state.at = state.atEnd ? last : Math.min(state.at, last);
  state.fallback = fallback;
  state.last = last;
  return state;
}

// The link in the address bar always reopens this view; no rerun comes of it.
function writeLink(state) {
  const link = new URL(window.location.href);
  const put = (name, value, usual) =>
    value === usual ? link.searchParams.delete(name) : link.searchParams.set(name, value);
  put("class", state.class, state.fallback);
  put("heat", String(state.opacity), String(DEFAULTS.opacity));
  put("boxes", state.boxes ? "on" : "off", "on");
  put("moment", String(state.at), String(state.last));
  put("order", state.sort, "file");
  window.history.replaceState(window.history.state, "", link);
}

function build(root, grid, old) {
  const state = readState(grid, old);
  state.version = 0;
  for (const run of grid.runs) if (run.epochs.length) run.bytes = bytes(run.density);
  const table = element("div", "table");
  table.style.setProperty("--runs", grid.runs.length);
  const rows = grid.photos.map((_, photo) => ({
    photo,
    nodes: [photoCell(grid, photo)],
    cells: grid.runs.map((run) => runCell(grid, run, photo)),
  }));
  const seen = new Map();
  for (const row of rows) {
    row.node = element("div", "row");
    row.node.append(...row.nodes, ...row.cells.map((cell) => cell.node));
    row.cells = row.cells.filter((cell) => cell.canvas);
    for (const cell of row.cells) seen.set(cell.node, cell);
  }
  const refresh = () => {
    for (const row of rows) {
      for (const cell of row.cells) {
        tellCell(cell, grid, state);
        if (cell.visible) paintCell(cell, grid, state);
      }
    }
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const cell = seen.get(entry.target);
        cell.visible = entry.isIntersecting;
        if (cell.visible && cell.painted !== state.version) paintCell(cell, grid, state);
      }
    },
    { rootMargin: "400px" },
  );
  const order = () => {
    const sorted = [...rows];
    if (state.sort === "disagree") {
      for (const row of rows) row.rank = disagreement(grid, row.photo, state);
      sorted.sort((a, b) => b.rank - a.rank || a.photo - b.photo);
    }
    table.replaceChildren(...sorted.map((row) => row.node));
  };
  const changed = (change) => {
    Object.assign(state, change);
    if ("at" in change) state.atEnd = state.at === state.last;
    state.version += 1;
    if ("sort" in change) order();
    refresh();
    window.clearTimeout(state.linking); // browsers allow few changes of the link a second
    state.linking = window.setTimeout(() => writeLink(state), 250);
  };
  const scroll = element("div", "scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Photos and class maps");
  scroll.append(table);
  const key = element("div", "key");
  key.append(element("p", "note", NOTE), legend());
  root.replaceChildren(buildControls(grid, state, changed), key, scroll);
  order();
  refresh();
  for (const node of seen.keys()) watcher.observe(node);
  let width = root.clientWidth;
  const resized = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    state.version += 1;
    refresh();
  });
  resized.observe(root);
  return { state, stop: () => [watcher, resized].forEach((each) => each.disconnect()), stamp: grid.stamp };
}

export default function (component) {
  const root = component.parentElement.querySelector(".grid-root");
  const before = root.overfitLens;
  if (!before || before.stamp !== component.data.stamp) {
    before?.stop();
    root.overfitLens = build(root, component.data, before?.state);
  }
}
