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

  async function inaccessible(rules) {
    const options = { resultTypes: ["violations"] };
    if (rules.length) options.runOnly = { type: "rule", values: rules };
    const { violations } = await window.axe.run(document, options);
    return violations.flatMap((rule) => rule.nodes.map((node) => {
      const why = node.failureSummary.replace(/\s+/g, " ");
      return `${rule.id} (${rule.impact}): ${node.target.join(" ")} – ${node.html.slice(0, 160)} – ${why}`;
    }));
  }

  function isStill() {
    return !document.querySelector(".htmx-request")
      && document.getAnimations().every((each) => each.playState !== "running");
  }

  window.pageChecks = { tooWide, inaccessible, isStill };
})();
