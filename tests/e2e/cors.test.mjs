// SPDX-License-Identifier: Apache-2.0
// Cross-origin requests (spec V1, 1.7): only for origins an application names, on answers and errors alike.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allowedOrigin, clientId, request, sam, startServer, tenant } from './server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

const headers = 'content-type,client-request-id,x-client-sku,x-client-ver,x-client-os,x-client-cpu,x-client-current-telemetry,x-client-last-telemetry';
const preflight = (origin, endpoint) => request(`${server.origin}/${tenant}/oauth2/v2.0/${endpoint}`, {
  method: 'OPTIONS',
  headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': headers },
});
const post = (origin, endpoint, fields) => request(`${server.origin}/${tenant}/oauth2/v2.0/${endpoint}`, {
  method: 'POST',
  headers: { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ client_id: clientId, ...fields }).toString(),
});

test('preflight from an allowed origin', async () => {
  for (const endpoint of ['initiate', 'challenge', 'token']) {
    const reply = await preflight(allowedOrigin, endpoint);
    assert.equal(reply.status, 204, endpoint);
    assert.equal(reply.headers['access-control-allow-origin'], allowedOrigin);
    assert.match(reply.headers['access-control-allow-methods'], /POST/);
    const allowed = reply.headers['access-control-allow-headers'].toLowerCase().split(/, */);
    for (const name of headers.split(',')) assert.ok(allowed.includes(name), name);
    assert.match(reply.headers.vary, /Origin/i);
    assert.equal(reply.headers['access-control-allow-credentials'], undefined);
  }
});

test('preflight from any other origin gets no permission', async () => {
  for (const origin of ['https://evil.example', 'null', `${allowedOrigin}.evil.example`, allowedOrigin.replace('http:', 'ftp:'), `${allowedOrigin}1`]) {
    const reply = await preflight(origin, 'initiate');
    assert.equal(reply.headers['access-control-allow-origin'], undefined, origin);
  }
});

test('answers and errors are readable for the allowed origin only', async () => {
  const good = { username: sam, challenge_type: 'oob redirect' };
  for (const fields of [good, { ...good, username: 'nobody@example.org' }, { challenge_type: 'oob redirect' }]) {
    const allowed = await post(allowedOrigin, 'initiate', fields);
    assert.equal(allowed.headers['access-control-allow-origin'], allowedOrigin);
    assert.match(allowed.headers['access-control-expose-headers'], /client-request-id/i);
    const other = await post('https://evil.example', 'initiate', fields);
    assert.equal(other.headers['access-control-allow-origin'], undefined);
  }
});

test('discovery and keys are for everybody', async () => {
  for (const path of ['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys']) {
    const reply = await request(`${server.origin}/${tenant}/${path}`, { headers: { Origin: 'https://anybody.example' } });
    assert.equal(reply.headers['access-control-allow-origin'], '*', path);
  }
});

test('the development endpoints are for no other origin', async () => {
  for (const path of ['dev/inbox', 'dev/clock', 'dev/directory', '']) {
    const reply = await request(`${server.origin}/${path}`, { headers: { Origin: 'https://evil.example' } });
    assert.equal(reply.headers['access-control-allow-origin'], undefined, path);
  }
});
