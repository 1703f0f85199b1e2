// Draws <canvas data-chart="ID"> from the JSON in <script id="ID"> (written by the `chart` template tag). Colours are
// read from the stylesheet, numbers are written in the language of the page.
import {
  BarController, BarElement, CategoryScale, Chart, Filler, LineController, LineElement, LinearScale, PointElement, Tooltip,
} from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, Filler, LineController, LineElement, LinearScale, PointElement, Tooltip);

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

const language = document.documentElement.lang || "en";
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// A canvas cannot read var() or light-dark(): an element resolves the colour for it.
const probe = document.createElement("span");
probe.hidden = true;

function colour(name) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

function formatter(unit, compact = false) {
  const options = compact ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: 2 };
  if (/^[A-Z]{3}$/.test(unit)) {
    return new Intl.NumberFormat(language, compact ? { ...options, style: "currency", currency: unit } : { style: "currency", currency: unit });
  }
  if (unit === "%") return new Intl.NumberFormat(language, { ...options, style: "unit", unit: "percent" });
  return new Intl.NumberFormat(language, options);
}

function dataset(series, index, kind) {
  const line = colour(series.muted ? "--chart-muted" : `--chart-${index + 1}`);
  const common = { label: series.label, data: series.values, borderColor: line };
  if (kind === "bar") return { ...common, backgroundColor: line, borderWidth: 0, borderRadius: 2, maxBarThickness: 28 };
  return {
    ...common, backgroundColor: line, borderWidth: series.muted ? 1.5 : 2.5, borderDash: series.muted ? [5, 4] : [],
    pointRadius: 0, pointHitRadius: 16, pointHoverRadius: 4, tension: 0, spanGaps: false,
  };
}

function configuration(data) {
  const exact = formatter(data.unit);
  const short = formatter(data.unit, true);
  const text = colour("--chart-text");
  const grid = colour("--chart-grid");
  // Of what is counted there is no half: where all values are whole, so are the marks of the axis.
  const whole = data.series.every((series) => series.values.every((value) => Number.isInteger(Number(value))));
  return {
    type: data.kind,
    data: { labels: data.labels, datasets: data.series.map((series, index) => dataset(series, index, data.kind)) },
    options: {
      responsive: true, maintainAspectRatio: false, animation: calm ? false : { duration: 250 },
      interaction: { mode: "index", intersect: false },
      plugins: { tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${exact.format(item.parsed.y)}` } } },
      scales: {
        x: { stacked: data.stacked, grid: { display: false }, border: { color: grid }, ticks: { color: text, maxRotation: 0, autoSkipPadding: 12 } },
        y: {
          stacked: data.stacked, beginAtZero: true, border: { display: false }, grid: { color: grid },
          ticks: { color: text, maxTicksLimit: 6, precision: whole ? 0 : undefined, callback: (value) => short.format(value) },
        },
      },
    },
  };
}

export function draw(within) {
  for (const canvas of within.querySelectorAll("canvas[data-chart]")) {
    Chart.getChart(canvas)?.destroy();
    new Chart(canvas, configuration(JSON.parse(document.getElementById(canvas.dataset.chart).textContent)));
  }
}

document.addEventListener("portal:theme", () => draw(document));
// Paper is white whatever the theme.
window.matchMedia("print").addEventListener("change", () => draw(document));
