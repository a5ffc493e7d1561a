// A long job of the page: how far it is, as the server tells it, and the table as soon as it is there. Without this module the
// page is loaded again every second until then.
let events = null;
let shown = "";

function far(told) {
  if (told.whole) return `${told.done} of ${told.whole}`;
  return told.steps ? `${told.steps} steps of the solver` : "";
}

// Follow the job that the page shows, if it shows one; `ended` is called once when it has ended.
export function watch(ended) {
  const part = document.querySelector("[data-progress]");
  const address = part?.dataset.progress ?? "";
  if (events && address === shown) return;
  events?.close();
  events = null;
  shown = address;
  if (!part) return;
  events = new EventSource(address);
  const done = () => {
    events?.close();
    events = null;
    shown = "";
    ended();
  };
  let failures = 0;
  events.onmessage = (event) => {
    failures = 0;
    const told = JSON.parse(event.data);
    const now = document.querySelector("[data-progress]"); // the part is put anew by every answer
    if (!now) return;
    const bar = now.querySelector("progress");
    if (told.whole) { bar.max = told.whole; bar.value = told.done; }
    now.querySelector("[data-far]").textContent = far(told);
  };
  events.addEventListener("ended", done);
  events.onerror = () => { if (++failures > 3) { events?.close(); events = null; } };
}
