// The rules a witness's value must meet (protocol mc1 §1 and §4). Nothing is ever normalised or trimmed here: what does
// not comply is refused with its place, because the other side would refuse it too, after the reveal, when it is too late.

/** Most bytes of UTF-8 that a value may have; the least is 1. */
export const value_bytes_max = 64;

export type TextProblem =
  | { kind: "empty" }
  | { kind: "too_long"; bytes: number }
  | { kind: "not_nfc" }
  | { kind: "lone_surrogate"; place: number }
  | { kind: "control"; place: number; code: number }
  | { kind: "unassigned"; place: number; code: number };

/** Control, zero-width, direction, separator and invisible-operator characters, and the byte order mark. */
const banned: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f],
  [0x007f, 0x009f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
];

/** What Unicode 17 added to the basic plane: a browser that knows them would let them pass, the protocol (Unicode 16) would not. */
const later: readonly (readonly [number, number])[] = [
  [0x088f, 0x088f],
  [0x0c5c, 0x0c5c],
  [0x0cdc, 0x0cdc],
  [0x1acf, 0x1add],
  [0x1ae0, 0x1aeb],
  [0x20c1, 0x20c1],
  [0xa7ce, 0xa7cf],
  [0xa7d2, 0xa7d2],
  [0xa7d4, 0xa7d4],
  [0xa7f1, 0xa7f1],
  [0xfbc3, 0xfbd2],
  [0xfd90, 0xfd91],
  [0xfdc8, 0xfdce],
];

/** Above the basic plane only these are taken: Chinese characters of the extensions B to H and the common emoji. */
const beyond: readonly (readonly [number, number])[] = [
  [0x1f300, 0x1f64f],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b739],
  [0x2b740, 0x2b81d],
  [0x2b820, 0x2cea1],
  [0x2ceb0, 0x2ebe0],
  [0x30000, 0x3134a],
  [0x31350, 0x323af],
];

/** Looks for the first rule that `value` breaks; `null` if it may be used. Places count characters from 1. */
export function textProblem(value: string): TextProblem | null {
  if (value.length === 0) return { kind: "empty" };
  let place = 0;
  for (const character of value) {
    place += 1;
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) return { kind: "lone_surrogate", place };
    if (within(banned, code)) return { kind: "control", place, code };
    if (!portable(code, character)) return { kind: "unassigned", place, code };
  }
  if (value.normalize("NFC") !== value) return { kind: "not_nfc" };
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > value_bytes_max) return { kind: "too_long", bytes };
  return null;
}

/** The same, as a sentence that says what to do. */
export function problemSentence(problem: TextProblem): string {
  switch (problem.kind) {
    case "empty":
      return "请写一个数字或一句话，一个字也可以。";
    case "too_long":
      return `太长：现在是 ${problem.bytes} 字节，最多 ${value_bytes_max} 字节（约 ${Math.floor(value_bytes_max / 3)} 个汉字）。请缩短。`;
    case "not_nfc":
      return "有字符是由几个部分拼成的（例如字母加单独的声调）。请直接输入完整的字符，或换成汉字、数字。";
    case "lone_surrogate":
      return `第 ${problem.place} 个字符不完整。请删去它重新输入。`;
    case "control":
      return `第 ${problem.place} 个字符看不见（${codeName(problem.code)}），可能是粘贴带进来的。请删去它，或手工重新输入。`;
    case "unassigned":
      return `第 ${problem.place} 个字符（${codeName(problem.code)}）有的设备不认识。请换一个常用的字。`;
  }
}

function portable(code: number, character: string): boolean {
  if (within(later, code)) return false;
  if (code > 0xffff && !within(beyond, code)) return false;
  return !/\p{Cn}/u.test(character);
}

function within(ranges: readonly (readonly [number, number])[], code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

function codeName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
