/**
 * Watches everything that leaves a browser context, and knows the forms in which a secret could leave it.
 */
import type { BrowserContext, Page, Request } from "@playwright/test";

/** One message that left the browser. */
export interface Sent {
  method: string;
  url: string;
  body: Buffer | null;
  /** Address, headers, body and frames as one text, byte for byte (latin-1). */
  whole: string;
}

/** Fewer bytes of a secret than this would be found by accident. */
const PIECE_BYTES_MIN = 6;

/** Collects every request (pings of `sendBeacon` are requests) and every frame of a socket from its making on. */
export class Watcher {
  readonly sent: Sent[] = [];
  /** Addresses of the sockets that were opened, or tried. */
  readonly sockets: string[] = [];
  private readonly pending: Promise<void>[] = [];

  constructor(context: BrowserContext) {
    context.on("request", (request) => this.pending.push(this.take(request)));
    context.on("page", (page) => this.watchSockets(page));
    for (const page of context.pages()) {
      this.watchSockets(page);
    }
  }

  /** What has left so far. */
  async all(): Promise<Sent[]> {
    await Promise.all(this.pending);
    return this.sent;
  }

  /** Which forms of the secrets stand in what has left so far: `secret as form in METHOD url`. */
  async leaks(secrets: Record<string, Buffer>): Promise<string[]> {
    const found: string[] = [];
    for (const { method, url, whole } of await this.all()) {
      // Hex is found in capitals and in groups, too.
      const folded = whole.toLowerCase().replaceAll(/[\s:+-]|%20/g, "");
      for (const [name, secret] of Object.entries(secrets)) {
        for (const [form, text] of formsOf(secret)) {
          const there = /^(hex|percent)/.test(form) ? folded.includes(text) : whole.includes(text);
          if (there) {
            found.push(`${name} as ${form} in ${method} ${new URL(url).pathname}`);
          }
        }
      }
    }
    return found;
  }

  private async take(request: Request): Promise<void> {
    const body = request.postDataBuffer();
    // A request may be over before its headers are told; those it was made with are known at once.
    const headers = await request.allHeaders().catch(() => request.headers());
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const whole = [request.method(), request.url(), ...head, body?.toString("latin1") ?? ""].join("\n");
    this.sent.push({ method: request.method(), url: request.url(), body, whole });
  }

  private watchSockets(page: Page): void {
    page.on("websocket", (socket) => {
      this.sockets.push(socket.url());
      socket.on("framesent", ({ payload }) => {
        const body = Buffer.from(payload);
        this.sent.push({ method: "SOCKET", url: socket.url(), body, whole: body.toString("latin1") });
      });
    });
  }
}

/** A secret in the forms in which a program might write it, whole and by its halves. */
export function formsOf(secret: Buffer): Map<string, string> {
  const forms = new Map<string, string>();
  const middle = Math.ceil(secret.length / 2);
  const pieces: [string, Buffer][] = [
    ["", secret],
    [" of the first half", secret.subarray(0, middle)],
    [" of the second half", secret.subarray(middle)],
  ];
  for (const [which, piece] of pieces.filter(([, bytes]) => bytes.length >= PIECE_BYTES_MIN)) {
    const backwards = Buffer.from(piece).reverse();
    const put = (form: string, text: string): Map<string, string> => forms.set(form + which, text);
    put("itself", piece.toString("latin1"));
    put("hex", piece.toString("hex"));
    put("hex backwards", backwards.toString("hex"));
    put("percent", [...piece].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
    put("address text", new URLSearchParams({ q: piece.toString("utf8") }).toString().slice(2));
    put("decimal", BigInt(`0x${piece.toString("hex")}`).toString());
    put("decimal backwards", BigInt(`0x${backwards.toString("hex")}`).toString());
    put("list of bytes", [...piece].join(","));
    put("spaced list of bytes", [...piece].join(", "));
    const units = [...piece.toString("utf8")].map((char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, "0")}`);
    put("JSON escapes", units.join(""));
    // Inside a longer text the letters of base64 depend on where the secret begins; the outermost ones on its neighbours.
    for (const shift of [0, 1, 2]) {
      const padded = Buffer.concat([Buffer.alloc(shift), piece]).toString("base64");
      const inner = padded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + piece.length) * 8) / 6));
      put(`base64 at ${shift}`, inner);
      put(`base64url at ${shift}`, inner.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return forms;
}
