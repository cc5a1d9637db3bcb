// SPDX-License-Identifier: Apache-2.0
// Tokens as an API would check them: with jose, from discovery and the published keys.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import * as jose from 'jose';
import { binary, claimsOf, clientId, getSecure, kim, request, sam, startServer, tenant, tenantId } from './server.mjs';

let server;
let discovery;
before(async () => {
  server = await startServer();
  discovery = await (await fetch(`${server.origin}/${tenant}/v2.0/.well-known/openid-configuration`)).json();
});
after(() => server.stop());
beforeEach(() => server.dev('reset', {}));

const verify = (jwt, options) =>
  jose.jwtVerify(jwt, jose.createRemoteJWKSet(new URL(discovery.jwks_uri)), { issuer: discovery.issuer, ...options });
const refresh = (refresh_token, more = {}) => server.native('token', { grant_type: 'refresh_token', refresh_token, ...more });

test('discovery: issuer and endpoints of this server, under the tenant id', () => {
  assert.equal(discovery.issuer, `${server.origin}/${tenantId}/v2.0`);
  assert.equal(discovery.token_endpoint, `${server.origin}/${tenantId}/oauth2/v2.0/token`);
  assert.equal(discovery.jwks_uri, `${server.origin}/${tenantId}/discovery/v2.0/keys`);
  assert.deepEqual(discovery.subject_types_supported, ['pairwise']);
});

test('the issuer does not follow the Host header', async () => {
  const url = `${server.origin}/${tenant}/v2.0/.well-known/openid-configuration`;
  const reply = await request(url, { headers: { Host: 'evil.example' } });
  assert.equal(JSON.parse(reply.text).issuer, discovery.issuer);
});

test('the id token verifies against the published keys', async () => {
  const { body } = await server.signIn(sam);
  const { payload, protectedHeader } = await verify(body.id_token, { audience: clientId });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.equal(payload.ver, '2.0');
  assert.equal(payload.idp, 'mail');
  assert.equal(payload.preferred_username, sam);
  assert.equal(payload.sub.length, 43);
  assert.equal(payload.nbf, payload.iat);
});

test('a changed token does not', async () => {
  const { body } = await server.signIn(sam);
  const [head, , signature] = body.id_token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(body.id_token), oid: tenantId })).toString('base64url');
  await assert.rejects(verify(`${head}.${forged}.${signature}`, { audience: clientId }), jose.errors.JWSSignatureVerificationFailed);
});

test('the access token is signed too and lives as long as it says', async () => {
  const { body } = await server.signIn(sam);
  const { payload } = await verify(body.access_token);
  const { now } = (await server.dev('clock')).body;
  assert.ok(Math.abs(payload.exp - (now + body.expires_in)) <= 2, `${payload.exp} is ${body.expires_in} s from ${now}`);
  assert.equal(payload.tid, tenantId);
});

test('an expired token is refused by a verifier that shares the moved clock', async () => {
  const { body } = await server.signIn(sam);
  await server.advance(2 * 3600);
  const { now } = (await server.dev('clock')).body;
  await assert.rejects(verify(body.id_token, { audience: clientId, currentDate: new Date(now * 1000) }), jose.errors.JWTExpired);
});

test('scopes decide what is issued', async () => {
  const { body } = await server.signIn(sam, { scope: 'openid' });
  assert.equal(body.refresh_token, undefined);
  assert.equal(typeof body.id_token, 'string');
  const other = await server.signIn(kim, { scope: 'openid nonsense-scope' });
  assert.equal(other.body.error, 'invalid_scope');
});

test('refresh gives new tokens for the same user, again and again', async () => {
  let { body } = await server.signIn(sam);
  const { oid, sub } = claimsOf(body.id_token);
  const seen = new Set([body.refresh_token]);
  for (let i = 0; i < 3; i++) {
    const next = await refresh(body.refresh_token, { client_info: '1' });
    assert.equal(next.status, 200);
    assert.equal(seen.has(next.body.refresh_token), false);
    seen.add(next.body.refresh_token);
    const { payload } = await verify(next.body.id_token, { audience: clientId });
    assert.deepEqual([payload.oid, payload.sub], [oid, sub]);
    body = next.body;
  }
});

test('a spent refresh token is tolerated, as the protocol has it outside the strict mode', async () => {
  const { body } = await server.signIn(sam);
  assert.equal((await refresh(body.refresh_token)).status, 200);
  await server.advance(60);
  assert.equal((await refresh(body.refresh_token)).status, 200);
});

test('refresh tokens: malformed, of nobody, expired', async () => {
  const { body } = await server.signIn(sam);
  assert.equal((await refresh('rubbish')).body.error_codes[0], 9002313);
  const last = body.refresh_token.at(-1) === 'A' ? 'B' : 'A';
  const changed = await refresh(body.refresh_token.slice(0, -2) + last + body.refresh_token.at(-1));
  assert.equal(changed.status, 400);
  assert.equal(changed.body.error, 'invalid_grant');
  await server.advance(91 * 86400);
  assert.equal((await refresh(body.refresh_token)).body.error_codes[0], 700082);
});

test('keys: the current and the next one, nothing private', async () => {
  const { keys } = await (await fetch(discovery.jwks_uri)).json();
  assert.ok(keys.length >= 2);
  for (const key of keys) {
    assert.equal(key.use, 'sig');
    assert.equal(await jose.importJWK(key, 'RS256').then((one) => one.type), 'public');
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.equal(key[member], undefined);
  }
});

test('https: the development CA makes the server trusted, and nothing else does', async () => {
  const url = `${server.secureOrigin}/${tenant}/v2.0/.well-known/openid-configuration`;
  const ca = execFileSync(binary, ['dev', 'ca', '--data', server.folder], { encoding: 'utf8', stdio: 'pipe' }).trim();
  const reply = await getSecure(url, readFileSync(ca));
  assert.equal(JSON.parse(reply.text).issuer, discovery.issuer);
  await assert.rejects(getSecure(url), /certificate/);
});
