// Follows a record: puts what the hub tells in place of what is displayed, lets ages grow here, so that an old number
// looks old though nothing is heard any more, and says in words when this page is cut off. Text only, never markup.

const MINUTE = 60_000;
const OLD = 15 * MINUTE; // as ingest_api.latest.FRESH
const SILENT = 30 * MINUTE; // as ingest_api.pages.views.now.SILENT
const QUIET = 40_000; // the hub says something every 15 seconds
const AGAIN = 15_000;
const RINGS = new Set(["raised", "worsened", "reopened", "rang"]);

const now = document.querySelector("[data-live-now]");
const cutOff = document.querySelector("[data-live-cut-off]");
const ringing = document.querySelector("[data-live-alert]");

let source;
let heard = Date.now();
let ahead = 0; // of this device's clock, in ms, is the hub's
let alert;

function say(key, text) {
  for (const element of now.querySelectorAll(`[data-live="${key}"]`)) {
    if (element.textContent !== text) element.textContent = text;
  }
}

function ago(elapsed) {
  const minutes = Math.max(0, Math.floor(elapsed / MINUTE));
  const hours = Math.floor(minutes / 60);
  const key = minutes < 1 ? "now" : hours < 2 ? "minutes" : hours < 48 ? "hours" : "days"; // as views.ages.ago
  const sentence = now.getAttribute(`data-ago-${key}`);
  return sentence.replace("{m}", minutes).replace("{h}", hours).replace("{d}", Math.floor(hours / 24));
}

function grow() {
  const elapsed = Date.now() + ahead - Date.parse(now.dataset.takenAt);
  if (Number.isNaN(elapsed)) return;
  say("ago", ago(elapsed));
  now.dataset.age = elapsed > SILENT ? "silent" : elapsed > OLD ? "old" : "fresh";
  if (now.dataset.age !== "silent") return;
  now.dataset.zone = "";
  say("status", now.dataset.silent);
  say("arrow", "");
  say("arrow_word", "");
}

function show(told) {
  if (told.told_at) ahead = Date.parse(told.told_at) - Date.now();
  if (told.now === undefined) return;
  const { zone, age, taken_at: takenAt, ...strings } = told.now ?? { zone: "", age: "silent", taken_at: "" };
  Object.assign(now.dataset, { zone, age, takenAt });
  for (const element of now.querySelectorAll("[data-live]")) say(element.dataset.live, strings[element.dataset.live] ?? "");
  now.querySelector("time")?.setAttribute("datetime", takenAt);
  grow();
}

function ring(told) {
  if (RINGS.has(told.what)) {
    alert = told.alert;
    ringing.querySelector("a").textContent = `${told.title}: ${told.sentence}`;
    ringing.hidden = false;
  } else if (told.alert === alert) {
    ringing.hidden = true;
  }
}

function hears(name, act) {
  source.addEventListener(name, (event) => {
    heard = Date.now();
    act(JSON.parse(event.data));
  });
}

function connect() {
  source?.close();
  heard = Date.now();
  source = new EventSource(now.dataset.stream);
  source.addEventListener("open", () => { cutOff.hidden = true; });
  source.addEventListener("error", ({ target }) => {
    cutOff.hidden = false;
    // refused, not merely cut: the browser would not try again by itself
    if (target.readyState === EventSource.CLOSED) setTimeout(() => { if (target === source) connect(); }, AGAIN);
  });
  for (const name of ["reading", "silence", "now", "alive"]) hears(name, show);
  hears("alert", ring);
}

function watch() {
  grow();
  if (source.readyState === EventSource.OPEN && Date.now() - heard > QUIET) {
    cutOff.hidden = false;
    connect();
  }
}

if (now) {
  connect();
  grow();
  setInterval(watch, 5_000);
  document.addEventListener("visibilitychange", watch);
  addEventListener("offline", () => { cutOff.hidden = false; });
  addEventListener("online", connect);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}
