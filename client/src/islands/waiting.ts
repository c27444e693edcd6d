// A page that takes its time says so: from half a second on a line at the top tells that the server works, and for how
// long. It goes with the page; a file that opens beside the page leaves it, so links to files are none of its business.

/** From when on it is said, in milliseconds. A faster answer needs no word. */
const patience_ms = 500;
/** After this nobody believes it any more, in milliseconds: the answer went somewhere else. */
const given_up_ms = 120_000;

export function waiting(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (link && leaves(link)) begin("正在打开");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // A form that a script sends itself has its own words.
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.target === "_blank") return;
    begin(form.method === "get" ? "正在查询" : "正在提交");
  });
  // Also when the page comes back out of the browser's memory.
  window.addEventListener("pageshow", end);
}

function leaves(link: HTMLAnchorElement): boolean {
  if (link.hasAttribute("download") || (link.target !== "" && link.target !== "_self")) return false;
  if (link.origin !== window.location.origin || /\.(pdf|zip|json|csv|xlsx|py)$/.test(link.pathname)) return false;
  const here = window.location;
  return link.pathname !== here.pathname || link.search !== here.search || link.hash === "";
}

let shown: HTMLElement | undefined;
let timers: number[] = [];

function begin(what: string): void {
  end();
  const since = Date.now();
  const tell = (): void => {
    shown ??= line();
    shown.textContent = waitingLine(what, Math.floor((Date.now() - since) / 1000));
  };
  timers.push(window.setTimeout(() => {
    tell();
    timers.push(window.setInterval(tell, 1000));
  }, patience_ms));
  timers.push(window.setTimeout(end, given_up_ms));
}

function end(): void {
  timers.forEach((timer) => {
    window.clearTimeout(timer);
    window.clearInterval(timer);
  });
  timers = [];
  shown?.remove();
  shown = undefined;
}

/** What the line says after so many seconds. */
export function waitingLine(what: string, seconds: number): string {
  return seconds < 2 ? `${what}…` : `${what}，已 ${seconds} 秒，请稍候…`;
}

function line(): HTMLElement {
  const made = document.createElement("p");
  made.className = "waiting-line";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}
