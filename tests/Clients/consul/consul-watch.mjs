// The npm client of Consul as a process: it tells by lines what its watch of a service's health sees.
//
//   node consul-watch.mjs SERVICE HOST PORT
//
// Prints "seen" with the passing instances as ID=ADDRESS:PORT in order, at each change. Lines on its input: "register ID PORT" registers an
// instance with a TTL check and passes it, "pass ID", "fail ID", "deregister ID"; each is answered with "done". It ends with its input.
import Consul from 'consul';
import { createInterface } from 'node:readline';

const [service, host, port] = process.argv.slice(2);
const consul = new Consul({ host, port: Number(port) });

const watch = consul.watch({ method: consul.health.service, options: { service, passing: true, wait: '2s' }, backoffFactor: 50, backoffMax: 200 });
let last;
watch.on('change', found => {
  const now = found.map(one => `${one.Service.ID}=${one.Service.Address || one.Node.Address}:${one.Service.Port}`).sort().join(' ');
  if (now !== last)
    console.log(`seen ${last = now}`);
});
watch.on('error', error => console.error(`${error}`));

const commands = {
  register: async (id, port) => {
    await consul.agent.service.register({ name: service, id, address: '127.0.0.1', port: Number(port), tags: ['npm'], check: { ttl: '5s' } });
    await consul.agent.check.pass(`service:${id}`);
  },
  pass: id => consul.agent.check.pass(`service:${id}`),
  fail: id => consul.agent.check.fail(`service:${id}`),
  deregister: id => consul.agent.service.deregister(id),
};
createInterface({ input: process.stdin }).on('line', async line => {
  const [name, ...words] = line.split(' ');
  try {
    await commands[name](...words);
    console.log('done');
  } catch (error) {
    console.log(`failed ${error}`);
  }
}).on('close', () => process.exit(0));
