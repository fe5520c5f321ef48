// The controls above the grid. Each calls view.changed({...}) and follows view.state.

// Values, and their words by their names in grid.words.
const SCALE_OPTIONS = [["one", "one"], ["own", "own"], ["raw", "raw"]];
const ORDER_OPTIONS = [["name", "by_name"], ["disagree", "disagree"], ["worst", "worst"]];
const SPEED_OPTIONS = [["1800", "slow"], ["1000", "normal"], ["500", "fast"]];

const translateOptions = (options, say) => options.map(([value, name]) => [value, say[name]]);

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
  const say = view.grid.words;
  const options = [["predicted", say.predicted]];
  if (view.state.usualClass === "labelled") {
    options.unshift(["labelled", say.labelled]);
  }
  options.push(...view.grid.classes.map((name) => [name, name]));
  const control = select(options, (value) => view.changed({ class: value }));
  view.follow(() => (control.value = view.state.class));
  return labelled(say.class, control, say.class_help);
}

function heatControl(view) {
  const control = slider(100, 5, (value) => view.changed({ heat: value }));
  view.follow(() => (control.value = view.state.heat));
  return labelled(view.grid.words.heat, control, view.grid.words.heat_help);
}

// The moment of training, for all runs, and the button that lets it pass.
function momentControl(view) {
  const say = view.grid.words;
  const last = view.moments.length - 1;
  const box = element("div", "control");
  const play = element("button", "play", "", { type: "button" });
  play.addEventListener("click", () => view.play(!view.playing));
  const control = slider(last, 1, (value) => {
    view.play(false);
    view.changed({ moment: view.moments[value] });
  });
  control.setAttribute("aria-label", say.moment);
  const speed = select(translateOptions(SPEED_OPTIONS, say), (value) => (view.pace = Number(value)));
  speed.setAttribute("aria-label", say.speed);
  const said = element("output");
  view.follow(() => {
    const moment = view.state.moment;
    control.value = view.moments.indexOf(moment);
    speed.value = String(view.pace);
    said.textContent = view.state.atEnd ? say.end : `${Math.round(100 * moment)}%`;
    control.setAttribute("aria-valuetext", said.textContent);
    play.textContent = view.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", view.playing ? say.pause : say.play);
  });
  box.title = say.moment_help;
  box.append(element("span", "name", say.moment), play, control, said, speed);
  return box;
}

function buildControls(view) {
  const say = view.grid.words;
  const bar = element("div", "controls");
  bar.append(classControl(view));
  if (view.moments.length > 1) bar.append(momentControl(view));
  bar.append(heatControl(view));
  const scale = select(translateOptions(SCALE_OPTIONS, say), (value) => view.changed({ scale: value }));
  view.follow(() => (scale.value = view.state.scale));
  bar.append(labelled(say.scale, scale, say.scale_help));
  const boxes = element("input", "", "", { type: "checkbox" });
  boxes.addEventListener("change", () => view.changed({ boxes: boxes.checked }));
  view.follow(() => (boxes.checked = view.state.boxes));
  bar.append(labelled(say.boxes, boxes));
  if (view.grid.photos.length > 1) {
    const order = select(
      translateOptions(ORDER_OPTIONS, say).filter(([name]) => name !== "disagree" || view.grid.runs.length > 1),
      (value) => view.changed({ order: value }),
    );
    view.follow(() => (order.value = view.state.order));
    bar.append(labelled(say.order, order, say.order_help));
  }
  return bar;
}

// --- the scale of colours -------------------------------------------------------------------------

function buildLegend(view) {
  const { grid, state } = view;
  const say = grid.words;
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
      own: [[0, say.nothing], [1, say.most]],
      raw: [[0, `−${top}`], [0.5, "0"], [1, `+${top}`]],
    };
    name.textContent = raw ? say.raw_value : state.scale === "own" ? say.evidence : say.times_even;
    const all = marks[state.scale].map((m) => m[1]).join(say.to);
    canvas.setAttribute("aria-label", fill(say.colours, { marks: all }));
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
