// Keeps a witness's salt and value in this browser, and nowhere else, until they are revealed. It is read before
// anything is shown, so that a reload, a call or an empty battery does not cost the draw its witness.

/** What is kept of one occasion. `sent` and `revealed` only remember what the server has confirmed. */
export interface Kept {
  version: 1;
  draw: string;
  attempt: number;
  organiser: string;
  party: string;
  purpose: string;
  suite: string;
  salt: string;
  value: string;
  commitment: string;
  sent: boolean;
}

/** The part of `localStorage` that is used, so that tests can hand in a map. */
export interface Drawer {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

const prefix = "mingcha-witness";

/**
 * One key for each party of each attempt: a second attempt never overwrites the first, and a link that was issued anew finds
 * what was kept under the old one.
 */
export function keyOf(who: { purpose: string; draw: string; attempt: number; organiser: string; party: string }): string {
  return [prefix, who.purpose, who.draw, String(who.attempt), who.organiser, who.party].join("\u001f");
}

/** Writes and reads back: a full or forbidden storage is found out before the commitment leaves, not after. */
export function keep(drawer: Drawer | null, key: string, kept: Kept): boolean {
  if (!drawer) return false;
  try {
    const text = JSON.stringify(kept);
    drawer.setItem(key, text);
    return drawer.getItem(key) === text;
  } catch {
    return false;
  }
}

/** What was kept under `key`; `null` if there is nothing or it is damaged. */
export function recall(drawer: Drawer | null, key: string): Kept | null {
  if (!drawer) return null;
  try {
    const text = drawer.getItem(key);
    const found: unknown = text === null ? null : JSON.parse(text);
    return isKept(found) ? found : null;
  } catch {
    return null;
  }
}

/** Forgets after the reveal is confirmed: from then on the salt and value are public anyway. */
export function forget(drawer: Drawer | null, key: string): void {
  try {
    drawer?.removeItem(key);
  } catch {
    // A storage that cannot be cleared keeps something that is public by now.
  }
}

/** The storage of this browser; `null` where it is switched off. */
export function drawerOf(): Drawer | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function isKept(found: unknown): found is Kept {
  if (typeof found !== "object" || found === null) return false;
  const kept = found as Record<string, unknown>;
  const texts = ["draw", "organiser", "party", "purpose", "suite", "salt", "value", "commitment"];
  return kept["version"] === 1 && typeof kept["attempt"] === "number" && texts.every((name) => typeof kept[name] === "string");
}
