// When the page asks, and what belongs together. Members and counters are polled; changes are streamed from the cursor of the first
// answer, so that a registry of any size costs the page only what it shows.
import { ask, token, watch } from './api.js';
import { Charts } from './charts.js';
import { drawCluster, mostBehind } from './cluster.js';
import { Detail } from './detail.js';
import { Feed } from './feed.js';
import { Instances } from './instances.js';
import { at, chosenBy, settled } from './render.js';
import { Services } from './services.js';

const pollMs = 2000;
const retryMs = [250, 5000];

const state = { cluster: null, reachable: true, cursor: null, stream: null, isTurnedAway: false, refused: null, wake: null };
const feed = new Feed();
const services = new Services();
const instances = new Instances(services);
const detail = new Detail(feed);
const charts = new Charts();

const show = () => drawCluster(state.cluster, state.reachable, services.all.length, state.isTurnedAway);
const lost = () => {
  state.reachable = false;
  show();
};
const settleServices = settled(async () => {
  await services.refresh();
  show();
}, lost);
const settleDetail = settled(() => detail.refresh(), lost);

async function refreshCluster() {
  try {
    state.cluster = await ask('/api/v1/cluster', 5000);
    [state.reachable, state.isTurnedAway] = [true, false];
  } catch (failure) {
    [state.reachable, state.isTurnedAway] = [false, failure.status === 401];
    // A stream to a node that does not answer may look alive for long.
    state.stream?.abort();
    if (state.isTurnedAway) askForToken(failure.message);
  }
  show();
}

// ---- changes

function onEvent(kind, data, id) {
  state.cursor = id;
  if (kind === 'snapshot') {
    // The node could not tell what is missing: everything is read anew.
    settleServices();
    settleDetail();
    instances.load();
    return;
  }
  const changes = JSON.parse(data).changes;
  if (changes.length === 0) return;
  feed.add(changes);
  settleServices();
  const { service, id: instance } = chosenBy(location.hash);
  instances.apply(changes);
  if (changes.some(change => change.service === service && change.id === instance)) settleDetail();
}

async function follow() {
  let wait = retryMs[0];
  for (;;) {
    state.stream = new AbortController();
    try {
      if (state.cursor === null) state.cursor = await services.refresh();
      show();
      await watch(state.cursor, state.stream.signal, () => {
        at('stream').textContent = 'live';
        wait = retryMs[0];
      }, onEvent);
    } catch (failure) {
      // A cursor that the node refuses, as one of another cluster, is of no use: begin anew.
      if (failure.status === 400 || failure.status === 410 || failure.status === 422) {
        state.cursor = null;
        instances.load();
      }
    }
    at('stream').textContent = 'reconnecting';
    await new Promise(resolve => {
      state.wake = resolve;
      setTimeout(resolve, wait);
    });
    wait = Math.min(wait * 2, retryMs[1]);
  }
}

// ---- when

async function poll() {
  if (!document.hidden) {
    try {
      await refreshCluster();
      if (state.reachable) {
        await charts.refresh(feed.total, state.cluster ? mostBehind(state.cluster) : null);
        await detail.refresh();
      }
    } catch {
      lost();
    }
  }
  setTimeout(poll, pollMs);
}

/** On a narrow screen what was chosen opens below what is in sight. */
function bringIntoSight(service, id) {
  if (id !== null && matchMedia('(max-width: 1279px)').matches) at('detail').scrollIntoView();
  else if (service !== null && id === null && matchMedia('(max-width: 899px)').matches) at('instances-title').scrollIntoView();
}

function choose() {
  const { service, id } = chosenBy(location.hash);
  services.choose(service);
  instances.choose(service, id);
  detail.choose(service, id);
  bringIntoSight(service, id);
}

// ---- settings of the page

function switchTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
  charts.repaint();
}

function drawToken() {
  at('token-open').classList.toggle('held', token.get() !== '');
  at('token-open').textContent = token.get() === '' ? 'Token' : 'Token set';
}

function openToken(note) {
  at('token-value').value = token.get();
  at('token-note').textContent = note;
  if (!at('token').open) at('token').showModal();
}

/** Once for each token that the node refuses, not at every question: whoever closes the dialog wants to look around. */
function askForToken(note) {
  if (state.refused === token.get()) return;
  state.refused = token.get();
  openToken(note);
}

function keepToken(value) {
  token.set(value.trim());
  at('token').close();
  drawToken();
  // Who comes with another token may see something else: everything is asked for anew.
  state.refused = null;
  state.cursor = null;
  state.stream?.abort();
  state.wake?.();
  refreshCluster();
  instances.load();
  settleDetail();
}

const theme = localStorage.getItem('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
at('theme').addEventListener('click', switchTheme);
at('token-open').addEventListener('click', () => openToken(''));
at('token-keep').addEventListener('click', () => keepToken(at('token-value').value));
at('token-value').addEventListener('keydown', event => { if (event.key === 'Enter') keepToken(at('token-value').value); });
at('token-clear').addEventListener('click', () => keepToken(''));
at('token-cancel').addEventListener('click', () => at('token').close());
addEventListener('hashchange', choose);
addEventListener('keydown', event => {
  // A slash goes to the search, as on many pages, unless something is being written.
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea') || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  at('filter').focus();
});
drawToken();
choose();
poll();
follow();
