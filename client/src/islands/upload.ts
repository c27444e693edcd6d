// Uploads with a bar: the size is checked before anything is sent, and the person sees how far it is. Without scripts
// the same form uploads plainly. After the upload the browser goes where the server says.

import { fresh } from "./taken";
import { sizeText } from "./size_text";

export function uploads(root: ParentNode): void {
  for (const form of fresh<HTMLFormElement>(root, "form[data-upload]")) {
    const input = form.querySelector<HTMLInputElement>('input[type="file"]');
    if (!input) continue;
    const most = Number(form.dataset["bytesMax"] ?? "0");
    const check = (): boolean => {
      const problem = problemOf(input.files, most);
      say(form, problem);
      input.setCustomValidity(problem);
      return problem === "";
    };
    input.addEventListener("change", check);
    dropping(form, input, check);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (check()) send(form);
    });
  }
}

function problemOf(files: FileList | null, most: number): string {
  const file = files?.[0];
  if (!file) return "请先选择文件。";
  if (file.size === 0) return "这个文件是空的，请换一个。";
  if (most > 0 && file.size > most) return `文件有 ${sizeText(file.size)}，最多 ${sizeText(most)}。请拆成几个文件，或另存为 CSV。`;
  return "";
}

function send(form: HTMLFormElement): void {
  const request = new XMLHttpRequest();
  const bar = form.querySelector("progress");
  const meter = form.querySelector<HTMLElement>("[data-upload-meter]");
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (meter) meter.hidden = false;
  if (button) button.disabled = true;
  request.upload.addEventListener("progress", (event) => {
    if (bar && event.lengthComputable) {
      bar.max = event.total;
      bar.value = event.loaded;
    }
    put(form, `已上传 ${sizeText(event.loaded)}，共 ${sizeText(event.total)}`);
  });
  const failed = (text: string): void => {
    if (button) button.disabled = false;
    if (meter) meter.hidden = true;
    say(form, text);
  };
  request.addEventListener("error", () => failed("上传中断了。文件还在，请检查网络后再点一次。"));
  request.addEventListener("load", () => {
    if (request.status >= 200 && request.status < 300) {
      // The answer is the next page; its address is where the redirects ended.
      window.location.assign(request.responseURL || window.location.href);
      return;
    }
    failed(problemSentence(request.responseText) ?? `服务器没有接受这个文件（${request.status}）。`);
  });
  request.open("POST", form.action);
  request.setRequestHeader("accept", "application/problem+json, text/html;q=0.5");
  request.setRequestHeader("x-upload", "1");
  request.send(new FormData(form));
}

function problemSentence(text: string): string | null {
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string };
    return [problem.title, problem.detail].filter(Boolean).join(" ") || null;
  } catch {
    return null;
  }
}

function dropping(form: HTMLFormElement, input: HTMLInputElement, check: () => boolean): void {
  const zone = form.querySelector<HTMLElement>(".upload") ?? form;
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer && event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files;
      check();
    }
  });
}

function say(form: HTMLFormElement, text: string): void {
  const place = form.querySelector<HTMLElement>("[data-upload-error]");
  if (!place) return;
  place.textContent = text;
  place.hidden = text === "";
}

function put(form: HTMLFormElement, text: string): void {
  const place = form.querySelector("[data-upload-count]");
  if (place) place.textContent = text;
}
