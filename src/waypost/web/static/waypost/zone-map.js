// The zone being drawn on the ground map: its area by hatch and hue, its corners to be dragged, its
// warning ring dashed. It shows a state (zone-model.js) and tells what was done; it keeps nothing.
import { circle, collection, groundMap, textPicture } from "./ground.js";
import { ZONES, hatch } from "./track.js";
import { distance_m, isWhole, moved, ringOf, toGeometry } from "./zone-model.js";

const NEAR_PX = 12; // a pointer this near a corner means it
const FINGER_PX = 24;
const PAN_PX = 60; // a press of an arrow

// told: {add(place), pick(ring, at), drag(place, done), insert(ring, at, place), stretch(metres, done)}
export async function zoneMap(element, bounds, meaning, near, told) {
  const map = await groundMap(element, bounds);
  if (!map) return null;
  const look = ZONES[meaning];
  map.addImage("zone-hatch", hatch(look), { pixelRatio: 2 });
  for (const name of ["zone", "ring", "line", "marks", "near"]) map.addSource(name, { type: "geojson", data: collection([]) });
  map.addLayer({ id: "zone-ring", type: "line", source: "ring", paint: { "line-color": look.line, "line-width": 2, "line-dasharray": [3, 2.5] } });
  map.addLayer({ id: "zone-fill", type: "fill", source: "zone", paint: { "fill-color": look.fill, "fill-opacity": 0.1 } });
  map.addLayer({ id: "zone-slants", type: "fill", source: "zone", paint: { "fill-pattern": "zone-hatch", "fill-opacity": 0.45 } });
  map.addLayer({ id: "zone-edge", type: "line", source: "zone", paint: { "line-color": look.line, "line-width": 2 } });
  map.addLayer({ id: "zone-line", type: "line", source: "line", paint: { "line-color": "#0b0c0c", "line-width": ["case", ["get", "worked"], 2.5, 1.2] } });
  map.addLayer({ id: "zone-near", type: "circle", source: "near", paint: { "circle-radius": 5, "circle-color": "#0b0c0c", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } });
  map.addLayer({ id: "zone-near-names", type: "symbol", source: "near", layout: { "icon-image": ["get", "picture"], "icon-offset": [0, -20], "icon-allow-overlap": true } });
  map.addLayer({ id: "zone-middles", type: "circle", source: "marks", filter: ["!=", ["get", "kind"], "corner"],
    paint: { "circle-radius": ["match", ["get", "kind"], "edge", 6, 4], "circle-color": "#ffffff", "circle-stroke-color": "#505a5f", "circle-stroke-width": 1.5 } });
  map.addLayer({ id: "zone-corners", type: "circle", source: "marks", filter: ["==", ["get", "kind"], "corner"],
    paint: { "circle-radius": ["case", ["get", "chosen"], 9, 6], "circle-color": ["case", ["get", "chosen"], "#ffdd00", "#ffffff"], "circle-stroke-color": "#0b0c0c", "circle-stroke-width": 3 } });
  map.getSource("near").setData(collection(near.map(([label, lat, lon]) => ({ type: "Feature", properties: { picture: textPicture(map, label, "gap") }, geometry: { type: "Point", coordinates: [lon, lat] } }))));
  addCross(element);
  return new ZoneView(map, near, told);
}

class ZoneView {
  constructor(map, near, told) {
    Object.assign(this, { map, near, told, state: null, marks: [], held: null, snap: false, drawing: false });
    map.on("mousedown", (event) => this.down(event, NEAR_PX));
    map.on("touchstart", (event) => { if (event.points?.length === 1) this.down(event, FINGER_PX); });
    for (const kind of ["mousemove", "touchmove"]) map.on(kind, (event) => this.move(event));
    for (const kind of ["mouseup", "touchend"]) map.on(kind, () => this.up());
    map.on("click", (event) => this.click(event));
    map.doubleClickZoom.disable();
  }

  show(state, { area = null, ring = null, drawing = false } = {}) {
    this.state = state;
    this.drawing = drawing;
    this.map.getSource("zone").setData(area ? collection([{ type: "Feature", properties: {}, geometry: area }]) : collection(this.outline()));
    this.map.getSource("ring").setData(ring ? collection([{ type: "Feature", properties: {}, geometry: ring }]) : collection([]));
    this.map.getSource("line").setData(collection(lines(state)));
    this.marks = marks(state);
    this.map.getSource("marks").setData(collection(this.marks.map(({ place, ...properties }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: place } }))));
    this.cursor();
  }

  // The area as far as the browser knows it, while the server's is on its way.
  outline() {
    const geometry = toGeometry(this.state);
    if (!geometry) return [];
    if (geometry.type === "Point") return [circle(...geometry.coordinates, geometry.radius_m)];
    return geometry.type === "LineString" ? [] : [{ type: "Feature", properties: {}, geometry }];
  }

  // The corner, or else the middle of a side, that the pointer means.
  under({ x, y }, within_px) {
    let best = null;
    for (const mark of this.marks) {
      const at = this.map.project(mark.place);
      const away = Math.hypot(at.x - x, at.y - y) + (mark.kind === "corner" ? 0 : within_px / 3);
      if (away <= within_px && (!best || away < best.away)) best = { ...mark, away };
    }
    return best;
  }

  down(event, within_px) {
    const mark = this.under(event.point, within_px);
    if (!mark || event.originalEvent.button > 0) return;
    event.preventDefault(); // the map stays where it is
    this.held = { mark, moved: false };
    if (mark.kind === "corner") this.told.pick(mark.ring, mark.at);
  }

  move(event) {
    if (!this.held) { this.cursor(this.under(event.point, NEAR_PX)); return; }
    const place = this.snapped(event.lngLat.toArray(), event.point);
    const { mark } = this.held;
    if (mark.kind === "edge") this.told.stretch(distance_m(ringOf(this.state).points[0], place), false);
    else if (mark.kind === "middle" && !this.held.moved) this.told.insert(mark.ring, mark.at, place);
    else this.told.drag(place, !this.held.moved);
    this.held.moved = true;
  }

  up() {
    if (this.held?.moved) { this.told.dropped(); this.quiet = true; setTimeout(() => { this.quiet = false; }); }
    this.held = null;
  }

  click(event) {
    if (this.quiet) return; // the end of a drag
    const mark = this.under(event.point, NEAR_PX);
    if (mark?.kind === "corner") this.told.pick(mark.ring, mark.at);
    else if (this.drawing) this.told.add(this.snapped(event.lngLat.toArray(), event.point));
  }

  // To a corner or a named place so near on the screen, where that is wanted.
  snapped(place, { x, y }) {
    if (!this.snap) return place;
    const others = [...this.marks.filter((mark) => mark.kind === "corner" && !mark.chosen).map((mark) => mark.place), ...this.near.map(([, lat, lon]) => [lon, lat])];
    const found = others.map((other) => ({ other, at: this.map.project(other) })).find(({ at }) => Math.hypot(at.x - x, at.y - y) <= NEAR_PX);
    return found ? found.other : place;
  }

  cursor(mark = null) {
    this.map.getCanvas().style.cursor = mark ? "move" : this.drawing ? "crosshair" : "";
  }

  middle() { return this.map.getCenter().toArray(); }

  // Metres that so many pixels are, here.
  metres(pixels) {
    const { x, y } = this.map.project(this.map.getCenter());
    return distance_m(this.middle(), this.map.unproject([x + pixels, y]).toArray());
  }

  pan(right, up) { this.map.panBy([right * PAN_PX, -up * PAN_PX], { animate: false }); }

  bring(place, zoom) {
    if (zoom || !this.map.getBounds().contains(place)) this.map.jumpTo({ center: place, zoom: zoom ? Math.max(this.map.getZoom(), zoom) : this.map.getZoom() });
  }

  fit(bounds) { this.map.fitBounds(bounds, { padding: 48, maxZoom: 17, animate: false }); }
}

function lines(state) {
  const closed = state.shape === "polygon";
  return state.rings.filter((ring) => ring.points.length > 1).map((ring) => ({
    type: "Feature", properties: { worked: ring === ringOf(state) },
    geometry: { type: "LineString", coordinates: closed && isWhole(state, ring) ? [...ring.points, ring.points[0]] : ring.points },
  }));
}

// Corners of every ring, and of the ring worked on the middles of its sides; a circle's edge, east.
function marks(state) {
  const corners = state.rings.flatMap((ring, n) => ring.points.map((place, at) => ({ kind: "corner", ring: n, at, place, chosen: n === state.ring && at === state.at })));
  const { points } = ringOf(state);
  if (state.shape === "circle") return points.length ? [...corners, { kind: "edge", ring: 0, at: 0, place: moved(points[0], state.size_m, 0), chosen: false }] : corners;
  const ends = state.shape === "polygon" && isWhole(state) ? [...points, points[0]] : points;
  const middles = ends.slice(1).map(([lon, lat], n) => ({ kind: "middle", ring: state.ring, at: n, place: [(lon + ends[n][0]) / 2, (lat + ends[n][1]) / 2], chosen: false }));
  return [...middles, ...corners];
}

function addCross(element) {
  const cross = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  cross.setAttribute("class", "waypost-map__cross");
  cross.setAttribute("viewBox", "0 0 26 26");
  cross.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of [["d", "M13 1v9M13 16v9M1 13h9M16 13h9"], ["stroke", "#0b0c0c"], ["stroke-width", "2"]]) line.setAttribute(name, value);
  cross.append(line);
  element.append(cross);
}
