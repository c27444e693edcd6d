// Lists follow their filters: a choice submits at once, typing after a pause. The form is a plain GET, so the filters
// stand in the address and the list can be sent to a colleague; empty fields are left out of it.

import { fresh } from "./taken";

/** Pause after the last key before a list is asked for, in milliseconds. */
const pause_ms = 600;
/** Where the typing field and the caret were, so that a person can type on after the page has come back. */
const place_key = "mingcha-filter-place";

export function filters(root: ParentNode): void {
  for (const form of fresh<HTMLFormElement>(root, "form[data-auto-submit]")) {
    let timer = 0;
    let composing = false;
    const submit = (): void => {
      window.clearTimeout(timer);
      form.requestSubmit();
    };
    form.addEventListener("compositionstart", () => {
      composing = true;
      window.clearTimeout(timer);
    });
    form.addEventListener("compositionend", () => {
      composing = false;
      timer = window.setTimeout(submit, pause_ms);
    });
    form.addEventListener("input", (event) => {
      if (composing || !typed(event.target)) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(submit, pause_ms);
    });
    form.addEventListener("change", (event) => {
      if (!typed(event.target)) submit();
    });
    form.addEventListener("submit", () => {
      rememberPlace(form);
      withoutEmpty(form);
    });
    restorePlace(form);
  }
}

function typed(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && ["text", "search"].includes(target.type);
}

function withoutEmpty(form: HTMLFormElement): void {
  const empty = Array.from(form.elements).filter(
    (field): field is HTMLInputElement | HTMLSelectElement =>
      (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.value === "" && !field.disabled,
  );
  empty.forEach((field) => (field.disabled = true));
  // Going back must not find the fields dead.
  window.setTimeout(() => empty.forEach((field) => (field.disabled = false)), 0);
}

function rememberPlace(form: HTMLFormElement): void {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement && form.contains(active) && typed(active)) {
    sessionStorage.setItem(place_key, `${location.pathname}|${active.name}`);
  }
}

function restorePlace(form: HTMLFormElement): void {
  const [path, name] = (sessionStorage.getItem(place_key) ?? "").split("|");
  if (path !== location.pathname || !name) return;
  sessionStorage.removeItem(place_key);
  const field = form.elements.namedItem(name);
  if (!(field instanceof HTMLInputElement)) return;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}
