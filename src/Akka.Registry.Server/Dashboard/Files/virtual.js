// A list of any length of which only the rows in sight exist. A listbox: one stop for the tab key, arrows move, Enter and Space choose.
import { element } from './render.js';

const spare = 6;

export class VirtualList {
  #box; #space; #rowHeight; #draw; #keyOf; #onChoose;
  #items = []; #drawn = new Map(); #active = -1; #activeKey = null; #chosen = null; #pending = false;

  /** @param box an element with role listbox; @param draw makes the content of a row: (item) => nodes */
  constructor(box, { keyOf, draw, onChoose }) {
    [this.#box, this.#keyOf, this.#draw, this.#onChoose] = [box, keyOf, draw, onChoose];
    this.#space = element('div', { className: 'space', role: 'presentation' });
    box.append(this.#space);
    box.tabIndex = 0;
    box.addEventListener('scroll', () => this.#soon(), { passive: true });
    box.addEventListener('keydown', event => this.#key(event));
    box.addEventListener('click', event => {
      const row = event.target.closest('[role=option]');
      if (row) this.#choose(Number(row.dataset.index));
    });
    box.addEventListener('focus', () => { if (this.#active < 0) this.#move(Math.max(0, this.#indexOf(this.#chosen))); });
    new ResizeObserver(() => this.#measure()).observe(box);
    this.#measure();
  }

  /** Shows these items; the place in the list stays. */
  show(items, chosen) {
    [this.#items, this.#chosen] = [items, chosen];
    if (this.#activeKey !== null) {
      const known = this.#items[this.#active];
      if (known === undefined || this.#keyOf(known) !== this.#activeKey) this.#active = this.#indexOf(this.#activeKey);
      if (this.#active < 0) this.#activeKey = null;
    }
    this.#soon();
  }

  /** Brings the chosen row into sight. */
  reveal() {
    const index = this.#indexOf(this.#chosen);
    if (index >= 0) this.#scrollTo(index);
  }

  #indexOf(key) {
    return key === null ? -1 : this.#items.findIndex(item => this.#keyOf(item) === key);
  }

  #measure() {
    const height = parseFloat(getComputedStyle(this.#box).getPropertyValue('--row')) || 44;
    if (height !== this.#rowHeight) {
      this.#rowHeight = height;
      this.#clear();
    }
    this.#soon();
  }

  #clear() {
    for (const row of this.#drawn.values()) row.remove();
    this.#drawn.clear();
  }

  #soon() {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#render();
    });
  }

  #render() {
    const height = this.#rowHeight;
    this.#space.style.height = `${this.#items.length * height}px`;
    const first = Math.max(0, Math.floor(this.#box.scrollTop / height) - spare);
    const end = Math.min(this.#items.length, Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / height) + spare);
    const kept = new Map();
    for (let index = first; index < end; index++) {
      const item = this.#items[index];
      const key = this.#keyOf(item);
      let row = this.#drawn.get(key);
      this.#drawn.delete(key);
      if (!row) {
        row = element('div', { role: 'option', className: 'row', id: `${this.#box.id}-${index}-${Math.random().toString(36).slice(2, 8)}` });
        this.#space.append(row);
      }
      if (row.item !== item) {
        row.item = item;
        row.replaceChildren(...this.#draw(item));
      }
      row.dataset.index = index;
      row.dataset.key = key;
      row.setAttribute('aria-setsize', this.#items.length);
      row.setAttribute('aria-posinset', index + 1);
      row.setAttribute('aria-selected', key === this.#chosen ? 'true' : 'false');
      row.classList.toggle('active', index === this.#active);
      row.style.transform = `translateY(${index * height}px)`;
      kept.set(key, row);
    }
    this.#clear();
    this.#drawn = kept;
    const active = kept.get(this.#activeKey);
    if (active) this.#box.setAttribute('aria-activedescendant', active.id);
    else this.#box.removeAttribute('aria-activedescendant');
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#rowHeight) - 1);
    const to = {
      ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: this.#items.length - 1,
      PageDown: this.#active + page, PageUp: this.#active - page,
    }[event.key];
    if (to !== undefined) this.#move(to);
    else if ((event.key === 'Enter' || event.key === ' ') && this.#active >= 0) this.#choose(this.#active);
    else return;
    event.preventDefault();
  }

  #move(to) {
    if (this.#items.length === 0) return;
    this.#active = Math.min(this.#items.length - 1, Math.max(0, to));
    this.#activeKey = this.#keyOf(this.#items[this.#active]);
    this.#scrollTo(this.#active);
    this.#soon();
  }

  #scrollTo(index) {
    const [top, bottom] = [index * this.#rowHeight, (index + 1) * this.#rowHeight];
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (bottom > this.#box.scrollTop + this.#box.clientHeight) this.#box.scrollTop = bottom - this.#box.clientHeight;
  }

  #choose(index) {
    const item = this.#items[index];
    if (item === undefined) return;
    [this.#active, this.#activeKey] = [index, this.#keyOf(item)];
    this.#onChoose(item);
    this.#soon();
  }
}
