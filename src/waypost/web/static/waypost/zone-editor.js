// The zone editor: tools, map, table of corners and text are one zone; a change in one changes all.
// The server is asked after each change what the zone comes to; it alone says what is wrong with it.
import * as model from "./zone-model.js";
import { zoneMap } from "./zone-map.js";

const WAIT_MS = 300;
const STEP_PX = 12;
const NEEDS = { polygon: "three corners at least", circle: "a centre", corridor: "two corners at least" };
const LONDON = [[-0.22, 51.46], [0.06, 51.68]];

class Editor {
  constructor(element) {
    this.element = element;
    this.name = element.dataset.zoneEditor;
    this.data = JSON.parse(document.getElementById(`${this.name}-data`).textContent);
    this.text = document.getElementById(this.name);
    this.warning = document.getElementById(`${this.name}-warning`);
    this.form = element.closest("form");
    this.history = new model.History(model.fromGeometry(this.data.zone));
    this.drawing = !this.data.zone;
    this.grid = this.data.grid;
    this.last = this.data; // what the server said of the zone as it stands; null: not yet
    this.asked = 0;
    this.view = null;
  }

  part(name) { return this.element.querySelector(`[data-part=${name}]`); }

  get state() { return this.history.now; }

  async start() {
    this.part("work").hidden = false;
    this.part("text-box").open = false;
    this.listen();
    this.fill();
    const map = this.part("map");
    this.view = await zoneMap(map, boundsOf(this.state, this.data.near) ?? LONDON, this.data.meaning, this.data.near, {
      add: (place) => this.change(model.addCorner(this.state, place)),
      pick: (ring, at) => this.pick(ring, at),
      insert: (ring, at, place) => this.change(model.addCorner(model.choose(this.state, ring, at), place), { wait: true }),
      drag: (place, first) => this.change(model.moveCorner(this.state, place), { quietly: !first, wait: true }),
      stretch: (metres) => this.change(model.resize(this.state, Math.max(1, Math.round(metres))), { quietly: this.stretching, wait: (this.stretching = true) }),
      dropped: () => { this.stretching = false; this.check(); },
    });
    if (this.view) this.view.snap = this.part("snap").checked;
    this.draw(this.data);
    map.dataset.ready = this.view ? "drawn" : "none";
  }

  // A new state of the zone: shown everywhere at once, then checked.
  change(state, { quietly = false, wait = false } = {}) {
    this.history.set(state, { quietly });
    this.write();
    this.fill();
    this.draw({});
    this.measure();
    if (!wait) this.check();
  }

  pick(ring, at) {
    this.history.set(model.choose(this.state, ring, at), { quietly: true });
    this.fill();
    this.draw(this.last ?? {});
    const place = model.chosenOf(this.state);
    if (place) { this.view?.bring(place); this.say(`Corner ${at + 1}: ${words(place)}.`); }
  }

  draw({ area = null, ring = null }) { this.view?.show(this.state, { area, ring, drawing: this.drawing }); }

  write() {
    const geometry = model.toGeometry(this.state);
    this.text.value = geometry ? JSON.stringify(geometry) : "";
  }

  say(text) { this.part("said").textContent = text; }

  // What was drawn, to the server; its area, ring, measures and verdict come back.
  check() {
    clearTimeout(this.waiting);
    this.asked += 1;
    const mine = this.asked;
    this.last = null;
    if (!this.text.value) { this.judge([], [], `A zone needs ${NEEDS[this.state.shape]}.`); return; }
    this.waiting = setTimeout(async () => {
      const said = await this.asking();
      if (mine !== this.asked || !said) return;
      this.hear(said);
      this.fill();
      this.draw(this.last);
      this.element.dispatchEvent(new CustomEvent("waypost:zone", { bubbles: true, detail: this.last }));
    }, WAIT_MS);
  }

  // What the server makes of the text as it stands.
  async asking() {
    const answer = await this.post(this.element.dataset.check, {
      editor: this.name, kind: this.element.dataset.kind, near: JSON.stringify(this.data.near),
      [this.name]: this.text.value, [`${this.name}-warning`]: this.warning?.value ?? "",
    });
    if (answer?.ok) return answer.json();
    this.judge(["The zone could not be checked: the server does not answer."], []);
    return null;
  }

  hear(said) {
    this.last = said;
    this.grid = said.grid;
    this.measures(said.measures);
    this.judge(said.problems, said.findings);
  }

  async post(address, fields) {
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    return fetch(address, { method: "POST", headers, body: new URLSearchParams(fields) }).catch(() => null);
  }

  judge(problems, findings, otherwise = "The zone can be judged.") {
    const line = (text, className) => Object.assign(document.createElement("p"), { textContent: text, className });
    const lines = [...problems.map((text) => line(text, "govuk-error-message")), ...findings.map((text) => line(text, "govuk-body waypost-zone__odd"))];
    this.part("verdict").replaceChildren(...(lines.length ? lines : [line(otherwise, "govuk-body")]));
  }

  measures(pairs) {
    this.part("measures").replaceChildren(...pairs.map(([label, text]) => {
      const box = document.createElement("div");
      box.append(Object.assign(document.createElement("dt"), { textContent: label }),
        Object.assign(document.createElement("dd"), { className: "waypost-figures__words", textContent: text }));
      return box;
    }));
  }

  // While it is drawn: figures good to a thousandth, until the server's come.
  measure() {
    if (!model.toGeometry(this.state)) { this.measures([]); return; }
    const { area_m2, edge_m } = model.roughly(this.state);
    this.measures([["Area", `about ${round(area_m2)} m²`], ["Edge, all round", `about ${round(edge_m)} m`]]);
  }

  listen() {
    const acts = {
      draw: () => { this.drawing = !this.drawing; this.say(this.drawing ? "Click on the map to set corners; Escape ends." : "Drawing has ended."); this.fill(); this.draw(this.last ?? {}); },
      undo: () => { this.history.undo(); this.again(); },
      redo: () => { this.history.redo(); this.again(); },
      fit: () => { const bounds = boundsOf(this.state, this.data.near); if (bounds) this.view?.fit(bounds); },
      clear: () => { this.drawing = true; this.change(model.empty(this.state.shape)); },
      hole: () => { this.drawing = true; this.change(model.addRing(this.state, true)); this.say("Set the corners of the hole."); },
      part: () => { this.drawing = true; this.change(model.addRing(this.state, false)); this.say("Set the corners of the new part."); },
      drop: () => this.change(model.dropRing(this.state)),
      jump: () => this.jump(false),
      place: () => this.jump(true),
      check: () => this.read(),
    };
    this.element.addEventListener("click", (event) => {
      const act = acts[event.target.closest("[data-act]")?.dataset.act];
      if (!act) return;
      event.preventDefault();
      act();
    });
    this.part("shape").addEventListener("change", (event) => this.change(model.reshape(this.state, event.target.value)));
    this.part("size").addEventListener("change", (event) => {
      const size_m = Number(event.target.value);
      if (size_m > 0) this.change(model.resize(this.state, size_m));
      else { event.target.value = this.state.size_m; this.say("Enter a number of metres above 0."); }
    });
    this.part("ring").addEventListener("change", (event) => this.pick(Number(event.target.value), -1));
    this.part("snap").addEventListener("change", (event) => { if (this.view) this.view.snap = event.target.checked; });
    this.part("as-grid").addEventListener("change", () => this.fill());
    this.part("jump").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.jump(false); } });
    this.text.addEventListener("change", () => this.read());
    this.warning?.addEventListener("change", () => this.check());
    this.part("corners").addEventListener("change", (event) => this.type(event.target));
    this.part("corners").addEventListener("focusin", (event) => {
      const at = Number(event.target.closest("tr").dataset.at);
      if (at !== this.state.at) this.pick(this.state.ring, at);
    });
    this.part("corners").addEventListener("click", (event) => this.row(event.target.closest("[data-do]")));
    this.element.addEventListener("keydown", (event) => this.key(event), { capture: true });
  }

  again() {
    this.write();
    this.fill();
    this.draw({});
    this.measure();
    this.check();
  }

  // The text box was typed in: GeoJSON is taken at once, words by what the server makes of them.
  async read() {
    const said = await this.asking();
    if (!said) return;
    this.hear(said);
    if (!said.zone) return;
    this.history.set(model.fromGeometry(said.zone));
    this.drawing = false;
    this.write();
    this.fill();
    this.draw(said);
    const bounds = boundsOf(this.state, []);
    if (bounds) this.view?.fit(bounds);
  }

  // A corner's place was typed: degrees are read here, postcodes and grid references by the server.
  async type(input) {
    const at = Number(input.closest("tr").dataset.at);
    const place = await this.find(input.value);
    if (!place) { input.setAttribute("aria-invalid", "true"); return; }
    this.change(model.moveCorner(model.choose(this.state, this.state.ring, at), place));
    this.view?.bring(place);
  }

  row(button) {
    if (!button) return;
    const at = Number(button.closest("tr").dataset.at);
    this.history.set(model.choose(this.state, this.state.ring, at), { quietly: true });
    if (button.dataset.do === "remove") {
      this.change(model.removeCorner(this.state));
      this.say(`Corner ${at + 1} is taken out.`);
      this.focusRow(Math.max(this.state.at, 0), "[data-do=remove]");
      return;
    }
    const { points } = model.ringOf(this.state);
    const next = points[(at + 1) % points.length];
    this.change(model.addCorner(this.state, [(points[at][0] + next[0]) / 2, (points[at][1] + next[1]) / 2]));
    this.focusRow(at + 1, "input");
  }

  focusRow(at, what) { this.part("corners").querySelector(`tr[data-at="${at}"] ${what}`)?.focus(); }

  async jump(set) {
    const box = this.part("jump");
    const place = await this.find(box.value);
    if (!place) return;
    if (set) this.change(model.addCorner(this.state, place));
    this.view?.bring(place, 15);
  }

  async find(text) {
    const match = text.trim().match(/^(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$/);
    if (match) { const place = [Number(match[2]), Number(match[1])]; this.say(`${words(place)}.`); return place; }
    const answer = await this.post(this.element.dataset.place, { text });
    const said = answer ? await answer.json().catch(() => ({})) : {};
    if (!answer?.ok) { this.say(said.words ? `${said.words} Write a postcode, a grid reference, or latitude, longitude.` : "The server does not answer."); return null; }
    this.say(`${said.words}: ${words([said.lon, said.lat])}${said.grid ? `, ${said.grid}` : ""}.`);
    return [said.lon, said.lat];
  }

  key(event) {
    const typing = event.target.closest("input, textarea, select");
    if ((event.ctrlKey || event.metaKey) && !typing && "zy".includes(event.key.toLowerCase())) {
      event.preventDefault();
      if (event.key.toLowerCase() === "y" || event.shiftKey) this.history.redo(); else this.history.undo();
      this.again();
      return;
    }
    if (!event.target.closest("[data-part=map] canvas")) return;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const place = model.chosenOf(this.state);
    const step_m = event.ctrlKey || event.metaKey ? 1 : this.view.metres(STEP_PX);
    const count = model.ringOf(this.state).points.length;
    const act = arrow ? () => this.arrow(arrow, place, event.shiftKey, step_m) : {
      Enter: () => { this.change(model.addCorner(this.state, this.view.middle())); this.said(); },
      n: () => count && this.pick(this.state.ring, (this.state.at + 1) % count),
      p: () => count && this.pick(this.state.ring, (this.state.at - 1 + count) % count),
      Delete: () => { this.change(model.removeCorner(this.state)); this.said(); },
      Backspace: () => { this.change(model.removeCorner(this.state)); this.said(); },
      Escape: () => { this.drawing = false; this.fill(); this.draw(this.last ?? {}); this.say("Drawing has ended."); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // The chosen corner by a step with Shift, else the map under the cross: at once, so that Enter
  // means what one sees.
  arrow([right, up], place, shift, step_m) {
    if (!shift) { this.view.pan(right, up); return; }
    if (!place) return;
    this.change(model.moveCorner(this.state, model.moved(place, right * step_m, up * step_m)));
    this.said();
  }

  said() {
    const place = model.chosenOf(this.state);
    const { points } = model.ringOf(this.state);
    this.say(place ? `Corner ${this.state.at + 1} of ${points.length}: ${words(place)}.` : "No corner is left in this ring.");
  }

  // Tools and table say what the state is.
  fill() {
    const { state } = this;
    const { shape, rings, size_m } = state;
    this.part("shape").value = shape;
    this.element.querySelector("[data-act=draw]").setAttribute("aria-pressed", String(this.drawing));
    this.element.querySelector("[data-act=undo]").disabled = !this.history.past.length;
    this.element.querySelector("[data-act=redo]").disabled = !this.history.next.length;
    this.part("size-box").hidden = shape === "polygon";
    this.part("size-label").textContent = shape === "circle" ? "Radius, metres" : "Whole width, metres";
    if (document.activeElement !== this.part("size")) this.part("size").value = size_m ?? "";
    this.part("rings-box").hidden = shape !== "polygon";
    this.part("ring").replaceChildren(...rings.map((ring, n) => new Option(ringWords(rings, ring), String(n), false, n === state.ring)));
    this.rows();
  }

  rows() {
    const { state } = this;
    const { points } = model.ringOf(state);
    const before = state.rings.slice(0, state.ring).reduce((sum, ring) => sum + ring.points.length + (state.shape === "polygon" ? 1 : 0), 0);
    const asGrid = this.part("as-grid").checked;
    const closed = state.shape === "polygon" && model.isWhole(state);
    this.part("caption").textContent = state.shape === "circle" ? "Centre" : `Corners of ${state.shape === "polygon" ? ringWords(state.rings, model.ringOf(state)).toLowerCase() : "the line"}`;
    const body = this.part("corners");
    body.querySelector("tr:not([data-at])")?.remove();
    while (body.rows.length > points.length) body.lastChild.remove();
    while (body.rows.length < points.length) body.append(cornerRow(body.rows.length));
    points.forEach((place, n) => {
      const next = points[n + 1] ?? (closed ? points[0] : null);
      const row = body.rows[n];
      row.toggleAttribute("aria-current", n === state.at);
      if (n === state.at) row.setAttribute("aria-current", "true");
      const input = row.querySelector("input");
      const text = asGrid ? this.grid[before + n] || words(place) : words(place);
      if (input.dataset.stood !== text) { input.value = text; input.removeAttribute("aria-invalid"); } // what is being typed stays
      input.dataset.stood = text;
      row.cells[2].textContent = next ? `${round(model.distance_m(place, next))} m` : "";
      row.querySelector("[data-do=insert]").hidden = state.shape === "circle";
    });
    if (!points.length) body.append(emptyRow());
  }
}

function cornerRow(n) {
  const row = Object.assign(document.createElement("tr"), { className: "govuk-table__row" });
  row.dataset.at = n;
  const cell = (...inside) => { const box = Object.assign(document.createElement("td"), { className: "govuk-table__cell" }); box.append(...inside); return box; };
  const number = Object.assign(document.createElement("th"), { className: "govuk-table__header", scope: "row", textContent: String(n + 1) });
  const input = Object.assign(document.createElement("input"), { className: "govuk-input", autocomplete: "off", spellcheck: false });
  input.setAttribute("aria-label", `Place of corner ${n + 1}`);
  const button = (act, text, label) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "waypost-button", textContent: text });
    made.dataset.do = act;
    made.setAttribute("aria-label", label);
    return made;
  };
  const acts = cell(button("insert", "Add", `Add a corner after ${n + 1}`), " ", button("remove", "Delete", `Delete corner ${n + 1}`));
  acts.classList.add("waypost-nowrap");
  row.append(number, cell(input), cell(), acts);
  return row;
}

function emptyRow() {
  const row = Object.assign(document.createElement("tr"), { className: "govuk-table__row" });
  row.append(Object.assign(document.createElement("td"), { className: "govuk-table__cell", colSpan: 4, textContent: "No corner yet: set one on the map, or by a postcode or grid reference." }));
  return row;
}

function ringWords(rings, ring) {
  const several = new Set(rings.map((one) => one.part)).size > 1;
  const parts = [...new Set(rings.map((one) => one.part))];
  const name = several ? `Part ${parts.indexOf(ring.part) + 1}` : "Outline";
  if (!ring.hole) return name;
  const holes = rings.filter((one) => one.hole && one.part === ring.part);
  return `${several ? `${name}, hole` : "Hole"} ${holes.indexOf(ring) + 1}`;
}

function boundsOf(state, near) {
  const reach = state.shape === "polygon" ? 0 : state.size_m;
  const points = state.rings.flatMap((ring) => ring.points).flatMap((place) => [model.moved(place, -reach, -reach), model.moved(place, reach, reach)]);
  const all = points.length ? points : near.map(([, lat, lon]) => [lon, lat]);
  if (!all.length) return null;
  const lons = all.map(([lon]) => lon);
  const lats = all.map(([, lat]) => lat);
  return [[Math.min(...lons) - 0.001, Math.min(...lats) - 0.0006], [Math.max(...lons) + 0.001, Math.max(...lats) + 0.0006]];
}

const words = ([lon, lat]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
const round = (number) => Math.round(number).toLocaleString("en-GB");

for (const element of document.querySelectorAll("[data-zone-editor]")) new Editor(element).start();
