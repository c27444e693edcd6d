// Asks once more before what cannot be taken back. A form or button names its question in data-confirm; without
// scripts the server's own "check before you seal" page does the asking.

import { fresh } from "./taken";

export function confirmations(root: ParentNode): void {
  for (const form of fresh<HTMLFormElement>(root, "form[data-confirm]")) {
    let agreed = false;
    form.addEventListener("submit", (event) => {
      if (agreed) {
        agreed = false;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = (event as SubmitEvent & { submitter?: HTMLElement | null }).submitter ?? null;
      void ask(form.dataset).then((yes) => {
        if (!yes) return;
        agreed = true;
        form.requestSubmit(submitter instanceof HTMLButtonElement ? submitter : undefined);
      });
    }, true);
  }
}

/** Shows the question and waits for the answer; closing it in any other way means no. */
export function ask(words: DOMStringMap): Promise<boolean> {
  const question = words["confirm"] ?? "确定吗？";
  const dialog = document.createElement("dialog");
  if (typeof dialog.showModal !== "function") return Promise.resolve(window.confirm(question));
  dialog.className = words["confirmTone"] === "danger" ? "dialog danger" : "dialog";
  const heading = document.createElement("h2");
  heading.id = "confirm-title";
  heading.textContent = words["confirmTitle"] ?? "请再确认一次";
  dialog.setAttribute("aria-labelledby", heading.id);
  const text = document.createElement("p");
  text.textContent = question;
  const row = document.createElement("div");
  row.className = "actions tight";
  const yes = button(words["confirmYes"] ?? "确定", words["confirmTone"] === "danger" ? "button primary danger" : "button primary");
  const no = button("取消", "button");
  row.append(yes, no);
  dialog.append(heading, text, row);
  document.body.append(dialog);
  return new Promise((resolve) => {
    const done = (answer: boolean): void => {
      dialog.remove();
      resolve(answer);
    };
    yes.addEventListener("click", () => done(true));
    no.addEventListener("click", () => done(false));
    dialog.addEventListener("cancel", () => done(false));
    dialog.showModal();
    no.focus();
  });
}

function button(text: string, classes: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = classes;
  made.textContent = text;
  return made;
}
