/**
 * verify.html in Chromium, asked in bulk: requests on standard input, answers on standard output, as judges.py says.
 * The page runs from the disk as it is, without network; only its own `Mingcha.verify` and `Mingcha.verifyZip` are called.
 */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const { chromium } = createRequire(join(here, "../../e2e/package.json"))("@playwright/test");

function files(folder, inner = "") {
  const found = {};
  for (const name of readdirSync(join(folder, inner))) {
    const path = inner + name;
    if (statSync(join(folder, path)).isDirectory()) Object.assign(found, files(folder, `${path}/`));
    else found[path] = readFileSync(join(folder, path), "base64");
  }
  return found;
}

/** Each `bundle` with its files, and with the changes that follow it. */
function* tasks() {
  let task = null;
  for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const [kind, ...fields] = line.split("\t");
    if (kind === "bundle") {
      if (task) yield task;
      const folder = statSync(fields[0]).isDirectory();
      task = { files: folder ? files(fields[0]) : null, zip: folder ? null : readFileSync(fields[0], "base64"), changes: [] };
    } else {
      task.changes.push([fields[0], Number(fields[1]), Number(fields[2])]);
    }
  }
  if (task) yield task;
}

/** Runs in the page. */
async function judge(task) {
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const told = ({ verdict, steps }) => {
    const failed = steps.find((step) => step.verdict === "failed");
    const owed = steps.filter((step) => step.verdict === "partial").map((step) => step.step);
    return [verdict, failed?.step ?? "", failed?.code ?? "", owed.join(",")].join("\t");
  };
  if (task.zip !== null) return [told(await globalThis.Mingcha.verifyZip(new Blob([bytes(task.zip)])))];
  const whole = Object.fromEntries(Object.entries(task.files).map(([name, text]) => [name, bytes(text)]));
  const answers = [told(await globalThis.Mingcha.verify(whole))];
  for (const [name, place, byte] of task.changes) {
    const data = whole[name].slice();
    data[place] = byte;
    answers.push(told(await globalThis.Mingcha.verify({ ...whole, [name]: data })));
  }
  return answers;
}

const browser = await chromium.launch({
  executablePath: process.env.MINGCHA_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--disable-component-update"],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(new URL("../verify.html", import.meta.url).href);
  const answers = [];
  for (const task of tasks()) answers.push(...(await page.evaluate(judge, task)));
  process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
} finally {
  await browser.close();
}
