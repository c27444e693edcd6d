/** The watcher of the witnesses' phones is worth something: whatever way a secret leaves, and in whatever form, it is seen. */
import { axe, expect, test } from "../support/test.js";
import { Watcher } from "../support/watcher.js";

const SECRET = Buffer.from("9f3c5e0177a2b8d46610fe23c94d85ab9f3c5e0177a2b8d46610fe23c94d85ac", "hex");

/** What a careless or hostile page might send. `bytes` is the secret. */
const WAYS: Record<string, string> = {
  "hex in a body": "fetch('/check', { method: 'POST', body: 'a=' + hex(bytes) })",
  "capital hex in an address": "fetch('/check?code=' + hex(bytes).toUpperCase())",
  "half of it": "fetch('/check?code=' + hex(bytes.slice(0, 16)))",
  "base64 somewhere in a longer text": "fetch('/check', { method: 'POST', body: btoa('x=' + text(bytes) + '&y=1') })",
  "base64url in an address": "fetch('/check?code=' + btoa(text(bytes)).replaceAll('+', '-').replaceAll('/', '_'))",
  "a decimal number": "fetch('/check?code=' + BigInt('0x' + hex(bytes)))",
  "a list of bytes": "fetch('/check', { method: 'POST', body: JSON.stringify([...bytes]) })",
  "the bytes themselves": "fetch('/check', { method: 'POST', body: bytes })",
  "a header": "fetch('/check', { headers: { 'x-y': hex(bytes) } })",
  "a beacon": "navigator.sendBeacon('/check', hex(bytes))",
  "an image": "new Image().src = '/check?' + hex(bytes)",
};

for (const [way, code] of Object.entries(WAYS)) {
  test(`seen: ${way}`, async ({ page, context }) => {
    const watcher = new Watcher(context);
    await page.goto("/");
    expect(await watcher.leaks({ secret: SECRET })).toEqual([]);
    const helpers =
      "const hex = (b) => [...b].map((one) => one.toString(16).padStart(2, '0')).join('');" +
      "const text = (b) => String.fromCharCode(...b);";
    await page.evaluate(`(async () => { ${helpers} const bytes = Uint8Array.from(${JSON.stringify([...SECRET])});
      await (${code}); })()`);
    await expect.poll(() => watcher.leaks({ secret: SECRET })).not.toEqual([]);
  });
}

test("seen: a socket", async ({ page, context }) => {
  const watcher = new Watcher(context);
  await page.goto("/");
  await axe(page);
  await page.evaluate((text) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/socket`);
    socket.addEventListener("open", () => socket.send(text));
    return new Promise((done) => socket.addEventListener("close", done));
  }, SECRET.toString("hex"));
  // Our server speaks no WebSocket: what matters is that the attempt does not pass unseen.
  expect(watcher.sockets).toHaveLength(1);
});
