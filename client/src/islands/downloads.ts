// Files say that they are being made: the button shows the seconds, then how much has come, and a refusal stays on the
// page. Without scripts the same link downloads plainly.

import { fresh } from "./taken";
import { sizeText } from "./size_text";
import { toast } from "./toast";

/** How long a made file is kept for the browser to save it, in milliseconds. */
const keep_ms = 60_000;

export function downloads(root: ParentNode): void {
  for (const link of fresh<HTMLAnchorElement>(root, "a[download]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (link.getAttribute("aria-busy") === "true") return;
      void fetchFile(link);
    });
  }
}

async function fetchFile(link: HTMLAnchorElement): Promise<void> {
  const status = busy(link);
  const since = Date.now();
  const seconds = (): number => Math.round((Date.now() - since) / 1000);
  const tick = window.setInterval(() => status.say(waitingText(seconds())), 1000);
  status.say(waitingText(0));
  try {
    const response = await fetch(link.href, { headers: { accept: "*/*" } });
    window.clearInterval(tick);
    const disposition = response.headers.get("content-disposition") ?? "";
    if (!response.ok || !disposition.startsWith("attachment")) {
      // A refusal is a page of its own, with what to do; so is a sign-in that has run out.
      window.location.assign(response.ok ? response.url : link.href);
      return;
    }
    const whole = Number(response.headers.get("content-length") ?? "0");
    const bytes = await received(response, (come) => status.say(comingText(come, whole)));
    save(bytes, fileName(disposition) || link.download);
    toast(`文件已下载（${sizeText(bytes.size)}）。`, "good");
  } catch {
    toast("下载中断了，请检查网络后再点一次。", "bad");
  } finally {
    window.clearInterval(tick);
    status.end();
  }
}

async function received(response: Response, tell: (come: number) => void): Promise<Blob> {
  const reader = response.body?.getReader();
  if (!reader) return response.blob();
  const parts: BlobPart[] = [];
  let come = 0;
  for (;;) {
    const piece = await reader.read();
    if (piece.done) break;
    parts.push(piece.value);
    come += piece.value.byteLength;
    tell(come);
  }
  return new Blob(parts, { type: response.headers.get("content-type") ?? "application/octet-stream" });
}

function save(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), keep_ms);
}

/** What the button says while the server works. */
export function waitingText(seconds: number): string {
  return seconds < 1 ? "正在生成…" : `正在生成，已 ${seconds} 秒…`;
}

/** What it says while the file comes in. */
export function comingText(come: number, whole: number): string {
  return whole > 0 ? `正在下载 ${Math.min(100, Math.floor((come * 100) / whole))}%` : `已下载 ${sizeText(come)}`;
}

/** The name that a `Content-Disposition` gives (RFC 6266); empty if it gives none. */
export function fileName(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return "";
    }
  }
  return /filename="([^"]*)"/.exec(disposition)?.[1] ?? "";
}

/** The link says what goes on, and comes back as it was. */
function busy(link: HTMLAnchorElement): { say(text: string): void; end(): void } {
  const before = Array.from(link.childNodes);
  const words = document.createElement("span");
  words.setAttribute("role", "status");
  link.setAttribute("aria-busy", "true");
  link.replaceChildren(words);
  return {
    say: (text) => (words.textContent = text),
    end: () => {
      link.removeAttribute("aria-busy");
      link.replaceChildren(...before);
    },
  };
}
