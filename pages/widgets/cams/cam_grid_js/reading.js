// Reading the grid's data (core/views/cam_grid.py): what a cell shows and says. No page, no painting.
//
// `grid` is that data, `state` what the controls say: see link.js. A `run` is a column.

// The last snapshot at or before this share of the training, so that runs with different cycles
// stay in step; before a run's first one, its first.
function snapshotAt(run, moment) {
  let found = 0;
  run.progress.forEach((share, i) => (found = share <= moment + 1e-6 ? i : found));
  return found;
}

// Every share of the training at which some run has a snapshot.
function snapshotTimes(grid) {
  const all = grid.runs.flatMap((run) => run.progress);
  return [...new Set(all)].sort((a, b) => a - b);
}

function hasMap(run, photo) {
  return run.epochs.length > 0 && run.known[photo];
}

function predictionOf(run, photo, snapshot) {
  const chances = run.chances[snapshot][photo];
  const best = chances.indexOf(Math.max(...chances));
  const votes = run.votes ? run.votes[snapshot][photo][best] : null;
  return { name: run.classes[best], chance: chances[best], votes };
}

// The name of the class that a cell explains; null where the photo has no label.
function explainedClass(grid, run, photo, state, snapshot) {
  if (state.class === "predicted") return predictionOf(run, photo, snapshot).name;
  return state.class === "labelled" ? grid.photos[photo].primary : state.class;
}

// The bytes of one map: tenths of an even spread, or (raw) 127ths of the largest value.
function classMap(run, photo, name, snapshot, raw = false) {
  const size = run.rows * run.columns;
  const at = (snapshot * run.known.length + photo) * run.classes.length + run.classes.indexOf(name);
  return (raw ? run.raw : run.density).subarray(at * size, (at + 1) * size);
}

const percent = (share) => `${Math.round(100 * share)}%`;

// Everything that a cell says. share, area: of the evidence and the photo, in the object's box;
// null with the reason in `words`.
function cellFields(grid, run, photo, state) {
  const snapshot = snapshotAt(run, state.moment);
  const { primary, present } = grid.photos[photo];
  const guess = predictionOf(run, photo, snapshot);
  const name = explainedClass(grid, run, photo, state, snapshot);
  const klass = run.classes.indexOf(name);
  const say = grid.words;
  const facts = { snapshot, guess, name, share: null, area: null };
  facts.right = primary === null ? null : guess.name === primary;
  if (name === null) facts.words = say.nothing_to_explain;
  else if (klass < 0) facts.words = fill(say.unknown, { name });
  else {
    facts.mapped = true;
    facts.share = run.shares[snapshot][photo][klass];
    facts.area = run.areas[photo][klass];
    const nothing = !classMap(run, photo, name, snapshot).some((value) => value > 0);
    if (facts.share !== null) facts.words = fill(say.in_box, { name });
    else if (present && name !== "background" && !present.includes(name)) {
      facts.words = fill(say.absent, { name });
    } else facts.words = name === "background" ? say.background : fill(say.no_box, { name });
    if (nothing) facts.words = fill(say.no_evidence, { name });
  }
  const { file } = grid.photos[photo];
  const share = facts.share === null ? "" : percent(facts.share);
  const where = share && facts.mapped ? fill(say.share_in_box, { share, name }) : facts.words;
  const verdict = facts.right === null ? say.spoken : facts.right ? say.spoken_right : say.spoken_wrong;
  const chance = percent(guess.chance);
  facts.spoken = fill(verdict, { file, run: run.label, name: guess.name, chance, primary, where });
  return facts;
}

// --- the order of the photos ----------------------------------------------------------------------

// Half the summed difference of two shares per cell: 0 the same map, 1 nothing in common.
function mapDifference(a, b) {
  if (a.length !== b.length) return 0;
  const [sumA, sumB] = [a, b].map((map) => map.reduce((sum, value) => sum + value, 0) || 1);
  return a.reduce((sum, value, i) => sum + Math.abs(value / sumA - b[i] / sumB), 0) / 2;
}

// Over all pairs of runs: 1 for different answers, and how different the maps are.
function disagreement(grid, photo, state) {
  const runs = grid.runs.filter((run) => hasMap(run, photo));
  let total = 0;
  runs.forEach((one, i) => {
    for (const two of runs.slice(i + 1)) {
      const [a, b] = [one, two].map((run) => cellFields(grid, run, photo, state));
      total += a.guess.name !== b.guess.name;
      if (!a.mapped || !b.mapped) continue;
      total += mapDifference(
        classMap(one, photo, a.name, a.snapshot),
        classMap(two, photo, b.name, b.snapshot),
      );
    }
  });
  return total;
}

function lowestShare(grid, photo, state) {
  const shares = grid.runs
    .filter((run) => hasMap(run, photo))
    .map((run) => cellFields(grid, run, photo, state).share)
    .filter((share) => share !== null);
  return shares.length ? Math.min(...shares) : 2; // photos without a box come last
}

// Photo numbers in the chosen order. It tells of the end of training, whatever the moment, so that
// rows do not jump while attention moves; the same link gives the same order.
function photoOrder(grid, state) {
  const end = { ...state, moment: 1 };
  const photos = grid.photos.map((_, photo) => photo); // the server sorts them by name
  if (state.order === "name") return photos;
  const rank = photos.map((photo) =>
    state.order === "worst" ? lowestShare(grid, photo, end) : -disagreement(grid, photo, end),
  );
  return photos.sort((a, b) => rank[a] - rank[b] || a - b);
}
