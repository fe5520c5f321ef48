// A table to read (reading_table.py): lines are sorted here, by a click on a column's title. Text is
// only ever set as textContent.

const UNSORTED = { place: null, down: false };

const wordsIn = (cell) => (cell === null ? "" : typeof cell === "string" ? cell : cell.words);

// "75 % (56 of 75)" before "8 % (6 of 75)" when the greatest comes first; nothing comes last.
function ordered(rows, place, down) {
  const number = (words) => (/^\s*[-+−]?[\d.]/.test(words) ? parseFloat(words.replace("−", "-")) : NaN);
  const compare = (a, b) => {
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

function drawRows(root, data, sort) {
  const rows = sort.place === null ? data.rows : ordered(data.rows, sort.place, sort.down);
  root.querySelector("tbody").replaceChildren(...rows.map((cells) => {
    const row = element("tr");
    row.append(...cells.map((cell, place) => {
      const node = cellOf(cell, place ? "td" : "th");
      if (!place) node.scope = "row";
      return node;
    }));
    return row;
  }));
}

// Up, down, and back to the order in which the lines came.
function next(sort, place) {
  if (sort.place !== place) return { place, down: false };
  return sort.down ? UNSORTED : { place, down: true };
}

function drawHead(root, data, sort) {
  const row = element("tr");
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

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".table-root");
  root.sort ??= UNSORTED;
  if (root.sort.place >= data.words.titles.length) root.sort = UNSORTED;
  const scroll = root.querySelector(".scroll");
  scroll.setAttribute("aria-label", data.words.label);
  scroll.style.maxHeight = data.height ? `${data.height}px` : "";
  draw(root, data);
}
