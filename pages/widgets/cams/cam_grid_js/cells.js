// The heads of the columns, the rows of photos and their cells.

const MAX_CELL_HEIGHT = 21; // rem: the height that a portrait may have in the grid

// The verdict in words on its colour, a link to the run's diagnosis; nothing before it is made.
function verdictChip(run, say) {
  const [words, colour] = run.verdict;
  const link = element("a", `chip ${colour}`, words);
  link.href = `run?run=${encodeURIComponent(run.id)}`;
  link.target = "_self";
  link.title = say.diagnosis;
  return link;
}

function createRunName(run) {
  const box = element("span", "run-name");
  box.append(dotElement(run.dot), element("span", "label", run.label));
  return box;
}

function epochText(run, snapshot, say) {
  const text = run.members > 1 ? say.epoch_mean : say.epoch;
  return fill(text, { epoch: run.epochs[snapshot], count: run.members });
}

// A run's name and its numbers over the whole set at this moment.
function createColumnHeader(view, run) {
  const say = view.grid.words;
  const head = element("div", "head");
  head.style.borderTopColor = run.dot.backgroundColor;
  const epoch = element("span", "quiet epoch");
  const number = element("span", "big");
  const words = element("span", "quiet");
  const line = element("div", "line");
  const second = element("div", "line");
  line.append(createRunName(run));
  if (run.verdict) line.append(" ", verdictChip(run, say));
  second.append(number, " ", words, " ", epoch);
  head.append(line, second);
  view.follow(() => {
    const snapshot = snapshotAt(run, view.state.moment);
    const found = run.located[snapshot];
    epoch.textContent = epochText(run, snapshot, say);
    number.textContent = found.lift === undefined ? "" : percent(found.share);
    words.textContent =
      found.lift === undefined
        ? say.no_boxes
        : fill(say.lift, { lift: found.lift.toFixed(2) });
    words.title =
      found.lift === undefined
        ? ""
        : fill(say.lift_help, { objects: found.objects, area: percent(found.area) });
  });
  return head;
}

function buildHeader(view) {
  const row = element("div", "row heads-row");
  const { photos, words } = view.grid;
  const first = element("div", "corner quiet", fillCount(words.photos, photos.length));
  row.append(first, ...view.grid.runs.map((run) => createColumnHeader(view, run)));
  return row;
}

function otherClassesText(names, say) {
  return fill(say.also, { names: names.join(say.comma) });
}

function createPhotoCell(view, photo) {
  const { file, primary, present } = view.grid.photos[photo];
  const say = view.grid.words;
  const crop = view.grid.thumbnails.schema.fields[0].name;
  const cell = element("div", "photo", "", { role: "rowheader" });
  const image = element("img");
  image.src = URL.createObjectURL(
    new Blob([view.grid.thumbnails.getChild(crop).get(photo)], { type: "image/jpeg" }),
  );
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  image.alt = fill(primary === null ? say.photo : say.photo_shows, { file, name: primary });
  image.style.aspectRatio = String(view.grid.views[crop].ratios[photo]);
  const others = (present ?? []).filter((name) => name !== primary);
  cell.append(image, element("div", "truth", primary ?? say.no_label));
  if (others.length) cell.append(element("div", "quiet", otherClassesText(others, say)));
  cell.append(element("div", "quiet file", file));
  cell.addEventListener("click", () => view.open(photo));
  return cell;
}

// What stands under a picture: the share in the box, large, as a bar; what the run says.
function createCaption(run, say) {
  const share = element("div", "share");
  const big = element("span", "big");
  const words = element("span", "words");
  share.append(big, " ", words);
  const bar = element("div", "bar");
  const level = element("div", "fill");
  level.style.background = run.dot.backgroundColor;
  const even = element("div", "even");
  even.title = say.even;
  bar.append(level, even);
  const says = element("div", "says");
  const mark = element("span", "mark");
  const guess = element("span");
  says.append(mark, guess);
  const tell = (facts) => {
    big.textContent = facts.share === null ? "" : percent(facts.share);
    words.textContent = facts.words;
    bar.classList.toggle("none", facts.share === null);
    level.style.width = `${100 * (facts.share ?? 0)}%`;
    even.style.left = `${100 * (facts.area ?? 0)}%`;
    mark.textContent = facts.right === null ? "" : facts.right ? "✓" : "✗";
    mark.className = `mark ${facts.right ? "right" : "wrong"}`;
    const { name, chance, votes } = facts.guess;
    const text = votes === null ? say.says : say.says_votes;
    guess.textContent = fill(text, { name, chance: percent(chance), votes, runs: run.members });
  };
  return { nodes: [share, bar, says], tell };
}

function buildCell(view, run, photo, number) {
  const cell = { node: element("div", "cell") };
  cell.node.setAttribute("role", "gridcell");
  cell.node.tabIndex = -1;
  cell.node.dataset.column = number;
  if (!hasMap(run, photo)) {
    cell.node.append(element("p", "quiet", view.grid.words.no_map));
    return cell;
  }
  cell.canvas = createCanvas(view.grid, run, photo, MAX_CELL_HEIGHT);
  const lines = createCaption(run, view.grid.words);
  cell.node.append(cell.canvas, ...lines.nodes);
  cell.node.addEventListener("click", () => view.open(photo));
  cell.tell = () => {
    const facts = cellFields(view.grid, run, photo, view.state);
    lines.tell(facts);
    cell.node.setAttribute("aria-label", facts.spoken);
  };
  cell.paint = () => paint(cell.canvas, view.grid, run, photo, view.state);
  return cell;
}

// A row is an empty frame until it is built; away from the screen again, it gives its pixels back,
// so that 300 photos take no more memory than thirty.
function buildRow(view, photo) {
  const row = { photo, node: element("div", "row"), cells: [], near: false };
  row.node.setAttribute("role", "row");
  row.node.classList.add("waiting");
  row.build = () => {
    if (row.cells.length) return;
    row.cells = view.grid.runs.map((run, number) => buildCell(view, run, photo, number));
    row.node.classList.remove("waiting");
    row.node.replaceChildren(createPhotoCell(view, photo), ...row.cells.map((cell) => cell.node));
  };
  row.update = (words = true) => {
    if (row.near) row.build();
    const drawn = row.cells.filter((cell) => cell.canvas);
    if (words) drawn.forEach((cell) => cell.tell());
    return row.near ? Promise.all(drawn.map((cell) => cell.paint())) : undefined;
  };
  row.leave = () => {
    for (const cell of row.cells) if (cell.canvas) cell.canvas.width = cell.canvas.height = 0;
  };
  return row;
}
