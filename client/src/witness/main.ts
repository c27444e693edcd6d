// The witness's page. Salt and value are made here and stay here: before the reveal nothing leaves this browser but the
// commitment, and the reveal is sent only when the witness presses for it, after the hall has seen all commitments.
// It polls the state, keeps working through a reload, and tries again when the network is gone.

import { commitment, freshSalt, fromHex, grouped, hashOf, isSuite, toHex, type Occasion } from "./commitment";
import { drawerOf, forget, keep, keyOf, recall, type Kept } from "./keep";
import { backoff, fetchState, Refused, sendCommitment, sendReveal, type State, Unreachable } from "./talk";
import { problemSentence, textProblem } from "./text";
import { fact, fieldError, notice, onSubmit, showView, valueOf, type ViewName } from "./view";

const poll_ms = 2000;
const poll_hidden_ms = 8000;

const base = location.pathname.replace(/\/+$/, "");
const drawer = drawerOf();
let state: State | null = null;
/** What this browser knows of its own salt and value. In memory too, for a browser that may not store. */
let mine: Kept | null = null;
let stored = true;
let busy = false;
/** Fewer than one try is under way at a time; the retry waits for this. */
let failures = 0;
/** The server refused our commitment: sending it again every two seconds would not change its mind. A reload tries anew. */
let refused = false;

function start(): void {
  if (!window.isSecureContext || typeof crypto.subtle === "undefined") {
    fact("secure-url", `https://${location.host}${location.pathname}`);
    showView("insecure");
    return;
  }
  onSubmit("commit", commit);
  onSubmit("reveal", reveal);
  onSubmit("paper", revealFromPaper);
  document.getElementById("value")?.addEventListener("input", () => fieldError("value", ""));
  window.addEventListener("beforeunload", (event) => {
    if (!atStake()) return;
    event.preventDefault();
    event.returnValue = "";
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void poll();
  });
  void loop();
}

async function loop(): Promise<void> {
  for (;;) {
    await poll();
    const wait = document.hidden ? poll_hidden_ms : poll_ms;
    await pause(failures > 0 ? backoff(failures) : wait);
  }
}

async function poll(): Promise<void> {
  if (busy) return;
  try {
    const next = await fetchState(base);
    failures = 0;
    notice("offline", "");
    // The hash is fetched while the network is there, not when the button is pressed.
    if (state === null && isSuite(next.suite)) void hashOf(next.suite).catch(() => undefined);
    state = next;
    const found = recall(drawer, key(next));
    if (found) mine = found;
    await resume(next);
    render();
  } catch (error) {
    if (error instanceof Refused) {
      notice("refused", error.message);
    } else {
      failures += 1;
      notice("offline", "网络暂时不通，正在自动重试。您的数保存在本机，不会丢。");
    }
  }
}

/** Sends again what the server has not got: the same commitment, never a new one. */
async function resume(now: State): Promise<void> {
  if (!mine) return;
  if (now.commitment && now.commitment !== mine.commitment) {
    notice("mismatch", "服务器登记的承诺与本机里的不一致。请马上告诉主持人，不要继续。");
    return;
  }
  notice("mismatch", "");
  if (now.state === "invited") {
    if (!refused) await deliver(mine);
  } else if (!mine.sent) {
    mine = { ...mine, sent: true };
    stored = keep(drawer, key(now), mine);
  }
  if (now.state === "revealed" || now.state === "drawn") forget(drawer, key(now));
}

async function commit(): Promise<void> {
  const now = state;
  if (!now) return;
  const value = valueOf("value");
  const problem = textProblem(value);
  if (problem) {
    fieldError("value", problemSentence(problem));
    document.getElementById("value")?.focus();
    return;
  }
  if (!isSuite(now.suite)) {
    notice("refused", `这个页面不认识算法 ${now.suite}。请刷新页面；仍不行时告诉主持人。`);
    return;
  }
  // Another tab of this browser may have made one meanwhile: a party has one commitment.
  try {
    mine = recall(drawer, key(now)) ?? (await make(now, value));
  } catch (error) {
    told(error);
    return;
  }
  await deliver(mine);
  render();
}

async function make(now: State, value: string): Promise<Kept> {
  const { purpose, draw, attempt, organiser, party, suite } = now;
  const salt = freshSalt();
  const occasion: Occasion = { purpose, draw, attempt, organiser, party };
  if (!isSuite(suite)) throw new RangeError(suite);
  const made = await commitment(occasion, salt, value, await hashOf(suite).catch(() => {
    throw new Unreachable("网络不通，算法还没有下载完");
  }));
  const kept: Kept = { version: 1, ...occasion, suite, salt: toHex(salt), value, commitment: toHex(made), sent: false };
  stored = keep(drawer, key(now), kept);
  return kept;
}

async function deliver(kept: Kept): Promise<void> {
  busy = true;
  showView("sending");
  try {
    await sendCommitment(base, kept.commitment);
    mine = { ...kept, sent: true };
    if (state) {
      stored = keep(drawer, key(state), mine);
      if (state.state === "invited") state = { ...state, state: "committed" };
    }
    notice("refused", "");
  } catch (error) {
    refused = error instanceof Refused;
    told(error);
  } finally {
    busy = false;
  }
}

async function reveal(): Promise<void> {
  if (mine) await publish(mine.salt, mine.value);
}

async function revealFromPaper(): Promise<void> {
  const salt = valueOf("paper-salt").replace(/\s+/g, "");
  const value = valueOf("paper-value");
  const bytes = fromHex(salt);
  fieldError("paper-salt", bytes ? "" : `要 64 位 0–9、a–f，现在是 ${salt.length} 位。请对照纸条检查。`);
  const problem = textProblem(value);
  fieldError("paper-value", problem ? problemSentence(problem) : "");
  if (bytes && !problem) await publish(toHex(bytes), value);
}

async function publish(salt: string, value: string): Promise<void> {
  busy = true;
  try {
    await sendReveal(base, salt, value);
    notice("refused", "");
    if (state) state = { ...state, state: "revealed" };
    render();
  } catch (error) {
    told(error);
  } finally {
    busy = false;
  }
}

function told(error: unknown): void {
  if (error instanceof Refused) notice("refused", error.message);
  else if (error instanceof Unreachable) {
    failures += 1;
    notice("offline", `${error.message}，会自动重试；也可以再点一次。`);
  } else notice("refused", "本机算不出承诺。请换一个浏览器，或告诉主持人。");
}

function render(): void {
  const now = state;
  if (!now) return;
  for (const name of ["draw", "organiser", "party", "suite"] as const) fact(name, now[name]);
  fact("attempt", String(now.attempt));
  fact("purpose", now.purpose === "match" ? "执法检查人员随机匹配" : "检查对象随机抽取");
  fact("reveal-by", now.reveal_by ? clock(now.reveal_by) : "由主持人宣布");
  fact("commitment", mine ? grouped(mine.commitment) : "");
  fact("fingerprint", mine ? grouped(mine.commitment.slice(0, 8)) : "");
  fact("salt", mine ? grouped(mine.salt) : "");
  fact("value", mine ? mine.value : "");
  notice("message", now.message ?? "");
  notice("unstored", mine && !stored ? "这个浏览器不能保存数据。请在关闭页面之前把“纸质备份”里的两行抄下来。" : "");
  const proof = document.querySelector<HTMLAnchorElement>("a[data-proof]");
  if (proof && now.proof_url) {
    proof.href = now.proof_url;
    proof.hidden = false;
  }
  showView(viewOf(now));
}

function viewOf(now: State): ViewName {
  switch (now.state) {
    case "invited":
      return mine ? "sending" : "invited";
    case "committed":
    case "sealed_commitment":
      return mine ? "waiting" : "missing";
    case "reveal":
      return mine ? "reveal" : "missing";
    default:
      return now.state;
  }
}

/** Is there something that would be lost or missed if the page were closed now? */
function atStake(): boolean {
  const phase = state?.state;
  if (phase === "revealed" || phase === "drawn" || phase === "failed" || phase === "absent") return false;
  return mine !== null || valueOf("value") !== "";
}

function key(now: State): string {
  return keyOf(now);
}

/** Clock time in Beijing, whatever the phone's own zone is. */
function clock(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return at.toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}

start();
