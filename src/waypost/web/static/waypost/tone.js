// A soft tone when something urgent newly comes, or is called graver: off until it is turned on, said
// once, never again for the same. Beside it, always, the same in words.
const KEY = "waypost-tone";
const SHOWN_MS = 90_000;
const button = document.getElementById("sound-button");
const came = document.getElementById("came");
let audio = null;
let known = null; // alert -> urgency, as last seen

const isOn = () => localStorage.getItem(KEY) === "on";

function show() {
  button.setAttribute("aria-pressed", String(isOn()));
  button.textContent = isOn() ? "Sound: on" : "Sound: off";
}

// Browsers let a page sound only after somebody touched it: at the first key or click.
async function wake() {
  if (!isOn()) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") await audio.resume().catch(() => {});
}

// Two low notes, the second a little higher, half a second in all.
function tone() {
  if (!isOn() || audio?.state !== "running") return;
  [[523.25, 0], [659.25, 0.22]].forEach(([pitch_hz, after_s]) => {
    const note = audio.createOscillator();
    const loud = audio.createGain();
    const at = audio.currentTime + after_s;
    note.frequency.value = pitch_hz;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(0.06, at + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0005, at + 0.3);
    note.connect(loud).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.32);
  });
}

// After each fetch of the rows: what is urgent and untouched now, against before.
export function hear() {
  const said = document.querySelector("#inbox [data-urgent]")?.dataset.urgent ?? "";
  const now = new Map(said.split(" ").filter(Boolean).map((pair) => pair.split(":")).map(([id, urgency]) => [id, Number(urgency)]));
  const before = known;
  known = new Map([...(known ?? []), ...now]); // what was touched and comes back no graver is not new
  if (before === null) return;
  const fresh = [...now].filter(([id, urgency]) => !before.has(id) || before.get(id) < urgency).map(([id]) => id);
  if (!fresh.length) return;
  tone();
  for (const id of fresh.slice(0, 3)) tell(id);
}

function tell(id) {
  const row = document.getElementById(`alert-${id}`);
  const line = document.createElement("p");
  line.className = "waypost-came__one";
  line.append("Urgent, just come: ");
  const link = row?.querySelector("a")?.cloneNode(true);
  if (link) line.append(link, ` ${row.querySelector(".waypost-inbox__who").firstChild.textContent.trim()}`);
  else line.append(`alert ${id}, on another page`);
  came.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

button.addEventListener("click", async () => {
  localStorage.setItem(KEY, isOn() ? "off" : "on");
  show();
  await wake();
  tone(); // how it sounds
});
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, wake, { capture: true });
show();
hear();
