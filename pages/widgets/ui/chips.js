// Icons of Streamlit's font, words on a colour, and a column's head. Joined after element.js, and with tables.css.

function icon(name) {
  const node = element("span", "icon", name, { "aria-hidden": "true" });
  return node;
}

function chip(words, [name, colour]) {
  const node = element("span", `chip ${colour}`);
  node.append(icon(name), element("span", "words", words));
  return node;
}

// order: as aria-sort has it.
function sortableHead(className, title, help, order, sort) {
  const button = element("button", "", title, { title: help });
  if (order !== "none") button.append(icon(order === "descending" ? "arrow_downward" : "arrow_upward"));
  button.onclick = sort;
  const head = element("th", className, "", { scope: "col", "aria-sort": order });
  head.append(button);
  return head;
}
