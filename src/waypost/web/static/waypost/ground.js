// The ground under every map: boroughs, river, labels, all our own files; no tile server is asked.
// Labels are drawn as small pictures, since letters as MapLibre knows them come from a server.
import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from "../vendor/maplibre-gl.mjs";

const here = (file) => new URL(file, import.meta.url).href;
setWorkerUrl(here("../vendor/maplibre-gl-worker.mjs"));

const PAPER = "#f4f2ec";
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif';
const LABELS = {
  borough: { px: 13, weight: 600, colour: "#66645c", spacing: "0.5px" },
  district: { px: 11, weight: 400, colour: "#7a776d", spacing: "0px" },
  gap: { px: 12, weight: 600, colour: "#383f43", spacing: "0px", plate: "#ffffff" },
};

export function ownStyle() {
  const source = (name) => ({ type: "geojson", data: here(`../basemap/${name}.geojson`) });
  return {
    version: 8,
    sources: { boroughs: source("boroughs"), water: source("water"), places: source("places") },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#e9e6de" } },
      { id: "land", type: "fill", source: "boroughs", paint: { "fill-color": PAPER } },
      { id: "water", type: "fill", source: "water", paint: { "fill-color": "#c9dbe4" } },
      { id: "borough-edge", type: "line", source: "boroughs",
        paint: { "line-color": "#cdc8ba", "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 14, 1.6] } },
    ],
  };
}

// A map in an element, with the ground ready. Resolves to null where the browser cannot draw maps;
// the table beside the map says the same.
export async function groundMap(element, bounds) {
  let map;
  try {
    map = new MapLibre({
      container: element,
      style: element.dataset.style || ownStyle(),
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
  await new Promise((resolve) => map.once("load", resolve));
  if (!element.dataset.style) await addPlaceNames(map);
  return map;
}

async function addPlaceNames(map) {
  const places = await (await fetch(here("../basemap/places.geojson"))).json();
  for (const place of places.features) {
    place.properties.picture = textPicture(map, place.properties.name, place.properties.kind);
  }
  map.getSource("places").setData(places);
  const layer = (id, kind, minzoom, maxzoom) => map.addLayer({
    id, type: "symbol", source: "places", minzoom, maxzoom, filter: ["==", ["get", "kind"], kind],
    layout: { "icon-image": ["get", "picture"], "icon-padding": 6 },
  });
  layer("districts", "district", 11.5, 24);
  layer("borough-names", "borough", 8.5, 13.5);
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
