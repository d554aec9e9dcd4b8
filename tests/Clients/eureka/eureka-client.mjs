// The npm client of Eureka as a process: told what to do by lines on its input, it tells by lines what it sees.
//
//   node eureka-client.mjs APP ID URL[,URL...] [register] [delta]
//
// Prints "started" once it has fetched the registry (and registered), then, whenever it changes, "seen" with every instance that the
// client holds, as APP/ID=STATUS@ADDRESS:PORT in order. A line "stop" makes it deregister and end; the end of its input, too.
import eureka from 'eureka-js-client';
import { createInterface } from 'node:readline';

const [app, id, urls, ...modes] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error: (...words) => console.error(...words), level() {} };
const client = new eureka.Eureka({
  logger: silent,
  shouldUseDelta: modes.includes('delta'),
  instance: {
    app, instanceId: id, hostName: '127.0.0.1', ipAddr: '127.0.0.1', vipAddress: app.toLowerCase(),
    port: { $: 8080, '@enabled': 'true' },
    dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', name: 'MyOwn' },
    leaseInfo: { renewalIntervalInSecs: 1, durationInSecs: 3 },
    metadata: { zone: 'z1', 'my_key': 'a b' },
  },
  eureka: {
    serviceUrls: { default: urls.split(',').map(url => `${url}/eureka/apps/`) },
    heartbeatInterval: 300, registryFetchInterval: 200, maxRetries: 1, requestRetryDelay: 50,
    registerWithEureka: modes.includes('register'), fetchRegistry: true, filterUpInstances: false,
  },
});

// By virtual addresses: of a delta's changes the client (4.5.0) applies those to its other index at the wrong place.
const show = () => Object.values(client.cache.vip).flat()
  .map(one => `${one.app}/${one.instanceId}=${one.status}@${one.ipAddr}:${one.port.$}`).sort().join(' ');
let last;
const look = () => {
  const now = show();
  if (now !== last)
    console.log(`seen ${last = now}`);
};

client.start(error => {
  if (error)
    console.error(`${error}`);
  console.log('started');
  look();
  setInterval(look, 50);
});

const stop = () => client.stop(error => {
  console.log(error ? `stopped with ${error}` : 'stopped');
  process.exit(error ? 1 : 0);
});
createInterface({ input: process.stdin }).on('line', line => line === 'stop' && stop()).on('close', () => process.exit(0));
