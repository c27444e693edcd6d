// Long work: an element with data-job="URL of the job's JSON" follows it until it ends, and says so aloud once. Leaving
// the page changes nothing; the job goes on and the jobs page shows it.

import { countText, remainingText } from "./job_text";
import { fresh } from "./taken";
import { toast } from "./toast";

interface Job {
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  done: number;
  total: number | null;
  phase?: string | null;
  remaining_seconds?: number | null;
  message?: string | null;
  next?: string | null;
  result_url?: string | null;
}

const poll_ms = 1000;
const poll_ms_max = 15_000;

export function jobs(root: ParentNode): void {
  for (const element of fresh<HTMLElement>(root, "[data-job]")) {
    if (element.dataset["jobEnded"] === undefined) void follow(element, element.dataset["job"] ?? "");
  }
}

async function follow(element: HTMLElement, url: string): Promise<void> {
  let wait = poll_ms;
  while (element.isConnected) {
    await pause(wait);
    const job = await ask(url);
    if (job === null) {
      wait = Math.min(poll_ms_max, wait * 2);
      put(element, "remaining", "暂时连不上，作业仍在进行");
      continue;
    }
    wait = document.hidden ? poll_ms * 5 : poll_ms;
    show(element, job);
    if (job.state !== "queued" && job.state !== "running") {
      end(element, job);
      return;
    }
  }
}

async function ask(url: string): Promise<Job | null> {
  try {
    const response = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store", credentials: "same-origin" });
    return response.ok ? ((await response.json()) as Job) : null;
  } catch {
    return null;
  }
}

function show(element: HTMLElement, job: Job): void {
  const bar = element.querySelector("progress");
  if (bar) {
    if (job.total !== null && job.total > 0) {
      bar.max = job.total;
      bar.value = job.state === "done" ? job.total : job.done;
    } else if (job.state === "done") {
      bar.max = 1;
      bar.value = 1;
    } else {
      bar.removeAttribute("value");
    }
  }
  put(element, "phase", job.phase ?? "");
  put(element, "count", countText(job.done, job.total));
  put(element, "remaining", job.state === "queued" ? "排队中" : remainingText(job.remaining_seconds ?? null));
}

function end(element: HTMLElement, job: Job): void {
  element.dataset["jobEnded"] = job.state;
  const good = job.state === "done";
  const words = { done: "已完成", failed: "失败", cancelled: "已取消", queued: "", running: "" }[job.state];
  const text = job.message ? `${words}：${job.message}${job.next ?? ""}` : words;
  put(element, "remaining", text);
  element.classList.add(good ? "good" : "bad");
  toast(text, good ? "good" : "bad");
  if (job.result_url && element.dataset["jobThen"] === "go") window.location.assign(job.result_url);
  if (element.dataset["jobThen"] === "reload") window.location.reload();
  if (job.result_url && element.dataset["jobThen"] === undefined) {
    const link = element.querySelector<HTMLAnchorElement>("a[data-job-result]");
    if (link) {
      link.href = job.result_url;
      link.hidden = false;
    }
  }
}

function put(element: HTMLElement, part: string, text: string): void {
  const place = element.querySelector(`[data-job-${part}]`);
  if (place && place.textContent !== text) place.textContent = text;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}
