// One photo large: all runs side by side, and beneath each its maps of all classes. Esc closes it,
// the arrow keys walk the photos in the grid's order.

const MAX_LARGE_HEIGHT = 26; // rem: the height that a portrait may have here

function button(text, label, pressed) {
  const control = element("button", "plain", text, { type: "button", "aria-label": label });
  control.title = label;
  control.addEventListener("click", pressed);
  return control;
}

// A class of a run: its small map, how likely the run holds it, its share in the box. It can be
// chosen as the class that is shown large.
function createClassRow(view, run, photo, name) {
  const say = view.grid.words;
  const line = element("button", "class-line", "", { type: "button" });
  const canvas = createCanvas(view.grid, run, photo, 4);
  const words = element("span", "class-words");
  const bar = element("span", "bar");
  const level = element("span", "fill");
  const share = element("span", "quiet");
  const label = element("span", "class-name");
  level.style.background = run.dot.backgroundColor;
  bar.append(level);
  words.append(label, bar, share);
  line.append(canvas, words);
  line.addEventListener("click", () => view.changed({ class: name }));
  const klass = run.classes.indexOf(name);
  const present = view.grid.photos[photo].present?.includes(name);
  const tell = () => {
    const snapshot = snapshotAt(run, view.state.moment);
    const chance = run.chances[snapshot][photo][klass];
    const inside = run.shares[snapshot][photo][klass];
    label.textContent = present
      ? fill(say.class_present, { name, chance: percent(chance) })
      : `${name} ${percent(chance)}`;
    level.style.width = `${100 * chance}%`;
    share.textContent = inside === null ? "" : fill(say.class_share, { share: percent(inside) });
    const shown = cellFields(view.grid, run, photo, view.state).name;
    line.setAttribute("aria-pressed", String(shown === name));
  };
  return { node: line, tell, paint: () => paint(canvas, view.grid, run, photo, view.state, name) };
}

function createLargeColumn(view, run, photo) {
  const node = element("section", "large-run");
  node.style.borderTopColor = run.dot.backgroundColor;
  const head = element("div", "line");
  const epoch = element("span", "quiet");
  head.append(createRunName(run), epoch);
  node.append(head);
  if (!hasMap(run, photo)) {
    node.append(element("p", "quiet", view.grid.words.no_map));
    return { node, tell: () => {}, paint: () => {} };
  }
  const canvas = createCanvas(view.grid, run, photo, MAX_LARGE_HEIGHT);
  canvas.setAttribute("role", "img");
  const lines = createCaption(run, view.grid.words);
  const classes = view.grid.classes.filter((name) => run.classes.includes(name));
  const list = classes.map((name) => createClassRow(view, run, photo, name));
  node.append(canvas, ...lines.nodes, ...list.map((line) => line.node));
  return {
    node,
    tell: () => {
      const facts = cellFields(view.grid, run, photo, view.state);
      epoch.textContent = epochText(run, facts.snapshot, view.grid.words);
      canvas.setAttribute("aria-label", facts.spoken);
      lines.tell(facts);
      list.forEach((line) => line.tell());
    },
    paint: () =>
      Promise.all([
        paint(canvas, view.grid, run, photo, view.state),
        ...list.map((line) => line.paint()),
      ]),
  };
}

function buildLarge(view) {
  const say = view.grid.words;
  const dialog = element("dialog", "large");
  const title = element("h2");
  const place = element("span", "quiet");
  const head = element("div", "large-head");
  const controls = element("div", "controls");
  const body = element("div", "large-body");
  body.style.setProperty("--runs", view.grid.runs.length);
  let shown = null; // the number of the photo whose columns stand in the body
  let columns = [];

  const asked = () => view.grid.photos.findIndex(({ file }) => file === view.state.open);
  const walk = (step) => {
    const at = view.order.indexOf(asked()) + step; // keys may come faster than frames
    if (at >= 0 && at < view.order.length) view.open(view.order[at]);
  };
  const before = button("←", say.before, () => walk(-1));
  const after = button("→", say.next, () => walk(1));
  const ways = element("div", "line"); // stay side by side on a phone, too
  ways.append(before, after, button("✕", say.close, () => dialog.close()));
  head.append(title, place, ways);
  controls.append(classControl(view));
  if (view.moments.length > 1) controls.append(momentControl(view));
  controls.append(heatControl(view));
  dialog.append(head, controls, body);
  dialog.addEventListener("close", () => view.changed({ open: null }));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target.matches("input, select")) return;
    event.preventDefault();
    walk(step);
  });

  const show = (photo) => {
    const { file, primary, present } = view.grid.photos[photo];
    const others = (present ?? []).filter((name) => name !== primary);
    title.textContent = primary ?? say.no_label;
    if (others.length) title.append(element("span", "also", ` ${otherClassesText(others, say)}`));
    const at = view.order.indexOf(photo);
    place.textContent = fill(say.place, { file, at: at + 1, count: view.order.length });
    // Not `disabled`: such a button would swallow the arrow keys.
    before.setAttribute("aria-disabled", String(at === 0));
    after.setAttribute("aria-disabled", String(at === view.order.length - 1));
    dialog.setAttribute("aria-label", fill(say.large, { file }));
    if (photo !== shown) {
      const lines = () => [...body.querySelectorAll(".class-line")];
      const focused = lines().indexOf(dialog.getRootNode().activeElement);
      columns = view.grid.runs.map((run) => createLargeColumn(view, run, photo));
      body.replaceChildren(...columns.map((column) => column.node));
      if (focused >= 0) (lines()[focused] ?? after).focus();
    }
    shown = photo;
  };
  return {
    node: dialog,
    update: (words = true) => {
      const photo = asked();
      if (photo < 0) {
        if (dialog.open) dialog.close();
        return undefined;
      }
      if (words) show(photo);
      if (!dialog.open) dialog.showModal();
      if (words) columns.forEach((column) => column.tell());
      return Promise.all(columns.map((column) => column.paint()));
    },
  };
}
