// What is shown first of a moved control, laid over what was there: numbers that are not solved yet keep their place, pale.
const PENDING = "…";

// Put the numbers and the bars of an answer into the page; whether any number is new.
export function overlaid(page, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("answer");
  if (!page || !fresh) return false;
  let isNew = false;
  const numbers = page.querySelectorAll(".number");
  const others = fresh.querySelectorAll(".number");
  if (numbers.length !== others.length) return false;
  others.forEach((other, n) => {
    if (other.querySelector(".value").textContent.startsWith(PENDING)) {
      numbers[n].classList.add("pending");
    } else {
      numbers[n].replaceWith(other);
      isNew = true;
    }
  });
  const bars = page.querySelector("table.bars");
  const other = fresh.querySelector("table.bars");
  if (bars && other) bars.closest("figure").replaceWith(other.closest("figure"));
  page.setAttribute("aria-busy", "true"); // until the whole is put in its place
  return isNew;
}
