// Five lines over the last fifteen minutes, from the node's counters and the members' vectors. Drawn by uPlot, which index.html loads.
import { own, text } from './api.js';
import { at, element } from './render.js';

const spanSeconds = 15 * 60;
const spanSecondsMin = 2 * 60;
// Node restarts, sleeping tabs: over a gap as long as this no line is drawn.
const gapSeconds = 15;

const lookupRoutes = /http_route="\/api\/v1\/services(?:\/\{service\}(?:\/routees|\/instances\/\{id\})?)?"/;

const charts = [
  { name: 'beats', title: 'Beats/s at this node', tone: '--passing' },
  { name: 'changes', title: 'Changes/s in the registry', tone: '--draining' },
  { name: 'lookups', title: 'Lookups/s at this node', tone: '--starting' },
  { name: 'delay', title: 'Replication lag, p99 in ms', tone: '--accent' },
  { name: 'lag', title: 'Records that the last member lacks', tone: '--warning' },
];

const delayBucket = 'akka_registry_replication_delay_seconds_bucket{le="';

/** The 99th percentile in milliseconds of what two readings of a histogram's buckets have between them; null for nothing. */
export function p99(now, before) {
  const counts = now.map(([bound, count], i) => [bound, count - (before[i]?.[1] ?? 0)]);
  const total = counts.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = total * 0.99;
  const i = counts.findIndex(([, count]) => count >= rank);
  const [low, below] = i === 0 ? [0, 0] : counts[i - 1];
  const high = counts[i][0];
  return 1000 * (Number.isFinite(high) ? low + (high - low) * (rank - below) / (counts[i][1] - below) : low);
}

/** Sums of counters by name, from the text format of Prometheus. */
export function read(metrics) {
  const sums = { beats: 0, lookups: 0, delays: [] };
  for (const line of metrics.split('\n')) {
    const isLookup = (line.startsWith('http_server_request_duration_seconds_count{') && line.includes('method="GET"') && lookupRoutes.test(line))
      || line.startsWith('akka_registry_dns_answers_total');
    if (isLookup) sums.lookups += Number(line.slice(line.lastIndexOf(' ') + 1));
    else if (line.startsWith(delayBucket)) sums.delays.push([Number(line.slice(delayBucket.length, line.indexOf('"', delayBucket.length)).replace('+Inf', 'Infinity')), Number(line.slice(line.lastIndexOf(' ') + 1))]);
    else if (line.startsWith('akka_registry_beats_total')) sums.beats += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sums;
}

/** A counter that went back began anew. */
const rate = (now, before, seconds) => Math.max(0, now >= before ? now - before : now) / seconds;

export class Charts {
  #points = [];
  #last = null;
  #plots = [];

  constructor() {
    for (const chart of charts) {
      const now = element('span', { className: 'now' }, '–');
      const canvas = element('div', { className: 'plot' });
      const figure = element('figure', { 'aria-label': chart.title }, element('figcaption', {}, element('span', {}, chart.title), now), canvas);
      figure.dataset.chart = chart.name;
      at('charts').append(figure);
      this.#plots.push({ chart, now, canvas, plot: null });
    }
    new ResizeObserver(() => this.#draw()).observe(at('charts'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.repaint());
  }

  /** Asks the node, and draws. */
  async refresh(changesTotal, lag) {
    const sums = read(await text('/metrics'));
    const now = { at: Date.now() / 1000, ...sums, own: own.lookups, changes: changesTotal };
    const before = this.#last;
    this.#last = now;
    if (before === null) return;
    const seconds = now.at - before.at;
    if (seconds > gapSeconds) this.#points.push({ at: before.at + 1, beats: null, changes: null, lookups: null, delay: null, lag: null });
    else {
      this.#points.push({
        at: now.at, beats: rate(now.beats, before.beats, seconds), changes: rate(now.changes, before.changes, seconds),
        // The page's own questions are no load that anybody asks about.
        lookups: Math.max(0, rate(now.lookups, before.lookups, seconds) - ((now.own - before.own) / seconds)),
        delay: p99(now.delays, before.delays), lag,
      });
    }
    while (this.#points.length > 0 && this.#points[0].at < now.at - spanSeconds) this.#points.shift();
    this.#draw();
  }

  /** After a change of colours. */
  repaint() {
    for (const each of this.#plots) {
      each.plot?.destroy();
      each.plot = null;
    }
    this.#draw();
  }

  /** The first minutes of a page fill the width, too. */
  #span() {
    const first = this.#points[0]?.at ?? Infinity;
    return Math.min(spanSeconds, Math.max(spanSecondsMin, Date.now() / 1000 - first));
  }

  #draw() {
    const times = this.#points.map(point => point.at);
    for (const each of this.#plots) {
      const values = this.#points.map(point => point[each.chart.name]);
      const last = values.at(-1) ?? null;
      each.now.textContent = last === null ? '–' : last >= 100 ? Math.round(last).toLocaleString('en') : String(Math.round(last * 10) / 10);
      const width = each.canvas.clientWidth;
      if (width === 0) continue;
      if (each.plot === null) each.plot = make(each.chart, each.canvas, width, () => this.#span());
      else if (each.plot.width !== width) each.plot.setSize({ width, height: 120 });
      each.plot.setData([times, values]);
    }
  }
}

function make(chart, canvas, width, span) {
  const style = getComputedStyle(at('palette'));
  const colourOf = name => {
    // A canvas does not know light-dark(): the browser says what it comes to.
    at('palette').style.color = `var(${name})`;
    return style.color;
  };
  const [quiet, line, stroke] = ['--quiet', '--line', chart.tone].map(colourOf);
  const axis = { stroke: quiet, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  return new globalThis.uPlot({
    width, height: 120, legend: { show: false }, cursor: { show: false }, select: { show: false }, padding: [8, 20, 0, 0],
    scales: {
      x: { time: true, range: () => [Date.now() / 1000 - span(), Date.now() / 1000] },
      y: { range: (plot, low, high) => [0, Math.max(1, (high ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, space: 60, size: 24, incrs: [60, 120, 300], values: (plot, splits) => splits.map(at => new Date(at * 1000).toTimeString().slice(0, 5)) },
      { ...axis, space: 30, size: 44 },
    ],
    series: [{}, { stroke, width: 1.5, points: { show: false }, fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.12)'), spanGaps: false }],
  }, [[], []], canvas);
}
