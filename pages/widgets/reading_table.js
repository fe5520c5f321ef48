// A table to read (reading_table.py): lines are sorted here, by a click on a column's title, and one may
// be chosen. Text is only ever set as textContent.

const UNSORTED = { place: null, down: false };

const wordsIn = (cell) => (cell === null ? "" : typeof cell === "string" ? cell : cell.words);

// "75 % (56 of 75)" before "8 % (6 of 75)" when the greatest comes first; nothing comes last.
function ordered(rows, place, down) { // of [cells, number] each
  const number = (words) => (/^\s*[-+−]?[\d.]/.test(words) ? parseFloat(words.replace("−", "-")) : NaN);
  const compare = ([a], [b]) => {
    const [x, y] = [wordsIn(a[place]), wordsIn(b[place])];
    if (!x || !y) return !x - !y;
    const [m, n] = [number(x), number(y)];
    if (isNaN(m) || isNaN(n)) {
      if (isNaN(m) !== isNaN(n)) return isNaN(m) - isNaN(n);
      return (down ? -1 : 1) * x.localeCompare(y);
    }
    return down ? n - m : m - n;
  };
  return [...rows].sort(compare);
}

function cellOf(cell, tag) {
  const node = element(tag);
  if (cell?.chip) node.append(chip(cell.words, cell.chip));
  else if (cell?.dot) {
    const dot = element("span", "dot");
    dot.style.background = cell.dot;
    node.append(dot, cell.words);
  } else node.textContent = wordsIn(cell);
  return node;
}

function pictureOf(url) {
  const node = element("td", "picture");
  if (url) {
    const picture = element("img");
    picture.src = url;
    picture.alt = ""; // the row's name says which
    node.append(picture);
  }
  return node;
}

// The whole row is clicked; for the keyboard its name is a button, and arrows walk.
function choosable(row, head, chosen, choose) {
  const button = element("button");
  button.append(...head.childNodes);
  button.setAttribute("aria-pressed", String(chosen));
  head.append(button);
  row.classList.add("choosable");
  row.classList.toggle("chosen", chosen);
  row.onclick = choose;
  button.onkeydown = (event) => {
    const other = { ArrowDown: row.nextSibling, ArrowUp: row.previousSibling }[event.key];
    if (other === undefined) return;
    event.preventDefault();
    other?.querySelector("button").focus();
  };
}

function rowOf(cells, number, data, choose) {
  const row = element("tr");
  row.dataset.number = number;
  const [head, ...rest] = cells.map((cell, place) => cellOf(cell, place ? "td" : "th"));
  head.scope = "row";
  if (data.pictures.length) row.append(pictureOf(data.pictures[number]));
  row.append(head, ...rest);
  if (data.choosable) choosable(row, head, number === data.chosen, () => choose(number));
  return row;
}

function drawRows(root, data, sort) {
  const numbered = data.rows.map((cells, number) => [cells, number]);
  const rows = sort.place === null ? numbered : ordered(numbered, sort.place, sort.down);
  const body = root.querySelector("tbody");
  const held = body.getRootNode().activeElement?.closest("tbody tr")?.dataset.number;
  body.replaceChildren(...rows.map(([cells, number]) => rowOf(cells, number, data, root.choose)));
  if (held !== undefined) body.querySelector(`tr[data-number="${held}"] button`)?.focus();
}

// Up, down, and back to the order in which the lines came.
function next(sort, place) {
  if (sort.place !== place) return { place, down: false };
  return sort.down ? UNSORTED : { place, down: true };
}

function drawHead(root, data, sort) {
  const row = element("tr");
  if (data.pictures.length) row.append(element("td"));
  row.append(...data.words.titles.map((title, place) => {
    const th = element("th");
    th.scope = "col";
    const on = sort.place === place;
    th.setAttribute("aria-sort", on ? (sort.down ? "descending" : "ascending") : "none");
    const button = element("button", "", title);
    button.title = [data.words.help[place], fill(data.words.sort, { column: title })].filter(Boolean).join("\n");
    if (on) button.append(icon(sort.down ? "arrow_downward" : "arrow_upward"));
    button.onclick = () => {
      root.sort = next(root.sort, place);
      draw(root, data);
      root.querySelectorAll("thead button")[place].focus();
    };
    th.append(button);
    return th;
  }));
  root.querySelector("thead").replaceChildren(row);
}

function draw(root, data) {
  drawHead(root, data, root.sort);
  drawRows(root, data, root.sort);
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".table-root");
  root.choose = (number) => setTriggerValue("chosen", number);
  root.sort ??= UNSORTED;
  if (root.sort.place >= data.words.titles.length) root.sort = UNSORTED;
  const scroll = root.querySelector(".scroll");
  scroll.setAttribute("aria-label", data.words.label);
  scroll.style.maxHeight = data.height ? `${data.height}px` : "";
  draw(root, data);
}
