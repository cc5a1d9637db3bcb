// SPDX-License-Identifier: Apache-2.0
// samples/backend: an API in C lets in who brings a token for it, and tells the others why not (RFC 6750).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { binary, freePort, kim, request, sam, startServer, tenant } from '../server.mjs';
import { daemonToken, forgeries, petsToken, samples, start, until } from './sample.mjs';

let server;
let pets;
let origin;
before(async () => {
  server = await startServer({ memory: false });
  pets = await startPets(`${server.origin}/${tenant}`);
  origin = pets.origin;
});
after(async () => {
  await pets?.stop();
  await server?.stop().catch(() => {}); // one test has stopped it
});

async function startPets(authority) {
  const port = await freePort();
  const program = start(`${samples}/backend/pets`, [`${port}`, authority]);
  await until(() => program.output().includes('http://'), 'the API', program.output);
  return { ...program, origin: `http://localhost:${port}` };
}

async function call(token, { method = 'GET', path = '/pets', at = origin, scheme = 'Bearer' } = {}) {
  const headers = token === undefined ? {} : { Authorization: `${scheme} ${token}` };
  const reply = await request(`${at}${path}`, { method, headers });
  return { status: reply.status, challenge: reply.headers['www-authenticate'] ?? '', headers: reply.headers, text: reply.text };
}

const write = 'api://pets/Pets.Read api://pets/Pets.Write';

test('a user reads with the scope Pets.Read', async () => {
  const token = await petsToken(server);
  const { status, text, headers } = await call(token);
  assert.equal(status, 200, pets.output());
  assert.deepEqual(JSON.parse(text), { pets: ['Ada', 'Bob'] });
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal((await call(token, { scheme: 'bEARER' })).status, 200);
  assert.ok(!pets.output().includes(token));
});

test('a program without a user reads with the role Pets.Read.All, and does no more', async () => {
  const token = await daemonToken(server);
  assert.equal((await call(token)).status, 200);
  const refused = await call(token, { method: 'POST', path: '/pets?name=Eve' });
  assert.equal(refused.status, 403);
});

test('writing needs Pets.Write, forgetting the role Pets.Admin, too', async () => {
  const [reader, admin, user] = [await petsToken(server), await petsToken(server, { scope: write }), await petsToken(server, { scope: write, user: kim })];
  const post = { method: 'POST', path: '/pets?name=Cleo' };
  const refused = await call(reader, post);
  assert.equal(refused.status, 403);
  assert.equal(refused.challenge, 'Bearer realm="pets", error="insufficient_scope", error_description="the access token has not the scopes that are needed here", scope="Pets.Write"');
  assert.equal((await call(user, post)).status, 201);
  assert.equal((await call(user, { method: 'POST', path: '/pets?name=%22%7D' })).status, 400);
  assert.match((await call(reader)).text, /Cleo/);
  const notAdmin = await call(user, { method: 'DELETE' });
  assert.equal(notAdmin.status, 403);
  assert.match(notAdmin.challenge, /none of the roles/);
  assert.equal((await call(admin, { method: 'DELETE' })).status, 204);
  assert.deepEqual(JSON.parse((await call(reader)).text), { pets: [] });
});

test('who brings nothing is asked for a token, and told of no error', async () => {
  const { status, challenge } = await call();
  assert.equal(status, 401);
  assert.equal(challenge, 'Bearer realm="pets"');
});

test('hostile tokens are refused, each with 401', async () => {
  const good = await petsToken(server);
  for (const [what, token] of await forgeries(server, good)) {
    const { status, challenge, text } = await call(token);
    assert.equal(status, 401, what);
    assert.match(challenge, /^Bearer realm="pets", error="invalid_token", error_description="the access token [a-zA-Z0-9 ,;]+"$/, what);
    assert.doesNotMatch(text, /Ada/, what);
  }
  assert.equal((await call(good)).status, 200);
});

test('a token in the wrong place, twice, or in another scheme is no request', async () => {
  const good = await petsToken(server);
  assert.equal((await call(undefined, { path: `/pets?access_token=${good}` })).status, 401);
  assert.equal((await call(good, { scheme: 'Basic' })).status, 400);
  assert.equal((await call('', { scheme: good })).status, 400);
  assert.match(await raw(`GET /pets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${good}\r\nAuthorization: Bearer ${good}\r\n`), /^HTTP\/1.1 400 /);
  assert.equal((await call(good, { path: '/pets/' })).status, 404);
  assert.equal((await call(good, { method: 'PATCH' })).status, 405);
});

/** The whole answer to a request as it is. */
function raw(head) {
  return new Promise((done, failed) => {
    const socket = connect(Number(new URL(origin).port), 'localhost', () => socket.write(`${head}Connection: close\r\n\r\n`));
    const parts = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => done(Buffer.concat(parts).toString()));
    socket.on('error', failed);
  });
}

test('a hundred calls at once, half of them hostile', async () => {
  const good = await petsToken(server);
  const calls = Array.from({ length: 100 }, (_, i) => call(i % 2 ? good : `${good.slice(0, -4)}AAAA`));
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  assert.deepEqual(statuses, statuses.map((_, i) => (i % 2 ? 200 : 401)));
});

test('keys that the server rotates are known in advance', async () => {
  const before = await petsToken(server);
  const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;
  execFileSync(binary, ['keys', 'rotate', '--data', server.folder]);
  const after = await until(async () => {
    const token = await petsToken(server);
    return kid(token) === kid(before) ? null : token;
  }, 'a token of the next key');
  assert.equal((await call(after)).status, 200);
  assert.equal((await call(before)).status, 200);
});

test('a token of the future is refused', async () => {
  await server.advance(7200);
  const { status, challenge } = await call(await petsToken(server));
  assert.equal(status, 401);
  assert.match(challenge, /is of the future/);
});

test('a tenant that is gone: known keys do, and without any the caller is told to come back', async () => {
  const good = await daemonToken(server);
  const stranger = await startPets(`${server.origin}/${tenant}`);
  await server.stop();
  const late = await call(good, { at: stranger.origin });
  assert.equal(late.status, 503);
  assert.equal(late.headers['retry-after'], '5');
  await stranger.sees(/cannot be reached/);
  await stranger.stop();
  assert.match((await call(good)).challenge, /is of the future/); // the signature was checked
});
