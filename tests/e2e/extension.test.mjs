// SPDX-License-Identifier: Apache-2.0
// An extension as its developer first sees it: declared for a development server, sent to that server's own receiver.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { binary, clientId, patience, sam, startServer, tenant, tenantId } from './server.mjs';

let server;
before(async () => { server = await startServer({ memory: false }); });
after(async () => { await server?.stop(); });

const declare = (origin, folder, extensions) => {
  const file = `${folder}/extensions.yaml`;
  const rows = extensions.map(({ event, path = '/dev/hook', more = [] }, i) => [
    `      - id: 7d0c1f3a-0000-4000-8000-00000000000${i}`, `        event: ${event}`, `        url: ${origin}${path}`, '        auth: token',
    `        resourceId: api://127.0.0.1/hook`, ...more.map((line) => `        ${line}`)].join('\n'));
  writeFileSync(file, ['tenants:', `  - id: ${tenantId}`, '    name: petstore', '    displayName: Pet store', '    extensions:', ...rows, ''].join('\n'));
  const applied = spawnSync(binary, ['apply', '--data', folder, file], { encoding: 'utf8' });
  assert.equal(applied.status, 0, applied.stderr);
};

/** The newest call of this event that fits, once it is there: calls that send codes may come late, after newer ones. */
const newestCall = async (event, fits = () => true) => {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((go) => setTimeout(go, 50))) {
    const { calls } = (await server.dev('hook')).body;
    for (const { id } of calls.filter((call) => call.event === event).sort((one, other) => other.id - one.id)) {
      const { body } = await server.dev(`hook/call?id=${id}`);
      if (fits(body.body)) return body;
    }
  }
  throw new Error(`the receiver got no ${event}`);
};

test('a code and a token reach the receiver, and the sign-in goes on', async () => {
  declare(server.origin, server.folder, [{ event: 'onOtpSend' }, { event: 'onTokenIssuanceStart' }]);
  for (const end = Date.now() + patience; Date.now() < end; await server.advance(60)) {
    const { status } = await server.signIn(sam);
    assert.equal(status, 200);
    if ((await server.dev('hook')).body.calls.some(({ event }) => event === 'onTokenIssuanceStart')) break;
  }
  const { token, code } = await server.toCode(sam);
  const sent = await newestCall('onOtpSend', ({ data }) => data.otpContext.oneTimeCode === code);
  assert.match(sent.authorization, /^Bearer eyJ/);
  assert.equal(sent.body.data.tenantId, tenantId);
  assert.equal(sent.body.data.authenticationContext.clientServicePrincipal.appId, clientId);
  assert.deepEqual(sent.body.data.otpContext, { identifier: sam, oneTimeCode: code });
  assert.equal((await server.redeem(token, code)).status, 200);
  const issued = await newestCall('onTokenIssuanceStart');
  assert.equal(issued.body.data.authenticationContext.user.mail, sam);
  assert.ok(issued.id > sent.id);
  const claims = JSON.parse(Buffer.from(issued.authorization.split('.')[1], 'base64url'));
  assert.equal(claims.aud, 'api://127.0.0.1/hook');
  assert.ok(claims.iss.includes(tenantId), `${claims.iss} is not ${tenant}'s`);
});

test('the receiver refuses what is no event', async () => {
  assert.equal((await server.dev('hook', { type: 'nonsense' })).status, 400);
  assert.equal((await server.dev('hook/call?id=99999')).status, 404);
});
