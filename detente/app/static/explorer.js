// Live updates of the explorer: a moved control asks for what is shown first, the large numbers and the bars of the tables'
// horizon, and for the whole part of the page that changes once the control rests. Without this module the same form works by
// its button. One request is in flight at a time; positions that were overtaken are never sent.
import "./brush.js";
import "./pinned.js";
import { watch } from "./jobs.js";
import { range } from "./ranges.js";
import { overlaid } from "./overlay.js";

const form = document.getElementById("controls");
const status = document.getElementById("status");
const reader = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("");
const WHOLE_PAGE = new Set(["base", "asof"]); // these change what the controls themselves show
const REACHED = "a, summary, input, select, button, [tabindex]";
const REST = 120; // milliseconds without a move before the whole is asked for
let running = false;
let waiting = null;
let whole = null; // the request for a whole, given up as soon as a control is moved
let rested = null; // ends the wait for a rest
let quietly = 0;
let seen = ""; // the address of what is shown

function asked() {
  return `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
}

function say(text, wrong = false) {
  clearTimeout(quietly);
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
}

function put(text) {
  const before = document.getElementById("answer");
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("answer");
  if (!fresh) return null;
  const open = Array.from(before.querySelectorAll("details"), (part) => part.open);
  const left = before.querySelector(".scroll")?.scrollTop ?? 0;
  const hand = Array.from(before.querySelectorAll(REACHED)).indexOf(document.activeElement);
  before.replaceWith(fresh);
  if (hand >= 0) fresh.querySelectorAll(REACHED)[hand]?.focus({ preventScroll: true }); // the keyboard stays where it was
  fresh.querySelectorAll("details").forEach((part, n) => { if (n < open.length) part.open = open[n]; });
  const scroll = fresh.querySelector(".scroll");
  if (scroll) scroll.scrollTop = left;
  return fresh;
}

// A table that is folded away is not sent with every position.
function folded() {
  const part = document.querySelector("details.table");
  return part && !part.open ? "folded" : "shown";
}

// The next frame has been painted: told to the benchmark, by the page's own clock.
function painted(name, moved) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      document.body.dataset[name] = String(performance.now() - moved);
    };
    channel.port2.postMessage(0);
  });
}

async function ask(address, part, signal) {
  clearTimeout(quietly);
  quietly = setTimeout(() => say("Solving …"), 300);
  const answer = await fetch(address, {
    headers: { "x-detente-part": part, "x-detente-reader": reader, "x-detente-table": folded() },
    signal,
  });
  const text = await answer.text();
  if (answer.ok) {
    say("");
    return text;
  }
  if (answer.status !== 409) say(text, true);
  return null;
}

async function show(position) {
  const address = position.address || asked();
  let isShown = false;
  if (!position.address && address !== seen) {
    const text = await ask(address, "first");
    if (text === null) return;
    isShown = overlaid(document.getElementById("answer"), text);
    seen = address;
    if (isShown) painted("latency", position.moved);
    if (waiting) return;
  }
  if (!position.settled && !position.address) {
    await new Promise((resolve) => { rested = resolve; setTimeout(resolve, REST); });
    rested = null;
    if (waiting) return;
  }
  whole = new AbortController();
  const text = await ask(address, "answer", whole.signal);
  whole = null;
  if (text === null) return;
  const fresh = put(text);
  seen = address;
  if (fresh && position.settled && !waiting) {
    form.elements.namedItem("form").value = fresh.dataset.form;
    history.pushState(null, "", fresh.dataset.address);
  }
  watch(() => move(position.settled));
  range(reader);
  if (!isShown) painted("latency", position.moved);
  painted("whole", position.moved);
}

async function run() {
  running = true;
  while (waiting) {
    const position = waiting;
    waiting = null;
    try {
      await show(position);
    } catch (error) {
      if (error.name !== "AbortError") {
        say("The explorer does not answer: is `detente serve` still running?", true);
      }
    }
  }
  running = false;
}

function move(settled, address = "") {
  waiting = { settled, moved: performance.now(), address };
  rested?.();
  whole?.abort();
  if (!running) run();
}

function mark(control) {
  const measure = control.closest(".measure");
  if (!measure) return;
  const changed = Array.from(measure.querySelectorAll("[name]")).some((own) =>
    own.tagName === "SELECT" ? !own.selectedOptions[0].defaultSelected : own.value !== own.defaultValue);
  measure.classList.toggle("moved", changed || measure.dataset.moved === "yes");
}

if (form && status) {
  document.body.classList.add("live");
  for (const number of form.querySelectorAll("input[data-most]")) {
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = number.dataset.most;
    slider.step = number.dataset.step;
    slider.value = number.value;
    slider.setAttribute("aria-label", `${number.getAttribute("aria-label")}, slider`);
    slider.addEventListener("input", (event) => {
      event.stopPropagation();
      number.value = slider.value;
      mark(number);
      move(false);
    });
    slider.addEventListener("change", (event) => {
      event.stopPropagation();
      number.value = slider.value;
      move(true);
    });
    number.addEventListener("input", () => { slider.value = number.value; });
    number.before(slider);
  }
  form.addEventListener("input", (event) => {
    if (event.target.type === "number" && event.target.validity.valid) {
      mark(event.target);
      move(false);
    }
  });
  form.addEventListener("change", (event) => {
    if (WHOLE_PAGE.has(event.target.name)) {
      form.requestSubmit();
      return;
    }
    if (event.target.name?.startsWith("rate.") || event.target.name?.startsWith("share.")) {
      if (!event.target.validity.valid) return;
    }
    mark(event.target);
    move(true);
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.dataset?.later) {
      move(false, document.getElementById("answer").dataset.address);
    }
  }, true);
  watch(() => move(true));
  range(reader);
  // the address in the bar says what it was made with, unless the page has just told what changed since another one was
  const own = document.getElementById("answer")?.dataset.address;
  if (own && !document.getElementById("version")) history.replaceState(null, "", own + location.hash);
  window.addEventListener("popstate", () => location.reload());
  document.body.dataset.ready = "yes";
}
