// Known answers: protocol.md's own, and the four published bundles, in both suites.

import assert from "node:assert/strict";
import { test } from "node:test";
import { commitment, fromHex, grouped, hashOf, isSuite, toHex, who, type Occasion } from "../src/witness/commitment";
import cases from "./known_answers.json";

const protocol: Occasion = { purpose: "draw", draw: "D-2021-0001", attempt: 1, organiser: "秦皇岛市市场监督管理局", party: "平台" };

test("the two commitments of the protocol text", async () => {
  const hash = await hashOf("mc1-sha256");
  const first = await commitment(protocol, new Uint8Array(32), "摇号员甲", hash);
  assert.equal(toHex(first), "b4053e0742980ddf1f83ea3314cf3a1538de812d481b5cfdf35f0e9688feff94");
  const second = await commitment({ ...protocol, party: "纪检监察组" }, new Uint8Array(32).fill(1), "42", hash);
  assert.equal(toHex(second), "c1cd6ad159f3d6791cf32d554d198f063e9a83d7a06783d139e0d15842d03215");
});

test("every party of the published bundles", async () => {
  assert.ok(cases.length >= 10, "the vectors are there");
  assert.ok(cases.some((known) => known.suite === "mc1-sm3"));
  for (const known of cases) {
    assert.ok(isSuite(known.suite));
    const salt = fromHex(known.salt);
    assert.ok(salt);
    const made = await commitment(known, salt, known.value, await hashOf(known.suite));
    assert.equal(toHex(made), known.commitment, `${known.bundle}, ${known.party}`);
  }
});

test("each part of the occasion changes who it is", async () => {
  const hash = await hashOf("mc1-sha256");
  const base = toHex(await who(protocol, hash));
  const changed: Partial<Occasion>[] = [{ purpose: "match" }, { draw: "D-2021-0002" }, { attempt: 2 }, { organiser: "某局" }, { party: "平台二" }];
  for (const change of changed) {
    assert.notEqual(toHex(await who({ ...protocol, ...change }, hash)), base);
  }
});

test("SM3 of the standard's first example", async () => {
  const hash = await hashOf("mc1-sm3");
  assert.equal(toHex(await hash(new TextEncoder().encode("abc"))), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
});

test("a salt of another length is refused", async () => {
  const hash = await hashOf("mc1-sha256");
  for (const length of [0, 31, 33]) {
    await assert.rejects(commitment(protocol, new Uint8Array(length), "1", hash), RangeError);
  }
});

test("hex", () => {
  assert.equal(fromHex("0g".repeat(32)), null);
  assert.equal(fromHex("00".repeat(31)), null);
  assert.equal(fromHex("00".repeat(33)), null);
  assert.deepEqual(fromHex("0aFF", 2), Uint8Array.of(10, 255));
  assert.equal(grouped("0011223344"), "0011 2233 44");
});
