// The ground under every map: boroughs, river, open ground, postcodes, the National Grid: all our
// own files; no tile server is asked. A file of tiles (tiles.js) or a style's URL can stand in its
// place by a setting; where that cannot be read, this one stands. Postcodes come by squares of 5 km, where one looks closely.
// Labels are drawn as small pictures, since letters as MapLibre knows them come from a server.
import { AttributionControl, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from "../vendor/maplibre-gl.mjs";

const here = (file) => new URL(file, import.meta.url).href;
setWorkerUrl(here("../vendor/maplibre-gl-worker.mjs"));

const TILES = "pmtiles:"; // before the address of a file of tiles
const PAPER = "#f4f2ec";
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif';
const LABELS = {
  borough: { px: 13, weight: 600, colour: "#66645c", spacing: "0.5px" },
  district: { px: 13, weight: 600, colour: "#6b685e", spacing: "0px" },
  sector: { px: 12, weight: 600, colour: "#77735f", spacing: "0px" },
  postcode: { px: 11, weight: 400, colour: "#6f6c62", spacing: "0px" },
  square: { px: 10, weight: 400, colour: "#5e7686", spacing: "0px" },
  gap: { px: 12, weight: 600, colour: "#383f43", spacing: "0px", plate: "#ffffff" },
};

export function ownStyle() {
  const source = (name) => ({ type: "geojson", data: here(`../basemap/${name}.geojson`) });
  return {
    version: 8,
    sources: {
      boroughs: source("boroughs"), water: source("water"), open: source("open"), grid: source("grid"),
      places: source("places"), postcodes: { type: "geojson", data: collection([]) },
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#e9e6de" } },
      { id: "land", type: "fill", source: "boroughs", paint: { "fill-color": PAPER } },
      { id: "open", type: "fill", source: "open", paint: { "fill-color": "#e3e8d8" } },
      { id: "water", type: "fill", source: "water", paint: { "fill-color": "#c3d8e3" } },
      { id: "grid-fine", type: "line", source: "grid", minzoom: 13.5, filter: ["==", ["get", "kind"], "hectometre"],
        paint: { "line-color": "#d3dade", "line-width": 0.6 } },
      { id: "grid", type: "line", source: "grid", minzoom: 11, filter: ["==", ["get", "kind"], "km"],
        paint: { "line-color": "#bccad2", "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.5, 14, 1.1] } },
      { id: "borough-edge", type: "line", source: "boroughs",
        paint: { "line-color": "#a69f8b", "line-dasharray": [5, 2], "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.7, 14, 2] } },
      { id: "postcode-dots", type: "circle", source: "postcodes", minzoom: 14,
        paint: { "circle-color": "#c2bcaa", "circle-radius": ["interpolate", ["linear"], ["zoom"], 14, 1.2, 17, 2.6] } },
    ],
  };
}

// A map in an element, with the ground ready. Resolves to null where the browser cannot draw maps;
// the table beside the map says the same.
export async function groundMap(element, bounds) {
  const { style, own } = await styleOf(element);
  let map;
  try {
    map = new MapLibre({
      container: element,
      style,
      bounds,
      fitBoundsOptions: { padding: 48, maxZoom: 16 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 19,
      minZoom: 6,
    });
  } catch (error) {
    element.replaceChildren(Object.assign(document.createElement("p"), {
      className: "waypost-map__none",
      textContent: "This browser cannot draw the map. The table has the same facts.",
    }));
    return null;
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  if (!own) map.addControl(new AttributionControl({ compact: true }), "bottom-right");
  drawWhenAsked(map);
  await new Promise((resolve) => map.once("load", resolve));
  if (own) await addPlaceNames(map);
  element.dataset.ground = own ? "own" : "set";
  return map;
}

// The style that the setting names, or our own: also where that cannot be read.
async function styleOf(element) {
  const named = element.dataset.style;
  if (!named) return { style: ownStyle(), own: true };
  try {
    if (named.startsWith(TILES)) {
      const { tileStyle } = await import("./tiles.js");
      return { style: await tileStyle(named.slice(TILES.length)), own: false };
    }
    if (!(await fetch(named)).ok) throw new Error("no answer");
    return { style: named, own: false };
  } catch (error) {
    console.warn(`The ground that the setting names cannot be read (${error.message}): it is drawn from our own data.`);
    return { style: ownStyle(), own: true };
  }
}

async function addPlaceNames(map) {
  const [places, grid] = await Promise.all(["places", "grid"].map(async (name) =>
    (await fetch(here(`../basemap/${name}.geojson`))).json()));
  const squares = grid.features.filter((one) => one.properties.kind === "square");
  const names = [...places.features, ...squares];
  for (const one of names) one.properties.picture = `${one.properties.kind}:${one.properties.name}`;
  map.getSource("places").setData(collection(names));
  // Later layers are placed first: a borough's name wins over a district's, that over a sector's.
  const layer = (id, kind, minzoom, maxzoom, source, layout = {}) => map.addLayer({
    id, type: "symbol", source, minzoom, maxzoom, filter: ["==", ["get", "kind"], kind],
    layout: { "icon-image": ["get", "picture"], "icon-padding": 4, ...layout },
  });
  layer("square-names", "square", 12.5, 24, "places", { "icon-anchor": "bottom-left" });
  layer("postcode-names", "postcode", 15.6, 24, "postcodes", { "icon-offset": [0, -9], "icon-padding": 8 });
  layer("sectors", "sector", 13, 24, "places");
  layer("districts", "district", 10.8, 13, "places");
  layer("borough-names", "borough", 8.5, 24, "places", { "icon-padding": 10 });
  sayWhere(map, places.features.filter((one) => one.properties.kind === "sector"));
  await addPostcodes(map);
}

// The borough and postcode sector under the middle of the map, in words at its corner.
function sayWhere(map, sectors) {
  const box = Object.assign(document.createElement("div"), { className: "waypost-map__where" });
  map.addControl({ onAdd: () => box, onRemove: () => box.remove() }, "bottom-right");
  const say = () => {
    const { lng, lat } = map.getCenter();
    const under = map.queryRenderedFeatures(map.project([lng, lat]), { layers: ["land"] });
    const away = ([lon, other]) => ((lon - lng) * 0.62) ** 2 + (other - lat) ** 2;
    const near = sectors.reduce((a, b) => (away(b.geometry.coordinates) < away(a.geometry.coordinates) ? b : a));
    const sector = map.getZoom() >= 12.5 ? ` · near ${near.properties.name}` : "";
    box.textContent = under.length ? `${under[0].properties.name}${sector}` : "Outside London: no ground drawn";
  };
  map.on("idle", say);
}

// Thousands of names, of which a map shows some dozens: each is drawn when first wanted.
function drawWhenAsked(map) {
  map.setMissingStyleImageResolver((id) => {
    const at = id.indexOf(":");
    if (LABELS[id.slice(0, at)]) textPicture(map, id.slice(at + 1), id.slice(0, at));
  });
}

async function addPostcodes(map) {
  const squares = await (await fetch(here("../basemap/postcodes/squares.json"))).json();
  const known = new Map();
  const look = async () => {
    if (map.getZoom() < 14) return;
    const view = map.getBounds();
    const wanted = squares.filter(([column, row, west, south, east, north]) =>
      west < view.getEast() && east > view.getWest() && south < view.getNorth() && north > view.getSouth()
      && !known.has(`${column}-${row}`));
    if (!wanted.length) return;
    await Promise.all(wanted.map(async ([column, row]) => {
      const name = `${column}-${row}`;
      known.set(name, []);
      const found = await (await fetch(here(`../basemap/postcodes/${name}.json`))).json();
      known.set(name, found.map(([lon, lat, code]) => ({
        type: "Feature", properties: { kind: "postcode", picture: `postcode:${code}` },
        geometry: { type: "Point", coordinates: [lon, lat] },
      })));
    }));
    map.getSource("postcodes").setData(collection([...known.values()].flat()));
  };
  map.on("moveend", () => look().catch(() => {})); // out of touch: the ground without their names
  await look();
}

// The picture of a short text, made once a map; gives its name.
export function textPicture(map, text, kind) {
  const name = `${kind}:${text}`;
  if (map.hasImage(name)) return name;
  const { px, weight, colour, spacing, plate } = LABELS[kind];
  const ratio = 2;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const font = `${weight} ${px * ratio}px ${FONT}`;
  pen.font = font;
  pen.letterSpacing = spacing;
  canvas.width = Math.ceil(pen.measureText(text).width) + 12 * ratio;
  canvas.height = Math.ceil((px + 8) * ratio);
  pen.font = font;
  pen.letterSpacing = spacing;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  if (plate) {
    pen.fillStyle = plate;
    pen.beginPath();
    pen.roundRect(0, 0, canvas.width, canvas.height, 4 * ratio);
    pen.fill();
  } else {
    pen.strokeStyle = PAPER;
    pen.lineWidth = 4 * ratio;
    pen.lineJoin = "round";
    pen.strokeText(text, canvas.width / 2, canvas.height / 2);
  }
  pen.fillStyle = colour;
  pen.fillText(text, canvas.width / 2, canvas.height / 2);
  map.addImage(name, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
  return name;
}

// A circle of so many metres on the ground, on the WGS84 ellipsoid, as GeoJSON.
export function circle(lon, lat, radius_m, properties = {}) {
  const phi = (lat * Math.PI) / 180;
  const e2 = 0.00669437999014;
  const w = Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const north_m = (6378137 * (1 - e2)) / w ** 3;
  const east_m = (6378137 / w) * Math.cos(phi);
  const ring = [];
  for (let step = 0; step <= 72; step += 1) {
    const turn = (step / 72) * 2 * Math.PI;
    ring.push([
      lon + ((radius_m * Math.cos(turn)) / east_m) * (180 / Math.PI),
      lat + ((radius_m * Math.sin(turn)) / north_m) * (180 / Math.PI),
    ]);
  }
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}

export const collection = (features) => ({ type: "FeatureCollection", features });
