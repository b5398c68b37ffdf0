// The zone being drawn, apart from any map: rings of corners, what may be done to them, and back.
//
// A state is never changed but replaced, so that undo is a list of states.
//   shape     "polygon" | "circle" | "corridor"
//   rings     [{part, hole, points: [[lon, lat], ...]}]; of a polygon the outline of a part comes
//             before its holes; circle and corridor have one ring: the centre, the line
//   size_m    the circle's radius, or the corridor's whole width
//   ring, at  which ring is worked on, and which of its corners is chosen (-1: none)
const DIGITS = 7; // of a degree: a centimetre, so that a grid reference stays itself
const KEPT = 200; // steps that can be undone
const A = 6378137;
const E2 = 0.00669437999014;

export const LEAST = { polygon: 3, circle: 1, corridor: 2 }; // corners that make a shape
export const SIZE_M = { circle: 200, corridor: 50 }; // to begin with

export const empty = (shape = "polygon") => ({
  shape, rings: [{ part: 0, hole: false, points: [] }], size_m: SIZE_M[shape] ?? null, ring: 0, at: -1,
});

export function fromGeometry(zone) {
  const made = (shape, rings, size_m = null) => ({ shape, rings, size_m, ring: 0, at: -1 });
  if (zone?.type === "Point") return made("circle", [{ part: 0, hole: false, points: [pair(zone.coordinates)] }], zone.radius_m ?? SIZE_M.circle);
  if (zone?.type === "LineString") return made("corridor", [{ part: 0, hole: false, points: zone.coordinates.map(pair) }], zone.width_m ?? SIZE_M.corridor);
  const parts = zone?.type === "Polygon" ? [zone.coordinates] : zone?.type === "MultiPolygon" ? zone.coordinates : null;
  if (!parts) return empty();
  const rings = parts.flatMap((part, number) => part.map((ring, n) => ({ part: number, hole: n > 0, points: ring.slice(0, -1).map(pair) })));
  return made("polygon", rings);
}

// The orders file's form of it; null while no ring has corners enough.
export function toGeometry({ shape, rings, size_m }) {
  if (shape !== "polygon") {
    const { points } = rings[0];
    if (points.length < LEAST[shape]) return null;
    return shape === "circle" ? { type: "Point", coordinates: points[0], radius_m: size_m } : { type: "LineString", coordinates: points, width_m: size_m };
  }
  const whole = rings.filter((ring) => ring.points.length >= LEAST.polygon);
  const parts = [...new Set(whole.filter((ring) => !ring.hole).map((ring) => ring.part))].map((part) =>
    whole.filter((ring) => ring.part === part).sort((a, b) => a.hole - b.hole).map(({ points }) => [...points, points[0]]));
  if (!parts.length) return null;
  return parts.length === 1 ? { type: "Polygon", coordinates: parts[0] } : { type: "MultiPolygon", coordinates: parts };
}

export const pair = ([lon, lat]) => [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
export const ringOf = (state) => state.rings[state.ring];
export const chosenOf = (state) => ringOf(state).points[state.at] ?? null;
export const isWhole = (state, ring = ringOf(state)) => ring.points.length >= LEAST[state.shape];

const withPoints = (state, points, at) => ({
  ...state, at, rings: state.rings.map((ring, n) => (n === state.ring ? { ...ring, points } : ring)),
});

export const choose = (state, ring, at) => ({ ...state, ring, at });

// After the chosen corner, or at the end; a circle has one corner, which moves there.
export function addCorner(state, place) {
  const { points } = ringOf(state);
  if (state.shape === "circle") return withPoints(state, [pair(place)], 0);
  const at = state.at < 0 ? points.length : state.at + 1;
  return withPoints(state, [...points.slice(0, at), pair(place), ...points.slice(at)], at);
}

export function moveCorner(state, place) {
  if (state.at < 0) return state;
  return withPoints(state, ringOf(state).points.map((point, n) => (n === state.at ? pair(place) : point)), state.at);
}

export function removeCorner(state) {
  const { points } = ringOf(state);
  if (state.at < 0 || !points.length) return state;
  const left = points.filter((_, n) => n !== state.at);
  return withPoints(state, left, Math.min(state.at, left.length - 1));
}

export function addRing(state, hole) {
  const part = hole ? ringOf(state).part : Math.max(...state.rings.map((ring) => ring.part)) + 1;
  return { ...state, rings: [...state.rings, { part, hole, points: [] }], ring: state.rings.length, at: -1 };
}

// The ring worked on; the outline of a part goes with its holes.
export function dropRing(state) {
  const gone = ringOf(state);
  const rings = state.rings.filter((ring) => (gone.hole ? ring !== gone : ring.part !== gone.part));
  return rings.length ? { ...state, rings, ring: 0, at: -1 } : empty(state.shape);
}

export const resize = (state, size_m) => ({ ...state, size_m });

// Corners are kept as far as the other shape can use them.
export function reshape(state, shape) {
  const points = ringOf(state).points.slice(0, shape === "circle" ? 1 : undefined);
  return { ...empty(shape), rings: [{ part: 0, hole: false, points }] };
}

export class History {
  constructor(state) { this.past = []; this.next = []; this.now = state; }

  // `quietly`: what is chosen changes, not the zone.
  set(state, { quietly = false } = {}) {
    if (state === this.now) return;
    if (!quietly) {
      this.past.push(this.now);
      if (this.past.length > KEPT) this.past.shift();
      this.next = [];
    }
    this.now = state;
  }

  undo() { if (this.past.length) { this.next.push(this.now); this.now = this.past.pop(); } }

  redo() { if (this.next.length) { this.past.push(this.now); this.now = this.next.pop(); } }
}

// Metres a degree, north and east, on the WGS84 ellipsoid at a latitude.
export function scaleAt(lat) {
  const phi = (lat * Math.PI) / 180;
  const w = Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
  return { north_m: ((A * (1 - E2)) / w ** 3) * (Math.PI / 180), east_m: (A / w) * Math.cos(phi) * (Math.PI / 180) };
}

export function distance_m([lon, lat], [lon2, lat2]) {
  const { north_m, east_m } = scaleAt((lat + lat2) / 2);
  return Math.hypot((lon2 - lon) * east_m, (lat2 - lat) * north_m);
}

export function moved([lon, lat], east, north) {
  const scale = scaleAt(lat);
  return [lon + east / scale.east_m, lat + north / scale.north_m];
}

// Area and edge as it is drawn: near enough to work by, until the server's figures come.
export function roughly(state) {
  if (state.shape === "circle") return { area_m2: Math.PI * state.size_m ** 2, edge_m: 2 * Math.PI * state.size_m };
  if (state.shape === "corridor") {
    const length_m = sides(ringOf(state).points).reduce((sum, one) => sum + one, 0);
    return { area_m2: length_m * state.size_m + Math.PI * (state.size_m / 2) ** 2, edge_m: 2 * length_m + Math.PI * state.size_m };
  }
  const whole = state.rings.filter((ring) => ring.points.length >= 3);
  return {
    area_m2: whole.reduce((sum, ring) => sum + (ring.hole ? -1 : 1) * area_m2(ring.points), 0),
    edge_m: whole.reduce((sum, ring) => sum + sides([...ring.points, ring.points[0]]).reduce((a, b) => a + b, 0), 0),
  };
}

export const sides = (points) => points.slice(1).map((point, n) => distance_m(points[n], point));

function area_m2(points) {
  const { north_m, east_m } = scaleAt(points[0][1]);
  const flat = points.map(([lon, lat]) => [(lon - points[0][0]) * east_m, (lat - points[0][1]) * north_m]);
  return Math.abs(flat.reduce((sum, [x, y], n) => {
    const [x2, y2] = flat[(n + 1) % flat.length];
    return sum + x * y2 - x2 * y;
  }, 0)) / 2;
}
