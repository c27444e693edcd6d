// How the progress of a job is said. The same words as `web::format` uses for the first picture of the page.

/** `1,200 / 3,344（35%）`, or only what is done while the total is unknown. */
export function countText(done: number, total: number | null): string {
  if (total === null || total <= 0) return done > 0 ? thousands(done) : "";
  const percent = Math.floor((Math.min(done, total) * 100) / total);
  return `${thousands(done)} / ${thousands(total)}（${percent}%）`;
}

/** `约剩 3 分钟`: rounded up, because a promise that is kept early annoys nobody. */
export function remainingText(seconds: number | null): string {
  if (seconds === null || seconds < 0) return "";
  if (seconds < 60) return `约剩 ${Math.max(1, Math.ceil(seconds))} 秒`;
  if (seconds < 3600) return `约剩 ${Math.ceil(seconds / 60)} 分钟`;
  return `约剩 ${Math.ceil(seconds / 3600)} 小时`;
}

export function thousands(number: number): string {
  return String(Math.trunc(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}
