// Typed text is not lost: forms keep it in this tab until it is saved (see draft_store.ts), put it back after a refusal or a
// new sign-in, and a form with data-guard asks before it is left with changes. Without scripts the server keeps what it can:
// a form with errors comes back as it was typed.

import { arrived, forget, forgetAll, keep, recall, sent, type Draft, type Shelf, type Typed } from "./draft_store";
import { fresh } from "./taken";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Kinds of inputs that are never kept: secrets, files, and what the server put there. */
const not_kept = new Set(["password", "hidden", "file", "submit", "button", "image", "reset"]);
/** Names that look like a secret are not kept, whatever their kind. */
const secret = /password|token|secret|salt/i;

let leaving = false;
const guarded = new Set<() => boolean>();

export function drafts(root: ParentNode): void {
  const shelf = ofTab();
  if (!shelf) return;
  for (const form of fresh<HTMLFormElement>(root, "form[data-sign-out]")) {
    form.addEventListener("submit", () => forgetAll(shelf));
  }
  const person = personHere();
  if (person === null) return;
  for (const form of fresh<HTMLFormElement>(root, "form[method=post]")) {
    if (controls(form).length === 0) continue;
    const name = nameOf(form);
    const shown = JSON.stringify(read(form));
    const changed = (): boolean => JSON.stringify(read(form)) !== shown || form.dataset["draft"] === "unsaved";
    const save = (): void => {
      keep(shelf, name, { version: 1, person, base: base(form)?.value ?? "", typed: read(form) });
    };
    form.addEventListener("input", save);
    form.addEventListener("change", save);
    form.addEventListener("submit", () => {
      leaving = true;
      save();
      sent(shelf, name);
    });
    if ("guard" in form.dataset) guarded.add(() => form.isConnected && changed());
  }
}

/** Once a page: what became of the form that was sent before it, and what else waits here. */
export function draftsArrive(): void {
  const shelf = ofTab();
  if (!shelf) return;
  const person = personHere();
  const marks = Array.from(document.querySelectorAll<HTMLElement>("[data-refused], [data-unsaved]"));
  const refused = marks.some((mark) => mark.dataset["refused"] === "back") ? "back" : marks.length > 0 ? "here" : "no";
  const back = arrived(shelf, { person, signIn: document.querySelector("form[data-sign-in]") !== null, refused });
  if (person !== null) {
    for (const form of Array.from(document.querySelectorAll<HTMLFormElement>("form[method=post]"))) {
      const name = nameOf(form);
      const draft = recall(shelf, name, person);
      if (!draft) continue;
      // The server shows what was typed, and none of it is saved.
      if (refused === "here") form.dataset["draft"] = "unsaved";
      else if (differences(form, draft) === 0) forget(shelf, name);
      else if (name === back) putBack(form, draft);
      else if ("guard" in form.dataset) offer(shelf, form, name, draft);
    }
  }
  window.addEventListener("beforeunload", (event) => {
    if (leaving || !Array.from(guarded).some((changed) => changed())) return;
    event.preventDefault();
    // Chromium before 119 asks only if this is set.
    event.returnValue = "";
  });
  // A page that comes back from the browser's memory is not being left any more.
  window.addEventListener("pageshow", () => { leaving = false; });
}

function offer(shelf: Shelf, form: HTMLFormElement, name: string, draft: Draft): void {
  const restore = button("恢复");
  const drop = button("放弃");
  const banner = note(form, "您上次在这里填写的内容没有保存。", [restore, drop]);
  restore.addEventListener("click", () => {
    banner.remove();
    putBack(form, draft);
  });
  drop.addEventListener("click", () => {
    banner.remove();
    forget(shelf, name);
  });
}

/** A banner above the form. */
function note(form: HTMLFormElement, text: string, buttons: HTMLButtonElement[]): HTMLElement {
  const banner = document.createElement("div");
  banner.className = "banner info";
  banner.setAttribute("role", "status");
  const body = document.createElement("div");
  const words = document.createElement("p");
  words.textContent = text;
  body.append(words);
  if (buttons.length > 0) {
    const row = document.createElement("div");
    row.className = "actions tight";
    row.append(...buttons);
    body.append(row);
  }
  banner.append(body);
  form.before(banner);
  return banner;
}

function button(text: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = text;
  return made;
}

function putBack(form: HTMLFormElement, draft: Draft): void {
  eachTyped(form, draft, (control, typed) => {
    if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) control.checked = typed.checked;
    else control.value = typed.value;
  });
  // Whoever saved in between is told, as if the form had been open all the time.
  const version = base(form);
  if (version && draft.base !== "") version.value = draft.base;
  form.dataset["draft"] = "unsaved";
  form.closest("details")?.setAttribute("open", "");
  note(form, "您刚才填写、还没有保存的内容已经恢复，请核对后再保存。", []);
}

function differences(form: HTMLFormElement, draft: Draft): number {
  let count = 0;
  eachTyped(form, draft, (control, typed) => {
    const checked = control instanceof HTMLInputElement && control.checked;
    if (control.value !== typed.value || checked !== typed.checked) count += 1;
  });
  return count;
}

function eachTyped(form: HTMLFormElement, draft: Draft, act: (control: Control, typed: Typed) => void): void {
  const typed = new Map(draft.typed.map((one) => [`${one.nth} ${one.name}`, one]));
  for (const [control, nth] of numbered(form)) {
    const one = typed.get(`${nth} ${control.name}`);
    if (one) act(control, one);
  }
}

function read(form: HTMLFormElement): Typed[] {
  return numbered(form).map(([control, nth]) => {
    const checked = control instanceof HTMLInputElement && control.checked;
    return { name: control.name, nth, value: control.value, checked };
  });
}

function numbered(form: HTMLFormElement): [Control, number][] {
  const counts = new Map<string, number>();
  return controls(form).map((control) => {
    const nth = counts.get(control.name) ?? 0;
    counts.set(control.name, nth + 1);
    return [control, nth];
  });
}

function controls(form: HTMLFormElement): Control[] {
  return Array.from(form.elements).filter((element): element is Control => {
    const text = element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
    const input = element instanceof HTMLInputElement && !not_kept.has(element.type);
    return (text || input) && (element as Control).name !== "" && !secret.test((element as Control).name);
  });
}

/** The hidden field with the version that the form showed. */
function base(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>("input[type=hidden][name=version], input[type=hidden][name=seen]");
}

/** A form is known by where it is sent, and by its place among those that are sent there. */
function nameOf(form: HTMLFormElement): string {
  const action = form.getAttribute("action") ?? location.pathname;
  const all = Array.from(document.querySelectorAll<HTMLFormElement>("form[method=post]"));
  const place = all.filter((other) => (other.getAttribute("action") ?? location.pathname) === action).indexOf(form);
  return place > 0 ? `${action} ${place}` : action;
}

/** The account that is signed in, as the page says. */
function personHere(): string | null {
  return document.querySelector<HTMLElement>("[data-person]")?.dataset["person"] || null;
}

function ofTab(): Shelf | null {
  try {
    const storage = window.sessionStorage;
    return {
      keys: () => Array.from({ length: storage.length }, (_, place) => storage.key(place) ?? ""),
      getItem: (key) => storage.getItem(key),
      setItem: (key, text) => storage.setItem(key, text),
      removeItem: (key) => storage.removeItem(key),
    };
  } catch {
    return null;
  }
}
