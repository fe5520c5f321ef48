// The table of Runs, under its search box. Lines come from `data` (core/views/run_table.py). Sorting,
// unfolding and walking happen here; what is searched for, chosen or starred is told to the server
// as numbered events, so that none is lost when several come at once. The address bar always says
// what is on screen. Text from runs is only ever set as textContent.

const ROW_HEIGHT = 36; // pixels; all rows are as high, so that only those in sight need to exist
const OVERSCAN_ROWS = 12; // rows drawn above and below what is in sight
const MAX_RESENT_EVENTS = 30; // events that are sent again, in case a message was overtaken by the next

// From the longest text of a column, whichever rows are drawn: scrolling moves no column.
function columnWidths(view) {
  const narrow = window.innerWidth < 640;
  const names = view.entries.map(({ line, member }) =>
    6.9 * textWidth(line.title + (line.tags ?? []).join("") + (line.badge ?? "")) +
    16 * (line.tags ?? []).length + (line.note ? 22 : 0) + (line.from ? Math.min(144, 6.9 * textWidth(line.from) + 38) : 0) + (line.runs ? 44 : 0) + (member ? 20 : 0));
  const found = [Math.min(Math.max(110, ...names) + 50, narrow ? 170 : 340)];
  for (const column of view.columns) {
    let most = textWidth(column.title) + 1;
    for (const { line } of view.entries) {
      const cell = line.cells[column.place];
      if (column.key !== "verdict" || cell?.length > 3) most = Math.max(most, textWidth(cellText(cell, view.data.words)));
    }
    const extra = column.key === "verdict" ? 52 : column.key === "state" ? 42 : 22;
    found.push(Math.min(most * 6.7 + extra, column.key === "state" ? 220 : 320));
  }
  return found;
}

function build(root, component) {
  const view = {
    data: component.data, checked: new Set(), stars: new Map(), unfolded: new Set(urlParam("unfold").split(" ").filter(Boolean).map(decodeURIComponent)),
    sort: urlParam("sort"), entries: [], columns: [], events: [], number: Date.now(), last: null,
  };
  view.tell = (kind, value) => {
    view.number += 1;
    view.events = [...view.events, [view.number, kind, value]].slice(-MAX_RESENT_EVENTS);
    view.component.setStateValue("events", view.events);
  };
  const search = createSearchBox(view);
  const scroll = element("div", "scroll");
  const table = element("table");
  const columns = element("colgroup");
  const head = element("thead");
  const body = element("tbody");
  table.append(columns, head, body);
  scroll.append(table);
  root.append(search.node, search.error, scroll);

  const drawRows = () => {
    const first = Math.max(0, Math.floor(scroll.scrollTop / ROW_HEIGHT) - OVERSCAN_ROWS);
    const last = Math.min(view.entries.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / ROW_HEIGHT) + OVERSCAN_ROWS);
    const focused = root.getRootNode().activeElement;
    const held = focused?.closest?.("tbody tr")?.dataset.id;
    const what = focused?.closest?.("td, th")?.className;
    const space = (rows) => {
      const row = element("tr", "space");
      row.append(element("td"));
      row.firstChild.colSpan = view.columns.length + 3;
      row.firstChild.style.height = `${rows * ROW_HEIGHT}px`;
      row.setAttribute("aria-hidden", "true");
      return row;
    };
    const rows = view.entries.slice(first, last).map((entry, i) => {
      const row = createRow(view, entry);
      row.setAttribute("aria-rowindex", String(first + i + 2));
      return row;
    });
    body.replaceChildren(...(first ? [space(first)] : []), ...rows, ...(last < view.entries.length ? [space(view.entries.length - last)] : []));
    if (!view.entries.length) {
      const row = element("tr");
      const td = element("td", "nothing", view.data.words[view.data.all ? "none_fits" : "none"]);
      td.colSpan = view.columns.length + 3;
      row.append(td);
      body.append(row);
    }
    view.drawn = [first, last];
    if (held) rows.find((row) => row.dataset.id === held)?.querySelector(`.${what.split(" ")[0]} :is(button, input)`)?.focus({ preventScroll: true });
  };

  const drawHead = () => {
    const sizes = columnWidths(view);
    columns.replaceChildren(...[35, 32, ...sizes].map((size) => {
      const column = element("col");
      column.style.width = `${size}px`;
      return column;
    }));
    const row = element("tr");
    const pick = element("th", "pick");
    const ids = view.ids();
    const all = createCheckbox(view, ids, view.data.words.select_all);
    all.onclick = () => view.setChecked(all.checked ? [...view.checked, ...ids] : [...view.checked].filter((id) => !ids.includes(id)));
    pick.append(all);
    row.append(pick, element("th", "star"));
    const sortable = [{ key: NAME, title: view.data.words.run, words: view.data.words.run_words }, ...view.columns];
    const on = view.sort.replace(/^-/, "");
    sortable.forEach((column, i) => {
      const order = on !== column.key ? "none" : view.sort.startsWith("-") ? "descending" : "ascending";
      const kind = i === 0 ? "run" : column.number ? "number" : "";
      const help = fill(view.data.words.sort, { column: column.words });
      row.append(sortableHead(kind, column.title, help, order, () => view.sortBy(column)));
    });
    const held = head.contains(root.getRootNode().activeElement) ? [...head.querySelectorAll("button, input")].indexOf(root.getRootNode().activeElement) : -1;
    head.replaceChildren(row);
    if (held >= 0) head.querySelectorAll("button, input")[held]?.focus();
    table.setAttribute("aria-rowcount", String(view.entries.length + 1));
    table.setAttribute("aria-label", view.data.words.table);
  };

  view.ids = () => view.data.lines.flatMap((line) => (line.runs ?? [line]).map((run) => run.id));
  view.draw = () => {
    view.columns = view.data.columns.map((column, place) => ({ ...column, place }));
    view.entries = [];
    for (const line of sortLines(view.data.lines, view.columns, view.sort)) {
      view.entries.push({ line, name: line.id, member: false });
      if (line.runs && view.unfolded.has(line.id)) {
        for (const run of sortLines(line.runs, view.columns, view.sort)) view.entries.push({ line: run, name: `${line.id}/${run.id}`, member: true });
      }
    }
    drawHead();
    drawRows();
    search.tell(view.data);
  };
  view.sortBy = (column) => {
    const first = column.number || column.key === "started" ? `-${column.key}` : column.key;
    const second = first.startsWith("-") ? column.key : `-${column.key}`;
    view.sort = view.sort === first ? second : view.sort === second ? "" : first;
    writeUrl(view, { sort: view.sort });
    view.draw();
  };
  view.unfold = (id) => {
    if (!view.unfolded.delete(id)) view.unfolded.add(id);
    writeUrl(view, { unfold: [...view.unfolded].map(encodeURIComponent).join(" ") });
    view.draw();
  };
  view.open = (id) => {
    view.data.opened = id;
    drawRows();
    writeUrl(view, { run: id });
  };
  view.star = (id, on) => {
    view.stars.set(id, on);
    drawRows();
    view.tell("star", [id, on]);
  };
  view.setChecked = (ids) => {
    view.checked = new Set(ids);
    drawHead();
    drawRows();
    view.tell("check", [...view.checked]);
  };
  view.check = (entry, on, range) => {
    const names = view.entries.map(({ name }) => name);
    const here = names.indexOf(entry.name);
    const from = range && view.last !== null ? names.indexOf(view.last) : here;
    const several = view.entries.slice(Math.min(here, from < 0 ? here : from), Math.max(here, from) + 1);
    const ids = several.flatMap(({ line }) => (line.runs ?? [line]).map((run) => run.id));
    view.last = entry.name;
    view.setChecked(on ? [...view.checked, ...ids] : [...view.checked].filter((id) => !ids.includes(id)));
  };
  view.walk = (name, step) => {
    const next = view.entries.findIndex((entry) => entry.name === name) + step;
    if (next < 0 || next >= view.entries.length) return;
    const top = next * ROW_HEIGHT;
    const room = scroll.clientHeight - 2 * ROW_HEIGHT;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top > scroll.scrollTop + room) scroll.scrollTop = top - room;
    drawRows();
    [...body.children].find((row) => row.dataset.id === view.entries[next].name)?.querySelector(".name")?.focus({ preventScroll: true });
  };
  let frame = 0;
  scroll.onscroll = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const first = Math.floor(scroll.scrollTop / ROW_HEIGHT);
      const last = Math.ceil((scroll.scrollTop + scroll.clientHeight) / ROW_HEIGHT);
      const [from, to] = view.drawn;
      if ((first < from + 3 && from > 0) || (last > to - 3 && to < view.entries.length)) drawRows();
    });
  };
  return view;
}

// What the server knows counts, once it has heard everything that was told from here.
function applyServerState(view, component) {
  view.component = component;
  const opened = view.data.opened;
  view.data = component.data;
  view.events = view.events.filter(([number]) => number > component.data.heard);
  if (!view.events.length) {
    view.checked = new Set(component.data.checked);
    view.stars.clear();
  } else if (opened) view.data.opened = opened;
  const known = new Set(view.ids());
  view.checked = new Set([...view.checked].filter((id) => known.has(id) || component.data.checked.includes(id)));
  view.draw();
}

// The columns that were chosen last in this browser, where the link names none.
function rememberColumns(view) {
  const place = "overfit-lens-columns", linked = urlParam("columns");
  if (linked || view.started) linked ? localStorage.setItem(place, linked) : localStorage.removeItem(place);
  else if (localStorage.getItem(place)) writeUrl(view, { columns: localStorage.getItem(place) });
  view.started = true;
}

export default function (component) {
  const root = component.parentElement.querySelector(".runs-root");
  const view = (root.overfitLens ??= build(root, component));
  view.component = component;
  rememberColumns(view);
  applyServerState(view, component);
}
