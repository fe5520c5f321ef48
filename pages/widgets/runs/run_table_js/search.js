// The search box of Runs: keys and values are offered as one types, and what is typed is told to the
// server, which reads the language (core/store/query.py). Text is only ever set as textContent.

function setLabel(node, words) {
  node.setAttribute("aria-label", words);
  node.title = words;
  return node;
}

// --- the link -------------------------------------------------------------------------------

const urlParam = (name) => new URLSearchParams(window.location.search).get(name) ?? "";

// At once here, and then by the server in the same way, which finds it done.
function writeUrl(view, values) {
  const link = new URL(window.location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value) link.searchParams.set(name, value);
    else link.searchParams.delete(name);
  }
  window.history.replaceState(window.history.state, "", link);
  view.tell("link", values);
}

// --- the search box -------------------------------------------------------------------------

// The word at the cursor: [start, minus, key, sign, value so far].
function termAtCursor(text, cursor) {
  const start = text.slice(0, cursor).search(/(?:[^\s"]|"[^"]*"?)*$/);
  const [, minus, key, sign, value] = text.slice(start, cursor).match(/^(-?)(?:([A-Za-z_][\w.]*)(:|!=|<=|>=|=|<|>))?(.*)$/s);
  return { start, minus, key, sign, value };
}

function suggestionsFor(keys, text, cursor) {
  const word = termAtCursor(text, cursor);
  const typed = word.value.replaceAll('"', "").toLowerCase();
  const lead = word.minus;
  if (word.key) {
    const known = keys.find((key) => key.key === word.key) ?? keys.find((key) => key.key.endsWith(`.${word.key}`));
    const values = (known?.values ?? []).filter((value) => value.toLowerCase().includes(typed) && value.toLowerCase() !== typed);
    const quoted = (value) => (/[\s,"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value);
    return { word, list: values.map((value) => ({ text: `${lead}${word.key}${word.sign}${quoted(value)} `, show: value, words: "" })) };
  }
  const fits = (key) => (key.key.startsWith(typed) ? 0 : key.key.includes(`.${typed}`) ? 1 : key.key.includes(typed) ? 2 : 3);
  const found = keys.map((key) => [fits(key), key]).filter(([fit]) => fit < 3);
  found.sort((a, b) => a[0] - b[0]);
  return {
    word,
    list: found.slice(0, 40).map(([, key]) => ({
      text: `${lead}${key.key}${key.sign}`, show: `${key.key}${key.sign}`, words: key.words,
    })),
  };
}

function createSearchBox(view) {
  const node = element("div", "search");
  const box = element("div", "box");
  const input = element("input", "", "", { type: "text" });
  input.spellcheck = false;
  input.autocomplete = "off";
  setAttributes(input, { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": "offers" });
  const clear = element("button");
  clear.append(icon("close"));
  const list = element("ul", "offers", "", { id: "offers", role: "listbox" });
  list.hidden = true;
  const count = element("span", "count", "", { role: "status" });
  const error = element("p", "error", "", { role: "alert" });
  box.append(icon("search"), input, clear, list);
  node.append(box, count);
  let offers = { list: [] };
  let at = -1;
  let timer = 0;

  const send = () => {
    clearTimeout(timer);
    writeUrl(view, { q: input.value.trim() });
  };
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    at = place;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (at >= 0) input.setAttribute("aria-activedescendant", `offer-${at}`);
  };
  const take = (place) => {
    const { word, list: found } = offers;
    const rest = input.value.slice(input.selectionStart);
    const before = input.value.slice(0, word.start) + found[place].text;
    input.value = before + rest.trimStart();
    input.setSelectionRange(before.length, before.length);
    changed();
  };
  const open = () => {
    offers = suggestionsFor(view.data.keys, input.value, input.selectionStart);
    list.replaceChildren(
      ...offers.list.map((offer, i) => {
        const item = element("li", "", "", { id: `offer-${i}`, role: "option" });
        item.append(element("b", "", offer.show), element("span", "", offer.words));
        item.onmousedown = (event) => {
          event.preventDefault(); // the box keeps the focus
          take(i);
        };
        return item;
      }),
    );
    at = -1;
    list.hidden = offers.list.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  const changed = () => {
    clear.hidden = !input.value;
    // Asked the same again (a space was typed), the server has nothing new to say.
    error.textContent = input.value.trim() === view.data.query ? view.data.error : "";
    open();
    clearTimeout(timer);
    // A term that has its key and no value yet is not asked: it would only be refused.
    const half = /(^|\s)-?([A-Za-z_][\w.]*(:|!=|<=|>=|=|<|>))?$/.test(input.value) && /[-:=<>]$/.test(input.value);
    if (!half) timer = setTimeout(send, 120);
  };
  input.oninput = changed;
  input.onfocus = () => input.value || open();
  input.onclick = () => list.hidden && open();
  input.onblur = () => {
    close();
    if (input.value.trim() !== urlParam("q")) send();
  };
  input.onkeydown = (event) => {
    const shown = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) open();
      else mark((at + (event.key === "ArrowDown" ? 1 : -1) + offers.list.length) % offers.list.length);
    } else if ((event.key === "Enter" || event.key === "Tab") && shown && at >= 0) {
      event.preventDefault();
      take(at);
    } else if (event.key === "Enter") {
      close();
      send();
    } else if (event.key === "Escape" && shown) close();
  };
  clear.onclick = () => {
    input.value = "";
    changed();
    close();
    input.focus();
    close();
    send();
  };
  input.value = urlParam("q");
  clear.hidden = !input.value;
  const tell = (data) => {
    const { shown, all, words } = data;
    input.placeholder = words.search_hint;
    input.setAttribute("aria-label", words.search);
    setLabel(clear, words.search_clear);
    count.textContent = shown === all ? fillCount(words.all, all) : fill(words.some, { shown, all });
    if (data.query === input.value.trim()) error.textContent = data.error;
  };
  return { node, error, tell };
}
