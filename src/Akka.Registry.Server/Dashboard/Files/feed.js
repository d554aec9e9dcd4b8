// What changed, as the stream told it, and how often each instance has.
import { at, element, linkTo, tag } from './render.js';

const shownMax = 200;
const historyMax = 50;
const instancesMax = 5000;

const words = {
  put: change => change.instance.status,
  removed: () => 'removed',
  verification: change => change.instance?.unverified ? 'unverified' : 'verified',
};
const toneOf = change => change.kind === 'put' ? change.instance.status : change.kind === 'removed' ? 'out-of-service hollow' : 'warning hollow';

export class Feed {
  /** Changes since the page was opened. */
  total = 0;
  #histories = new Map();

  add(changes) {
    this.total += changes.length;
    const now = new Date();
    for (const change of changes) this.#note(change, now);
    const fresh = changes.slice(-shownMax).reverse().map(change => drawChange(change, now));
    at('changes').prepend(...fresh);
    while (at('changes').childElementCount > shownMax) at('changes').lastElementChild.remove();
    at('changes-note').textContent = '';
  }

  /** What this page saw of the instance, the newest first: [{ at, word, tone }]. */
  historyOf(service, id) {
    return this.#histories.get(`${service}\n${id}`) ?? [];
  }

  #note(change, now) {
    const key = `${change.service}\n${change.id}`;
    const history = this.#histories.get(key) ?? [];
    history.unshift({ at: now.toISOString(), word: words[change.kind](change), tone: toneOf(change) });
    history.length = Math.min(history.length, historyMax);
    // Put last again: the first of the map is the one that has been quiet for longest.
    this.#histories.delete(key);
    this.#histories.set(key, history);
    if (this.#histories.size > instancesMax) this.#histories.delete(this.#histories.keys().next().value);
  }
}

function drawChange(change, now) {
  return element('li', { className: 'new' },
    element('time', { dateTime: now.toISOString() }, now.toLocaleTimeString()),
    element('span', { className: 'what' }, tag(words[change.kind](change), toneOf(change)), ' ',
      element('a', { href: linkTo(change.service, change.id) }, `${change.service} / ${change.id}`)));
}
