// What `see()` asks a page. Evaluated by the debugger, so no content security policy stands in its way.
(() => {
  // An element that scrolls or is cut off inside a narrower frame does not widen the page.
  function isFramed(element, width) {
    for (let frame = element.parentElement; frame && frame !== document.body; frame = frame.parentElement) {
      const framed = getComputedStyle(frame).overflowX !== "visible";
      if (framed && frame.getBoundingClientRect().right <= width + 1) return true;
    }
    return false;
  }

  function tooWide() {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const right = (element) => Math.round(element.getBoundingClientRect().right);
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => right(element) > width + 1 && !isFramed(element, width));
    return (wide.length ? wide : [document.documentElement]).slice(0, 5).map(
      (element) => `${element.outerHTML.slice(0, 160)} ends at ${right(element)} of ${width}`);
  }

  async function inaccessible(options) {
    const { violations } = await window.axe.run(document, { ...options, resultTypes: ["violations"] });
    return violations.flatMap((rule) => rule.nodes.map((node) => {
      const why = node.failureSummary.replace(/\s+/g, " ");
      return `${rule.id} (${rule.impact}): ${node.target.join(" ")} – ${node.html.slice(0, 160)} – ${why}`;
    }));
  }

  function classes() {
    return [...new Set([...document.querySelectorAll("[class]")].flatMap((element) => [...element.classList]))];
  }

  // The page but for its words: of a text counts that it is there, of a name, an address and the like which are the same.
  const WORDED = /^(aria-(label|labelledby|describedby|controls|owns|details)|title|alt|placeholder|value|content|lang|id|for|name|list|form|href|src|action|datetime|d|points|(data|hx)-.*)$/;

  function shape() {
    const words = new Map();
    const which = (word) => words.get(word) ?? words.set(word, words.size).get(word);
    const attribute = ({ name, value }) => `${name}=${value.trim() && WORDED.test(name) ? which(value) : value}`;
    const state = (element) => [element.checked, element.disabled, element.open, "value" in element && element.value !== ""];
    const parts = [];
    const nodes = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (node.data.trim()) parts.push("text");
        continue;
      }
      let depth = 0;
      for (let parent = node.parentElement; parent; parent = parent.parentElement) depth++;
      parts.push(`${depth} ${node.localName} ${[...node.attributes].map(attribute).join(" ")} ${state(node)}`);
    }
    return parts.join("\n");
  }

  function isStill() {
    return !document.querySelector(".htmx-request")
      && document.getAnimations().every((each) => each.playState !== "running");
  }

  window.pageChecks = { tooWide, inaccessible, classes, shape, isStill };
})();
