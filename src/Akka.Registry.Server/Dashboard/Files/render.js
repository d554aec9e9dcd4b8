// Draws. Everything that comes from the registry becomes text, never markup.

export const statuses = ['passing', 'warning', 'starting', 'draining', 'critical', 'out-of-service'];

export const at = id => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

export const tag = (text, tone, title) => element('span', { className: `tag ${tone}`, title }, text);

export const number = value => value.toLocaleString('en');

/** Replaces the children only where they differ, so that focus and selection stay. */
export function update(list, items, keyOf, draw) {
  const known = new Map([...list.children].map(child => [child.dataset.key, child]));
  let next = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const text = JSON.stringify(item);
    let child = known.get(key);
    known.delete(key);
    if (!child || child.dataset.drawn !== text) {
      const fresh = draw(item);
      fresh.dataset.key = key;
      fresh.dataset.drawn = text;
      if (child) {
        const hadFocus = child.contains(document.activeElement);
        if (next === child) next = fresh;
        child.replaceWith(fresh);
        if (hadFocus) fresh.querySelector('a, button')?.focus();
      }
      child = fresh;
    }
    if (next === child) next = next.nextElementSibling;
    else list.insertBefore(child, next);
  }
  for (const gone of known.values()) gone.remove();
}

/** Runs the work once after a burst, and never twice at a time. What takes long is done less often: it may fill a tenth of the time. */
export function settled(work, onFailure, settleMs = 250) {
  let timer = null, running = false, again = false, wait = settleMs;
  const run = async () => {
    timer = null;
    if (running) {
      again = true;
      return;
    }
    running = true;
    const began = performance.now();
    try {
      await work();
    } catch (failure) {
      onFailure(failure);
    } finally {
      running = false;
      wait = Math.max(settleMs, (performance.now() - began) * 9);
      if (again) {
        again = false;
        call();
      }
    }
  };
  const call = () => { timer ??= setTimeout(run, wait); };
  return call;
}

export const linkTo = (service, id) => `#/services/${encodeURIComponent(service)}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

/** What is chosen by the address: a service, and an instance of it. */
export function chosenBy(hash) {
  const match = /^#\/services\/([^/]+)(?:\/([^/]+))?$/.exec(hash);
  try {
    return match ? { service: decodeURIComponent(match[1]), id: match[2] === undefined ? null : decodeURIComponent(match[2]) } : { service: null, id: null };
  } catch {
    // A link that was cut in the middle of an escape names nothing.
    return { service: null, id: null };
  }
}

/** The marks of an instance beside its status. */
export function marks(entry) {
  return [
    tag(entry.status, entry.status),
    entry.override ? tag('by operator', 'hollow', `An operator set ${entry.override}; it says ${entry.reported} itself`) : null,
    !entry.override && entry.status !== entry.reported ? tag(`said ${entry.reported}`, 'hollow', 'What it last said of itself') : null,
    entry.unverified ? tag('unverified', 'warning hollow', 'Nobody can vouch for it now') : null,
    entry.suspect ? tag('suspect', 'warning hollow', 'Several clients report that calls to it fail') : null,
  ].filter(mark => mark !== null);
}

export const endpoint = entry => entry.port ? `${entry.address.includes(':') ? `[${entry.address}]` : entry.address}:${entry.port}` : entry.address;
