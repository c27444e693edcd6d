/**
 * Starts the real binary on a home of its own and stops it again. It never uses a home that exists: two journeys that
 * change the same city would make each other fail.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** The binary under test; another one (a package's, say) can be named in the environment. */
const BINARY = process.env.MINGCHA_TEST_BINARY ?? resolve(import.meta.dirname, "../../target/debug/mingcha");
const DEMO_SECONDS_MAX = 120;
const COMMAND_SECONDS_MAX = 60;
const START_SECONDS_MAX = 30;
const STOP_SECONDS_MAX = 10;

/** The name under which the TLS journeys reach the server; the browser is told where it lies (playwright.config.ts). */
export const TLS_NAME = "mingcha.test";

const run = promisify(execFile);

/** One account of the demo, as `mingcha demo --json` names it. */
export interface Account {
  login: string;
  password: string;
  name: string;
  post: string;
}

/** What `mingcha demo --json` prints. Only what the journeys read is typed here. */
export interface DemoSummary {
  accounts: Account[];
  /** Number of the task that was played to its end. */
  task: string;
  /** Digest of its commitment, hex. */
  commitment: string;
  /** Number of the task that waits for its freeze. */
  current_task: string;
  [key: string]: unknown;
}

/** A running installation. */
export interface Server {
  /** `http://127.0.0.1:PORT`, or `https://mingcha.test:PORT` with TLS; without a slash at the end. */
  url: string;
  home: string;
  demo: DemoSummary;
  /** What the server has written so far, for the message of a failed journey. */
  log: () => string;
  stop: () => Promise<void>;
}

/** What a command of the real binary said, and its exit code; a code other than 0 does not throw. */
export async function mingcha(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(BINARY, args, { timeout: COMMAND_SECONDS_MAX * 1000 }, (_error, stdout, stderr) => {
      done({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}

/** Makes the small demo city in a new folder and serves it on a free loopback port. */
export async function startDemo(tls: boolean): Promise<Server> {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is missing: run \`cargo build -p cli\` first (make test does)`);
  }
  const folder = await mkdtemp(join(tmpdir(), "mingcha-e2e-"));
  const home = join(folder, "home");
  try {
    const made = await run(BINARY, ["demo", "--home", home, "--scale", "small", "--no-serve", "--json"], {
      timeout: DEMO_SECONDS_MAX * 1000,
      maxBuffer: 64 * 1024 * 1024,
    });
    const demo = JSON.parse(made.stdout) as DemoSummary;
    const { url, child, log } = await serve(home, tls);
    const stop = async (): Promise<void> => {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    };
    return { url, home, demo, log, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function serve(home: string, tls: boolean): Promise<{ url: string; child: ChildProcess; log: () => string }> {
  const port = await freePort();
  const url = tls ? `https://${TLS_NAME}:${port}` : `http://127.0.0.1:${port}`;
  const secure = tls ? ["--tls", "--public-url", url] : [];
  const lines: string[] = [];
  const child = spawn(BINARY, ["serve", "--home", home, "--listen", `127.0.0.1:${port}`, ...secure], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (part: Buffer) => lines.push(part.toString()));
  child.stderr.on("data", (part: Buffer) => lines.push(part.toString()));
  const log = (): string => lines.join("");
  const until = Date.now() + START_SECONDS_MAX * 1000;
  while (Date.now() < until) {
    if (child.exitCode !== null) {
      throw new Error(`mingcha serve ended with code ${child.exitCode}:\n${log()}`);
    }
    if (tls ? await answersSecurely(home, port) : await answers(url)) {
      return { url, child, log };
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
  await ended(child);
  throw new Error(`mingcha serve did not answer within ${START_SECONDS_MAX} s:\n${log()}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { redirect: "manual" });
    return true;
  } catch {
    return false;
  }
}

/** As `answers`, trusting the installation's own authority and nothing else: a certificate for another name is no answer. */
async function answersSecurely(home: string, port: number): Promise<boolean> {
  try {
    const ca = await readFile(join(home, "tls", "ca.pem"));
    return await new Promise((done) => {
      const request = get({ host: "127.0.0.1", port, servername: TLS_NAME, ca, timeout: 5_000 }, (response) => {
        response.resume();
        done(true);
      });
      request.once("timeout", () => request.destroy());
      request.once("error", () => done(false));
    });
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = new Promise<void>((done) => child.once("exit", () => done()));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS_MAX * 1000);
  await gone;
  clearTimeout(hard);
}
