// What the page knows, and when it asks. Members are polled; changes are streamed from the cursor of the first answer, so that a
// registry of any size costs the page only what it shows.
import * as draw from './render.js';

const pollMs = 2000;
const settleMs = 250;
const page = 200;
const feedMax = 200;

const at = id => document.getElementById(id);
const state = { cluster: null, reachable: true, services: [], servicesNext: null, chosen: null, instances: [], shown: page, stream: null, live: false };

async function ask(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  const json = await response.json();
  if (!response.ok) throw Object.assign(new Error(json.detail ?? json.title), { status: response.status });
  return json;
}

// ---- cluster

async function refreshCluster() {
  try {
    state.cluster = await ask('/api/v1/cluster');
    state.reachable = true;
  } catch {
    state.reachable = false;
  }
  drawCluster();
}

function drawCluster() {
  const cluster = state.cluster;
  const marks = [];
  if (!state.reachable) marks.push(draw.tag('node does not answer', 'bad'));
  else if (cluster && !cluster.ready) marks.push(draw.tag(cluster.notReadyReason ?? 'not ready', 'busy'));
  else if (cluster) marks.push(draw.tag('ready', 'good'), cluster.converged ? draw.tag('converged', 'good') : draw.tag('converging', 'busy'));
  const words = marks.map(mark => mark.textContent).join();
  if (at('state').dataset.words !== words) {
    at('state').dataset.words = words;
    at('state').replaceChildren(...marks);
  }
  if (!cluster) return;
  at('node').textContent = cluster.self;
  document.title = `${cluster.self} – Akka.Registry`;
  const current = cluster.members.filter(member => member.state !== 'down' && member.state !== 'left');
  const count = value => value.toLocaleString('en');
  drawFigures([
    ['Members', count(current.length)],
    ['Services', count(state.services.length) + (state.servicesNext === null ? '' : '+')],
    ['Instances', count(cluster.liveEntries)],
    ['Tombstones', count(cluster.tombstones)],
  ]);
  draw.update(at('members'), cluster.members, member => member.uid, draw.member);
}

function drawFigures(figures) {
  draw.update(at('figures'), figures, ([name]) => name, ([name, value]) =>
    draw.element('div', {}, draw.element('dt', {}, name), draw.element('dd', {}, value)));
}

// ---- services

async function refreshServices() {
  const wanted = Math.max(page, state.services.length);
  const list = await ask(`/api/v1/services?limit=${wanted}`);
  state.services = list.services;
  state.servicesNext = list.next ?? null;
  drawServices();
  return list.cursor;
}

async function moreServices() {
  const list = await ask(`/api/v1/services?limit=${page}&after=${encodeURIComponent(state.servicesNext)}`);
  state.services.push(...list.services);
  state.servicesNext = list.next ?? null;
  drawServices();
}

function drawServices() {
  const text = at('filter').value.trim().toLowerCase();
  const shown = state.services.filter(service => service.service.toLowerCase().includes(text));
  draw.update(at('services'), shown.map(service => ({ ...service, chosen: service.service === state.chosen })), service => service.service, draw.service);
  at('services-note').textContent = state.services.length === 0 ? 'No service is registered yet.'
    : shown.length === 0 ? `None of the ${state.services.length} services shown has that in its name.` : '';
  at('services-more').hidden = state.servicesNext === null;
}

// ---- instances

async function refreshInstances() {
  const service = state.chosen;
  if (service === null) {
    drawInstances(null, 'Choose a service to see its instances.');
    return;
  }
  const isListed = state.services.some(known => known.service === service);
  if (!isListed && state.servicesNext === null) {
    drawInstances(null, 'This service has no instance now.');
    return;
  }
  try {
    const answer = await ask(`/api/v1/services/${encodeURIComponent(service)}?limit=${state.shown}`);
    if (service === state.chosen) drawInstances(answer, '');
  } catch (failure) {
    if (service === state.chosen) drawInstances(null, failure.message);
  }
}

function drawInstances(answer, note) {
  at('instances-title').textContent = state.chosen === null ? 'Instances' : state.chosen;
  at('instances-note').textContent = note;
  at('instances').hidden = answer === null;
  at('instances-more').hidden = !answer?.next;
  const total = state.services.find(service => service.service === state.chosen)?.instances;
  at('instances-count').textContent = answer === null ? '' : answer.next ? `first ${answer.instances.length} of ${total ?? 'many'}` : `${answer.instances.length}`;
  draw.update(at('rows'), answer?.instances ?? [], entry => entry.id, draw.instance);
}

function choose() {
  const match = /^#\/services\/(.+)$/.exec(location.hash);
  let chosen = null;
  try {
    chosen = match ? decodeURIComponent(match[1]) : null;
  } catch {
    // A link that was cut in the middle of an escape names nothing.
  }
  if (chosen !== state.chosen) {
    state.chosen = chosen;
    state.shown = page;
  }
  drawServices();
  settleInstances();
}

// ---- changes

function follow(cursor) {
  state.stream?.close();
  const stream = new EventSource(`/api/v1/watch?cursor=${encodeURIComponent(cursor)}`);
  state.stream = stream;
  stream.onopen = () => live(true);
  stream.onerror = () => {
    live(false);
    // The browser tries again by itself, except after a refusal.
    if (stream.readyState === EventSource.CLOSED) state.stream = null;
  };
  stream.addEventListener('changes', event => onChanges(JSON.parse(event.data).changes));
  stream.addEventListener('snapshot', () => {
    settleServices();
    settleInstances();
  });
}

function live(isLive) {
  state.live = isLive;
  at('stream').textContent = isLive ? 'live' : 'reconnecting';
}

function onChanges(changes) {
  if (changes.length === 0) return;
  const feed = at('changes');
  const now = new Date();
  for (const change of changes.slice(-feedMax)) feed.prepend(draw.change({ ...change, at: now }));
  while (feed.childElementCount > feedMax) feed.lastElementChild.remove();
  at('changes-note').textContent = '';
  settleServices();
  if (changes.some(change => change.service === state.chosen)) settleInstances();
}

// ---- when

/** Runs the work once after a burst, and never twice at a time. */
function settled(work) {
  let timer = null, running = false, again = false;
  const run = async () => {
    timer = null;
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await work();
    } catch {
      state.reachable = false;
      drawCluster();
    } finally {
      running = false;
      if (again) {
        again = false;
        call();
      }
    }
  };
  const call = () => { timer ??= setTimeout(run, settleMs); };
  return call;
}

const settleServices = settled(refreshServices);
const settleInstances = settled(refreshInstances);

async function tick() {
  if (document.hidden) return;
  await refreshCluster();
  if (!state.reachable || !state.cluster.ready) return;
  if (state.stream === null) {
    follow(await refreshServices());
    settleInstances();
  } else if (state.chosen !== null) settleInstances();
}

async function poll() {
  try {
    await tick();
  } catch {
    state.reachable = false;
    drawCluster();
  }
  setTimeout(poll, pollMs);
}

function switchTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
}

const theme = localStorage.getItem('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
at('theme').addEventListener('click', switchTheme);
at('filter').addEventListener('input', drawServices);
at('services-more').addEventListener('click', moreServices);
at('instances-more').addEventListener('click', () => {
  state.shown += page;
  settleInstances();
});
addEventListener('hashchange', choose);
choose();
poll();
