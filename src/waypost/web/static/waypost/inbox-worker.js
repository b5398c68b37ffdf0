// One event stream for all of a browser's live pages; hands each the numbers it heard, by name.
const ports = new Set();
const last = {};
let stream = null;

function open(address) {
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(address);
  for (const name of ["version", "presence"]) {
    stream.addEventListener(name, (event) => {
      last[name] = event.data;
      for (const port of ports) port.postMessage({ name, number: event.data });
    });
  }
}

onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data === "leaving") {
      ports.delete(port);
      if (!ports.size) { stream?.close(); stream = null; for (const name in last) delete last[name]; }
      return;
    }
    open(data);
    for (const name in last) port.postMessage({ name, number: last[name] });
  };
};
