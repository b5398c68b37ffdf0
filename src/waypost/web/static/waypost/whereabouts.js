// The whereabouts page: map, slider and table tell the same facts; choosing in one chooses in all.
import { trackMap } from "./track.js";

const A_PAGE = 500;
const data = JSON.parse(document.getElementById("track").textContent);
const { fixes, rows } = data;
const places = new Map(fixes.map((fix, place) => [fix.n, place]));
const body = document.getElementById("rows");
const slider = document.getElementById("moment");
const said = document.getElementById("moment-said");
const play = document.getElementById("play");
const speed = document.getElementById("speed");
const pager = document.getElementById("pager");
let chosen = -1;
let page = 0;
let playing = null;
let view = null;

function choose(n, from) {
  const place = places.get(Number(n));
  if (place === undefined) return;
  chosen = place;
  const fix = fixes[place];
  showRow(fix.n, from !== "table");
  slider.value = String(place);
  slider.setAttribute("aria-valuetext", fix.words);
  said.textContent = fix.words;
  view?.choose(fix.n, { follow: from !== "map" });
}

function step(by) {
  if (!fixes.length) return;
  const next = Math.min(Math.max(chosen + by, 0), fixes.length - 1);
  choose(fixes[next].n, "step");
}

function showRow(n, scroll) {
  const at = rows.findIndex((row) => row.n === n);
  if (at >= 0 && Math.floor(at / A_PAGE) !== page) fill(Math.floor(at / A_PAGE));
  body.querySelector("[aria-current=true]")?.removeAttribute("aria-current");
  const row = body.querySelector(`[data-n="${n}"]`);
  if (!row) return;
  row.setAttribute("aria-current", "true");
  if (!scroll) return;
  const box = row.closest(".waypost-track__table");
  box.scrollTop = row.offsetTop - box.clientHeight / 2;
}

// The server writes the first page of rows; the others are made here, of the same words.
function fill(number) {
  page = number;
  const lines = [];
  let day = "";
  for (const row of rows.slice(page * A_PAGE, (page + 1) * A_PAGE)) {
    const line = document.createElement("tr");
    if (row.day !== day) lines.push(dayLine(row.day));
    day = row.day;
    lines.push(line);
    line.className = `govuk-table__row waypost-track__row waypost-track__row--${row.look}`;
    if (row.n !== null) { line.dataset.n = row.n; }
    row.cells.forEach((cell, place) => {
      const box = document.createElement("td");
      box.className = "govuk-table__cell";
      if (place === 0) {
        const time = document.createElement("time");
        time.dateTime = row.utc;
        time.title = `${row.utc.replace("T", " ").replace("Z", "")} UTC`;
        time.textContent = cell;
        box.append(time);
      } else box.textContent = cell;
      if (place === row.cells.length - 1) box.colSpan = row.last_spans;
      line.append(box);
    });
  }
  body.replaceChildren(...lines);
  const pages = Math.ceil(rows.length / A_PAGE);
  pager.querySelector("output").textContent = `Rows ${page * A_PAGE + 1} to ${Math.min((page + 1) * A_PAGE, rows.length)} of ${rows.length}`;
  pager.querySelector("[data-turn='-1']").disabled = page === 0;
  pager.querySelector("[data-turn='1']").disabled = page >= pages - 1;
}

function dayLine(words) {
  const line = document.createElement("tr");
  line.className = "govuk-table__row waypost-track__day";
  const box = Object.assign(document.createElement("th"), { scope: "rowgroup", colSpan: 5, textContent: words });
  line.append(box);
  return line;
}

// To the first fix inside the next violation after the chosen fix, or round to the first one.
function toViolation() {
  const starts = data.violations.map((one) => fixes.findIndex((fix) => fix.used && fix.t >= one.from_s && fix.t <= one.to_s))
    .filter((place) => place >= 0).sort((a, b) => a - b);
  const next = starts.find((place) => place > chosen) ?? starts[0];
  if (next === undefined) { said.textContent = "No fix lies inside a violation: nothing was received then."; return; }
  choose(fixes[next].n, "violation");
  said.textContent = `First fix of a violation. ${fixes[next].words}`;
  view?.closer();
}

function startOrStop() {
  if (playing) { clearInterval(playing); playing = null; }
  else playing = setInterval(() => { if (chosen >= fixes.length - 1) startOrStop(); else step(1); }, 1000 / Number(speed.value));
  play.textContent = playing ? "Pause" : "Play";
}

// How many fixes each part of the window has, and where violations lie, under the slider.
function drawDensity() {
  const canvas = document.getElementById("density");
  const width = (canvas.width = canvas.clientWidth * 2);
  const height = (canvas.height = canvas.clientHeight * 2);
  const pen = canvas.getContext("2d");
  const { from_s, to_s, violations } = data;
  const x = (t) => ((t - from_s) / (to_s - from_s)) * width;
  pen.fillStyle = "#f3d3cf";
  for (const one of violations) pen.fillRect(x(one.from_s), 0, Math.max(x(one.to_s) - x(one.from_s), 3), height);
  const bins = new Array(160).fill(0);
  for (const fix of fixes) bins[Math.min(159, Math.max(0, Math.floor(((fix.t - from_s) / (to_s - from_s)) * 160)))] += 1;
  const most = Math.max(...bins, 1);
  pen.fillStyle = "#12436d";
  bins.forEach((count, bin) => pen.fillRect((bin / 160) * width, height * (1 - count / most), width / 160 - 1, height * (count / most)));
}

body.addEventListener("click", (event) => {
  const row = event.target.closest("[data-n]");
  if (row) choose(row.dataset.n, "table");
});
slider.addEventListener("input", () => { const fix = fixes[Number(slider.value)]; if (fix) choose(fix.n, "slider"); });
document.getElementById("before").addEventListener("click", () => step(-1));
document.getElementById("after").addEventListener("click", () => step(1));
play.addEventListener("click", startOrStop);
document.getElementById("violation")?.addEventListener("click", toViolation);
speed.addEventListener("change", () => { if (playing) { startOrStop(); startOrStop(); } });
pager.addEventListener("click", (event) => { const turn = event.target.dataset.turn; if (turn) fill(page + Number(turn)); });
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea, button, a, summary")) return;
  const onMap = event.target.closest(".maplibregl-canvas-container");
  const turn = event.shiftKey && { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const act = turn ? () => view?.pan(...turn) : {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1),
    ArrowDown: () => step(1), ArrowUp: () => step(-1),
    v: toViolation, " ": startOrStop, "+": () => view?.zoom(1), "=": () => view?.zoom(1), "-": () => view?.zoom(-1),
    "?": () => { const keys = document.getElementById("keys"); keys.open = !keys.open; },
  }[event.key];
  if (!act || (onMap && "+-=".includes(event.key))) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}, { capture: true });
addEventListener("resize", drawDensity);

if (fixes.length) drawDensity();
pager.hidden = rows.length <= A_PAGE;
if (!pager.hidden) fill(0);
const map = document.getElementById("map");
view = await trackMap(map, data, (n) => choose(n, "map"));
map.dataset.ready = view ? "drawn" : "none";
if (view && chosen >= 0) view.choose(fixes[chosen].n);
