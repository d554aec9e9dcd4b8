// Asks the node that served the page. The token, if there is one, lives as long as the tab does and goes to this node alone.
import { split } from './lines.js';

const tokenKey = 'token';
const timeoutMs = 10000;

/** How many questions of the page counted as lookups at the node: the chart takes them off. */
export const own = { lookups: 0 };

export const token = {
  get: () => sessionStorage.getItem(tokenKey) ?? '',
  set: value => value === '' ? sessionStorage.removeItem(tokenKey) : sessionStorage.setItem(tokenKey, value),
};

function headers(more) {
  const held = token.get();
  return held === '' ? more : { ...more, Authorization: `Bearer ${held}` };
}

async function refusal(response) {
  let text = `The node answered ${response.status}.`;
  try {
    const problem = await response.json();
    text = problem.detail ?? problem.title ?? text;
  } catch {
    // A proxy in between has words of its own: the status is what is known.
  }
  if (response.status === 401) text += ' Set a token first.';
  return Object.assign(new Error(text), { status: response.status });
}

async function send(method, path, body, timeout = timeoutMs) {
  const response = await fetch(path, {
    method,
    headers: headers(body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' }),
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(timeout),
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** The answer as JSON. Throws an error with the node's own words, and its status. */
export async function ask(path, timeout) {
  const response = await send('GET', path, undefined, timeout);
  // When it is answered, as the node counts.
  if (path.startsWith('/api/v1/services') && !path.includes('/explain')) own.lookups++;
  return response.json();
}

export const text = async path => (await send('GET', path)).text();

export async function act(method, path, body) {
  await send(method, path, body, 30000);
}

export const pathOf = (service, id) => `/api/v1/services/${encodeURIComponent(service)}` + (id === undefined ? '' : `/instances/${encodeURIComponent(id)}`);

/**
 * Reads the event stream from a cursor until it ends or is aborted, and calls on(kind, data, id) for each event. EventSource would do
 * it, but sends no token.
 */
export async function watch(cursor, signal, onOpen, on) {
  const response = await fetch(`/api/v1/watch?cursor=${encodeURIComponent(cursor)}`, { headers: headers({ Accept: 'text/event-stream' }), signal });
  if (!response.ok) throw await refusal(response);
  onOpen();
  let event = { kind: '', id: '', data: '' };
  for await (const line of split(response.body)) {
    if (line === '') {
      if (event.data !== '') on(event.kind, event.data, event.id);
      event = { kind: '', id: '', data: '' };
    } else if (line.startsWith('data: ')) event.data += line.slice(6);
    else if (line.startsWith('event: ')) event.kind = line.slice(7);
    else if (line.startsWith('id: ')) event.id = line.slice(4);
  }
}
