// Choose a period with the pointer on the strip above the duty path; the two dates below it do the same by the keyboard.
const DAY = 86_400_000;
let drag = null;

function dayAt(strip, x) {
  const box = strip.getBoundingClientRect();
  const part = Math.min(1, Math.max(0, (x - box.left) / box.width));
  const first = Date.parse(strip.dataset.first);
  const day = first + Math.round((part * (Date.parse(strip.dataset.last) - first)) / DAY) * DAY;
  return new Date(day).toISOString().slice(0, 10);
}

function show(strip, x) {
  const [low, high] = [drag.x, x].sort((a, b) => a - b);
  const box = strip.getBoundingClientRect();
  const band = strip.querySelector(".band");
  band.setAttribute("x", String((1000 * (low - box.left)) / box.width));
  band.setAttribute("width", String((1000 * (high - low)) / box.width));
  const form = strip.closest("form");
  form.elements.namedItem("since").value = dayAt(strip, low);
  form.elements.namedItem("until").value = dayAt(strip, high);
}

document.addEventListener("pointerdown", (event) => {
  const strip = event.target.closest?.("[data-brush]");
  if (!strip) return;
  drag = { strip, x: event.clientX };
  strip.setPointerCapture(event.pointerId);
  event.preventDefault();
});
document.addEventListener("pointermove", (event) => { if (drag) show(drag.strip, event.clientX); });
document.addEventListener("pointerup", (event) => {
  if (!drag) return;
  const { strip, x } = drag;
  drag = null;
  if (Math.abs(event.clientX - x) > 3) strip.closest("form").requestSubmit();
});
