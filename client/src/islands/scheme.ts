// The scheme form without waiting: a further condition is a copy of the last one, and what may be ticked follows the column
// that is chosen. Without this the form's own buttons do the same by a round to the server, which decides everything anyway.

import { fresh } from "./taken";

/** Values that are offered to be ticked at once; of more, a person searches. */
const shown_max = 50;

export function schemes(root: ParentNode): void {
  for (const form of fresh<HTMLFormElement>(root, "form[data-scheme]")) {
    form.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[data-add-condition]");
      if (button && addCondition(button)) event.preventDefault();
    });
    form.addEventListener("change", (event) => {
      const select = event.target;
      if (!(select instanceof HTMLSelectElement)) return;
      if ("column" in select.dataset) offer(select);
      // The values of a column and their shares come from the server, with everything that was typed.
      const list = /-by$/.test(select.name) ? select.closest("details")?.querySelector("button[data-shares]") : null;
      if (list instanceof HTMLButtonElement) form.requestSubmit(list);
    });
    form.querySelectorAll<HTMLInputElement>("[data-values] input[list]").forEach(searchable);
    form.querySelectorAll<HTMLElement>("[data-pick]").forEach(filterable);
  }
}

/** The name of a field in another place: `s3-c0-test` with 2 becomes `s3-c2-test`. */
export function renamed(name: string, place: number): string {
  return name.replace(/^([xs]\d+-c)\d+(?=-)/, `$1${place}`);
}

/** The tests that make sense for a column, the usual one first; `domain` decides. */
export function fittingTests(column: string): string[] {
  const always = ["empty", "filled"];
  if (column === "tags" || column === "licences") return ["has", "has_none", ...always];
  if (column === "registered") return ["after", "up_to", "in", "not_in", ...always];
  return ["in", "not_in", "prefix", ...always];
}

function addCondition(button: HTMLButtonElement): boolean {
  const rows = button.closest("details")?.querySelector<HTMLElement>("[data-conditions]");
  const last = rows?.lastElementChild;
  if (!rows || !(last instanceof HTMLElement)) return false;
  const place = rows.children.length;
  const row = last.cloneNode(true) as HTMLElement;
  row.classList.remove("invalid");
  row.querySelectorAll(".error, [data-ticks], .found").forEach((element) => element.remove());
  for (const element of Array.from(row.querySelectorAll<HTMLElement>("[id], [name], [for]"))) {
    for (const attribute of ["id", "name", "for"]) {
      const value = element.getAttribute(attribute);
      if (value !== null) element.setAttribute(attribute, renamed(value, place));
    }
  }
  const legend = row.querySelector("legend");
  if (legend) legend.textContent = `条件 ${place + 1}`;
  rows.append(row);
  const column = row.querySelector<HTMLSelectElement>("select[data-column]");
  if (!column) return true;
  column.value = "";
  offer(column);
  column.focus();
  return true;
}

/** Makes the values of a condition follow its column: what was ticked for another one means nothing. */
function offer(column: HTMLSelectElement): void {
  const row = column.closest("fieldset");
  const values = row?.querySelector<HTMLElement>("[data-values]");
  if (!row || !values) return;
  const prefix = column.name.replace(/-column$/, "");
  const of = row.querySelector<HTMLInputElement>(`input[name="${prefix}-of"]`);
  if (of) of.value = column.value;
  const test = row.querySelector<HTMLSelectElement>(`select[name="${prefix}-test"]`);
  const fitting = fittingTests(column.value);
  if (test && !fitting.includes(test.value)) test.value = fitting[0] ?? "";
  const label = document.createElement("label");
  label.htmlFor = `${prefix}-values`;
  label.textContent = "取值";
  const input = document.createElement("input");
  input.type = column.value === "registered" ? "date" : "text";
  input.id = input.name = `${prefix}-values`;
  input.autocomplete = "off";
  if (column.value !== "" && input.type === "text") input.setAttribute("list", `list-${column.value}`);
  values.replaceChildren(label, input);
  if (input.hasAttribute("list")) searchable(input);
}

/** Below a field with a list: its first values, or those that hold what is typed, each to be ticked. */
function searchable(input: HTMLInputElement): void {
  const list = document.getElementById(input.getAttribute("list") ?? "");
  const prefix = input.name.replace(/-values$/, "");
  if (!(list instanceof HTMLDataListElement) || list.options.length === 0) return;
  // The browser's own list would hide the one below.
  input.removeAttribute("list");
  input.placeholder = "输入几个字查找";
  const found = document.createElement("div");
  found.className = "ticks found";
  found.setAttribute("role", "group");
  found.setAttribute("aria-label", "可选的取值");
  const show = (): void => {
    const typed = input.value.trim();
    const ticked = new Set(
      Array.from(input.closest("[data-values]")?.querySelectorAll<HTMLInputElement>("input:checked") ?? [], (box) => box.value),
    );
    found.querySelectorAll("label").forEach((label) => {
      if (!label.querySelector<HTMLInputElement>("input")?.checked) label.remove();
    });
    let left = shown_max;
    for (const option of Array.from(list.options)) {
      if (left === 0) break;
      if (ticked.has(option.value) || !(option.value + (option.textContent ?? "")).includes(typed)) continue;
      found.append(tick(prefix, option));
      left -= 1;
    }
  };
  found.addEventListener("change", () => {
    // What was typed was a search; the ticked value is what is meant.
    input.value = "";
  });
  input.addEventListener("input", show);
  input.after(found);
  show();
}

function tick(prefix: string, option: HTMLOptionElement): HTMLLabelElement {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.name = `${prefix}-value`;
  box.value = option.value;
  label.append(box, ` ${option.textContent?.trim() ?? option.value}`);
  return label;
}

/** A field that narrows a long list of items. */
function filterable(picker: HTMLElement): void {
  const rows = Array.from(picker.querySelectorAll<HTMLElement>("ul > li"));
  const list = picker.querySelector("ul");
  if (!list || rows.length < 8) return;
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = "查找事项";
  input.setAttribute("aria-label", "查找事项");
  input.addEventListener("input", () => {
    for (const row of rows) row.hidden = !(row.textContent ?? "").includes(input.value.trim());
  });
  input.addEventListener("keydown", (event) => {
    // Enter would save the form.
    if (event.key === "Enter") event.preventDefault();
  });
  list.before(input);
}
