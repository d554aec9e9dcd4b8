// The services and their counts. The list is asked for again after a burst of changes: counts are the node's to make.
import { ask } from './api.js';
import { at, element, linkTo, number, statuses } from './render.js';
import { VirtualList } from './virtual.js';

const countOf = status => status === 'out-of-service' ? 'outOfService' : status;

export class Services {
  all = [];
  #chosen = null;
  #list;

  constructor() {
    this.#list = new VirtualList(at('services'), {
      keyOf: service => service.service, draw: drawService, onChoose: service => { location.hash = linkTo(service.service); },
    });
    at('filter').addEventListener('input', () => this.draw());
    at('having').addEventListener('change', () => this.draw());
  }

  /** Asks again. The answer's cursor: a watch from it misses nothing. */
  async refresh() {
    const answer = await ask('/api/v1/services');
    this.all = answer.services;
    this.draw();
    return answer.cursor;
  }

  /** Whether the service has an instance now. Asks only when the list that is here says no: it may be a moment old. */
  async has(name) {
    const isListed = () => this.all.some(service => service.service === name);
    if (!isListed()) await this.refresh();
    return isListed();
  }

  choose(name) {
    this.#chosen = name;
    this.draw();
    this.#list.reveal();
  }

  draw() {
    const text = at('filter').value.trim().toLowerCase();
    const having = at('having').value;
    const shown = this.all.filter(service => service.service.toLowerCase().includes(text) && (having === '' || service[countOf(having)] > 0));
    this.#list.show(shown, this.#chosen);
    at('services-count').textContent = shown.length === this.all.length ? number(shown.length) : `${number(shown.length)} of ${number(this.all.length)}`;
    at('services').hidden = shown.length === 0;
    at('services-note').textContent = this.all.length === 0 ? 'No service is registered yet.'
      : shown.length === 0 ? `None of the ${number(this.all.length)} services is like that.` : '';
  }
}

function drawService(summary) {
  const parts = statuses.map(status => [status, summary[countOf(status)]]).filter(([, count]) => count > 0);
  const words = [...parts.map(([status, count]) => `${number(count)} ${status}`),
    summary.unverified ? `${number(summary.unverified)} unverified` : '', summary.suspect ? `${number(summary.suspect)} suspect` : ''].filter(Boolean).join(', ');
  const bar = element('span', { className: 'bar', ariaHidden: 'true' }, ...parts.map(([status, count]) => {
    const part = element('span', { className: status });
    part.style.flexGrow = count;
    return part;
  }));
  return [element('span', { className: 'name' }, summary.service), element('span', { className: 'count' }, number(summary.instances)),
    element('span', { className: 'words' }, words), bar];
}
