// A row of the table: a run, a group of runs, or a run of an unfolded group.

const STATES = {
  queued: ["hourglass_empty", "gray"], running: ["play_arrow", "blue"], paused: ["pause", "gray"],
  done: ["check", "green"], failed: ["error", "red"], cancelled: ["block", "orange"],
  problem: ["error", "red"],
};

function fillCell(td, column, line, data) {
  const cell = line.cells[column.place];
  if (cell === null) return;
  const words = cellText(cell, data.words);
  td.title = column.key === "started" ? formatDate(new Date(cell[1] * 1000), data.words.locale, true) : words;
  if (column.key === "verdict" && cell.length === 3) {
    td.append(chip(words, data.chips[cell[2]] ?? ["help", "gray"]));
  } else if (["state", "verdict"].includes(column.key) && line.state) {
    const [name, colour] = STATES[line.state];
    const state = element("div", `state ${colour}`);
    state.append(icon(name), element("span", "words", words));
    td.append(state);
    const share = cell[cell.length - 1];
    if (line.state === "running" && share !== null) {
      const bar = element("div", "bar");
      bar.append(element("i"));
      bar.firstChild.style.width = `${100 * share}%`;
      td.append(bar);
    }
  } else td.textContent = words;
}

function createSenderTag(sender, words) {
  const node = element("span", "tag from");
  node.append(icon("move_to_inbox"), element("span", "", sender));
  node.title = fill(words.from, { sender });
  return node;
}

// Of several runs: ticked where all are chosen, half where some are.
function createCheckbox(view, ids, label) {
  const box = setLabel(element("input", "", "", { type: "checkbox" }), label);
  const checked = ids.filter((id) => view.checked.has(id)).length;
  box.checked = ids.length > 0 && checked === ids.length;
  box.indeterminate = checked > 0 && checked < ids.length;
  return box;
}

function createRow(view, entry) {
  const { line, member } = entry;
  const group = Boolean(line.runs);
  const row = element("tr", [group && "group", member && "member", line.id === view.data.opened && "opened"].filter(Boolean).join(" "));
  row.dataset.id = entry.name;
  const pick = element("td", "pick");
  const ids = group ? line.runs.map((run) => run.id) : [line.id];
  const box = createCheckbox(view, ids, fill(view.data.words.select, { run: line.title }));
  box.onclick = (event) => view.check(entry, box.checked, event.shiftKey);
  pick.append(box);
  const star = element("td", "star");
  if (!group && !line.example) {
    const on = view.stars.get(line.id) ?? line.starred;
    const button = setLabel(element("button"), fill(view.data.words[on ? "unstar" : "star"], { run: line.title }));
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "★" : "☆"; // not by colour alone
    button.onclick = () => view.star(line.id, !on);
    star.append(button);
  }
  const head = element("th", "run", "", { scope: "row" });
  const name = element("button", "name");
  name.title = line.note ? `${line.title}\n${line.note}` : line.title;
  if (group) {
    const open = view.unfolded.has(line.id);
    name.setAttribute("aria-expanded", String(open));
    name.append(icon(open ? "keyboard_arrow_down" : "keyboard_arrow_right"));
    name.onclick = () => view.unfold(line.id);
  } else name.onclick = () => view.open(line.id);
  if (line.dot) name.append(dotElement(line.dot));
  name.append(element("span", "words", line.title));
  if (line.badge) name.append(element("span", "tag", line.badge));
  for (const tag of line.tags ?? []) name.append(element("span", "tag", tag));
  if (line.from) name.append(createSenderTag(line.from, view.data.words));
  if (line.note) name.append(icon("sticky_note_2"));
  if (line.id === view.data.opened) name.setAttribute("aria-current", "true");
  name.onkeydown = (event) => {
    if (event.key === "x") box.click();
    else if (event.key === "s") star.firstChild?.click();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") view.walk(entry.name, event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  };
  head.append(name);
  row.append(pick, star, head);
  view.columns.forEach((column) => {
    const td = element("td", column.number ? "number" : "");
    fillCell(td, column, line, view.data);
    row.append(td);
  });
  return row;
}
