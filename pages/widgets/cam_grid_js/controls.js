// The controls above the grid. Each calls view.changed({...}) and follows view.state.

const WAYS = [
  ["one", "one for all"],
  ["own", "each its own"],
  ["raw", "raw values"],
];
const WAYS_HELP =
  "One for all: a colour means the same share of a run's evidence everywhere, so runs compare. " +
  "Each its own: the strongest spot of every map is brightest, also of one that says little. " +
  "Raw: what the network adds up to its answer, before it becomes a share; blue speaks against.";
const SORTS = [
  ["name", "by name"],
  ["disagree", "runs disagree most"],
  ["worst", "worst in the box"],
];
const SPEEDS = [["1800", "slow"], ["1000", "normal"], ["500", "fast"]];

function labelled(text, control, help) {
  const label = element("label", "control");
  label.append(element("span", "name", text), control);
  control.setAttribute("aria-label", text);
  if (help) label.title = help;
  return label;
}

function select(options, changed) {
  const control = element("select");
  for (const [value, text] of options) {
    control.append(Object.assign(element("option", "", text), { value }));
  }
  control.addEventListener("change", () => changed(control.value));
  return control;
}

function slider(high, step, changed) {
  const control = element("input");
  Object.assign(control, { type: "range", min: 0, max: high, step });
  control.addEventListener("input", () => changed(Number(control.value)));
  return control;
}

function classControl(view) {
  const options = [["predicted", "what each run predicts"]];
  if (view.state.usualClass === "labelled") {
    options.unshift(["labelled", "what the photo shows"]);
  }
  options.push(...view.grid.classes.map((name) => [name, name]));
  const control = select(options, (value) => view.changed({ class: value }));
  view.follow(() => (control.value = view.state.class));
  return labelled("Evidence for", control, "The class whose evidence the heat shows");
}

function heatControl(view) {
  const control = slider(100, 5, (value) => view.changed({ heat: value }));
  view.follow(() => (control.value = view.state.heat));
  return labelled("Heat", control, "How much the map covers the photo");
}

// The moment of training, for all runs, and the button that lets it pass.
function momentControl(view) {
  const last = view.moments.length - 1;
  const box = element("div", "control");
  const play = element("button", "play");
  play.type = "button";
  play.addEventListener("click", () => view.play(!view.playing));
  const control = slider(last, 1, (value) => {
    view.play(false);
    view.changed({ moment: view.moments[value] });
  });
  control.setAttribute("aria-label", "Moment");
  const speed = select(SPEEDS, (value) => (view.pace = Number(value)));
  speed.setAttribute("aria-label", "Speed");
  const said = element("output");
  view.follow(() => {
    const moment = view.state.moment;
    control.value = view.moments.indexOf(moment);
    speed.value = String(view.pace);
    said.textContent = view.state.atEnd ? "end" : `${Math.round(100 * moment)} %`;
    control.setAttribute("aria-valuetext", said.textContent);
    play.textContent = view.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", view.playing ? "Pause" : "Play the training");
  });
  box.title = "How much of the training has passed; maps were saved at each cycle's end";
  box.append(element("span", "name", "Moment"), play, control, said, speed);
  return box;
}

function buildControls(view) {
  const bar = element("div", "controls");
  bar.append(classControl(view));
  if (view.moments.length > 1) bar.append(momentControl(view));
  bar.append(heatControl(view));
  const scale = select(WAYS, (value) => view.changed({ scale: value }));
  view.follow(() => (scale.value = view.state.scale));
  bar.append(labelled("Scale", scale, WAYS_HELP));
  const boxes = element("input");
  boxes.type = "checkbox";
  boxes.addEventListener("change", () => view.changed({ boxes: boxes.checked }));
  view.follow(() => (boxes.checked = view.state.boxes));
  bar.append(labelled("Boxes", boxes));
  if (view.grid.photos.length > 1) {
    const order = select(
      SORTS.filter(([name]) => name !== "disagree" || view.grid.runs.length > 1),
      (value) => view.changed({ order: value }),
    );
    view.follow(() => (order.value = view.state.order));
    bar.append(labelled("Order", order, "By what the runs show at the end of their training"));
  }
  return bar;
}

// --- the scale of colours -------------------------------------------------------------------------

function legend(view) {
  const { grid, state } = view;
  const box = element("div", "legend");
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [256, 1];
  canvas.setAttribute("role", "img");
  const name = element("span", "name");
  const ticks = element("div", "ticks");
  view.follow(() => {
    if (box.dataset.scale === state.scale) return;
    box.dataset.scale = state.scale;
    const raw = state.scale === "raw";
    paintLegend(grid, canvas, raw);
    const top = raw ? grid.rawTop.toPrecision(2) : grid.top;
    const marks = {
      one: [0, 1, 2, 3, top].map((at) => [at / top, at === top ? `${at}×+` : `${at}×`]),
      own: [[0, "nothing"], [1, "the map's most"]],
      raw: [[0, `−${top}`], [0.5, "0"], [1, `+${top}`]],
    };
    name.textContent = raw ? "Raw value" : state.scale === "own" ? "Evidence" : "Times an even spread";
    canvas.setAttribute("aria-label", `Colours: ${marks[state.scale].map((m) => m[1]).join(" to ")}`);
    ticks.replaceChildren(
      ...marks[state.scale].map(([place, text]) => {
        const tick = element("span", "", text);
        tick.style.left = `${100 * place}%`;
        return tick;
      }),
    );
  });
  box.append(name, canvas, ticks);
  return box;
}

// As the colours look over a dimmed photo of medium grey.
function paintLegend(grid, canvas, raw) {
  const context = canvas.getContext("2d");
  const row = context.createImageData(256, 1);
  for (let i = 0; i < 256; i++) {
    const level = raw ? (i - 127.5) / 127.5 : i / 255;
    const table = level < 0 ? grid.againstColours : raw ? grid.rawColours : grid.heatColours;
    const at = Math.round(Math.abs(level) * 255) * 4;
    const cover = table[at + 3] / 255;
    for (let c = 0; c < 3; c++) row.data[i * 4 + c] = table[at + c] * cover + 48 * (1 - cover);
    row.data[i * 4 + 3] = 255;
  }
  context.putImageData(row, 0, 0);
}
