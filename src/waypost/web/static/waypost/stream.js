// What changed, as numbers: `version` rises when an alert changes, `presence` when somebody comes to
// one or leaves it. One stream a browser where SharedWorker is known, else one a page; a page that
// has several listeners has one connection.
const heard = { version: [], presence: [] };
const last = {};
let open = false;

export function listen({ events, worker }, name, tell) {
  heard[name].push(tell);
  if (open) return;
  open = true;
  if (window.SharedWorker) {
    const shared = new SharedWorker(worker, { name: "waypost-inbox-numbers" });
    shared.port.onmessage = ({ data }) => hear(data.name, data.number);
    shared.port.postMessage(events);
    addEventListener("pagehide", () => shared.port.postMessage("leaving"));
    return;
  }
  const stream = new EventSource(events);
  for (const one of Object.keys(heard)) stream.addEventListener(one, (event) => hear(one, event.data));
}

// The number heard last; 0 before the first.
export const newest = (name) => Number(last[name] ?? 0);

function hear(name, number) {
  if (last[name] === number) return;
  last[name] = number;
  for (const tell of heard[name]) tell();
}
