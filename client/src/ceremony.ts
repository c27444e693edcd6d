// The projector page. htmx brings the newest picture every second and morphs it in; this only counts the numbers up, so
// that five metres away one sees something happen, and says when the connection is gone.

import "htmx.org";

/** How long a number takes from its old to its new value, in milliseconds. */
const count_ms = 900;
const shown = new Map<string, number>();
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function update(): void {
  for (const element of Array.from(document.querySelectorAll<HTMLElement>("[data-count]"))) {
    const key = element.dataset["countKey"] ?? element.id;
    const next = Number(element.dataset["count"] ?? "0");
    const last = shown.get(key) ?? next;
    shown.set(key, next);
    if (last === next || calm.matches) element.textContent = thousands(next);
    else countUp(element, last, next);
  }
}

function countUp(element: HTMLElement, from: number, to: number): void {
  const start = performance.now();
  // At once, before the next frame: the morph has just written the final number.
  element.textContent = thousands(from);
  const step = (now: number): void => {
    // The element may have been morphed to a newer number meanwhile; that one wins.
    if (Number(element.dataset["count"]) !== to) return;
    const part = Math.min(1, (now - start) / count_ms);
    element.textContent = thousands(Math.round(from + (to - from) * part));
    if (part < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function thousands(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function offline(gone: boolean): void {
  const notice = document.querySelector<HTMLElement>("[data-offline]");
  if (notice) notice.hidden = !gone;
}

update();
document.addEventListener("htmx:after:swap", () => {
  offline(false);
  update();
});
document.addEventListener("htmx:error", () => offline(true));
document.addEventListener("htmx:response:error", () => offline(true));
