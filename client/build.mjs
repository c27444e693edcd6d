// Builds client/dist, which the crate `web` embeds: scripts and styles under names that carry their digest, each with
// its gzip beside it, the kept icons as inline SVG, the licences of what came from npm, and manifest.json, which says
// which file is `app.css` today. With --tests it bundles client/tests for node's test runner instead.
// It refuses to finish when the first load of a page grows past its budget.

import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, existsSync, writeFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const client = dirname(fileURLToPath(import.meta.url));
const modules = join(client, "..", "node_modules");
/** What the oldest supported office shell understands. */
const target = "chrome86";
/** Most gzip bytes that the first page may load: its styles and its scripts. */
const first_load_bytes_max = 100 * 1024;

/** Repeats the dark block of tokens.css under the reader's own preference, so that its values stand in one place. */
const darkTokens = {
  name: "dark-tokens",
  setup(b) {
    b.onLoad({ filter: /tokens\.css$/ }, (args) => {
      const css = readFileSync(args.path, "utf8");
      const dark = /:root\[data-theme="dark"\] \{([^}]*)\}/.exec(css);
      if (!dark) throw new Error('tokens.css has no :root[data-theme="dark"] block');
      const copy = `@media screen and (prefers-color-scheme: dark) {\n:root:not([data-theme]) {${dark[1]}}\n}\n`;
      return { contents: css.replace(dark[0], `${dark[0]}\n${copy}`), loader: "css" };
    });
  },
};

if (process.argv.includes("--tests")) {
  await buildTests();
} else {
  await buildPages();
}

async function buildPages() {
  const result = await build({
    absWorkingDir: client,
    entryPoints: { app: "src/app.ts", witness: "src/witness/main.ts", ceremony: "src/ceremony.ts", style: "css/app.css" },
    outdir: "dist",
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    splitting: true,
    target,
    charset: "utf8",
    legalComments: "none",
    entryNames: "[name]-[hash]",
    chunkNames: "part-[name]-[hash]",
    plugins: [darkTokens],
  });
  const files = new Map(result.outputFiles.map((file) => [relative(join(client, "dist"), file.path), Buffer.from(file.contents)]));
  const manifest = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (!output.entryPoint) continue;
    const name = path.replace(/^dist\//, "");
    manifest[name.replace(/-[A-Z0-9]{8}(?=\.)/, "")] = name;
  }
  const statics = { "licences.txt": Buffer.from(licences(result.metafile)), "icon.svg": readFileSync(join(client, "icon.svg")) };
  for (const [name, bytes] of Object.entries(statics)) {
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
    const hashed = name.replace(/\./, `-${hash}.`);
    manifest[name] = hashed;
    files.set(hashed, bytes);
  }
  const gzipped = new Map([...files].map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes, { level: 9 })]));
  const first = [manifest["style.css"], ...withImports(result.metafile, manifest["app.js"])];
  const total = first.reduce((sum, name) => sum + gzipped.get(`${name}.gz`).length, 0);
  if (total > first_load_bytes_max) {
    throw new Error(`The first load is ${total} bytes compressed, more than ${first_load_bytes_max}. Load the new part lazily.`);
  }
  for (const [name, bytes] of gzipped) files.set(name, bytes);
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, Object.keys(manifest).sort(), 1)}\n`));
  files.set("icons.json", Buffer.from(`${JSON.stringify(icons(), null, 1)}\n`));
  writeChanged(join(client, "dist"), files);
  console.log(`client/dist: ${files.size} files, first load ${total} bytes compressed (at most ${first_load_bytes_max})`);
}

async function buildTests() {
  const tests = readdirSync(join(client, "tests")).filter((name) => name.endsWith(".test.ts"));
  rmSync(join(client, ".tests"), { recursive: true, force: true });
  await build({
    absWorkingDir: client,
    entryPoints: tests.map((name) => `tests/${name}`),
    outdir: ".tests",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // The browser's forms of the packages, so that what is tested is what is shipped.
    platform: "browser",
    external: ["node:*"],
    format: "esm",
    target: "node20",
  });
}

/** A script and everything that the browser fetches with it at once; what is imported lazily does not count. */
function withImports(metafile, name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const { path, kind } of metafile.outputs[`dist/${name}`].imports) {
    if (kind === "import-statement") withImports(metafile, path.replace(/^dist\//, ""), seen);
  }
  return seen;
}

/** The drawings of the icons named in icons.json, without size and colour: those come from the page. */
function icons() {
  const names = JSON.parse(readFileSync(join(client, "icons.json"), "utf8"));
  const drawn = {};
  for (const name of names) {
    const source = readFileSync(join(modules, "lucide-static", "icons", `${name}.svg`), "utf8");
    const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(source);
    if (!inner) throw new Error(`the icon ${name} is not one svg element`);
    const drawing = inner[1].replace(/\s*\n\s*/g, "").trim();
    drawn[name] = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${drawing}</svg>`;
  }
  return drawn;
}

/** The licence texts of every package that ended up in the output, as their authors ask. */
function licences(metafile) {
  const used = new Set(["lucide-static"]);
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) used.add(found[1]);
  }
  return [...used].sort().map((name) => {
    const folder = join(modules, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8") : "";
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  }).join("\n----------------------------------------\n\n");
}

/** Writes what differs and removes what is gone. Untouched files keep their time, so cargo does not rebuild for nothing. */
function writeChanged(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!files.has(name)) rmSync(join(folder, name), { recursive: true });
  }
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path).equals(bytes)) continue;
    writeFileSync(path, bytes);
  }
}
