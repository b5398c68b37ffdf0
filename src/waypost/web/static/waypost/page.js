// Every page: says that scripts run, then starts the components of GOV.UK and MoJ.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const govuk = await import("../vendor/govuk-frontend.js");
govuk.initAll();

// A file that is too large is said so before it is sent.
document.addEventListener("change", ({ target }) => {
  const most = Number(target.dataset?.bytesMax);
  if (!most || target.type !== "file") return;
  const over = [...target.files].some((file) => file.size > most);
  target.setCustomValidity(over ? `This file is larger than ${Math.round(most / 2 ** 20)} MB. Send it in parts.` : "");
  if (over) target.reportValidity();
});

// A form that was sent once waits for its answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000); // a download leaves the page standing
});
