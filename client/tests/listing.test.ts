// What a person reads while a file is made and while a page takes its time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { comingText, fileName, waitingText } from "../src/islands/downloads";
import { waitingLine } from "../src/islands/waiting";

test("a file's name as the server gives it", () => {
  assert.equal(fileName("attachment; filename*=UTF-8''%E5%90%8D%E5%BD%95-1.csv"), "名录-1.csv");
  assert.equal(fileName('attachment; filename="Q-1.zip"'), "Q-1.zip");
  assert.equal(fileName("attachment; filename*=UTF-8''%E5%9"), "");
  assert.equal(fileName("inline"), "");
});

test("how far a file is", () => {
  assert.equal(waitingText(0), "正在生成…");
  assert.equal(waitingText(9), "正在生成，已 9 秒…");
  assert.equal(comingText(512, 1024), "正在下载 50%");
  assert.equal(comingText(2048, 1024), "正在下载 100%");
  assert.match(comingText(2048, 0), /^已下载 /);
});

test("how long a page has taken", () => {
  assert.equal(waitingLine("正在查询", 1), "正在查询…");
  assert.equal(waitingLine("正在查询", 7), "正在查询，已 7 秒，请稍候…");
});
