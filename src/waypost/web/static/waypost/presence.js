// Who else is at an alert: this page says what it has open, and shows what others say.
// Said every eight seconds while the page is looked at; it counts for twenty, so that whoever closes
// a lid is gone within half a minute.
import { listen } from "./stream.js";

const SAY_EVERY_MS = 8_000;
let part = null; // the element that has an alert open
let doing = "looking";
let shown = false;

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

function form(word) {
  const fields = new FormData();
  fields.set("doing", word);
  fields.set("csrfmiddlewaretoken", token());
  return fields;
}

function say() {
  if (part && document.visibilityState === "visible") fetch(part.dataset.say, { method: "POST", body: form(doing) }).catch(() => {});
}

function leave() {
  if (part) navigator.sendBeacon(part.dataset.say, form("gone"));
}

// The element with an alert open that this page has now, or null; another than before is left.
export function attend(next) {
  if (part?.dataset.say !== next?.dataset.say) leave();
  part = next;
  doing = "looking";
  say();
}

// What is typed into a box of words is a note; an empty box that was left is none.
function write() {
  const box = part && document.activeElement?.closest("textarea");
  const next = box && (part.contains(box) || !part.closest("#incident")) && box.value ? "writing" : "looking";
  if (next === doing) return;
  doing = next;
  say();
}

async function look({ seen }) {
  const answer = await fetch(seen).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { alerts } = await answer.json();
  shown = Object.keys(alerts).length > 0;
  for (const spot of document.querySelectorAll("[data-here]")) {
    const words = alerts[spot.dataset.here] ?? "";
    if (spot.textContent !== words) spot.textContent = words;
    spot.hidden = !words;
  }
}

export function watch(addresses) {
  shown = Boolean(document.querySelector("[data-here]:not([hidden])"));
  listen(addresses, "presence", () => look(addresses));
  setInterval(() => { say(); if (shown) look(addresses); }, SAY_EVERY_MS);
  document.addEventListener("input", write);
  document.addEventListener("focusout", () => setTimeout(write));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); else say(); });
  addEventListener("pagehide", leave);
}

const own = document.querySelector("[data-presence]");
if (own && !document.getElementById("room")) {
  watch(own.dataset);
  attend(own);
}
