// Intervals of the large numbers: asked for once the setting has rested a moment, put below the numbers when they are there.
// Without this module a link leads to them.
const REST = 700; // milliseconds without a move
const EACH = 500;
let later = 0;
let holds = 0;

// A control is moved: nothing more is asked of the setting before.
export function hold() {
  clearTimeout(later);
  holds += 1;
}

export function range(reader) {
  hold();
  later = setTimeout(() => ask(reader), REST);
}

async function ask(reader) {
  const place = document.getElementById("drawn");
  const address = place?.dataset.ranges;
  if (!address) return;
  const held = holds;
  let told;
  try {
    const answer = await fetch(address, { headers: { "x-detente-reader": reader } });
    if (!answer.ok) return; // the link stays
    told = await answer.json();
  } catch {
    return;
  }
  if (held !== holds || place !== document.getElementById("drawn")) return; // the setting was moved meanwhile
  if (told.intervals) {
    for (const [key, words] of Object.entries(told.intervals)) {
      const number = document.querySelector(`[data-interval="${CSS.escape(key)}"]`);
      if (number) number.textContent = words;
    }
    const link = place.querySelector("a");
    place.textContent = `${told.said} `;
    if (link) {
      link.textContent = "All of them";
      place.append(link);
    }
    delete place.dataset.ranges;
  } else if (told.standing === "waiting" || told.standing === "running") {
    later = setTimeout(() => ask(reader), EACH);
  }
}
