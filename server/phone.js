"use strict";
// A phone in a session: shows what is asked for, and sends photos until the server has them.
const { texts, language, ended } = JSON.parse(document.getElementById("data").textContent);
const PAGE = location.pathname.replace(/\/$/, "");
const LONGEST_SIDE = 1600; // pixels, as the server keeps
const stored = storage();
const phone = (stored[`${PAGE} phone`] ??= randomId());
const outbox = []; // photos that the server does not have yet: {file, url, query}, and body once made
let state = null; // what the server said last (server/phone_state.py)
let replaced = null; // the photo that the next one replaces
let refusal = "";
let lost = false; // whether the server is out of reach
let over = ended;
let timer = 0;
let drawn = "";

const $ = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
const address = (path, query) => `${PAGE}/${path}?${new URLSearchParams({ phone, lang: language, ...query })}`;

function storage() {
  try {
    return localStorage;
  } catch { // forbidden: lasts as long as the page
    return {};
  }
}

function randomId() { // crypto.randomUUID is for HTTPS alone
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Asks the server and shows what came of it. Whether it has answered, be it with a refusal.
async function call(method, path, query, body) {
  try {
    const options = { method, body, headers: { "X-Overfit-Lens": "capture" }, signal: AbortSignal.timeout?.(60000) };
    const response = await fetch(address(path, query), options);
    if (response.status >= 500) throw new Error(response.statusText);
    over ||= response.status === 404 || response.status === 410;
    if (response.ok) state = await response.json();
    else if (!over) refusal = (await response.json()).error;
    lost = false;
  } catch {
    lost = true;
  }
  draw();
  return !lost;
}

function act(path, query) {
  refusal = "";
  return call("POST", path, query).then(poll);
}

async function poll() {
  clearTimeout(timer);
  if (document.visibilityState === "visible" && !over && !outbox.length) await call("GET", "state");
  const waiting = lost || state?.pictures.some(({ answers }) => answers.some(({ right }) => right === null));
  clearTimeout(timer);
  timer = setTimeout(poll, waiting ? 1000 : 4000);
}

// Smaller where the browser can read the photo, which also turns it upright; else the file itself.
async function smaller(file) {
  const image = element("img", { src: URL.createObjectURL(file) });
  try {
    await image.decode();
    const sides = [image.naturalWidth, image.naturalHeight];
    const scale = LONGEST_SIDE / Math.max(...sides);
    if (scale >= 1) return file;
    const [width, height] = sides.map((side) => Math.round(side * scale));
    const canvas = element("canvas", { width, height });
    canvas.getContext("2d").drawImage(image, 0, 0, width, height);
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.9));
  } catch {
    return file;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

function send(files) {
  const { id, label, circumstance } = state.request ?? {};
  const idle = !outbox.length;
  for (const file of files) {
    const query = { upload: randomId(), file: file.name, name: $("called").value };
    Object.assign(query, replaced ? { picture: replaced } : { request: id, label, circumstance });
    outbox.push({ file, query, url: URL.createObjectURL(file) });
    replaced = null;
  }
  refusal = "";
  if (idle) flush();
}

// One at a time, and each until the server has answered, which stores an upload once.
async function flush() {
  while (outbox.length && !over) {
    const [{ file, query, url }] = outbox;
    draw();
    const body = (outbox[0].body ??= await smaller(file));
    const large = body.size > Number(texts.limit);
    if (large) refusal = fill(texts.large, { name: file.name });
    if (large || await call("POST", "photo", query, body)) {
      outbox.shift();
      URL.revokeObjectURL(url);
    } else {
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
  draw();
  poll();
}

function statusText() {
  if (refusal) return refusal;
  if (lost || outbox.length) return fill(lost ? texts.lost : texts.sending, { count: outbox.length });
  const answers = state?.pictures[0]?.answers ?? [];
  if (answers.some(({ right }) => right === null)) return state.problem || texts.waiting;
  return answers.map(({ run, right }) => `${run}: ${right ? texts.right : texts.wrong}`).join(". ");
}

function button(text, onclick) {
  return element("button", { textContent: text, onclick });
}

function answerLine({ run, answer, right }) {
  const mark = right ? `✓ ${texts.right}` : `✗ ${texts.wrong}`;
  if (right === null) return element("p", { textContent: `${run}: …` });
  return element("p", {}, `${run}: ${answer} `, element("b", { className: right ? "right" : "wrong", textContent: mark }));
}

function card({ id: picture, title, answers, warnings, point }, place) {
  const image = element("img", { src: address("photo", { picture }), alt: title });
  image.onclick = ({ offsetX, offsetY }) => {
    act("point", { picture, x: offsetX / image.width, y: offsetY / image.height });
  };
  const photo = element("div", { className: "photo" }, image);
  if (point) {
    photo.append(element("i", { role: "img", ariaLabel: texts.point }));
    [photo.lastChild.style.left, photo.lastChild.style.top] = point.map((share) => `${100 * share}%`);
  }
  const told = element("div", {}, element("strong", { textContent: title }), ...answers.map(answerLine));
  const hints = warnings.map((text) => element("p", { className: "wrong", textContent: `⚠ ${text}` }));
  if (!place && !point) hints.push(element("p", { className: "quiet", textContent: texts.tap }));
  const buttons = [
    button(warnings.length ? texts.discard : texts.undo, () => act("remove", { picture })),
    button(texts.retake, () => { replaced = picture; $("camera").click(); }),
  ];
  if (warnings.length) buttons.unshift(button(texts.keep, () => act("keep", { picture })));
  return element("article", {}, element("div", { className: "result" }, photo, told), ...hints,
    element("div", { className: "row" }, ...buttons));
}

function draw() {
  const request = state?.request;
  $("what").textContent = over ? texts.over : request?.what ?? (state ? texts.nothing : "");
  $("how").textContent = over ? "" : request?.how ?? "";
  $("status").textContent = over ? "" : statusText();
  $("actions").hidden = over;
  // Not while its photo is on the way; out of reach of the server the next photo is of the same.
  const busy = !request || (!lost && outbox.some(({ query }) => query.request === request.id));
  for (const id of ["take", "files", "skip", "lacking"]) $(id).disabled = busy;
  $("outbox").replaceChildren(...outbox.map(({ url }) => element("img", { src: url, alt: "" })));
  if (drawn === (drawn = JSON.stringify([state, over]))) return;
  $("pictures").replaceChildren(...(over ? [] : state?.pictures ?? []).map(card));
  $("tally").replaceChildren(...(state?.tally ?? []).map((line) => element("li", { textContent: line })));
}

for (const place of document.querySelectorAll("[data-text]")) place.textContent = texts[place.dataset.text];
for (const [id, input] of [["take", $("camera")], ["files", $("chosen")]]) {
  $(id).onclick = () => { replaced = null; input.click(); };
  input.onchange = () => { send([...input.files]); input.value = ""; };
}
for (const id of ["skip", "lacking"]) $(id).onclick = () => act(id, { request: state.request.id });
$("called").value = stored[`${PAGE} called`] ?? "";
$("called").onchange = () => { stored[`${PAGE} called`] = $("called").value; };
addEventListener("visibilitychange", poll);
addEventListener("beforeunload", (event) => { if (outbox.length) event.preventDefault(); });
draw();
poll();
