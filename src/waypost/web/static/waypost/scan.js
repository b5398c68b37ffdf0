// Reads the label of a tag with the camera, where the browser can. A hand scanner types and presses
// Enter, which sends the form; typing always works.
const KINDS = ["code_128", "code_39", "data_matrix", "ean_13", "itf", "qr_code"];
const LOOK_EVERY_MS = 250;

for (const box of document.querySelectorAll("[data-scan]")) prepare(box);

async function prepare(box) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const known = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  const formats = KINDS.filter((kind) => known.includes(kind));
  if (!formats.length) return;
  const button = box.querySelector("button");
  const picture = box.querySelector("video");
  const said = box.querySelector("[role=status]");
  const field = document.getElementById(box.dataset.scan);
  const detector = new window.BarcodeDetector({ formats });
  let stream = null;
  box.hidden = false;

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    picture.hidden = true;
    button.textContent = "Scan with the camera";
  };

  const look = async () => {
    if (!stream) return;
    const found = await detector.detect(picture).catch(() => []);
    if (found.length) {
      field.value = found[0].rawValue.trim();
      said.textContent = `Read: ${field.value}`;
      stop();
      field.focus();
      return;
    }
    setTimeout(look, LOOK_EVERY_MS);
  };

  button.addEventListener("click", async () => {
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      said.textContent = "The camera cannot be used here. Type what stands on the label.";
      return;
    }
    picture.srcObject = stream;
    picture.hidden = false;
    button.textContent = "Stop the camera";
    said.textContent = "Hold the label before the camera.";
    await picture.play();
    look();
  });
  addEventListener("pagehide", stop);
}
