// The ground from the operator's own PMTiles file (WAYPOST_MAP_TILES), read from us in ranges of
// bytes: streets and names in the muted colours of the offline ground, over the schema that the
// Protomaps basemap writes. Names are small pictures here too, since letters would need a server.
import { addProtocol } from "../vendor/maplibre-gl.mjs";
import { PMTiles, Protocol, TileType } from "../vendor/pmtiles.mjs";

const INK = { land: "#f4f2ec", green: "#e3e8d8", built: "#e9e6de", water: "#c3d8e3", minor: "#ffffff", major: "#fdfbf5", edge: "#d5cfbf", rail: "#c2bcaa", border: "#a69f8b" };
const GREEN = ["park", "grass", "meadow", "forest", "wood", "nature_reserve", "cemetery", "golf_course", "garden", "scrub", "farmland", "allotments", "recreation_ground", "pitch", "playground", "village_green", "national_park"];
const protocol = new Protocol({ metadata: true });
let added = false;

// The style of the file at this address; throws where it cannot be read.
export async function tileStyle(address) {
  const url = new URL(address, location.href).href;
  const file = new PMTiles(url);
  const header = await file.getHeader();
  if (!added) { addProtocol("pmtiles", protocol.tile); added = true; }
  protocol.add(file);
  const source = { url: `pmtiles://${url}` };
  if (header.tileType !== TileType.Mvt) return pictures(source);
  const there = (await file.getMetadata())?.vector_layers?.map((one) => one.id);
  const layers = [...areas(), ...lines(), ...names()].filter((one) => there?.includes(one["source-layer"]) ?? true);
  if (!layers.length) throw new Error("it has no layer of the Protomaps basemap");
  return {
    version: 8,
    sources: { tiles: { type: "vector", ...source } },
    layers: [{ id: "paper", type: "background", paint: { "background-color": INK.built } }, ...layers],
  };
}

// A file of pictures: paler and greyer than it was made, so that the track stands out.
function pictures(source) {
  return {
    version: 8,
    sources: { tiles: { type: "raster", tileSize: 256, ...source } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": INK.built } },
      { id: "pictures", type: "raster", source: "tiles", paint: { "raster-saturation": -0.7, "raster-opacity": 0.75 } },
    ],
  };
}

const layer = (id, type, from, rest) => ({ id, type, source: "tiles", "source-layer": from, ...rest });
const wide = (...stops) => ["interpolate", ["exponential", 1.6], ["zoom"], ...stops];
const isKind = (...kinds) => ["in", ["get", "kind"], ["literal", kinds]];

function areas() {
  return [
    layer("land", "fill", "earth", { paint: { "fill-color": INK.land } }),
    layer("green", "fill", "landuse", { filter: isKind(...GREEN), paint: { "fill-color": INK.green } }),
    layer("water", "fill", "water", { filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": INK.water } }),
    layer("rivers", "line", "water", { filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": INK.water, "line-width": wide(9, 0.5, 16, 5) } }),
    layer("buildings", "fill", "buildings", { minzoom: 14, paint: { "fill-color": "#e7e2d6", "fill-outline-color": INK.edge } }),
  ];
}

function lines() {
  const roads = { minor: [["minor_road", "other"], wide(12, 0.4, 18, 14)], major: [["major_road", "medium_road"], wide(9, 0.6, 18, 20)], motorway: [["highway"], wide(7, 0.8, 18, 24)] };
  const layout = { "line-cap": "round", "line-join": "round" };
  return [
    ...Object.entries(roads).map(([id, [kinds, width]]) => layer(`${id}-edge`, "line", "roads", { filter: isKind(...kinds), layout, paint: { "line-color": INK.edge, "line-gap-width": width, "line-width": 0.8 } })),
    ...Object.entries(roads).map(([id, [kinds, width]]) => layer(id, "line", "roads", { filter: isKind(...kinds), layout, paint: { "line-color": id === "minor" ? INK.minor : INK.major, "line-width": width } })),
    layer("paths", "line", "roads", { minzoom: 14, filter: isKind("path"), paint: { "line-color": INK.rail, "line-width": 1, "line-dasharray": [2, 1.5] } }),
    layer("rails", "line", "roads", { filter: isKind("rail"), paint: { "line-color": INK.rail, "line-width": wide(10, 0.5, 17, 2.5) } }),
    layer("borders", "line", "boundaries", { paint: { "line-color": INK.border, "line-dasharray": [5, 2], "line-width": 1 } }),
  ];
}

// Later layers are placed first: a town's name wins over a street's.
function names() {
  const picture = (kind) => ["concat", kind, ":", ["get", "name"]];
  const named = ["has", "name"];
  return [
    layer("street-names", "symbol", "roads", { minzoom: 15, filter: ["all", named, isKind("minor_road", "major_road", "medium_road", "highway")],
      layout: { "icon-image": picture("postcode"), "symbol-placement": "line", "icon-rotation-alignment": "map", "symbol-spacing": 320 } }),
    layer("quarter-names", "symbol", "places", { minzoom: 11, filter: ["all", named, isKind("neighbourhood", "macrohood")], layout: { "icon-image": picture("sector"), "icon-padding": 8 } }),
    layer("town-names", "symbol", "places", { filter: ["all", named, isKind("locality")], layout: { "icon-image": picture("borough"), "icon-padding": 10 } }),
  ];
}
