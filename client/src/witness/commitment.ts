// The commitment of one party (protocol mc1 §4), byte for byte. It knows no page, no storage and no network; the hash
// of the suite is handed in, so that SM3 is loaded only where a draw uses it.

export type Suite = "mc1-sha256" | "mc1-sm3";
export type Hash = (bytes: Uint8Array) => Promise<Uint8Array>;

/** What ties a commitment to one attempt of one draw and to one party. */
export interface Occasion {
  purpose: string;
  draw: string;
  attempt: number;
  organiser: string;
  party: string;
}

const unit_separator = 0x1f;
const prefix = "mingcha reveal v1";
/** Bytes of a salt, of a digest and of a commitment. */
export const digest_bytes = 32;

/** `who = H(purpose || US || draw || US || decimal attempt || US || organiser || US || party)`. */
export async function who(occasion: Occasion, hash: Hash): Promise<Uint8Array> {
  const { purpose, draw, attempt, organiser, party } = occasion;
  const parts = [purpose, draw, attempt.toString(10), organiser, party].map(utf8);
  const bytes: number[] = [];
  parts.forEach((part, index) => {
    if (index > 0) bytes.push(unit_separator);
    bytes.push(...part);
  });
  return hash(Uint8Array.from(bytes));
}

/** `H("mingcha reveal v1" || 0x00 || who || salt || value)`. Throws if `salt` is not 32 bytes long. */
export async function commitment(occasion: Occasion, salt: Uint8Array, value: string, hash: Hash): Promise<Uint8Array> {
  if (salt.length !== digest_bytes) throw new RangeError(`a salt has ${digest_bytes} bytes, not ${salt.length}`);
  return hash(join(utf8(prefix), Uint8Array.of(0), await who(occasion, hash), salt, utf8(value)));
}

/** The hash of a suite; SM3 comes in a part of its own, fetched on first use. */
export async function hashOf(suite: Suite): Promise<Hash> {
  if (suite === "mc1-sm3") {
    const { sm3Bytes } = await import("./sm3");
    return (bytes) => Promise.resolve(sm3Bytes(bytes));
  }
  return async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice().buffer));
}

export function isSuite(name: string): name is Suite {
  return name === "mc1-sha256" || name === "mc1-sm3";
}

/** A fresh salt from the browser's own random source; never sent anywhere before the reveal. */
export function freshSalt(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(digest_bytes));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads lower- or upper-case hex; `null` if it is anything else or not `length` bytes. */
export function fromHex(text: string, length: number = digest_bytes): Uint8Array | null {
  if (text.length !== length * 2 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = parseInt(text.substr(index * 2, 2), 16);
  return bytes;
}

/** Hex in groups of four characters, to be read out or copied by hand. */
export function grouped(hex: string): string {
  return (hex.match(/.{1,4}/g) ?? []).join(" ");
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
