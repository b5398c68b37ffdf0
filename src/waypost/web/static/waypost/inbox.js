// The live inbox: hears that something changed, has the rows fetched anew, moves by keyboard.
// htmx polls whatever happens.
import { listen, newest } from "./stream.js";

const list = document.getElementById("inbox");
const room = document.getElementById("room");
let waiting = null;

function ask(after_ms) {
  waiting ??= setTimeout(() => {
    waiting = null;
    list.dispatchEvent(new CustomEvent("inbox-changed", { bubbles: true }));
  }, after_ms);
}

listen(list.dataset, "version", () => ask(60)); // a burst is fetched once

// The row one stands on, or that stands open: j and k go on from it.
function here() {
  const row = document.activeElement?.closest("#inbox [data-alert]");
  return row?.dataset.alert ?? room?.dataset.open ?? "";
}

export function move(by) {
  const rows = [...list.querySelectorAll("[data-alert]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.dataset.alert === here());
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)].querySelector("a").focus();
}

// Reasons that somebody reads stay open while the rows are fetched anew.
const reading = new Set();
function remember(details) {
  const row = details.closest("[data-alert]");
  if (row) reading[details.open ? "add" : "delete"](row.dataset.alert);
}
list.addEventListener("toggle", (event) => remember(event.target), true);
document.addEventListener("htmx:after:swap", () => {
  const of = Number(list.querySelector("[data-of]")?.dataset.of ?? 0);
  if (of < newest("version")) ask(400); // drawn for all open pages just before this one heard more
  for (const details of list.querySelectorAll("[data-alert] details")) {
    const open = reading.has(details.closest("[data-alert]").dataset.alert);
    if (details.open !== open) details.open = open;
  }
});

function why() {
  const details = document.activeElement?.closest("[data-alert]")?.querySelector("details");
  if (!details) return;
  details.open = !details.open;
  remember(details); // at once: rows that come before the browser says so would undo it
}

// Whether a key is meant for what is being filled in, or for the browser.
export function isTyping(event) {
  return event.altKey || event.ctrlKey || event.metaKey || Boolean(event.target.closest("input, select, textarea, dialog, .waypost-map"));
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  const inPane = event.target.closest("#incident");
  if (event.key === "j" || (event.key === "ArrowDown" && !inPane)) { event.preventDefault(); move(1); }
  if (event.key === "k" || (event.key === "ArrowUp" && !inPane)) { event.preventDefault(); move(-1); }
  if (event.key === "w") { event.preventDefault(); why(); }
});

// A page that hears nothing must not look calm: what it shows is as old as its last answer.
let answeredAt = Date.now();
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.raw?.ok) answeredAt = Date.now();
});
setInterval(() => {
  const silent_s = (Date.now() - answeredAt) / 1000;
  document.getElementById("lost").hidden = silent_s < Number(list.dataset.lostAfterS);
}, 1000);
