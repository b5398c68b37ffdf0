// A violation explained: line, map and table show the same fixes; choosing in one chooses in all.
import { trackMap } from "./track.js";

const { fixes, ...rest } = JSON.parse(document.getElementById("track").textContent);
const places = new Map(fixes.map((fix, place) => [fix.n, place]));
const path = document.getElementById("path");
const body = document.getElementById("rows");
const slider = document.getElementById("moment");
const said = document.getElementById("moment-said");
const mattered = [...document.querySelectorAll(".waypost-mattered a")].map((link) => document.querySelector(link.hash));
let chosen = -1;
let mattering = -1;
let view = null;

function choose(n, from) {
  const place = places.get(Number(n));
  if (place === undefined) return;
  chosen = place;
  const fix = fixes[place];
  showRow(body?.querySelector(`[data-n="${fix.n}"]`), from !== "table");
  path?.querySelector(".waypost-path__fix--chosen")?.classList.remove("waypost-path__fix--chosen");
  path?.querySelector(`[data-n="${fix.n}"]`)?.classList.add("waypost-path__fix--chosen");
  if (slider) {
    slider.value = String(place);
    slider.setAttribute("aria-valuetext", fix.words);
    said.textContent = sayFix(fix);
  }
  view?.choose(fix.n, { follow: from !== "map" });
}

// The fix in words, with what came of it as the table says.
function sayFix(fix) {
  const cell = body?.querySelector(`[data-n="${fix.n}"] td:last-child`);
  const did = [...(cell?.childNodes ?? [])].map((node) => node.textContent.trim()).filter(Boolean);
  return [fix.words, ...did].join(". ");
}

function showRow(row, scroll) {
  body?.querySelector("[aria-current=true]")?.removeAttribute("aria-current");
  if (!row) return;
  row.setAttribute("aria-current", "true");
  const box = row.closest(".waypost-track__table");
  if (scroll) box.scrollTop = row.offsetTop - box.clientHeight / 2;
}

function step(by) {
  if (fixes.length) choose(fixes[Math.min(Math.max(chosen + by, 0), fixes.length - 1)].n, "step");
}

// To the next thing that mattered, round to the first: a fix is chosen, an edge only shown.
function toMoment() {
  if (!mattered.length) return;
  mattering = (mattering + 1) % mattered.length;
  const row = mattered[mattering];
  if (row.dataset.n !== undefined) { choose(row.dataset.n, "moment"); return; }
  showRow(row, true);
  said.textContent = `${row.cells[0].textContent.trim()}: ${row.cells[1].textContent.trim()}`;
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest(".waypost-path__fix");
  const link = event.target.closest(".waypost-mattered a");
  const row = event.target.closest("#rows [data-n]");
  if (mark) { event.preventDefault(); choose(mark.dataset.n, "path"); }
  else if (row) choose(row.dataset.n, "table");
  else if (link) {
    const target = document.querySelector(link.hash);
    mattering = mattered.indexOf(target);
    if (target.dataset.n !== undefined) choose(target.dataset.n, "table");
  }
});
slider?.addEventListener("input", () => { const fix = fixes[Number(slider.value)]; if (fix) choose(fix.n, "slider"); });
document.getElementById("before")?.addEventListener("click", () => step(-1));
document.getElementById("after")?.addEventListener("click", () => step(1));
document.getElementById("next-moment")?.addEventListener("click", toMoment);
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea, button, a, summary")) return;
  const onMap = event.target.closest(".maplibregl-canvas-container");
  const turn = event.shiftKey && { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const act = turn ? () => view?.pan(...turn) : {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
    v: toMoment, "+": () => view?.zoom(1), "=": () => view?.zoom(1), "-": () => view?.zoom(-1),
    "?": () => { const keys = document.getElementById("keys"); keys.open = !keys.open; },
  }[event.key];
  if (!act || (onMap && "+-=".includes(event.key))) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}, { capture: true });

const box = document.getElementById("moment-box");
if (box) box.hidden = false;
const map = document.getElementById("map");
view = await trackMap(map, { fixes, ...rest }, (n) => choose(n, "map"));
map.dataset.ready = view ? "drawn" : "none";
if (view && chosen >= 0) view.choose(fixes[chosen].n);
