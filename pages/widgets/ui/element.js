// Joined before the scripts of every widget that builds its page from data.

function element(tag, className, text, attributes = {}) {
  const node = setAttributes(document.createElement(tag), attributes);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function dotElement(style) { // core.base.palette.swatch
  const node = element("span", "dot");
  Object.assign(node.style, style);
  return node;
}

function svgElement(tag, attributes, text = "") {
  const node = setAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
  node.textContent = text;
  return node;
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
