// A table to read (reading_table.py): lines are sorted here, by a click on a column's title, and one may
// be chosen. Text is only ever set as textContent.

const UNSORTED = { place: null, down: false };

const cellText = (cell) => (cell === null ? "" : typeof cell === "string" ? cell : cell.words);

// "75% (56 of 75)" before "8% (6 of 75)" when the greatest comes first; nothing comes last.
function sortRows(rows, place, down) { // of [cells, number] each
  const number = (words) => (/^\s*[-+−]?[\d.]/.test(words) ? parseFloat(words.replace("−", "-")) : NaN);
  const compare = ([a], [b]) => {
    const [x, y] = [cellText(a[place]), cellText(b[place])];
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

function createCell(cell, tag) {
  const node = element(tag);
  if (cell?.chip) node.append(chip(cell.words, cell.chip));
  else if (cell?.dot) {
    node.append(dotElement(cell.dot), cell.words);
  } else node.textContent = cellText(cell);
  return node;
}

function createImageCell(url) {
  const node = element("td", "picture");
  if (url) {
    const picture = element("img");
    picture.src = url;
    picture.alt = ""; // the row's name says which
    node.append(picture);
  }
  return node;
}

const selectedId = (data) => (data.param ? new URLSearchParams(location.search).get(data.param) : null);

// The whole row is clicked, unless words in it were marked; for the keyboard its name is a button, and
// arrows walk, so that the table is one stop of the tabulator.
function makeSelectable(row, head, choose) {
  const button = element("button");
  button.append(...head.childNodes);
  head.append(button);
  row.classList.add("choosable");
  let begun = null;
  row.onpointerdown = (event) => { begun = event; };
  row.onclick = (event) => {
    const moved = event.detail ? Math.hypot(event.clientX - begun?.clientX, event.clientY - begun?.clientY) : 0;
    if (!(moved > 5)) choose();
  };
  button.onfocus = () => {
    for (const other of row.parentNode.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1;
  };
  button.onkeydown = (event) => {
    const other = { ArrowDown: row.nextSibling, ArrowUp: row.previousSibling }[event.key];
    if (other === undefined) return;
    event.preventDefault();
    other?.querySelector("button").focus();
  };
}

function updateSelection(root) {
  const buttons = [...root.querySelectorAll(".choosable button")];
  for (const button of buttons) {
    const row = button.closest("tr"), on = row.dataset.id === root.chosen;
    row.classList.toggle("chosen", on);
    button.setAttribute("aria-pressed", String(on));
    button.tabIndex = on ? 0 : -1;
  }
  if (buttons.length && buttons.every((button) => button.tabIndex)) buttons[0].tabIndex = 0;
}

function createRow(cells, number, data, choose) {
  const row = element("tr");
  const [head, ...rest] = cells.map((cell, place) => createCell(cell, place ? "td" : "th"));
  head.scope = "row";
  if (data.pictures.length) row.append(createImageCell(data.pictures[number]));
  row.append(head, ...rest);
  if (data.ids.length) {
    row.dataset.id = data.ids[number];
    makeSelectable(row, head, () => choose(row.dataset.id));
  }
  return row;
}

function drawRows(root, data, sort) {
  const numbered = data.rows.map((cells, number) => [cells, number]);
  const rows = sort.place === null ? numbered : sortRows(numbered, sort.place, sort.down);
  const body = root.querySelector("tbody");
  const held = body.getRootNode().activeElement?.closest("tbody tr")?.dataset.id;
  body.replaceChildren(...rows.map(([cells, number]) => createRow(cells, number, data, root.choose)));
  updateSelection(root);
  if (held) [...body.children].find((row) => row.dataset.id === held)?.querySelector("button").focus();
}

// Up, down, and back to the order in which the lines came.
function nextSort(sort, place) {
  if (sort.place !== place) return { place, down: false };
  return sort.down ? UNSORTED : { place, down: true };
}

function drawHead(root, data, sort) {
  const row = element("tr");
  if (data.pictures.length) row.append(element("td"));
  row.append(...data.words.titles.map((title, place) => {
    const order = sort.place !== place ? "none" : sort.down ? "descending" : "ascending";
    const help = [data.words.help[place], fill(data.words.sort, { column: title })].filter(Boolean).join("\n");
    return sortableHead("", title, help, order, () => {
      root.sort = nextSort(root.sort, place);
      draw(root, data);
      root.querySelectorAll("thead button")[place].focus();
    });
  }));
  root.querySelector("thead").replaceChildren(row);
}

function draw(root, data) {
  drawHead(root, data, root.sort);
  drawRows(root, data, root.sort);
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".table-root");
  root.chosen = selectedId(data);
  root.choose = (id) => {
    root.chosen = root.chosen === id ? null : id;
    updateSelection(root);
    setTriggerValue("chosen", id);
  };
  root.sort ??= UNSORTED;
  if (root.sort.place >= data.words.titles.length) root.sort = UNSORTED;
  const scroll = root.querySelector(".scroll");
  scroll.setAttribute("aria-label", data.words.label);
  scroll.style.maxHeight = data.height ? `${data.height}px` : "";
  draw(root, data);
  window.removeEventListener("popstate", root.back);
  root.back = () => {
    root.chosen = selectedId(data);
    updateSelection(root);
  };
  window.addEventListener("popstate", root.back);
  return () => window.removeEventListener("popstate", root.back);
}
