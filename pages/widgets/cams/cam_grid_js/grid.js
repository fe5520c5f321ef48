// The CAM grid as a whole: photos down, runs across. Everything on screen comes from `data`
// (core/views/cam_grid.py, its words: pages/widgets/cams/cam_words.py); no control asks the server. Text from files and runs is only ever set as
// textContent or drawn on a canvas.

const MAX_EAGER_ROWS = 60; // so many photos are built at once, to be found and read; of more, those near the screen
const TWEEN_SHARE = 0.6; // the part of a step of the playing training in which attention moves

function prepareGrid(grid) {
  grid.runs.forEach((run, i) => {
    run.density = grid.maps.getChild("density").get(i);
    const raw = grid.maps.getChild("raw").get(i);
    run.raw = new Int8Array(raw.buffer, raw.byteOffset, raw.length);
  });
  grid.pictures = new Map();
  prepareColours(grid);
  return grid;
}

// What all parts share: the data, what the controls say, and who follows it.
function createView(grid, state) {
  const view = {
    grid, state, moments: snapshotTimes(grid), pace: 1000, playing: false, order: photoOrder(grid, state),
  };
  const followers = [];
  Object.assign(state, { arrived: 1, from: state.moment });
  view.follow = (update) => followers.push(update);
  view.tell = () => followers.forEach((update) => update());
  view.changed = (change) => {
    if (change.open === null && state.open === null) return;
    Object.assign(state, { arrived: 1 }, change);
    state.atEnd = state.moment === view.moments.at(-1);
    if ("order" in change || "class" in change) view.reorder();
    view.tell();
    view.draw();
    window.clearTimeout(view.linking); // browsers allow few changes of the link a second
    view.linking = window.setTimeout(() => writeUrl(state), 200);
  };
  view.open = (photo) => view.changed({ open: grid.photos[photo].file });
  return view;
}

// Lets the training pass, from its beginning where it stands at the end. Attention glides from one
// snapshot to the next, unless the reader's system asks for less motion.
function addPlayback(view) {
  const { state } = view;
  const glide = (begun) => {
    if (!view.playing && state.arrived === 1) return;
    state.arrived = Math.min((performance.now() - begun) / (view.pace * TWEEN_SHARE), 1);
    view.draw(false);
    if (state.arrived < 1) window.requestAnimationFrame(() => glide(begun));
  };
  const step = () => {
    const at = view.moments.indexOf(state.moment);
    if (at === view.moments.length - 1) return view.play(false);
    const from = state.moment;
    view.changed({ moment: view.moments[at + 1] });
    if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      Object.assign(state, { from, arrived: 0 });
      glide(performance.now());
    }
    view.timer = window.setTimeout(step, view.pace);
    return undefined;
  };
  view.play = (playing) => {
    window.clearTimeout(view.timer);
    view.playing = playing;
    if (!playing) return view.changed({});
    if (state.atEnd) view.changed({ moment: view.moments[0] });
    else view.tell();
    view.timer = window.setTimeout(step, view.pace);
    return undefined;
  };
}

// Arrow keys walk the cells, Enter opens one: one cell at a time can be reached with Tab.
function addKeyboardNavigation(view, table, rows) {
  let current = null;
  const reach = (cell) => {
    if (current) current.tabIndex = -1;
    current = cell;
    current.tabIndex = 0;
  };
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) reach(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".cell");
    if (!cell || event.target !== cell) return;
    const at = view.order.findIndex((photo) => rows[photo].node.contains(cell));
    const column = Number(cell.dataset.column);
    const last = view.grid.runs.length - 1;
    const [down, across] = {
      ArrowDown: [1, column], ArrowUp: [-1, column], Home: [0, 0], End: [0, last],
      ArrowLeft: [0, Math.max(column - 1, 0)], ArrowRight: [0, Math.min(column + 1, last)],
    }[event.key] ?? [null];
    if (event.key === "Enter" || event.key === " ") view.open(view.order[at]);
    else if (down === null) return;
    else {
      const row = rows[view.order[Math.min(Math.max(at + down, 0), view.order.length - 1)]];
      row.build();
      row.cells[across].node.focus();
    }
    event.preventDefault();
  });
  return () => {
    const first = rows[view.order[0]];
    first?.build();
    if (first && !current) reach(first.cells[0].node);
  };
}

function build(root, grid, old) {
  const view = createView(prepareGrid(grid), readState(grid, old));
  addPlayback(view);
  const rows = grid.photos.map((_, photo) => buildRow(view, photo));
  const table = element("div", "table", "", { role: "rowgroup" });
  const scroll = element("div", "scroll");
  scroll.append(table);
  const heads = element("div", "heads");
  heads.append(buildHeader(view));
  scroll.addEventListener("scroll", () => (heads.scrollLeft = scroll.scrollLeft));
  scroll.setAttribute("role", "grid");
  scroll.setAttribute("aria-label", grid.words.grid);
  // The controls and the runs' numbers stay in sight while photos pass beneath them.
  const top = element("div", "top");
  top.append(buildControls(view), heads);
  const frame = element("div", "frame");
  frame.style.setProperty("--runs", grid.runs.length);
  const key = element("div", "key");
  key.append(element("p", "note", grid.words.note), buildLegend(view));
  const large = buildLarge(view);
  const reachable = addKeyboardNavigation(view, table, rows);

  const soon = new Set(); // rows near the screen, painted once those on it are

  // Draws what is near the screen, once per frame however much changes.
  let asked = null, drawing = 0;
  view.draw = (words = true) => {
    asked = { words: words || asked?.words };
    if (view.frame) return;
    drawing += 1;
    root.setAttribute("aria-busy", "true");
    view.frame = window.requestAnimationFrame(async () => {
      const { words: telling } = asked;
      [view.frame, asked] = [null, null];
      const drawn = rows.map((row) => row.update(telling));
      await Promise.all([...drawn, large.update(telling)]);
      root.dataset.drawn = performance.now(); // for who measures it
      if (!view.painted) {
        view.painted = true; // what can be seen: now the rest
        root.dataset.painted = root.dataset.drawn;
        soon.forEach((row) => (row.near = true));
        if (rows.length <= MAX_EAGER_ROWS) rows.forEach((row) => row.build());
        view.draw();
      }
      drawing -= 1;
      root.setAttribute("aria-busy", String(drawing > 0));
    });
  };
  view.reorder = () => {
    view.order = photoOrder(grid, view.state);
    table.replaceChildren(...view.order.map((photo) => rows[photo].node));
    reachable();
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const row = rows.find(({ node }) => node === entry.target);
        row.near = entry.isIntersecting;
        if (!row.near) row.leave();
        soon.delete(row);
        if (view.painted || !row.near || entry.boundingClientRect.top < window.innerHeight) continue;
        row.near = false;
        soon.add(row);
      }
      view.draw();
    },
    { rootMargin: "500px" },
  );
  let width = 0;
  const resized = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    view.draw();
  });
  frame.append(key, top, scroll);
  root.replaceChildren(frame, large.node);
  view.reorder();
  view.tell();
  rows.forEach((row) => watcher.observe(row.node));
  resized.observe(root);
  return {
    state: view.state,
    stamp: grid.stamp,
    stop: () => {
      window.clearTimeout(view.timer);
      view.playing = false;
      [watcher, resized].forEach((each) => each.disconnect());
    },
  };
}

export default function (component) {
  const root = component.parentElement.querySelector(".grid-root");
  const before = root.overfitLens;
  if (before?.stamp !== component.data.stamp) {
    before?.stop();
    root.overfitLens = build(root, component.data, before?.state);
  }
  // Also called for a draw that a newer one overtook: the grid stops only when it is really gone.
  return () => window.setTimeout(() => root.isConnected || root.overfitLens.stop());
}
