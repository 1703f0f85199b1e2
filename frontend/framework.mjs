// Of the framework's style sheet only the rules for the classes that framework.txt lists: a fifth of its bytes.
import fs from "node:fs";

const list = new URL("framework.txt", import.meta.url).pathname;
const TOKENS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]/g;
const SELECTORS = /(?:[^,([]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[[^\]]*\])+/g;

// What stands before each brace and what stands within it; statements without one stand alone.
function* parts(css) {
  let start = 0, open = 0, depth = 0;
  for (const { 0: token, index } of css.matchAll(TOKENS)) {
    if (token === "{" && depth++ === 0) open = index;
    else if (token === "}" && --depth === 0) {
      yield [css.slice(start, open), css.slice(open + 1, index)];
      start = index + 1;
    } else if (token === ";" && depth === 0) {
      yield [css.slice(start, index + 1)];
      start = index + 1;
    }
  }
}

// What is inside of :not(), :is() and the like, and in attributes, need not be there.
function applies(selector, classes) {
  let plain = selector.replace(/\[[^\]]*\]/g, "");
  for (let before; before !== plain; ) [before, plain] = [plain, plain.replace(/\([^()]*\)/g, "")];
  const names = plain.matchAll(/\.((?:\\.|[\w-])+)/g);
  return [...names].every(([, name]) => classes.has(name.replace(/\\(.)/g, "$1")));
}

function rules(css, classes) {
  return [...parts(css)].map(([before, within]) => {
    if (within === undefined) return before;
    if (/^\s*@(media|supports|layer|container)/.test(before)) {
      const inner = rules(within, classes);
      return inner && `${before}{${inner}}`;
    }
    if (before.trimStart().startsWith("@")) return `${before}{${within}}`;
    const kept = before.match(SELECTORS).filter((selector) => applies(selector, classes));
    return kept.length ? `${kept.join(",")}{${within}}` : "";
  }).join("");
}

export const framework = {
  name: "framework",
  setup(build) {
    build.onLoad({ filter: /tabler\.min\.css$/ }, ({ path }) => {
      const classes = new Set(fs.readFileSync(list, "utf8").split("\n").filter((line) => line && !line.startsWith("#")));
      const css = fs.readFileSync(path, "utf8");
      const notices = css.match(/\/\*![\s\S]*?\*\//g) ?? [];
      const bare = css.replace(/\/\*[\s\S]*?\*\//g, "");
      return { contents: [...notices, rules(bare, classes)].join("\n"), loader: "css", watchFiles: [list, path] };
    });
  },
};
