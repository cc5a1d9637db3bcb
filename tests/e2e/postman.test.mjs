// SPDX-License-Identifier: Apache-2.0
// The Postman collection, run as `newman run` would against a fresh development server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import newman from 'newman';
import { startServer } from './server.mjs';

const file = (name) => fileURLToPath(new URL(`../../postman/${name}`, import.meta.url));
let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

const run = () => new Promise((done, failed) => newman.run({
  collection: file('doorcode.postman_collection.json'),
  environment: file('doorcode-dev.postman_environment.json'),
  envVar: [{ key: 'origin', value: server.origin }],
}, (fault, summary) => (fault ? failed(fault) : done(summary.run))));

test('every request and assertion of the collection passes', async () => {
  const { failures, stats } = await run();
  const told = failures.map(({ source, error }) => `${source?.name}: ${error.test ?? ''} ${error.message}`);
  assert.deepEqual(told, []);
  assert.ok(stats.requests.total >= 69 && stats.assertions.total >= 130, 'the collection was run whole');
});

test('and again at once: a tester presses the button twice', async () => {
  const { failures } = await run();
  assert.deepEqual(failures.map(({ error }) => error.message), []);
});
