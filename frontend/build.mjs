// Bundles everything the browser gets into static/dist: three plain scripts, one stylesheet, one icon sprite.
// `node frontend/build.mjs` builds once, `--watch` rebuilds on change. No code splitting: hashed file names of
// Django's manifest storage could not be followed from one script into the next.
import { context } from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { framework } from "./framework.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.join(root, "static", "dist");

function iconSprite() {
  const icons = path.join(path.dirname(createRequire(import.meta.url).resolve("bootstrap-icons/package.json")), "icons");
  const names = JSON.parse(fs.readFileSync(path.join(root, "common", "icons.json"), "utf8"));
  const symbols = names.map((name) => {
    const svg = fs.readFileSync(path.join(icons, `${name}.svg`), "utf8");
    return `<symbol id="${name}" viewBox="0 0 16 16">${svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").trim()}</symbol>`;
  });
  fs.writeFileSync(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

const shared = { bundle: true, minify: true, target: "es2022", outdir: out, legalComments: "linked", assetNames: "[name]", loader: { ".woff2": "file" }, logLevel: "warning", plugins: [framework] };
const builds = [
  { ...shared, format: "iife", entryPoints: { app: path.join(root, "frontend/app.js"), theme: path.join(root, "frontend/theme.js") } },
  { ...shared, format: "esm", entryPoints: { charts: path.join(root, "frontend/charts.js") } },
];

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
iconSprite();
const contexts = await Promise.all(builds.map((options) => context(options)));
await Promise.all(contexts.map((one) => one.rebuild()));
if (process.argv.includes("--watch")) await Promise.all(contexts.map((one) => one.watch()));
else await Promise.all(contexts.map((one) => one.dispose()));
