// What is said of a photo, its labels and boxes, as plain data (core/data/label_edits.py): no page, no
// pointer. Read before the other files of this folder, which are one module.

const MIN_BOX_SIDE = 0.01; // of the photo's side: a smaller box is a slip of the hand
const MIN_VISIBLE_SHARE = 0.15; // a class counts as present from this visible share on
const BACKGROUND = "background";
const EDGES = ["x0", "y0", "x1", "y1"];

const deepCopy = (value) => JSON.parse(JSON.stringify(value));
const deepEqual = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const roundCoordinate = (value) => Math.round(value * 10000) / 10000;
const percent = (share) => `${Math.round(100 * share)}%`;

const isClass = (data, name) => data.classes.includes(name) && name !== BACKGROUND;

// Classes with a box that is visible enough to count as present.
function visibleClasses(data, truth) {
  return new Set(truth.boxes.filter((b) => isClass(data, b.label) && b.visible >= MIN_VISIBLE_SHARE).map((b) => b.label));
}

// Labels follow the boxes: a class that gains its first box becomes present, one that loses its
// last box is so no more. What a person ticks beside that stays.
function syncLabels(data, before, truth) {
  const [old, now] = [visibleClasses(data, before), visibleClasses(data, truth)];
  const lost = [...old].filter((name) => !now.has(name));
  const gained = [...now].filter((name) => !old.has(name));
  truth.present = data.classes.filter(
    (name) => (truth.present.includes(name) || gained.includes(name)) && !lost.includes(name),
  );
  if (lost.includes(truth.primary)) truth.primary = gained[0] ?? [...now][0] ?? "";
  if (!truth.primary && gained.length) truth.primary = gained[0];
}

function hints(data, truth) {
  const found = [];
  const { primary, present } = truth;
  const { words } = data;
  const shown = visibleClasses(data, truth);
  if (!primary) found.push(present.length ? words.hint_primary : words.hint_nothing);
  if (primary && primary !== BACKGROUND && !present.includes(primary)) found.push(fill(words.hint_tick, { label: primary }));
  for (const name of data.classes) {
    if (!isClass(data, name)) continue;
    if (present.includes(name) && !truth.boxes.some((b) => b.label === name)) found.push(fill(words.hint_box, { label: name }));
    if (!present.includes(name) && shown.has(name)) found.push(fill(words.hint_boxed, { label: name }));
  }
  return found;
}

const canSave = (truth) => Boolean(truth.primary) || truth.present.length === 0;
