// Finds the elements an island has not yet taken, and marks them, so that starting twice does no harm.

const taken = new WeakMap<Element, Set<string>>();

export function fresh<T extends HTMLElement>(root: ParentNode, selector: string): T[] {
  return Array.from(root.querySelectorAll<T>(selector)).filter((element) => {
    const names = taken.get(element) ?? new Set<string>();
    if (names.has(selector)) return false;
    names.add(selector);
    taken.set(element, names);
    return true;
  });
}
