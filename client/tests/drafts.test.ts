// What becomes of typed text: kept for its person in this tab, put back after a refusal or a new sign-in, gone when saved.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrived, draft_chars_max, forgetAll, keep, recall, sent, type Arrival, type Draft, type Shelf } from "../src/islands/draft_store";

function shelf(): Shelf & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    keys: () => [...map.keys()],
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, text) => void map.set(key, text),
    removeItem: (key) => void map.delete(key),
  };
}

const form = "/office/subjects/1/edit";
const draft: Draft = { version: 1, person: "a", base: "3", typed: [{ name: "name", nth: 0, value: "某店", checked: false }] };
const page: Arrival = { person: "a", signIn: false, refused: "no" };
const sign_in: Arrival = { person: null, signIn: true, refused: "no" };

function typed(): ReturnType<typeof shelf> {
  const place = shelf();
  assert.equal(keep(place, form, draft), true);
  sent(place, form);
  return place;
}

test("saved text is forgotten", () => {
  const place = typed();
  assert.equal(arrived(place, page), null);
  assert.equal(place.map.size, 0);
});

test("a session that ended gives the text back after signing in, also at the second try", () => {
  const place = typed();
  assert.equal(arrived(place, sign_in), null);
  assert.equal(arrived(place, sign_in), null);
  assert.equal(arrived(place, page), form);
  assert.deepEqual(recall(place, form, "a"), draft);
});

test("a refusal that leads back gives the text back; one that shows the form again leaves it as it stands", () => {
  assert.equal(arrived(typed(), { ...page, refused: "back" }), form);
  const place = typed();
  assert.equal(arrived(place, { ...page, refused: "here" }), null);
  assert.deepEqual(recall(place, form, "a"), draft);
});

test("another person in the same tab finds nothing", () => {
  const place = typed();
  arrived(place, sign_in);
  arrived(place, { ...page, person: "b" });
  assert.equal(place.map.size, 0);
  assert.equal(recall(typed(), form, "b"), null);
});

test("signing out throws everything away, and only what is ours", () => {
  const place = typed();
  place.map.set("other", "1");
  forgetAll(place);
  assert.deepEqual([...place.map.keys()], ["other"]);
});

test("a text that was never sent waits until it is wanted", () => {
  const place = shelf();
  keep(place, form, draft);
  assert.equal(arrived(place, page), null);
  assert.deepEqual(recall(place, form, "a"), draft);
});

test("what is too long, damaged or does not fit the storage is not kept", () => {
  const long = (chars: number): Draft => {
    const room = chars - JSON.stringify({ ...draft, base: "" }).length;
    return { ...draft, base: "1".repeat(room) };
  };
  assert.equal(keep(shelf(), form, long(draft_chars_max)), true);
  assert.equal(keep(shelf(), form, long(draft_chars_max + 1)), false);
  const full: Shelf = { ...shelf(), setItem: () => { throw new Error("quota"); } };
  assert.equal(keep(full, form, draft), false);
  sent(full, form);
  const place = shelf();
  for (const text of ["{", "null", "[]", "{}", JSON.stringify({ ...draft, version: 2 }), JSON.stringify({ ...draft, typed: [null] })]) {
    place.map.set(`mingcha-draft:${form}`, text);
    assert.equal(recall(place, form, "a"), null, text);
  }
  place.map.set("mingcha-draft-sent", "{");
  assert.equal(arrived(place, page), null);
});
