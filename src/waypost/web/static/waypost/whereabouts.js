// The whereabouts page: map, slider and table tell the same facts; choosing in one chooses in all.
import { trackMap } from "./track.js";

const A_PAGE = 500;
const WAIT_MS = 250;
const data = JSON.parse(document.getElementById("track").textContent);
const addresses = document.getElementById("more").dataset;
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const allRows = data.rows.length === data.row_count;
const body = document.getElementById("rows");
const slider = document.getElementById("moment");
const said = document.getElementById("moment-said");
const play = document.getElementById("play");
const speed = document.getElementById("speed");
const pager = document.getElementById("pager");
const share = document.getElementById("share");
const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
});
const base = fixesOf(data.fixes); // what a map of all of it shows; what is shown here adds to it
let fixes = base;
let places = placesOf(fixes);
let loaded = new Map([[0, data.rows]]); // pages of the table that have come
let chosen = null; // a fix
let page = 0;
let playing = null;
let view = null;
let asked = 0;
let waiting = null;

// Columns, as they come, to fixes; their words are made when they are wanted.
function fixesOf({ n, t, lat, lon, r95_m, mechanism, aside, joined }) {
  return n.map((number, at) => fixOf(number, [t[at], lat[at], lon[at], r95_m[at], mechanism[at], aside[at]], joined[at] === 1));
}

function fixOf(n, [t, lat, lon, r95_m, mechanism, aside], joined = false) {
  const [sign, word] = data.signs[mechanism];
  return {
    n, t, lat, lon, r95_m, mechanism: sign, used: aside === 0, joined,
    get words() {
      const when = clock.format(new Date(t * 1000)).replaceAll(",", "");
      const wide = r95_m < 1000 ? `${Math.round(r95_m)} m` : `${(r95_m / 1000).toFixed(1)} km`;
      return `${when}, ${word}, within ${wide}${aside ? `, set aside: ${data.asides[aside]}` : ""}`;
    },
  };
}

function placesOf(list) { return new Map(list.map((fix, place) => [fix.n, place])); }

function choose(fix, from) {
  if (!fix) return;
  chosen = fix;
  showRow(fix.n, from !== "table");
  const place = places.get(fix.n) ?? before(fix.n);
  slider.value = String(place);
  slider.setAttribute("aria-valuetext", fix.words);
  said.textContent = fix.words;
  if (!places.has(fix.n)) view?.add(fix);
  view?.choose(fix.n, { follow: from !== "map" });
}

const counted = (count) => count.toLocaleString("en-GB");
const byNumber = (n) => fixes[places.get(Number(n))];

// The place of the last fix shown that comes before this number.
function before(n) {
  let low = 0;
  let high = fixes.length;
  while (low < high) { const middle = (low + high) >> 1; if (fixes[middle].n < n) low = middle + 1; else high = middle; }
  return Math.max(low - 1, 0);
}

function step(by) {
  if (!fixes.length) return;
  const here = chosen ? places.get(chosen.n) ?? before(chosen.n) + (by < 0 ? 1 : 0) : -1;
  choose(fixes[Math.min(Math.max(here + by, 0), fixes.length - 1)], "step");
}

async function showRow(n, scroll) {
  const there = allRows ? Math.floor(data.rows.findIndex((row) => row.n === n) / A_PAGE) : await pageOf(n);
  if (chosen?.n !== n) return;
  if (there !== page && there >= 0) await fill(there);
  body.querySelector("[aria-current=true]")?.removeAttribute("aria-current");
  const row = body.querySelector(`[data-n="${n}"]`);
  if (!row || chosen?.n !== n) return;
  row.setAttribute("aria-current", "true");
  if (!scroll) return;
  const box = row.closest(".waypost-track__table");
  box.scrollTop = row.offsetTop - box.clientHeight / 2;
}

// The page of the table on which a fix stands: one that has come, else asked for.
async function pageOf(n) {
  for (const [number, rows] of loaded) if (rows.some((row) => row.n === n)) return number;
  const answer = await more("rows", { fix: n });
  if (answer) loaded.set(answer.page, answer.rows);
  return answer?.page ?? -1;
}

async function rowsOf(number) {
  if (allRows) return data.rows.slice(number * A_PAGE, (number + 1) * A_PAGE);
  if (!loaded.has(number)) {
    const answer = await more("rows", { page: number });
    if (answer) loaded.set(answer.page, answer.rows);
  }
  return loaded.get(number);
}

// More of this look: refused once it has ended, which the page says.
async function more(what, fields) {
  const answer = await fetch(addresses[what], {
    method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" },
    body: new URLSearchParams({ look: data.look, ...fields }),
  }).catch(() => null);
  if (answer?.ok && !answer.redirected) return answer.json();
  share.textContent = answer?.status === 409 || answer?.redirected ? share.dataset.ended : share.dataset.lost;
  share.hidden = false;
  return null;
}

// The server writes the first page of rows; the others are made here, of the same words.
async function fill(number) {
  const rows = await rowsOf(number);
  if (!rows) return;
  page = number;
  const lines = [];
  let day = "";
  for (const row of rows) {
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
  const pages = Math.ceil(data.row_count / A_PAGE);
  pager.querySelector("output").textContent = `Rows ${counted(page * A_PAGE + 1)} to ${counted(Math.min((page + 1) * A_PAGE, data.row_count))} of ${counted(data.row_count)}`;
  pager.querySelector("[data-turn='-1']").disabled = page === 0;
  pager.querySelector("[data-turn='1']").disabled = page >= pages - 1;
}

// A long track is thinned by zoom at the server: where one looks, the map asks what is there.
function lookCloser() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    asked += 1;
    const mine = asked;
    const bounds = view.map.getBounds();
    const answer = await more("part", {
      west: bounds.getWest(), south: Math.max(bounds.getSouth(), -90), east: bounds.getEast(),
      north: Math.min(bounds.getNorth(), 90), zoom: view.map.getZoom(),
    });
    if (!answer || mine !== asked) return;
    const here = fixesOf(answer.fixes);
    fixes = together(base, here);
    places = placesOf(fixes);
    slider.max = String(fixes.length - 1);
    if (chosen) slider.value = String(places.get(chosen.n) ?? before(chosen.n));
    view.show(fixes, answer.gaps, here); // those of the whole stay: one may move on before more comes
    if (chosen && !view.byNumber.has(chosen.n)) { view.add(chosen); view.draw(); }
    sayShare(answer);
  }, WAIT_MS);
}

function together(some, others) {
  const all = new Map(some.map((fix) => [fix.n, fix]));
  for (const fix of others) all.set(fix.n, fix);
  return [...all.values()].sort((a, b) => a.n - b.n);
}

function sayShare({ shown, inside }) {
  share.hidden = false;
  share.textContent = shown === inside
    ? `The map shows every one of the ${counted(inside)} fixes here, at this zoom.`
    : `The map shows ${counted(shown)} of the ${counted(inside)} fixes here, at this zoom; closer shows more. The table has all of them.`;
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
  const here = chosen ? places.get(chosen.n) ?? before(chosen.n) : -1;
  const next = starts.find((place) => place > here) ?? starts[0];
  if (next === undefined) { said.textContent = "No fix lies inside a violation: nothing was received then."; return; }
  choose(fixes[next], "violation");
  said.textContent = `First fix of a violation. ${fixes[next].words}`;
  view?.closer();
}

function startOrStop() {
  if (playing) { clearInterval(playing); playing = null; }
  else playing = setInterval(() => { if (chosen && chosen.n >= fixes.at(-1).n) startOrStop(); else step(1); }, 1000 / Number(speed.value));
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
  const bins = data.density;
  const most = Math.max(...bins, 1);
  pen.fillStyle = "#12436d";
  bins.forEach((count, bin) => pen.fillRect((bin / bins.length) * width, height * (1 - count / most), width / bins.length - 1, height * (count / most)));
}

body.addEventListener("click", (event) => {
  const row = event.target.closest("[data-n]");
  if (row) choose(byNumber(row.dataset.n) ?? fromRow(Number(row.dataset.n)), "table");
});
slider.addEventListener("input", () => choose(fixes[Number(slider.value)], "slider"));
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

// A fix of the table that the map does not show at this zoom.
function fromRow(n) {
  const row = (allRows ? data.rows : loaded.get(page)).find((one) => one.n === n);
  return row && fixOf(n, row.fix);
}

if (fixes.length) drawDensity();
pager.hidden = data.row_count <= A_PAGE;
if (!pager.hidden) await fill(0);
const map = document.getElementById("map");
view = await trackMap(map, { fixes, gaps: data.gaps, zones: data.zones, joined_s: 0 }, (n) => choose(byNumber(n), "map"));
map.dataset.ready = view ? "drawn" : "none";
if (view && chosen) view.choose(chosen.n);
if (view && !data.whole) {
  view.map.on("moveend", lookCloser);
  lookCloser();
}
