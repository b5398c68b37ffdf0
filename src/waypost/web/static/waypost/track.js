// A track on a map: fixes by mechanism, circles, gaps, zones. Nothing is drawn that was not
// observed: fixes are joined only where less than five minutes lie between them; of a thinned track
// the server says where a line may be drawn (`joined`), since fixes that are not shown lie between.
import { circle, collection, groundMap, textPicture } from "./ground.js";

const WIDE_M = 100; // wider than this, a line between two fixes is only a hint
export const SIGNS = {
  gnss: { colour: "#12436d", shape: "disc" },
  unknown: { colour: "#12436d", shape: "disc" },
  wifi: { colour: "#28a197", shape: "square" },
  cell: { colour: "#a8500f", shape: "triangle" },
  beacon: { colour: "#6a3a8c", shape: "diamond" },
};
export const ZONES = {
  out: { fill: "#d4351c", line: "#b10e1e", slant: "diagonal" },
  in: { fill: "#00703c", line: "#005a30", slant: "upright" },
  scene: { fill: "#4c2c92", line: "#4c2c92", slant: "dots" },
};

// fixes: [{n, lat, lon, r95_m, mechanism, used, t, joined}], t in seconds, sorted by t; joined may be
// left out. gaps: [{from, to, words}], where from and to are numbers of fixes, or {lat, lon, t}.
// zones: [{meaning: "out" | "in" | "scene", label, geometry}]; pick(n) is called when a fix is chosen.
export async function trackMap(element, { fixes, gaps, zones, joined_s }, pick) {
  const map = await groundMap(element, boundsOf(fixes, zones));
  if (!map) return null;
  addZones(map, zones);
  addLegs(map, fixes, joined_s);
  addGaps(map, fixes, gaps);
  map.addSource("circles", { type: "geojson", data: collection([]) });
  map.addLayer({ id: "circle-fill", type: "fill", source: "circles", paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.14 } });
  map.addLayer({ id: "circle-edge", type: "line", source: "circles", paint: { "line-color": ["get", "colour"], "line-width": 1.5 } });
  addFixes(map, fixes);
  const view = new View(map, fixes, joined_s);
  map.on("click", "fixes", (event) => pick(event.features[0].properties.n));
  map.on("mousemove", "fixes", (event) => { map.getCanvas().style.cursor = "pointer"; view.hover(event.features[0].properties.n); });
  map.on("mouseleave", "fixes", () => { map.getCanvas().style.cursor = ""; view.hover(null); });
  return view;
}

class View {
  constructor(map, fixes, joined_s) {
    this.map = map;
    this.joined_s = joined_s;
    this.byNumber = new Map(fixes.map((fix) => [fix.n, fix]));
    this.chosen = null;
    this.hovered = null;
  }

  // Other fixes of the same track in place of those shown; lines between those of `near` alone.
  show(fixes, gaps, near = fixes) {
    this.byNumber = new Map(fixes.map((fix) => [fix.n, fix]));
    const set = (name, features) => this.map.getSource(name).setData(collection(features));
    set("legs", legs(near, this.joined_s));
    const ends = gapEnds(fixes, gaps);
    set("gaps", gapLines(ends));
    set("gap-labels", gapNames(this.map, ends));
    set("fixes", points(fixes));
    this.draw();
  }

  // Other zones in place of those shown.
  zones(zones) {
    for (const meaning of Object.keys(ZONES)) this.map.getSource(`zones-${meaning}`).setData(collection(zonesAs(zones, meaning)));
  }

  fit(fixes, zones) { this.map.fitBounds(boundsOf(fixes, zones), { padding: 48, maxZoom: 15, animate: false }); }

  // A fix that is not among those shown, to be chosen nevertheless.
  add(fix) { this.byNumber.set(fix.n, fix); }

  choose(n, { follow = true } = {}) {
    this.chosen = n;
    this.draw();
    const fix = this.byNumber.get(n);
    if (!fix || !follow) return;
    if (!this.map.getBounds().contains([fix.lon, fix.lat])) this.map.panTo([fix.lon, fix.lat]);
  }

  hover(n) {
    if (n === this.hovered) return;
    this.hovered = n;
    this.draw();
  }

  draw() {
    const shown = [...new Set([this.hovered, this.chosen])].map((n) => this.byNumber.get(n)).filter(Boolean);
    this.map.getSource("circles").setData(collection(shown.map((fix) =>
      circle(fix.lon, fix.lat, Math.max(fix.r95_m, 1), { colour: SIGNS[fix.mechanism].colour }))));
    const chosen = this.byNumber.get(this.chosen);
    this.map.getSource("chosen").setData(collection(chosen ? points([chosen]) : []));
  }

  // To the chosen fix, near enough to know the place.
  closer() {
    const fix = this.byNumber.get(this.chosen);
    if (fix) this.map.easeTo({ center: [fix.lon, fix.lat], zoom: Math.max(this.map.getZoom(), 15) });
  }

  pan(right, down) { this.map.panBy([right * 120, down * 120]); }

  zoom(by) { this.map.zoomTo(this.map.getZoom() + by); }
}

function boundsOf(fixes, zones) {
  const points = fixes.filter((fix) => fix.used).map((fix) => [fix.lon, fix.lat]);
  const places = points.length ? points : zones.flatMap((zone) => corners(zone.geometry.coordinates));
  if (!places.length) return [[-0.22, 51.46], [0.06, 51.68]]; // the eight boroughs
  const lons = places.map((place) => place[0]);
  const lats = places.map((place) => place[1]);
  const least = (numbers) => numbers.reduce((a, b) => Math.min(a, b));
  const most = (numbers) => numbers.reduce((a, b) => Math.max(a, b));
  return [[least(lons) - 0.001, least(lats) - 0.001], [most(lons) + 0.001, most(lats) + 0.001]];
}

const corners = (nested) => (typeof nested[0] === "number" ? [nested] : nested.flatMap(corners));

function addZones(map, zones) {
  for (const [meaning, look] of Object.entries(ZONES)) {
    map.addImage(`hatch-${meaning}`, hatch(look), { pixelRatio: 2 });
    map.addSource(`zones-${meaning}`, { type: "geojson", data: collection(zonesAs(zones, meaning)) });
    map.addLayer({ id: `zones-${meaning}-fill`, type: "fill", source: `zones-${meaning}`, paint: { "fill-color": look.fill, "fill-opacity": 0.1 } });
    map.addLayer({ id: `zones-${meaning}-hatch`, type: "fill", source: `zones-${meaning}`, paint: { "fill-pattern": `hatch-${meaning}`, "fill-opacity": 0.45 } });
    map.addLayer({ id: `zones-${meaning}-edge`, type: "line", source: `zones-${meaning}`, paint: { "line-color": look.line, "line-width": 2 } });
  }
}

const zonesAs = (zones, meaning) => zones.filter((zone) => zone.meaning === meaning)
  .map(({ label, geometry }) => ({ type: "Feature", properties: { label }, geometry }));

export function hatch({ line, slant }) {
  const size = 24;
  const { canvas, pen } = sheet(size);
  pen.strokeStyle = line;
  pen.fillStyle = line;
  pen.lineWidth = 2;
  pen.beginPath();
  if (slant === "diagonal") {
    for (const shift of [-size, 0, size]) { pen.moveTo(shift, size); pen.lineTo(shift + size, 0); }
    pen.stroke();
  } else if (slant === "upright") {
    pen.moveTo(size / 2, 0); pen.lineTo(size / 2, size); pen.stroke();
  } else {
    pen.arc(size / 2, size / 2, 3, 0, 2 * Math.PI); pen.fill();
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function sheet(size) {
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  return { canvas, pen: canvas.getContext("2d") };
}

function addLegs(map, fixes, joined_s) {
  map.addSource("legs", { type: "geojson", data: collection(legs(fixes, joined_s)) });
  map.addLayer({ id: "legs", type: "line", source: "legs", layout: { "line-cap": "round" }, paint: { "line-color": "#12436d", "line-opacity": ["case", ["get", "faint"], 0.13, 0.5], "line-width": ["case", ["get", "faint"], 1, 2] } });
}

// One line a pair of fixes; faint where either circle is so wide that the line says little.
function legs(fixes, joined_s) {
  const used = fixes.filter((one) => one.used);
  return used.slice(1).flatMap((fix, place) => {
    const last = used[place];
    if (!(fix.joined ?? fix.t - last.t < joined_s)) return [];
    const geometry = { type: "LineString", coordinates: [[last.lon, last.lat], [fix.lon, fix.lat]] };
    return [{ type: "Feature", properties: { faint: Math.max(last.r95_m, fix.r95_m) > WIDE_M }, geometry }];
  });
}

function addGaps(map, fixes, gaps) {
  const ends = gapEnds(fixes, gaps);
  map.addSource("gaps", { type: "geojson", data: collection(gapLines(ends)) });
  map.addSource("gap-labels", { type: "geojson", data: collection(gapNames(map, ends)) });
  map.addLayer({ id: "gaps", type: "line", source: "gaps", layout: { "line-cap": "round" }, paint: { "line-color": "#505a5f", "line-width": 3, "line-dasharray": [0.1, 2.4] } });
  map.addLayer({ id: "gap-labels", type: "symbol", source: "gap-labels", layout: { "icon-image": ["get", "picture"], "icon-padding": 2, "icon-offset": [0, -22] } });
}

function gapEnds(fixes, gaps) {
  const byNumber = new Map(fixes.map((fix) => [fix.n, fix]));
  const end = (one) => (typeof one === "object" ? one : byNumber.get(one));
  return gaps.map((gap) => ({ ...gap, a: end(gap.from), b: end(gap.to) })).filter((gap) => gap.a && gap.b);
}

const gapLines = (ends) => ends.map(({ a, b }) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [[a.lon, a.lat], [b.lon, b.lat]] } }));

const gapNames = (map, ends) => gapLabels(ends).map(({ words, lon, lat }) => ({
  type: "Feature",
  properties: { picture: textPicture(map, words, "gap") },
  geometry: { type: "Point", coordinates: [lon, lat] },
}));

// One label a place: gaps with the same middle (a tag at home that is often silent) share theirs.
function gapLabels(gaps) {
  const places = new Map();
  for (const gap of gaps) {
    const lon = (gap.a.lon + gap.b.lon) / 2;
    const lat = (gap.a.lat + gap.b.lat) / 2;
    const key = `${Math.round(lon / 0.0012)},${Math.round(lat / 0.0008)}`; // about 85 m
    const here = places.get(key) ?? { lon, lat, number: 0, longest: gap };
    here.number += 1;
    if (gap.b.t - gap.a.t > here.longest.b.t - here.longest.a.t) here.longest = gap;
    places.set(key, here);
  }
  return [...places.values()].map(({ lon, lat, number, longest }) => ({
    lon, lat, words: number === 1 ? `gap ${longest.words}` : `${number} gaps, longest ${longest.words}`,
  }));
}

function addFixes(map, fixes) {
  for (const [mechanism, look] of Object.entries(SIGNS)) {
    map.addImage(`${mechanism}-used`, sign(look, true), { pixelRatio: 2 });
    map.addImage(`${mechanism}-aside`, sign(look, false), { pixelRatio: 2 });
  }
  map.addSource("fixes", { type: "geojson", data: collection(points(fixes)) });
  map.addSource("chosen", { type: "geojson", data: collection([]) });
  const signs = { "icon-image": ["get", "picture"], "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.55, 14, 1] };
  map.addLayer({ id: "fixes", type: "symbol", source: "fixes", layout: signs });
  map.addLayer({ id: "chosen-sign", type: "symbol", source: "chosen", layout: signs });
  const ring = (id, colour, width) => map.addLayer({ id, type: "circle", source: "chosen", paint: { "circle-radius": 10, "circle-opacity": 0, "circle-stroke-width": width, "circle-stroke-color": colour } });
  ring("chosen-edge", "#0b0c0c", 7);
  ring("chosen", "#ffdd00", 4);
}

const points = (fixes) => fixes.map((fix) => ({
  type: "Feature",
  properties: { n: fix.n, picture: `${fix.mechanism}-${fix.used ? "used" : "aside"}` },
  geometry: { type: "Point", coordinates: [fix.lon, fix.lat] },
}));

function sign({ colour, shape }, used) {
  const size = 26;
  const { canvas, pen } = sheet(size);
  const middle = size / 2;
  pen.beginPath();
  if (shape === "disc") pen.arc(middle, middle, 9, 0, 2 * Math.PI);
  else if (shape === "square") pen.rect(5, 5, size - 10, size - 10);
  else if (shape === "triangle") { pen.moveTo(middle, 3); pen.lineTo(size - 3, size - 5); pen.lineTo(3, size - 5); pen.closePath(); }
  else { pen.moveTo(middle, 2); pen.lineTo(size - 2, middle); pen.lineTo(middle, size - 2); pen.lineTo(2, middle); pen.closePath(); }
  pen.fillStyle = used ? colour : "#ffffff";
  pen.fill();
  pen.strokeStyle = used ? "#ffffff" : "#505a5f";
  pen.lineWidth = used ? 2 : 3;
  pen.stroke();
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
