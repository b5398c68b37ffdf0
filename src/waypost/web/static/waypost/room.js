// The control room: an incident beside the list, the map, filters, keys. Each key has a button, link
// or form that does the same; no key acts while somebody types.
import { isTyping, move } from "./inbox.js";
import { attend, watch } from "./presence.js";
import { hear } from "./tone.js";

const MAP_KEY = "waypost-room-map";
const MAP_AFTER_MS = 4000; // the list first
const WIDE = matchMedia("(min-width: 87.5em)"); // list, map and incident side by side
const DESK = matchMedia("(min-width: 64em)"); // list and incident side by side
const room = document.getElementById("room");
const list = document.getElementById("inbox");
const pane = document.getElementById("incident");
const filters = document.getElementById("filters");
const keys = document.getElementById("keys-dialog");
const mapPart = document.getElementById("room-map-part");
const mapButton = document.getElementById("map-button");
const incidentAt = (id) => room.dataset.incident.replace("/0/", `/${id}/`);
const main = document.querySelector("main");
let map = null;
let asked = 0;

document.querySelector(".waypost-tools__buttons").hidden = false;

// The incident -------------------------------------------------------------------------------

const openId = () => room.dataset.open;
const part = () => pane.querySelector("[data-alert-open]");

async function fetched(id, itself) {
  const answer = await fetch(`${incidentAt(id)}?part=1${itself ? "&itself=1" : ""}`, { headers: { Accept: "text/html" } });
  if (answer.redirected) { location.reload(); return null; }
  return answer.text();
}

// itself: nobody asked, the page does so of its own: no sign that somebody is there.
export async function open(id, { push = true, focus = true, look = true, itself = false } = {}) {
  const number = ++asked;
  const html = await fetched(id, itself).catch(() => null);
  if (html === null || number !== asked) return;
  if (push && openId() !== id) history.pushState({ open: id }, "", addressWith(id));
  room.dataset.open = id;
  room.dataset.view = "incident";
  pane.hidden = false;
  pane.innerHTML = html;
  dress(look);
  if (focus) { pane.querySelector("#incident-heading")?.focus({ preventScroll: true }); pane.scrollTop = 0; if (!DESK.matches) pane.scrollIntoView(); }
}

// What the server sent, made ready: acts first, the track asked for where it may be.
function dress(look) {
  const shown = part();
  mark();
  for (const one of document.querySelectorAll(".waypost-tools__answering [name=open]")) one.value = openId();
  if (!shown) { attend(null); return; }
  for (const one of pane.querySelectorAll("[data-close]")) one.hidden = false;
  const acts = pane.querySelector(".waypost-incident__alert .govuk-grid-column-one-third");
  acts?.parentElement.prepend(acts);
  attend(shown);
  showZones();
  const hours = pane.querySelector("[data-last-hours]");
  if (hours && look) lastHours(hours);
}

function close({ push = true } = {}) {
  const id = openId();
  asked += 1;
  room.dataset.open = "";
  room.dataset.view = "list";
  pane.hidden = true;
  pane.replaceChildren();
  attend(null);
  mark();
  for (const one of document.querySelectorAll(".waypost-tools__answering [name=open]")) one.value = "";
  if (push) history.pushState({}, "", addressWith(""));
  map?.track([], []);
  showZones();
  document.querySelector(`#alert-${CSS.escape(id)} a`)?.focus();
}

function addressWith(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("open", id); else address.searchParams.delete("open");
  address.hash = "";
  return address;
}

function mark() {
  for (const row of list.querySelectorAll("[data-alert]")) {
    if (row.dataset.alert === openId()) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

// Links to incidents and alerts of the list open beside it; with a modifier they do as ever.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("#inbox [data-alert] a, [data-incident-link], .waypost-came__one a, .waypost-figures__link");
  const id = link?.closest("[data-alert]")?.dataset.alert ?? link?.dataset.incidentLink ?? link?.href.match(/alerts\/(\d+)/)?.[1];
  if (!id) return;
  event.preventDefault();
  open(id);
});
pane.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) close();
  if (event.target.closest("[data-again]")) open(openId(), { push: false, look: false });
});
addEventListener("popstate", () => {
  const id = new URL(location.href).searchParams.get("open");
  if (id) open(id, { push: false }); else if (openId()) close({ push: false });
});

// A form of the opened alert is sent without leaving the page; what the server says stands on top.
pane.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  event.preventDefault();
  if (form.matches("[data-last-hours]")) { lastHours(form); return; }
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual" }).catch(() => null);
  delete form.dataset.sent;
  if (answer?.type === "opaqueredirect") { await open(openId(), { push: false, look: false, focus: false }); focusOn(".moj-alert"); return; }
  trouble(answer ? await answer.text() : "");
});

function focusOn(selector) {
  const found = pane.querySelector(selector) ?? pane.querySelector("#incident-heading");
  found?.setAttribute("tabindex", "-1");
  found?.focus({ preventScroll: true });
  pane.scrollTop = 0;
  if (!DESK.matches) pane.scrollIntoView();
}

function trouble(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const box = pane.querySelector(".waypost-incident__trouble");
  const title = page.querySelector(".govuk-error-summary__title, main h1")?.textContent ?? "This did not work";
  const words = page.querySelector(".govuk-error-summary__body, main p")?.textContent ?? "Waypost does not answer. What you typed is still here.";
  const heading = Object.assign(document.createElement("h3"), { className: "govuk-heading-s", textContent: title.trim() });
  const said = Object.assign(document.createElement("p"), { className: "govuk-body", textContent: words.trim() });
  box.replaceChildren(heading, said);
  box.hidden = false;
  box.setAttribute("tabindex", "-1");
  box.focus();
  box.scrollIntoView({ block: "nearest" });
}

// The rows came anew: the opened row is marked, and an incident of another version is said or shown.
document.addEventListener("htmx:after:swap", () => {
  mark();
  hear();
  changed();
  if (map) showZones();
});

function changed() {
  const shown = part();
  if (!shown) return;
  const stale = shown.dataset.alerts.trim().split(" ").some((pair) => {
    const [id, version] = pair.split(":");
    const row = document.getElementById(`alert-${id}`);
    return row && row.dataset.version !== version;
  });
  if (!stale) return;
  const typed = [...pane.querySelectorAll("textarea, input[type=text]")].some((field) => field.value);
  if (typed || pane.contains(document.activeElement)) pane.querySelector(".waypost-incident__changed").hidden = false;
  else open(openId(), { push: false, focus: false, look: false, itself: true });
}

// The track of the last hours: each asking is a look of its own, with its line.
async function lastHours(form) {
  const answer = await fetch(`${form.action}?part=1`, { method: "POST", body: new FormData(form) }).catch(() => null);
  delete form.dataset.sent;
  const spot = pane.querySelector("[data-hours]");
  if (!answer?.ok || !spot) { if (answer && spot) trouble(await answer.text()); return; }
  spot.innerHTML = await answer.text();
  form.querySelector("button").textContent = "Look again";
  const data = JSON.parse(spot.querySelector("#last-hours").textContent);
  pane.dataset.track = "yes";
  if (map) map.track(data.fixes, data.gaps, data.signs);
  else if (mapPart && DESK.matches) showMap(true);
}

function tracked() {
  const script = pane.querySelector("#last-hours");
  return script ? JSON.parse(script.textContent) : null;
}

// The map --------------------------------------------------------------------------------------

function showMap(on) {
  drawMap(on).catch(() => {
    map = null;
    document.getElementById("room-map").replaceChildren();
    document.getElementById("map-said").textContent = "The map could not be drawn. What it would show stands in words beside each alert.";
  });
}

async function drawMap(on) {
  mapPart.hidden = !on;
  room.classList.toggle("waypost-room--map", on);
  mapButton.setAttribute("aria-pressed", String(on));
  if (!on) return;
  const { roomMap } = await import("./room-map.js");
  map ??= await roomMap(document.getElementById("room-map"));
  if (map) showZones();
  const data = tracked();
  if (map && data) map.track(data.fixes, data.gaps, data.signs);
}

const known = new Map(); // alert -> its outlines; each alert is asked for once

let zonesShown = Promise.resolve(); // one after the other: what is being fetched is not empty

function showZones() {
  zonesShown = zonesShown.then(drawZones).catch(() => {});
}

async function drawZones() {
  if (!map || !room.dataset.zones) return;
  const pageIds = [...list.querySelectorAll("[data-alert]")].map((row) => row.dataset.alert);
  const openIds = part()?.dataset.alerts.trim().split(" ").map((pair) => pair.split(":")[0]) ?? [];
  const missing = [...new Set([...pageIds, ...openIds])].filter((id) => !known.has(id));
  if (missing.length) {
    for (const id of missing) known.set(id, []);
    const query = new URLSearchParams(missing.map((id) => ["alert", id]));
    const answer = await fetch(`${room.dataset.zones}?${query}`).catch(() => null);
    if (!answer?.ok || answer.redirected) { for (const id of missing) known.delete(id); return; }
    for (const zone of (await answer.json()).zones) known.get(String(zone.alert))?.push(zone);
  }
  const ids = openIds.length ? openIds : pageIds;
  const zones = ids.flatMap((id) => known.get(id) ?? []);
  map.zones(zones, openIds.join());
  say(zones.length, openIds.length > 0);
}

function say(count, one) {
  const what = count === 0 ? "No outline: what these alerts are about has no zone." : `${count} outline${count > 1 ? "s" : ""} of what ${one ? "this incident is" : "the alerts of this page are"} about.`;
  const where = tracked() ? "The last fix with its circle, and the track of the last six hours." : "Where anybody is, is not on it.";
  document.getElementById("map-said").textContent = `${what} ${where}`;
}

mapButton?.addEventListener("click", () => {
  const on = mapPart.hidden;
  localStorage.setItem(MAP_KEY, on ? "on" : "off");
  showMap(on);
});
const wanted = localStorage.getItem(MAP_KEY) ?? (WIDE.matches ? "on" : "off");
if (mapPart && wanted === "on") setTimeout(() => { if (!map && mapPart.hidden) showMap(true); }, MAP_AFTER_MS);

// Keys -----------------------------------------------------------------------------------------

function act(word) {
  if (!part()) { document.activeElement?.closest("[data-alert]")?.querySelector("a").click(); return; }
  if (word === "playbook") { const block = pane.querySelector("#playbook"); block?.scrollIntoView(); block?.querySelector("summary, button, a, input")?.focus(); return; }
  const field = pane.querySelector(`form input[name=act][value=${word}]`);
  if (!field) return;
  const details = field.closest("details");
  if (details) details.open = true;
  const button = field.form.querySelector("button");
  if (word === "note") field.form.querySelector("textarea").focus();
  else { button.focus(); field.form.requestSubmit(button); }
}

const KEYS = {
  a: () => act("acknowledge"), t: () => act("take_in_hand"), n: () => act("note"), p: () => act("playbook"),
  m: () => mapButton?.click(), f: () => { filters.open = !filters.open; filters.querySelector(filters.open ? "input:checked, input" : "summary").focus(); },
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !keys.open) {
    if (filters.open && filters.contains(event.target)) { filters.open = false; filters.querySelector("summary").focus(); }
    else if (event.target.closest("textarea, input, select")) event.target.blur();
    else if (openId()) close();
    return;
  }
  if (isTyping(event) || event.repeat || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.getElementById("keys-button").addEventListener("click", () => keys.showModal());
document.getElementById("previous-button").addEventListener("click", () => move(-1));
document.getElementById("next-button").addEventListener("click", () => move(1));

watch({ ...list.dataset, seen: room.dataset.seen });
if (main && openId()) dress(true);
