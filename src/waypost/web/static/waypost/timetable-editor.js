// The timetable editor: its buttons and changes ask the server for the editor anew, which alone knows
// what the hours come to. Without this script the same buttons submit the form.
const WAIT_MS = 250;

for (const editor of document.querySelectorAll("[data-timetable-editor]")) start(editor);

function start(editor) {
  const form = editor.closest("form");
  let asked = 0;
  let waiting = null;

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-again]");
    if (!button) return;
    event.preventDefault();
    refresh(button);
  });
  editor.addEventListener("change", () => later());
  editor.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // as anywhere else it would press the form's first button
    refresh(null);
  });

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh(null), WAIT_MS);
  }

  // The form's fields and the button pressed, to the server; its answer takes the editor's place,
  // unless somebody typed on meanwhile: then it is asked again.
  async function refresh(button) {
    clearTimeout(waiting);
    asked += 1;
    const mine = asked;
    const body = new FormData(form);
    const name = editor.dataset.timetableEditor;
    body.set("editor", name);
    for (const [field, value] of [["kind", editor.dataset.kind], ["order", editor.dataset.order], ["label", editor.dataset.label]]) body.set(field, value);
    body.set(button ? button.name : `${name}-show`, button ? button.value : "yes");
    const before = stateOf();
    const answer = await fetch(editor.dataset.check, { method: "POST", body: new URLSearchParams(body), headers: { Accept: "text/html" } }).catch(() => null);
    if (mine !== asked) return;
    if (!answer?.ok || answer.redirected) { form.requestSubmit?.(button ?? undefined); return; }
    const text = await answer.text();
    if (mine !== asked) return;
    if (!button && stateOf() !== before) { later(); return; }
    const at = document.activeElement?.id;
    editor.innerHTML = text;
    focusAfter(button, at);
    editor.dispatchEvent(new CustomEvent("waypost:hours", { bubbles: true }));
  }

  function stateOf() {
    return new URLSearchParams(new FormData(form)).toString();
  }

  // Where one goes on: in the row just made, at the list just shortened, else where one was.
  function focusAfter(button, at) {
    const name = editor.dataset.timetableEditor;
    const rows = Number(editor.querySelector(`[name="${name}-rows"]`).value);
    const exceptions = Number(editor.querySelector(`[name="${name}-exceptions"]`).value);
    const id = {
      [`${name}-add`]: `${name}-${rows - 1}-days-MO`,
      [`${name}-remove`]: `${name}-add`,
      [`${name}-exception-add`]: `${name}-exception-${exceptions - 1}-from`,
      [`${name}-exception-remove`]: `${name}-exception-add`,
    }[button?.name] ?? (button?.id || at);
    document.getElementById(id)?.focus();
  }
}
