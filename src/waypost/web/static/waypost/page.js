// Every page: says that scripts run, then starts the components of GOV.UK and MoJ.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const govuk = await import("../vendor/govuk-frontend.js");
govuk.initAll();

// A form that was sent once waits for its answer.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000); // a download leaves the page standing
});
