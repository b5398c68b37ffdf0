// A button that copies the note; without scripts one selects the text in its box.
const text = document.querySelector("[data-copy]");
const said = document.getElementById("copy-said");
document.getElementById("copy-box").hidden = false;
document.getElementById("copy-button").addEventListener("click", async () => {
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    said.textContent = "Copied.";
  } catch {
    said.textContent = "Selected: press Ctrl and C.";
  }
});
