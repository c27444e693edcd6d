// SM3 (GB/T 32905) from the kept package, in a part of its own: only draws of suite mc1-sm3 fetch it.

import { sm3 } from "sm-crypto-v2";

export function sm3Bytes(bytes: Uint8Array): Uint8Array {
  const hex = sm3(bytes);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
