// One event stream for all of a browser's inbox pages; hands each the version number it heard.
const ports = new Set();
let stream = null;
let last = null;

function open(address) {
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(address);
  stream.addEventListener("version", (event) => {
    last = event.data;
    for (const port of ports) port.postMessage(last);
  });
}

onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data === "leaving") {
      ports.delete(port);
      if (!ports.size) { stream?.close(); stream = null; last = null; }
      return;
    }
    open(data);
    if (last !== null) port.postMessage(last);
  };
};
