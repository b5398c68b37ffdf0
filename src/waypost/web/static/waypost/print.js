// A button that prints the page; without scripts the browser's own menu does.
const box = document.getElementById("print-box");
box.hidden = false;
document.getElementById("print").addEventListener("click", () => print());
