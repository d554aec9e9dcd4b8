// The instances of the chosen service: read once, page by page, then kept by the stream, which carries each entry whole.
import { ask, pathOf } from './api.js';
import { at, element, endpoint, linkTo, marks, number } from './render.js';
import { VirtualList } from './virtual.js';

const pageSize = 5000;
const searchTexts = new WeakMap();

/** What a search looks in. */
function searchText(entry) {
  let text = searchTexts.get(entry);
  if (text === undefined) {
    const metadata = Object.entries(entry.metadata).map(([name, value]) => `${name}=${value}`);
    text = [entry.id, endpoint(entry), entry.zone, entry.version, entry.owner, ...entry.tags, ...metadata].join('\n').toLowerCase();
    searchTexts.set(entry, text);
  }
  return text;
}

/** Stamps are milliseconds.counter@uid; the later one, or of two at once the one with the greater uid, is the newer entry. */
function isOlder(stamp, than) {
  const [a, b] = [stamp, than].map(text => /^(\d+)\.(\d+)@(.*)$/.exec(text));
  for (const part of [1, 2]) {
    if (a[part] !== b[part]) return Number(a[part]) < Number(b[part]);
  }
  return a[3] < b[3];
}

/** Where the id is in the sorted list, or belongs: [index, found]. */
function find(list, id) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return [low, low < list.length && list[low].id === id];
}

export class Instances {
  service = null;
  #sorted = [];
  #removed = null;
  #loading = null;
  #failure = '';
  #id = null;
  #pending = false;
  #list;
  #services;

  constructor(services) {
    this.#services = services;
    this.#list = new VirtualList(at('instances'), {
      keyOf: entry => entry.id, draw: drawInstance, onChoose: entry => { location.hash = linkTo(this.service, entry.id); },
    });
    at('search').addEventListener('input', () => this.#soon());
    at('status').addEventListener('change', () => this.#soon());
  }

  get(id) {
    const [index, found] = find(this.#sorted, id);
    return found ? this.#sorted[index] : null;
  }

  async choose(service, id) {
    this.#id = id;
    if (service === this.service) {
      this.#soon();
      return;
    }
    this.service = service;
    this.#sorted = [];
    at('search').value = at('status').value = '';
    await this.load();
  }

  /** Reads all of the service. What the stream tells meanwhile stands over what is read. */
  async load() {
    const service = this.service;
    this.#loading?.abort();
    const loading = this.#loading = new AbortController();
    this.#failure = '';
    if (service === null) {
      this.#loading = null;
      this.#soon();
      return;
    }
    this.#removed = new Map();
    const before = new Map(this.#sorted.map(entry => [entry.id, entry]));
    try {
      let after = '';
      // A service without an instance is no error, and the browser would report one.
      let more = await this.#services.has(service);
      while (more) {
        const answer = await ask(`${pathOf(service)}?limit=${pageSize}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
        if (loading.signal.aborted) return;
        for (const entry of answer.instances) {
          before.delete(entry.id);
          if (!(this.#removed.get(entry.id) >= entry.epoch)) this.#put(entry);
        }
        after = answer.next ?? '';
        more = after !== '';
        this.#soon();
      }
      if (loading.signal.aborted) return;
      // What was here before and was neither read nor told meanwhile is gone.
      for (const [id, entry] of before) {
        if (this.get(id) === entry) this.#take(id);
      }
    } catch (failure) {
      if (loading.signal.aborted) return;
      if (failure.status === 404) this.#sorted = [];
      else this.#failure = failure.message;
    }
    this.#loading = this.#removed = null;
    this.#soon();
  }

  /** Takes what the stream tells. */
  apply(changes) {
    let touched = false;
    for (const change of changes) {
      if (change.service !== this.service) continue;
      touched = true;
      if (change.kind === 'removed' || !change.instance) {
        this.#removed?.set(change.id, change.epoch);
        this.#take(change.id);
      } else this.#put(change.instance);
    }
    if (touched) this.#soon();
    return touched;
  }

  #put(entry) {
    const [index, found] = find(this.#sorted, entry.id);
    if (!found) this.#sorted.splice(index, 0, entry);
    else if (!isOlder(entry.stamp, this.#sorted[index].stamp)) this.#sorted[index] = entry;
  }

  #take(id) {
    const [index, found] = find(this.#sorted, id);
    if (found) this.#sorted.splice(index, 1);
  }

  #soon() {
    if (this.#pending) return;
    this.#pending = true;
    setTimeout(() => {
      this.#pending = false;
      this.#draw();
    }, 50);
  }

  #draw() {
    const text = at('search').value.trim().toLowerCase();
    const status = at('status').value;
    const matches = entry => (status === '' || entry.status === status || (status === 'unverified' && entry.unverified) || (status === 'suspect' && entry.suspect))
      && (text === '' || searchText(entry).includes(text));
    const shown = status === '' && text === '' ? this.#sorted.slice() : this.#sorted.filter(matches);
    this.#list.show(shown, this.#id);
    const total = this.#sorted.length;
    at('instances-title').textContent = this.service ?? 'Instances';
    at('instances-filters').hidden = this.service === null;
    at('instances').hidden = shown.length === 0;
    at('instances-count').textContent = this.service === null ? ''
      : `${shown.length === total ? number(total) : `${number(shown.length)} of ${number(total)}`}${this.#loading ? ', reading on' : ''}`;
    at('instances-note').textContent = this.#failure !== '' ? this.#failure
      : this.service === null ? 'Choose a service to see its instances.'
      : total === 0 ? (this.#loading ? 'Reading.' : 'This service has no instance now.')
      : shown.length === 0 ? 'No instance is like that.' : '';
  }
}

function drawInstance(entry) {
  return [
    element('span', { className: 'name' }, entry.id),
    element('span', { className: 'marks' }, ...marks(entry)),
    element('span', { className: 'mono where' }, endpoint(entry)),
    element('span', { className: 'quiet more' }, [entry.zone, entry.version, ...entry.tags].filter(Boolean).join(' · ')),
  ];
}
