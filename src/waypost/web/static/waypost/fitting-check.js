// The fitting check: asks every two seconds what the tag has said, and shows it as it comes, on the
// map and in the table. One look is recorded for half an hour; after that the page asks to be opened
// again.
import { trackMap } from "./track.js";

const EVERY_MS = 2000;
const ROWS_MAX = 40;
const first = JSON.parse(document.getElementById("check-data").textContent);
const box = document.getElementById("check");
const part = (name) => document.getElementById(`check-${name}`);
const map = document.getElementById("map");
const fixes = [];
const rows = [];
let { position } = first;
let view = null;
let state = "";

function take(data) {
  position = data.position;
  const known = new Set(fixes.map(({ t, lat, lon }) => `${t} ${lat} ${lon}`));
  // Rows come newest first, fixes earliest first: the same facts.
  const told = [...data.rows].reverse();
  const news = data.fixes.map((fix, place) => [fix, told[place]]).filter(([fix]) => !known.has(`${fix.t} ${fix.lat} ${fix.lon}`));
  for (const [fix, row] of news) { fixes.push(fix); rows.unshift(row); }
  fixes.sort((a, b) => a.t - b.t);
  fixes.forEach((fix, n) => { fix.n = n; });
  rows.splice(ROWS_MAX);
  return news.length > 0;
}

function say(data) {
  const anew = fixes.some((fix) => fix.used) && data.state !== "fix";
  if (!anew && data.state !== state) {
    state = data.state;
    box.className = `waypost-check waypost-check--${state}`;
    part("headline").textContent = data.headline;
  }
  const right = part("right");
  right.disabled = !fixes.some((fix) => fix.used);
  right.setAttribute("aria-disabled", String(right.disabled));
  part("waited").textContent = data.waited;
  part("heard").textContent = data.heard;
  if (data.battery !== "not stated yet") part("battery").textContent = data.battery;
  const tries = anew ? [] : data.tries;
  part("tries").hidden = !tries.length;
  part("tries").replaceChildren(...tries.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
}

function fillTable() {
  if (!rows.length) return;
  part("rows").replaceChildren(...rows.map((cells) => {
    const line = Object.assign(document.createElement("tr"), { className: "govuk-table__row" });
    line.append(...cells.map((cell) => Object.assign(document.createElement("td"), { className: "govuk-table__cell", textContent: cell })));
    return line;
  }));
}

// Few fixes: the map is made anew for the first, so that it shows the place; later ones are added.
async function draw() {
  const data = { fixes, gaps: [], zones: first.zones, joined_s: first.joined_s };
  view?.map.remove();
  map.replaceChildren();
  view = await trackMap(map, data, () => {});
  map.dataset.fixes = String(fixes.length);
  map.dataset.ready = view ? "drawn" : "none";
  const last = fixes.filter((fix) => fix.used).at(-1);
  if (view && last) view.choose(last.n);
}

async function look() {
  try {
    const answer = await fetch(`${box.dataset.fixes}?after=${position}`, { headers: { Accept: "application/json" } });
    if (answer.status === 409) {
      part("headline").textContent = (await answer.json()).over;
      return;
    }
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const data = await answer.json();
    const news = take(data);
    say(data);
    if (news) { fillTable(); await draw(); }
  } catch {
    part("heard").textContent = "this page has lost touch with Waypost";
  }
  setTimeout(look, EVERY_MS);
}

take(first);
say(first);
await draw();
setTimeout(look, EVERY_MS);
