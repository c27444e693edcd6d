// The witness page's talk with the server: the state it polls, the commitment, the reveal. Only `sendCommitment` and
// `sendReveal` carry anything of the witness, and the first carries nothing but the commitment.

export type Phase = "invited" | "committed" | "sealed_commitment" | "reveal" | "revealed" | "absent" | "failed" | "drawn";

export interface State {
  state: Phase;
  draw: string;
  attempt: number;
  organiser: string;
  party: string;
  purpose: string;
  suite: string;
  who_hex?: string;
  commitment?: string;
  reveal_by?: string | null;
  message?: string | null;
  proof_url?: string | null;
}

/** The server said no, and why. Trying the same again will not help. */
export class Refused extends Error {}
/** No answer, or a passing fault: trying again may help. */
export class Unreachable extends Error {}

/** Longest wait for an answer, in milliseconds. */
const answer_ms_max = 15_000;

export async function fetchState(base: string): Promise<State> {
  return (await answer(`${base}/state`, { method: "GET" })) as State;
}

export async function sendCommitment(base: string, commitment: string): Promise<void> {
  await answer(`${base}/commit`, post({ commitment }));
}

export async function sendReveal(base: string, salt: string, value: string): Promise<void> {
  await answer(`${base}/reveal`, post({ salt, value }));
}

/** Milliseconds before the next try after `failures` failures in a row: 1 s doubling to 20 s. */
export function backoff(failures: number): number {
  return Math.min(20_000, 1000 * 2 ** Math.max(0, failures - 1));
}

function post(body: object): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

async function answer(url: string, init: RequestInit): Promise<unknown> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), answer_ms_max);
  let response: Response;
  try {
    const headers = { accept: "application/json", ...init.headers };
    response = await fetch(url, { ...init, headers, cache: "no-store", credentials: "same-origin", signal: abort.signal });
  } catch {
    throw new Unreachable("网络不通");
  } finally {
    clearTimeout(timer);
  }
  const text = await response.text().catch(() => "");
  const body = parse(text);
  if (response.ok) return body;
  if (response.status >= 500 || response.status === 429) throw new Unreachable(`服务器暂时没有应答（${response.status}）`);
  throw new Refused(sentence(body) ?? `服务器拒绝了（${response.status}）`);
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The words of an `application/problem+json` answer: what happened and what to do. */
function sentence(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null;
  const problem = body as Record<string, unknown>;
  const words = [problem["title"], problem["detail"]].filter((part) => typeof part === "string" && part !== "");
  return words.length > 0 ? words.join(" ") : null;
}
