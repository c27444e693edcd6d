// The rules of protocol mc1 §1 for a witness's value, at their limits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { problemSentence, textProblem } from "../src/witness/text";

const good = ["1", "7 3 9 1", "一二三 20210508", "６６６", "a".repeat(64), "汉".repeat(21) + "x", "𠮷祥", "ༀ", " 前后有空格 ", "é", "🎲"];
const bad: [string, string][] = [
  ["", "empty"],
  ["a".repeat(65), "too_long"],
  ["汉".repeat(22), "too_long"],
  ["e\u0301", "not_nfc"],
  ["\u212b", "not_nfc"],
  ["a\ud800", "lone_surrogate"],
  ["\udc00", "lone_surrogate"],
  ["1\t2", "control"],
  ["1\n", "control"],
  ["\u007f", "control"],
  ["\u009f", "control"],
  ["1\u200b2", "control"],
  ["\u200f", "control"],
  ["\u2028", "control"],
  ["\u202e", "control"],
  ["\u2060", "control"],
  ["\u2069", "control"],
  ["\ufeff1", "control"],
  ["\u0378", "unassigned"],
  ["\ufdd0", "unassigned"],
  ["\u20c1", "unassigned"],
  ["\u{323b0}", "unassigned"],
  ["\u{e0041}", "unassigned"],
];

test("values that may be used", () => {
  for (const value of good) assert.equal(textProblem(value), null, JSON.stringify(value));
});

test("values that are refused, each for its reason, with a sentence", () => {
  for (const [value, kind] of bad) {
    const problem = textProblem(value);
    assert.equal(problem?.kind, kind, JSON.stringify(value));
    assert.ok(problem && problemSentence(problem).length > 8);
  }
});

test("the neighbours of what is banned are allowed", () => {
  for (const value of ["\u0020", "\u007e", "\u00a0", "\u200a", "\u2010", "\u2027", "\u202f", "\u205f", "\u2070"]) {
    assert.equal(textProblem(value)?.kind === "control", false, `U+${(value.codePointAt(0) ?? 0).toString(16)}`);
  }
});

test("the place is counted in characters, not in units", () => {
  assert.deepEqual(textProblem("𠮷\u200b"), { kind: "control", place: 2, code: 0x200b });
});
