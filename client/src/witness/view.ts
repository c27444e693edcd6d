// Shows one view of the witness page at a time and fills in its words. It decides nothing.

export type ViewName =
  | "loading" | "insecure" | "invited" | "sending" | "waiting" | "reveal" | "missing" | "revealed" | "absent" | "failed" | "drawn";

/** Shows the view and moves the reader there when it changed; without a change it leaves focus and typing alone. */
export function showView(name: ViewName): void {
  for (const view of Array.from(document.querySelectorAll<HTMLElement>("[data-view]"))) {
    const wanted = view.dataset["view"] === name;
    if (wanted && view.hidden) {
      view.hidden = false;
      view.querySelector<HTMLElement>("h2")?.focus();
    } else if (!wanted) {
      view.hidden = true;
    }
  }
}

/** Sets the text of every element with `data-fact="name"`. */
export function fact(name: string, text: string): void {
  for (const place of Array.from(document.querySelectorAll(`[data-fact="${name}"]`))) {
    if (place.textContent !== text) place.textContent = text;
  }
}

/** Shows or, with an empty text, hides the notice `data-notice="name"`. */
export function notice(name: string, text: string): void {
  for (const place of Array.from(document.querySelectorAll<HTMLElement>(`[data-notice="${name}"]`))) {
    const words = place.querySelector<HTMLElement>("[data-words]") ?? place;
    if (words.textContent !== text) words.textContent = text;
    place.hidden = text === "";
  }
}

/** Marks a field as wrong with a sentence, or as right with an empty one. */
export function fieldError(id: string, text: string): void {
  const input = document.getElementById(id);
  const field = input?.closest(".field");
  field?.classList.toggle("invalid", text !== "");
  if (text === "") input?.removeAttribute("aria-invalid");
  else input?.setAttribute("aria-invalid", "true");
  notice(id, text);
}

export function valueOf(id: string): string {
  const input = document.getElementById(id);
  return input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement ? input.value : "";
}

export function onSubmit(name: string, act: () => Promise<void>): void {
  const form = document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`);
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset["busy"] === "1") return;
    form.dataset["busy"] = "1";
    const buttons = Array.from(form.querySelectorAll<HTMLButtonElement>("button"));
    buttons.forEach((button) => button.setAttribute("aria-busy", "true"));
    void act().finally(() => {
      delete form.dataset["busy"];
      buttons.forEach((button) => button.removeAttribute("aria-busy"));
    });
  });
}
