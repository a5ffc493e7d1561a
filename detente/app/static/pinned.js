// On a narrow screen the controls stand below the answer: a line above them repeats the large numbers, long run and first year.
const line = document.getElementById("pinned");
const main = document.getElementById("main");

function repeat() {
  const parts = Array.from(main.querySelectorAll(".side"), (side) => {
    const part = document.createElement("span");
    part.append(`${side.querySelector("h2").textContent} `);
    for (const [n, number] of side.querySelectorAll(".number").entries()) {
      const value = document.createElement("b");
      value.className = number.className.replace("number", "").trim();
      value.textContent = number.querySelector(".value").textContent;
      if (n) part.append(", first year ");
      part.append(value);
    }
    return part;
  });
  line.replaceChildren(...parts);
}

if (line && main) {
  repeat();
  // the answer is put anew as a whole, and its numbers one by one before that
  new MutationObserver(repeat).observe(main, { childList: true, subtree: true });
}
