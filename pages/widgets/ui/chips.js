// Icons of Streamlit's font, and words on a colour. Joined after element.js, and with tables.css.

function icon(name) {
  const node = element("span", "icon", name, { "aria-hidden": "true" });
  return node;
}

function chip(words, [name, colour]) {
  const node = element("span", `chip ${colour}`);
  node.append(icon(name), element("span", "words", words));
  return node;
}
