// Draws. Everything that comes from the registry becomes text, never markup.

export const statuses = ['passing', 'warning', 'starting', 'draining', 'critical', 'out-of-service'];

const countOf = { passing: 'passing', warning: 'warning', starting: 'starting', draining: 'draining', critical: 'critical', 'out-of-service': 'outOfService' };

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

/** Replaces the children only where they differ, so that focus and selection stay. */
export function update(list, items, keyOf, draw) {
  const known = new Map([...list.children].map(child => [child.dataset.key, child]));
  let at = list.firstElementChild;
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
        if (at === child) at = fresh;
        child.replaceWith(fresh);
        if (hadFocus) fresh.querySelector('a, button')?.focus();
      }
      child = fresh;
    }
    if (at === child) at = at.nextElementSibling;
    else list.insertBefore(child, at);
  }
  for (const gone of known.values()) gone.remove();
}

export function member(node) {
  const step = node.isSelf ? 'this node' : node.inStep === null ? 'has not told' : node.inStep ? 'in step' : 'catching up';
  const facts = [step, node.zone && `zone ${node.zone}`, node.version && `version ${node.version}`, node.clockOffset && `clock ${node.clockOffset}`];
  return element('li', {},
    element('span', { className: 'name' }, node.name, tag(node.state, node.state)),
    element('span', { className: 'mono' }, node.address),
    element('span', { className: 'quiet' }, facts.filter(Boolean).join(' · ')),
    /^https?:\/\//.test(node.httpUrl) && !node.isSelf ? element('a', { href: node.httpUrl }, 'Its dashboard') : null);
}

export function service(summary) {
  const parts = statuses.map(status => [status, summary[countOf[status]]]).filter(([, count]) => count > 0);
  const words = parts.map(([status, count]) => `${count} ${status}`).join(', ') + (summary.unverified ? `, ${summary.unverified} unverified` : '')
    + (summary.suspect ? `, ${summary.suspect} suspect` : '');
  const bar = element('span', { className: 'bar', ariaHidden: 'true' }, ...parts.map(([status, count]) => {
    const part = element('span', { className: status });
    part.style.flexGrow = count;
    return part;
  }));
  return element('li', {}, element('a', {
    href: `#/services/${encodeURIComponent(summary.service)}`,
    title: words,
    'aria-current': summary.chosen ? 'true' : null,
  }, element('span', { className: 'name' }, summary.service), element('span', { className: 'count' }, String(summary.instances),
    element('span', { className: 'hidden' }, ` instances: ${words}`)), bar));
}

export function instance(entry) {
  const cell = (label, ...children) => {
    const made = element('td', {}, ...children);
    made.dataset.label = label;
    return made;
  };
  const note = entry.override ? 'set by an operator' : entry.status !== entry.reported ? `silent; last said ${entry.reported}` : '';
  return element('tr', {},
    element('th', { scope: 'row' }, entry.id),
    cell('Status', element('span', {}, tag(entry.status, entry.status, note), entry.unverified ? tag('unverified', 'warning hollow', 'Nobody can vouch for it now') : null,
      entry.suspect ? tag('suspect', 'warning hollow', 'Several clients report that calls to it fail') : null,
      note ? element('div', { className: 'quiet' }, note) : null)),
    cell('Address', element('span', { className: 'mono' }, entry.port ? `${entry.address}:${entry.port}` : entry.address)),
    cell('Zone', entry.zone || '–'),
    cell('Version', entry.version || '–'),
    cell('Tags', entry.tags.length ? element('span', {}, ...entry.tags.map(text => element('span', { className: 'label' }, text))) : '–'),
    cell('Owner', entry.owner),
    cell('Expires in', element('span', { title: entry.expiresIn === null ? `Only ${entry.owner} knows` : `TTL ${entry.ttl}` }, entry.expiresIn ?? '–')));
}

const words = {
  put: change => change.instance.status,
  removed: () => 'removed',
  verification: change => change.instance?.unverified ? 'unverified' : 'verified',
};

export function change(it) {
  const word = words[it.kind](it);
  const tone = it.kind === 'removed' ? 'out-of-service hollow' : it.kind === 'verification' ? 'warning hollow' : it.instance.status;
  return element('li', { className: 'new' },
    element('time', { dateTime: it.at.toISOString() }, it.at.toLocaleTimeString()),
    element('span', { className: 'what' }, tag(word, tone), ' ',
      element('a', { href: `#/services/${encodeURIComponent(it.service)}` }, it.service), ` / ${it.id}`));
}
