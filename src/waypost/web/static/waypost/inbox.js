// The live inbox: hears that something changed, has the rows fetched anew, moves by keyboard.
// One stream a browser where SharedWorker is known, else one a page; htmx polls whatever happens.
const list = document.getElementById("inbox");
let last = null;
let waiting = null;

function heard(version) {
  if (version === last) return;
  last = version;
  waiting ??= setTimeout(() => {
    waiting = null;
    list.dispatchEvent(new CustomEvent("inbox-changed", { bubbles: true }));
  }, 60); // a burst is fetched once
}

function listen() {
  const address = list.dataset.events;
  if (window.SharedWorker) {
    const worker = new SharedWorker(list.dataset.worker, { name: "waypost-inbox" });
    worker.port.onmessage = (event) => heard(event.data);
    worker.port.postMessage(address);
    addEventListener("pagehide", () => worker.port.postMessage("leaving"));
  } else {
    new EventSource(address).addEventListener("version", (event) => heard(event.data));
  }
}

function move(by) {
  const links = [...list.querySelectorAll("[data-alert] a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  if (event.key === "j" || event.key === "ArrowDown") { event.preventDefault(); move(1); }
  if (event.key === "k" || event.key === "ArrowUp") { event.preventDefault(); move(-1); }
});
// A page that hears nothing must not look calm: what it shows is as old as its last answer.
let answeredAt = Date.now();
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.raw?.ok) answeredAt = Date.now();
});
setInterval(() => {
  const silent_s = (Date.now() - answeredAt) / 1000;
  document.getElementById("lost").hidden = silent_s < Number(list.dataset.lostAfterS);
}, 1000);

listen();
