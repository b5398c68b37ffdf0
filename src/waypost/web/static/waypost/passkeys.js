// Passkeys: the button asks the browser for one, and its answer goes with the form around it.
for (const part of document.querySelectorAll("[data-passkey]")) {
  const makes = part.dataset.passkey === "create";
  const read = globalThis.PublicKeyCredential?.[`parse${makes ? "Creation" : "Request"}OptionsFromJSON`];
  if (!read) continue;
  const said = part.querySelector("[role=status]");
  part.hidden = false;
  document.querySelector("[data-passkey-none]")?.remove();
  part.querySelector("button").addEventListener("click", async () => {
    said.textContent = "";
    try {
      const publicKey = read.call(PublicKeyCredential, JSON.parse(part.dataset.options));
      const shown = await navigator.credentials[makes ? "create" : "get"]({ publicKey });
      const fields = part.querySelectorAll("input");
      for (const field of fields) field.disabled = false;
      fields[1].value = JSON.stringify(shown.toJSON());
      part.closest("form").requestSubmit();
    } catch (error) {
      said.textContent = error.name === "InvalidStateError"
        ? "There is a passkey of yours on this device already."
        : "No passkey was given. Try again, or use another way.";
    }
  });
}
