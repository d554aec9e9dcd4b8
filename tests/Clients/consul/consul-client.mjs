// The npm client "consul", unmodified, against the nodes whose base URLs are the arguments: what is written at the first is read at
// the last. Prints "ok - ..." for each step; the first that fails ends it with status 1.
import assert from "node:assert/strict";
import http from "node:http";
import Consul from "consul";

const urls = process.argv.slice(2);
if (urls.length === 0) {
  console.error("usage: node consul-client.mjs http://host:port [http://host:port]");
  process.exit(2);
}

// One for all clients, so that the end of the script ends the connections.
const agent = new http.Agent({ keepAlive: true });
const clientOf = (url) => {
  const { hostname, port } = new URL(url);
  return new Consul({ host: hostname, port, agent });
};
const near = clientOf(urls[0]);
const far = clientOf(urls[urls.length - 1]);
const name = `npm-${process.pid}`;
const id = (n) => `${name}-${n}`;

async function step(title, run) {
  try {
    await run();
    console.log(`ok - ${title}`);
  } catch (failure) {
    console.log(`not ok - ${title}`);
    console.error(failure);
    process.exit(1);
  }
}

// Asks until it holds: each question waits at the node for the next change, none is asked in vain.
async function until(ask, holds, patienceMs = 20_000) {
  const end = Date.now() + patienceMs;
  let index = "0";
  for (;;) {
    const [data, response] = await ask({ index, wait: "5s" });
    if (holds(data)) return data;
    assert.ok(Date.now() < end, `not so within ${patienceMs} ms: ${JSON.stringify(data)}`);
    const next = response.headers["x-consul-index"];
    assert.match(next, /^[1-9][0-9]*$/);
    index = next;
  }
}

// The client hands the body on; the index is in the answer's headers, which its own watch reads.
async function raw(url, path, method = "GET", body) {
  const response = await fetch(url + path, { method, body });
  const text = await response.text();
  return [text && response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text,
    { status: response.status, headers: Object.fromEntries(response.headers) }];
}

const health = (query) => ({ index, wait }) =>
  raw(urls[urls.length - 1], `/v1/health/service/${name}?index=${index}&wait=${wait}${query}`);

await step("agent.self", async () => {
  const self = await near.agent.self();
  assert.equal(self.Config.Datacenter, "dc1");
  assert.ok(self.Config.NodeName && self.Member.Addr);
});
await step("agent.members", async () => assert.ok((await near.agent.members()).every((member) => member.Name && member.Status)));
await step("status.leader and peers", async () => {
  assert.ok((await near.status.peers()).includes(await near.status.leader()));
});
await step("catalog.datacenters", async () => assert.deepEqual(await near.catalog.datacenters(), ["dc1"]));
await step("agent.service.register with a TTL check", async () => {
  await near.agent.service.register({
    id: id(1), name, tags: ["v1", "blue"], address: "127.0.0.1", port: 9001, meta: { env: "test" },
    check: { ttl: "30s", deregistercriticalserviceafter: "1m" },
  });
  const own = await near.agent.services();
  assert.deepEqual(own[id(1)].Tags, ["v1", "blue"]);
  assert.equal(own[id(1)].Meta.env, "test");
});
await step("a TTL check begins critical", async () => {
  assert.equal((await near.agent.checks())[`service:${id(1)}`].Status, "critical");
});
await step("agent.check.pass makes it pass, at the other node too", async () => {
  await near.agent.check.pass(`service:${id(1)}`);
  const [instance] = await until(health("&passing"), (list) => list.length === 1);
  assert.equal(instance.Service.ID, id(1));
  assert.equal(instance.Service.Port, 9001);
});
await step("health.service by tag and by filter", async () => {
  assert.equal((await far.health.service({ service: name, tag: "blue" })).length, 1);
  assert.equal((await far.health.service({ service: name, tag: "red" })).length, 0);
  assert.equal((await far.health.service({ service: name, filter: "Service.Meta.env == test" })).length, 1);
});
await step("catalog: services, service nodes, nodes, node", async () => {
  assert.deepEqual((await far.catalog.service.list())[name].sort(), ["blue", "v1"]);
  const [flat] = await far.catalog.service.nodes(name);
  assert.equal(flat.ServiceID, id(1));
  const nodes = await far.catalog.node.list();
  assert.ok(nodes.some((node) => node.Node === flat.Node));
  assert.ok((await far.catalog.node.services(flat.Node)).Services[id(1)]);
});
await step("watch tells that an instance came, failed, and went", async () => {
  const seen = [];
  let wake = () => {};
  const watch = far.watch({ method: far.health.service, options: { service: name, passing: true, wait: "20s" } });
  watch.on("change", (list) => {
    seen.push(list.map((instance) => instance.Service.ID).sort().join(" "));
    wake();
  });
  watch.on("error", (failure) => {
    seen.push(`error: ${failure.message}`);
    wake();
  });
  const expect = async (wanted) => {
    const end = Date.now() + 20_000;
    while (seen.at(-1) !== wanted) {
      assert.ok(Date.now() < end, `expected '${wanted}', saw ${JSON.stringify(seen)}`);
      await Promise.race([new Promise((resolve) => (wake = resolve)), new Promise((resolve) => setTimeout(resolve, 500))]);
    }
  };
  await expect(id(1));
  await near.agent.service.register({ id: id(2), name, address: "127.0.0.1", port: 9002, checks: [{ ttl: "30s", status: "passing" }] });
  await expect(`${id(1)} ${id(2)}`);
  await near.agent.check.fail({ id: `service:${id(1)}`, note: "broken" });
  await expect(id(2));
  await near.agent.check.pass(`service:${id(1)}`);
  await expect(`${id(1)} ${id(2)}`);
  await near.agent.service.deregister(id(2));
  await expect(id(1));
  watch.end();
  assert.ok(!seen.some((each) => each.startsWith("error")), JSON.stringify(seen));
});
await step("agent.service.maintenance hides, and shows again", async () => {
  await near.agent.service.maintenance({ id: id(1), enable: true, reason: "test" });
  await until(health("&passing"), (list) => list.length === 0);
  await near.agent.service.maintenance({ id: id(1), enable: false });
  await until(health("&passing"), (list) => list.length === 1);
});
await step("agent.check.register, warn, deregister", async () => {
  await near.agent.check.register({ id: id("extra"), name: "extra", serviceid: id(1), ttl: "30s", notes: "more" });
  await near.agent.check.warn(id("extra"));
  const checks = await until(
    ({ index, wait }) => raw(urls[urls.length - 1], `/v1/health/checks/${name}?index=${index}&wait=${wait}`),
    (list) => list.some((check) => check.CheckID === id("extra") && check.Status === "warning"));
  assert.equal(checks.length, 2);
  await near.agent.check.deregister(id("extra"));
  await until(health("&passing"), (list) => list.length === 1);
});
await step("health.state, health.node, health.checks", async () => {
  assert.ok((await far.health.state("passing")).some((check) => check.ServiceID === id(1)));
  const [instance] = await far.health.service(name);
  assert.ok((await far.health.node(instance.Node.Node)).some((check) => check.CheckID === "serfHealth"));
  assert.equal((await far.health.checks(name)).length, 1);
});
await step("kv.get of a missing key is undefined", async () => assert.equal(await near.kv.get(`${name}/none`), undefined));
await step("catalog.register and deregister of an external node", async () => {
  const [registered] = await raw(urls[0], "/v1/catalog/register", "PUT", JSON.stringify({
    Node: `${name}-ext`, Address: "10.9.9.9", Service: { ID: id("ext"), Service: `${name}-ext`, Port: 99 },
  }));
  assert.equal(registered, true);
  await until(
    ({ index, wait }) => raw(urls[urls.length - 1], `/v1/catalog/service/${name}-ext?index=${index}&wait=${wait}`),
    (list) => list.length === 1 && list[0].Address === "10.9.9.9");
  assert.equal((await raw(urls[0], "/v1/catalog/deregister", "PUT", JSON.stringify({ Node: `${name}-ext` })))[0], true);
});
await step("agent.service.deregister ends it everywhere", async () => {
  await near.agent.service.deregister(id(1));
  await until(health(""), (list) => list.length === 0);
});
agent.destroy();
