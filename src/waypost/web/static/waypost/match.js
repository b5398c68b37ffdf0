// A match on a map: the offence's circle, the qualifying fixes with their circles, table beside it.
import { trackMap } from "./track.js";

const data = JSON.parse(document.getElementById("track").textContent);
const body = document.getElementById("rows");
const map = document.getElementById("map");
let view = null;

function choose(n, from) {
  body.querySelector("[aria-current=true]")?.removeAttribute("aria-current");
  const row = body.querySelector(`[data-n="${n}"]`);
  row?.setAttribute("aria-current", "true");
  if (from === "map") row?.scrollIntoView({ block: "nearest" });
  view?.choose(Number(n), { follow: from !== "map" });
}

body.addEventListener("click", (event) => {
  const row = event.target.closest("[data-n]");
  if (row) choose(row.dataset.n, "table");
});
body.addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-n]");
  if (row && event.key === "Enter") choose(row.dataset.n, "table");
});
view = await trackMap(map, data, (n) => choose(n, "map"));
map.dataset.ready = view ? "drawn" : "none";
