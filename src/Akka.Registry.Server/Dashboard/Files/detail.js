// One instance: what it is, why it stands as it does at each node, what was seen of it, and what an operator may do to it.
import { act, ask, pathOf } from './api.js';
import { at, element, endpoint, linkTo, marks, tag, update } from './render.js';

const actions = [
  {
    name: 'out', label: 'Out of service', offered: entry => entry.override !== 'out-of-service',
    asks: 'It stays registered and beating, and nobody is sent to it until it is put back in service.',
    run: path => act('PUT', `${path}/status`, { override: 'out-of-service' }),
  },
  {
    name: 'back', label: 'Back in service', offered: entry => entry.override !== undefined,
    asks: 'The operator’s word is taken back, and its own status counts again.',
    run: path => act('PUT', `${path}/status`, { override: null }),
  },
  {
    name: 'drain', label: 'Drain', offered: entry => entry.status !== 'draining',
    asks: 'It takes no new work. The node waits until every member and subscriber knows, for ten seconds at most.',
    run: path => act('POST', `${path}/drain`),
  },
  {
    name: 'deregister', label: 'Deregister', offered: () => true, isGrave: true,
    asks: 'It is removed from every node. If it still runs it has to register again.',
    run: path => act('DELETE', path),
  },
];

export class Detail {
  #service = null;
  #id = null;
  #explanation = null;
  #failure = '';
  #feed;
  #asked = null;

  constructor(feed) {
    this.#feed = feed;
    at('detail-close').addEventListener('click', () => { location.hash = linkTo(this.#service); });
    at('confirm-no').addEventListener('click', () => at('confirm').close());
    at('confirm-yes').addEventListener('click', () => this.#confirmed());
    at('confirm').addEventListener('close', () => { this.#asked = null; });
  }

  async choose(service, id) {
    if (service === this.#service && id === this.#id) return;
    [this.#service, this.#id, this.#explanation, this.#failure] = [service, id, null, ''];
    at('detail').hidden = id === null;
    document.body.classList.toggle('has-detail', id !== null);
    at('detail-said').textContent = '';
    if (at('confirm').open) at('confirm').close();
    this.#draw();
    await this.refresh();
  }

  /** Asks every node again. */
  async refresh() {
    const [service, id] = [this.#service, this.#id];
    if (id === null) return;
    let explanation = null, failure = '';
    try {
      explanation = await ask(`${pathOf(service, id)}/explain`);
    } catch (refused) {
      failure = refused.message;
    }
    if (service !== this.#service || id !== this.#id) return;
    [this.#explanation, this.#failure] = [explanation ?? this.#explanation, failure];
    this.#draw();
  }

  #draw() {
    if (this.#id === null) return;
    at('detail-title').textContent = this.#id;
    const told = this.#explanation;
    const entry = told?.entry ?? null;
    at('detail-note').textContent = this.#failure !== '' ? this.#failure
      : told === null ? 'Asking every node.' : entry === null ? 'It is not registered now.'
      : told.hiddenBy ? `Left out of answers: ${told.hiddenBy}` : '';
    update(at('detail-marks'), entry === null ? [] : [entry], () => 'marks', () => element('span', { className: 'marks' }, ...marks(entry)));
    update(at('facts'), entry === null ? [] : facts(entry, told), ([name]) => name, ([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, ...[value].flat())));
    update(at('actions'), entry === null ? [] : actions.filter(action => action.offered(entry)).map(action => action.name), name => name, name => this.#button(name));
    const checks = entry?.checks ?? [];
    at('checks-part').hidden = checks.length === 0;
    update(at('checks'), checks, check => check.id, drawCheck);
    at('nodes-part').hidden = told === null;
    update(at('nodes'), told?.nodes ?? [], node => node.uid, drawHolding);
    const history = this.#feed.historyOf(this.#service, this.#id).map((seen, index, all) => ({ ...seen, index: all.length - index }));
    at('history-note').textContent = history.length === 0 ? 'No change since this page was opened.' : '';
    update(at('history'), history, seen => `${seen.index} ${seen.at}`, drawSeen);
  }

  #button(name) {
    const action = actions.find(each => each.name === name);
    const button = element('button', { type: 'button', className: action.isGrave ? 'grave' : '' }, action.label);
    button.dataset.action = name;
    button.addEventListener('click', () => this.#ask(action));
    return element('li', {}, button);
  }

  #ask(action) {
    // What is asked about is what is done: not what is chosen by the time of the answer.
    this.#asked = { action, service: this.#service, id: this.#id };
    at('confirm-title').textContent = `${action.label}: ${this.#service} / ${this.#id}?`;
    at('confirm-text').textContent = action.asks;
    at('confirm-yes').textContent = action.label;
    at('confirm-yes').classList.toggle('grave', action.isGrave === true);
    at('confirm').showModal();
    at('confirm-no').focus();
  }

  async #confirmed() {
    const asked = this.#asked;
    at('confirm').close();
    if (asked === null) return;
    const { action, service, id } = asked;
    at('detail-said').textContent = `${action.label}: asked.`;
    try {
      await action.run(pathOf(service, id));
      at('detail-said').textContent = `${action.label}: done for ${id}.`;
    } catch (refused) {
      at('detail-said').textContent = `${action.label} of ${id}: ${refused.message}`;
    }
    await this.refresh();
  }
}

function facts(entry, told) {
  const mono = text => element('span', { className: 'mono' }, text);
  const labels = texts => texts.map(text => element('span', { className: 'label' }, text));
  const owner = told.owner === null ? 'nobody' : `${told.owner.name}${told.owner.state && told.owner.state !== 'up' ? ` (${told.owner.state})` : ''}`;
  return [
    ['Address', mono(endpoint(entry))],
    ['Owner of its lease', owner],
    ['Last beat', told.lastBeatAge === null ? (entry.lease === 'none' ? 'needs none' : 'not known') : `${told.lastBeatAge} ago`],
    ['Expires in', told.expiresIn ?? '–'],
    ['TTL', `${entry.ttl}, removed after ${entry.deregisterAfter}`],
    ['Epoch', mono(String(entry.epoch))],
    ['Zone', entry.zone || '–'],
    ['Version', entry.version || '–'],
    ['Weight', String(entry.weight)],
    ['Registered', entry.registeredAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['Tags', entry.tags.length ? labels(entry.tags) : '–'],
    ['Metadata', Object.keys(entry.metadata).length ? labels(Object.entries(entry.metadata).map(([name, value]) => `${name}=${value}`)) : '–'],
  ];
}

function drawCheck(check) {
  return element('li', {}, tag(check.status, check.status), ' ', element('strong', {}, check.name || check.id), ` ${check.kind}`,
    check.output ? element('pre', { className: 'mono' }, check.output) : null);
}

function drawHolding(node) {
  const word = !node.answered ? tag('no answer', 'bad') : !node.held ? tag('does not hold it', 'hollow') : tag(node.status, node.status);
  const more = [node.ownsLease && 'owns the lease', node.lastBeatAge && `beat ${node.lastBeatAge} ago`, node.unverified && 'unverified', node.suspect && 'suspect',
    node.held && node.epoch !== undefined && `epoch ${node.epoch}`].filter(Boolean).join(' · ');
  return element('li', {}, element('strong', {}, node.name), ' ', word, element('div', { className: 'quiet' }, more));
}

function drawSeen(seen) {
  return element('li', {}, element('time', { dateTime: seen.at }, new Date(seen.at).toLocaleTimeString()), tag(seen.word, seen.tone));
}
