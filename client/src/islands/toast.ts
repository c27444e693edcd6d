// Short notices in the corner, also read aloud. What must not be missed stands in the page as a banner instead.

export type Tone = "info" | "good" | "bad";

/** How long a notice stays, in milliseconds; bad news stays until it is closed. */
const stay_ms = 6000;
/** Most notices at once; the oldest leaves first. */
const toasts_max = 4;

export function toast(text: string, tone: Tone = "info"): void {
  const place = corner();
  while (place.children.length >= toasts_max) place.firstElementChild?.remove();
  const note = document.createElement("div");
  note.className = `toast ${tone}`;
  note.setAttribute("role", tone === "bad" ? "alert" : "status");
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button quiet";
  close.textContent = "关闭";
  close.addEventListener("click", () => note.remove());
  note.append(words, close);
  place.append(note);
  if (tone !== "bad") setTimeout(() => note.remove(), stay_ms);
}

/** Shows what the server sends along: the event `toast` named in the header HX-Trigger, as `{"text", "tone"}`. */
export function toastsFromServer(): void {
  document.addEventListener("toast", (event) => {
    const detail = (event as CustomEvent<{ text?: string; value?: string; tone?: Tone }>).detail ?? {};
    const text = detail.text ?? detail.value;
    if (text) toast(text, detail.tone ?? "info");
  });
  document.addEventListener("htmx:error", () => toast("网络或服务器没有应答，请稍后再试。已填写的内容还在。", "bad"));
}

function corner(): HTMLElement {
  const found = document.querySelector<HTMLElement>(".toasts");
  if (found) return found;
  const made = document.createElement("div");
  made.className = "toasts";
  document.body.append(made);
  return made;
}
