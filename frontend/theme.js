// Runs before the first paint (blocking, in <head>): the chosen theme, or the system's when none was chosen.
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("theme") ?? "auto";
  } catch {
    return "auto"; // storage is blocked: follow the system
  }
}

function apply() {
  const choice = chosen();
  root.dataset.themeChoice = choice;
  root.dataset.bsTheme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
  document.dispatchEvent(new CustomEvent("portal:theme"));
}

window.portalTheme = {
  choose(choice) {
    try {
      localStorage.setItem("theme", choice);
    } catch {
      root.dataset.bsTheme = choice;
    }
    apply();
  },
};

root.classList.add("js");
system.addEventListener("change", apply);
apply();
