// The members, and how far each is.
import { at, element, number, tag, update } from './render.js';

const isCurrent = member => member.state !== 'down' && member.state !== 'left';

/** Records that this node holds and the member is not known to; null where the member has not told. */
export function behind(self, member) {
  if (member.isSelf) return 0;
  if (!self?.vector || !member.vector) return null;
  return Object.entries(self.vector).reduce((sum, [origin, sequence]) => sum + Math.max(0, sequence - (member.vector[origin] ?? 0)), 0);
}

/** The most that a current member is behind. */
export function mostBehind(cluster) {
  const self = cluster.members.find(member => member.isSelf);
  return Math.max(0, ...cluster.members.filter(isCurrent).map(member => behind(self, member) ?? 0));
}

function convergence(cluster) {
  const current = cluster.members.filter(isCurrent);
  const equal = current.filter(member => member.inStep === true).length;
  const hash = cluster.stateHash.slice(0, 8);
  const { p99 } = cluster.replicationLag;
  const lag = p99 === undefined ? '' : `, p99 lag ${p99 === '0s' ? 'below 1ms' : p99}`;
  if (cluster.converged) return current.length === 1 ? `One member, state ${hash}` : `All ${current.length} equal${lag}, state ${hash}`;
  const late = current.filter(member => member.inStep !== true).map(member => member.name);
  return `${equal} of ${current.length} equal; waiting for ${late.slice(0, 5).join(', ')}${late.length > 5 ? ` and ${late.length - 5} more` : ''}`;
}

function drawMember(node) {
  const lag = node.lag === null ? 'has not told' : node.inStep ? 'in step' : node.lag > 0 ? `${number(node.lag)} records behind` : 'catching up';
  const facts = [node.isSelf ? 'this node' : isCurrent(node) ? lag : 'holds no lease now', node.zone && `zone ${node.zone}`, node.version && `version ${node.version}`,
    node.clockOffset && `clock ${node.clockOffset}`];
  return element('li', {},
    element('span', { className: 'name' }, node.name, tag(node.state, node.state)),
    element('span', { className: 'mono' }, node.address),
    element('span', { className: 'quiet' }, facts.filter(Boolean).join(' · ')),
    node.stateHash ? element('span', { className: 'mono', title: 'Hash of all that it holds' }, `state ${node.stateHash.slice(0, 8)}`) : null,
    /^https?:[/][/]/.test(node.httpUrl) && !node.isSelf && isCurrent(node)
      ? element('a', { href: node.httpUrl }, `Dashboard of ${node.name}`) : null);
}

function drawHeld(held) {
  return element('li', { className: 'held' },
    element('span', { className: 'name' }, held.service, tag(`${number(held.entries)} held`, 'busy')),
    element('span', { className: 'quiet' }, `for ${held.heldFor} now; the last falls in ${held.expiresIn} if nothing is heard`),
    element('span', {}, held.reason));
}

/** What the governor of this node doubts. */
function drawGovernor({ held, services }) {
  at('governor').textContent = held === 0 ? 'Governor: holds nothing' : `Governor: holds ${number(held)} ${held === 1 ? 'entry' : 'entries'} whose silence it doubts`;
  at('governor').classList.toggle('busy', held > 0);
  at('held').hidden = held === 0;
  update(at('held'), services, each => each.service, drawHeld);
}

export function drawCluster(cluster, reachable, services, isTurnedAway = false) {
  const shown = [];
  if (!reachable) shown.push(tag(isTurnedAway ? 'node asks for a token' : 'node does not answer', 'bad'));
  else if (cluster && !cluster.ready) shown.push(tag(cluster.notReadyReason ?? 'not ready', 'busy'));
  else if (cluster) shown.push(tag('ready', 'good'), cluster.converged ? tag('converged', 'good') : tag('converging', 'busy'));
  const words = shown.map(mark => mark.textContent).join();
  if (at('state').dataset.words !== words) {
    at('state').dataset.words = words;
    at('state').replaceChildren(...shown);
  }
  if (!cluster) return;
  at('node').textContent = cluster.self;
  document.title = `${cluster.self} – Akka.Registry`;
  const figures = [
    ['Members', number(cluster.members.filter(isCurrent).length)],
    ['Services', number(services)],
    ['Instances', number(cluster.liveEntries)],
    ['Tombstones', number(cluster.tombstones)],
  ];
  update(at('figures'), figures, ([name]) => name, ([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value)));
  at('convergence').textContent = convergence(cluster);
  drawGovernor(cluster.governor);
  const self = cluster.members.find(member => member.isSelf);
  const members = cluster.members.toSorted((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0).map(({ vector, incarnation, ...member }) => ({ ...member, lag: behind(self, { ...member, vector }) }));
  update(at('members'), members, member => member.uid, drawMember);
}
