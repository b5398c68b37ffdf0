// The control room's map: outlines of what alerts are about; the track of an incident that stands
// open, where its officer said a purpose. One map for as long as the page stands.
import { trackMap } from "./track.js";

export async function roomMap(element) {
  const view = await trackMap(element, { fixes: [], gaps: [], zones: [], joined_s: 0 }, (n) => view.choose(n));
  element.dataset.ready = view ? "drawn" : "none";
  return view ? new RoomMap(view, element) : null;
}

class RoomMap {
  constructor(view, element) {
    Object.assign(this, { view, element, of: "", moved: false, drawn: [], fixes: [] });
    view.map.on("movestart", (event) => { if (event.originalEvent) this.moved = true; });
  }

  // of: whose they are. The map moves to them when they are others', or when other ones come and
  // nobody has moved it meanwhile.
  zones(zones, of) {
    const places = (some) => some.map((zone) => `${zone.alert} ${zone.label}`).join();
    const others = of !== this.of;
    const changed = others || (!this.moved && places(zones) !== places(this.drawn));
    if (others) this.moved = false;
    Object.assign(this, { of, drawn: zones });
    this.view.zones(zones);
    this.element.dataset.zones = String(zones.length);
    if (changed && !this.fixes.length) this.fit();
  }

  track(fixes, gaps, signs = []) {
    this.fixes = fixes.n ? fixesOf(fixes, signs) : [];
    this.view.show(this.fixes, gaps);
    this.element.dataset.fixes = String(this.fixes.length);
    const last = this.fixes.filter((fix) => fix.used).at(-1);
    this.view.choose(last?.n ?? null, { follow: false });
    this.fit();
  }

  fit() { this.view.fit(this.fixes, this.drawn); }
}

function fixesOf({ n, t, lat, lon, r95_m, mechanism, aside, joined }, signs) {
  return n.map((number, at) => ({
    n: number, t: t[at], lat: lat[at], lon: lon[at], r95_m: r95_m[at],
    mechanism: signs[mechanism[at]][0], used: aside[at] === 0, joined: joined[at] === 1,
  }));
}
