// What was typed into a form and is not yet saved, kept in this tab only (sessionStorage): for the page after a refusal, or
// after signing in again because the session had ended. The server never sees it. A draft belongs to one person; what another
// finds in the same tab is thrown away, and signing out throws away everything.

/** The storage of the tab, or a stand-in for tests. */
export interface Shelf {
  keys(): string[];
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** One control as a person left it; `nth` counts controls of the same name. */
export interface Typed {
  name: string;
  nth: number;
  value: string;
  checked: boolean;
}

export interface Draft {
  version: 1;
  /** Who typed it. */
  person: string;
  /** The number of the version that the form showed: saving over a newer one must be noticed. */
  base: string;
  typed: Typed[];
}

/** What a page that has arrived says about itself. */
export interface Arrival {
  /** Who is signed in; null on a page that does not say. */
  person: string | null;
  signIn: boolean;
  /** `here`: the server shows the form again with what was typed. `back`: it led back to the page and says why. */
  refused: "no" | "here" | "back";
}

const prefix = "mingcha-draft:";
const sent_key = "mingcha-draft-sent";
/** Longest draft in characters; a longer one is not kept. */
export const draft_chars_max = 200_000;

/** Keeps a draft; false if the storage is off or full, or the draft too long. */
export function keep(shelf: Shelf, form: string, draft: Draft): boolean {
  const text = JSON.stringify(draft);
  if (text.length > draft_chars_max) return false;
  try {
    shelf.setItem(prefix + form, text);
    return true;
  } catch {
    return false;
  }
}

/** The draft of a form if it is this person's; damaged ones are none. */
export function recall(shelf: Shelf, form: string, person: string): Draft | null {
  const text = shelf.getItem(prefix + form);
  if (text === null) return null;
  try {
    const draft = JSON.parse(text) as Draft | null;
    const whole = draft?.version === 1 && typeof draft.base === "string" && Array.isArray(draft.typed);
    return whole && draft.person === person && draft.typed.every(isTyped) ? draft : null;
  } catch {
    return null;
  }
}

export function forget(shelf: Shelf, form: string): void {
  shelf.removeItem(prefix + form);
}

export function forgetAll(shelf: Shelf): void {
  shelf.removeItem(sent_key);
  for (const key of shelf.keys().filter((key) => key.startsWith(prefix))) shelf.removeItem(key);
}

/** The form is on its way; the next page tells what became of it. */
export function sent(shelf: Shelf, form: string): void {
  try {
    shelf.setItem(sent_key, JSON.stringify({ form, expired: false }));
  } catch {
    // Without a storage there is no draft either.
  }
}

/** Reads from the page that arrived what became of the form that was sent. Returns the form whose draft is to be put back. */
export function arrived(shelf: Shelf, page: Arrival): string | null {
  const person = page.person;
  if (person !== null) {
    for (const key of shelf.keys().filter((key) => key.startsWith(prefix))) {
      if (recall(shelf, key.slice(prefix.length), person) === null) shelf.removeItem(key);
    }
  }
  const last = lastSent(shelf);
  if (last === null) return null;
  if (page.signIn) {
    shelf.setItem(sent_key, JSON.stringify({ ...last, expired: true }));
    return null;
  }
  if (person === null) return null;
  shelf.removeItem(sent_key);
  if (page.refused === "here") return null;
  if (last.expired || page.refused === "back") return last.form;
  forget(shelf, last.form);
  return null;
}

function lastSent(shelf: Shelf): { form: string; expired: boolean } | null {
  try {
    const last = JSON.parse(shelf.getItem(sent_key) ?? "null") as { form?: unknown; expired?: unknown } | null;
    return typeof last?.form === "string" ? { form: last.form, expired: last.expired === true } : null;
  } catch {
    return null;
  }
}

function isTyped(typed: Typed | null): boolean {
  return typeof typed?.name === "string" && typeof typed.nth === "number" && typeof typed.value === "string";
}
