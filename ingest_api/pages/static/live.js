// Follows a record: puts what the hub tells in place of what is displayed, lets ages grow here, so that an old number
// looks old though nothing is heard any more, and says in words when this page is cut off. No text is read as markup.

const MINUTE = 60_000;
const OLD = 15 * MINUTE; // as ingest_api.latest.FRESH
const SILENT = 30 * MINUTE; // as ingest_api.pages.views.now.SILENT
const QUIET = 40_000; // the hub says something every 15 seconds
const AGAIN = 15_000;
const RINGS = new Set(["raised", "worsened", "reopened", "rang"]);
const NAMESPACES = { svg: "http://www.w3.org/2000/svg", html: "http://www.w3.org/1999/xhtml" };

const counting = document.querySelector("[data-told-at]").dataset;
const now = document.querySelector("[data-live-now]");
const cutOff = document.querySelector("[data-live-cut-off]");
const ringing = document.querySelector("[data-live-alert]");
const calm = document.querySelector("[data-live-calm]");

let source;
let heard = Date.now();
let ahead; // of this device's clock, in ms, is the hub's
let alert;

function say(card, key, text) {
  for (const element of card.querySelectorAll(`[data-live="${key}"]`)) {
    if (element.textContent === text) continue; // saying the same again would be read out again
    element.textContent = text;
    element.hidden = !text;
  }
}

function ago(elapsed) {
  const minutes = Math.max(0, Math.floor(elapsed / MINUTE));
  const hours = Math.floor(minutes / 60);
  const sentence = minutes < 1 ? counting.agoNow // as views.ages.ago
    : hours < 2 ? counting.agoMinutes : hours < 48 ? counting.agoHours : counting.agoDays;
  return sentence.replace("{m}", minutes).replace("{h}", hours).replace("{d}", Math.floor(hours / 24));
}

function grow(card) {
  const elapsed = Date.now() + ahead - Date.parse(card.dataset.takenAt);
  if (Number.isNaN(elapsed)) return;
  say(card, "ago", ago(elapsed));
  if (card.dataset.age === undefined) return;
  card.dataset.age = elapsed > SILENT ? "silent" : elapsed > OLD ? "old" : "fresh";
  if (card.dataset.age !== "silent") return;
  card.dataset.zone = "";
  say(card, "status", counting.silent);
  say(card, "arrow", "");
  say(card, "arrow_word", "");
}

function growAll() {
  document.querySelectorAll("[data-taken-at]").forEach(grow);
}

function itIs(toldAt) {
  ahead = Date.parse(toldAt) - Date.now();
}

function built([name, attributes, ...children], around = NAMESPACES.html) {
  const space = name === "svg" ? NAMESPACES.svg : around;
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.map((child) => (typeof child === "string" ? child : built(child, space))));
  return element;
}

function redraw(card, { chart, table, taken_at: takenAt, ...strings }) {
  card.querySelector(".chart").replaceWith(built(chart));
  card.querySelector("table").replaceWith(built(table));
  if (takenAt) card.dataset.takenAt = takenAt;
  for (const [key, text] of Object.entries(strings)) say(card, key, text);
}

function redrawAll(parts) {
  for (const [name, part] of Object.entries(parts)) {
    const card = document.querySelector(`[data-part="${name}"]`);
    if (card) card.hidden = !part;
    if (card && part) redraw(card, part);
    else if (part) location.reload(); // the first of its kind: this page was made without a place for it
  }
}

function show(told) {
  if (told.told_at) itIs(told.told_at);
  if (told.parts) redrawAll(told.parts);
  if (told.now === undefined) return;
  if (told.now && !now.dataset.age) return location.reload();
  const { zone, age, taken_at: takenAt, ...strings } = told.now ?? { zone: "", age: "silent", taken_at: "" };
  Object.assign(now.dataset, { zone, age, takenAt });
  for (const element of now.querySelectorAll("[data-live]")) say(now, element.dataset.live, strings[element.dataset.live] ?? "");
  now.querySelector("time")?.setAttribute("datetime", takenAt);
  grow(now);
}

function tell(told) {
  // a stream that could not resume tells of a reading that came while nobody listened: of that, nothing here is drawn
  const missed = told.now && !told.parts && told.now.taken_at !== now.dataset.takenAt;
  if (missed) location.reload();
  else show(told);
}

function ring(told) {
  if (RINGS.has(told.what)) {
    alert = told.alert;
    ringing.querySelector("a").textContent = `${told.title}: ${told.sentence}`;
    ringing.hidden = false;
  } else if (told.alert === alert) {
    ringing.hidden = true;
  }
  if (calm) calm.hidden = !ringing.hidden;
}

function hears(name, act) {
  source.addEventListener(name, (event) => {
    heard = Date.now();
    now.dataset.after = event.lastEventId;
    act(JSON.parse(event.data));
  });
}

function connect() {
  source?.close();
  heard = Date.now();
  source = new EventSource(`${now.dataset.stream}&after=${encodeURIComponent(now.dataset.after)}`);
  source.addEventListener("open", () => { cutOff.hidden = true; });
  source.addEventListener("error", ({ target }) => {
    cutOff.hidden = false;
    // refused, not merely cut: the browser would not try again by itself
    if (target.readyState === EventSource.CLOSED) setTimeout(() => { if (target === source) connect(); }, AGAIN);
  });
  for (const name of ["silence", "now", "alive"]) hears(name, show);
  hears("reading", tell);
  hears("alert", ring);
}

function watch() {
  growAll();
  if (source && Date.now() - heard > QUIET) {
    cutOff.hidden = false;
    connect();
  }
}

itIs(counting.toldAt);
growAll();
setInterval(watch, 5_000);
document.addEventListener("visibilitychange", watch);
if (now) {
  connect();
  addEventListener("offline", () => { cutOff.hidden = false; });
  addEventListener("online", connect);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}
