// The words of progress and sizes, and the pure parts of the witness page's storage and talk.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countText, remainingText, thousands } from "../src/islands/job_text";
import { fittingTests, renamed } from "../src/islands/scheme";
import { sizeText } from "../src/islands/size_text";
import { forget, keep, keyOf, recall, type Drawer, type Kept } from "../src/witness/keep";
import { backoff } from "../src/witness/talk";

test("counts", () => {
  const cases: [number, number | null, string][] = [
    [0, null, ""],
    [1200, null, "1,200"],
    [0, 3344, "0 / 3,344（0%）"],
    [3343, 3344, "3,343 / 3,344（99%）"],
    [3344, 3344, "3,344 / 3,344（100%）"],
    [5, 0, "5"],
  ];
  for (const [done, total, text] of cases) assert.equal(countText(done, total), text);
  assert.equal(thousands(240256), "240,256");
  assert.equal(thousands(999), "999");
});

test("remaining time is rounded up", () => {
  const cases: [number | null, string][] = [[null, ""], [0, "约剩 1 秒"], [59, "约剩 59 秒"], [60, "约剩 1 分钟"], [61, "约剩 2 分钟"], [3600, "约剩 1 小时"]];
  for (const [seconds, text] of cases) assert.equal(remainingText(seconds), text);
});

test("sizes", () => {
  const cases: [number, string][] = [[0, "0 字节"], [1023, "1023 字节"], [1024, "1 KB"], [1536, "1.5 KB"], [10 * 1024 * 1024, "10 MB"], [5 * 1024 ** 3, "5 GB"]];
  for (const [bytes, text] of cases) assert.equal(sizeText(bytes), text);
});

test("the wait doubles and stops growing", () => {
  assert.deepEqual([1, 2, 3, 5, 6, 20].map(backoff), [1000, 2000, 4000, 16000, 20000, 20000]);
});

const kept: Kept = {
  version: 1, draw: "D-1", attempt: 1, organiser: "某局", party: "公证处", purpose: "draw", suite: "mc1-sha256",
  salt: "00".repeat(32), value: "9", commitment: "11".repeat(32), sent: false,
};

function drawer(): Drawer & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, getItem: (key) => map.get(key) ?? null, setItem: (key, text) => void map.set(key, text), removeItem: (key) => void map.delete(key) };
}

test("what is kept comes back, and is gone after it is forgotten", () => {
  const place = drawer();
  const who = { purpose: "draw", draw: "D-1", attempt: 1, organiser: "甲局", party: "甲" };
  const key = keyOf(who);
  assert.equal(recall(place, key), null);
  assert.equal(keep(place, key, kept), true);
  assert.deepEqual(recall(place, key), kept);
  for (const other of [{ attempt: 2 }, { purpose: "match" }, { draw: "D-2" }, { organiser: "乙局" }, { party: "乙" }]) {
    assert.equal(recall(place, keyOf({ ...who, ...other })), null);
  }
  forget(place, key);
  assert.equal(place.map.size, 0);
});

test("a storage that is full, lies or is off is noticed before anything is sent", () => {
  const full: Drawer = { getItem: () => null, setItem: () => { throw new Error("quota"); }, removeItem: () => undefined };
  const liar: Drawer = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  for (const place of [full, liar, null]) assert.equal(keep(place, "k", kept), false);
});

test("damaged records are not used", () => {
  const place = drawer();
  for (const text of ["{", "null", "[]", "{}", JSON.stringify({ ...kept, salt: 5 }), JSON.stringify({ ...kept, version: 2 })]) {
    place.map.set("k", text);
    assert.equal(recall(place, "k"), null, text);
  }
});

test("a further condition has its own place", () => {
  const cases: [string, number, string][] = [
    ["s3-c0-test", 2, "s3-c2-test"],
    ["x0-c9-values-error", 10, "x0-c10-values-error"],
    ["s12-c1-of", 0, "s12-c0-of"],
    ["list-tags", 4, "list-tags"],
    ["s3-size", 4, "s3-size"],
  ];
  for (const [name, place, expect] of cases) assert.equal(renamed(name, place), expect);
});

test("a column brings the test that is usual for it", () => {
  assert.deepEqual(["tags", "licences", "registered", "kind", ""].map((column) => fittingTests(column)[0]), ["has", "has", "after", "in", "in"]);
});
