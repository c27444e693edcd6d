// Copies what a button names in data-copy: a text, or `#id` of an element whose text is meant.

import { fresh } from "./taken";
import { toast } from "./toast";

export function copies(root: ParentNode): void {
  for (const button of fresh<HTMLButtonElement>(root, "button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const named = button.dataset["copy"] ?? "";
      const text = named.startsWith("#") ? (document.querySelector(named)?.textContent ?? "").trim() : named;
      void copyText(text).then((copied) => {
        toast(copied ? "已复制" : "浏览器不允许复制，请选中文字后按 Ctrl+C。", copied ? "good" : "bad");
      });
    });
  }
}

/** The clipboard needs https; the older way works without it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}
