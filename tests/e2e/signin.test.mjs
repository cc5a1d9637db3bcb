// SPDX-License-Identifier: Apache-2.0
// The three calls as an app makes them, and what goes wrong on the way.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { claimsOf, clientId, kim, otherCode, pat, sam, startServer, tenantId } from './server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());
beforeEach(() => server.dev('reset', {}));

function assertRefused(reply, error, code, suberror) {
  assert.equal(reply.status, 400);
  assert.equal(reply.body.error, error);
  assert.equal(reply.body.error_codes[0], code);
  assert.equal(reply.body.suberror, suberror);
}

test('a user signs in with the code of the mail', async () => {
  const { started, challenged, token, code, mail } = await server.toCode(sam);
  assert.equal(started.status, 200);
  assert.deepEqual({ ...challenged.body, continuation_token: '' }, {
    continuation_token: '', challenge_type: 'oob', binding_method: 'prompt', challenge_channel: 'email',
    challenge_target_label: 's*m@e*********g', code_length: 8, interval: challenged.body.interval,
  });
  assert.match(code, /^[0-9]{8}$/);
  assert.equal(mail.to, sam);
  const signedIn = await server.redeem(token, code, { client_info: 'true' });
  assert.equal(signedIn.status, 200);
  const claims = claimsOf(signedIn.body.id_token);
  assert.equal(claims.aud, clientId);
  assert.equal(claims.tid, tenantId);
  assert.equal(claims.preferred_username, sam);
  const info = JSON.parse(Buffer.from(signedIn.body.client_info, 'base64url').toString());
  assert.deepEqual(info, { uid: claims.oid, utid: tenantId });
});

test('the tenant may be named by id, domain or name, in any case', async () => {
  for (const name of [tenantId, tenantId.toUpperCase(), 'petstore', 'PetStore', 'PETSTORE.onmicrosoft.com']) {
    const fields = { client_id: clientId, username: sam, challenge_type: 'oob redirect' };
    const reply = await server.send(`${name}/oauth2/v2.0/initiate`, fields);
    assert.equal(reply.status, 200, name);
  }
});

test('a username compares without regard to case, and the mail goes to the address of the account', async () => {
  const started = await server.initiate('Sam@Example.ORG');
  const challenged = await server.challenge(started.body.continuation_token);
  const { to, code } = await server.latest(sam);
  assert.equal(to, sam);
  assert.equal((await server.redeem(challenged.body.continuation_token, code)).status, 200);
});

test('a wrong code burns neither the token nor the code', async () => {
  const { token, code } = await server.toCode(sam);
  const wrong = await server.redeem(token, otherCode(code));
  assertRefused(wrong, 'invalid_grant', 50181, 'invalid_oob_value');
  assert.equal(wrong.body.continuation_token, undefined);
  assert.equal((await server.redeem(token, code)).status, 200);
});

test('a code is good once', async () => {
  const { token, code } = await server.toCode(sam);
  assert.equal((await server.redeem(token, code)).status, 200);
  assertRefused(await server.redeem(token, code), 'invalid_grant', 54005);
});

test('of parallel right answers exactly one wins', async () => {
  const { token, code } = await server.toCode(sam);
  const replies = await Promise.all(Array.from({ length: 16 }, () => server.redeem(token, code)));
  assert.equal(replies.filter((reply) => reply.status === 200).length, 1);
});

test('after too many wrong codes the right one is not taken either', async () => {
  const { token, code } = await server.toCode(sam);
  for (let i = 0; i < 5; i++) await server.redeem(token, otherCode(code));
  const late = await server.redeem(token, code);
  assert.equal(late.status, 400);
  assert.equal(late.body.error, 'invalid_grant');
});

test('resend: a new code in a new mail, and the old one is void', async () => {
  const first = await server.toCode(sam);
  await server.advance(60);
  const again = await server.challenge(first.token);
  assert.equal(again.status, 200);
  assert.notEqual(again.body.continuation_token, first.token);
  const second = await server.newMail(sam, first.mail.id);
  if (second.code !== first.code) {
    assertRefused(await server.redeem(again.body.continuation_token, first.code), 'invalid_grant', 50181, 'invalid_oob_value');
  }
  assert.equal((await server.redeem(again.body.continuation_token, second.code)).status, 200);
});

test('past the grace for repeats the same challenge is a resend', async () => {
  const started = await server.initiate(sam);
  const first = await server.challenge(started.body.continuation_token);
  const mail = await server.newMail(sam);
  await server.advance(12);
  const second = await server.challenge(first.body.continuation_token);
  assert.equal(second.status, 200);
  const { code } = await server.newMail(sam, mail.id);
  // The token from before the resend stands for a code that is void now.
  assertRefused(await server.redeem(first.body.continuation_token, code), 'invalid_grant', 50181, 'invalid_oob_value');
  assert.equal((await server.redeem(second.body.continuation_token, code)).status, 200);
});

test('the identical challenge again at once gets the same answer and no second mail', async () => {
  const started = await server.initiate(sam);
  const [one, two] = [await server.challenge(started.body.continuation_token), await server.challenge(started.body.continuation_token)];
  assert.equal(one.status, 200);
  assert.deepEqual(two.body, one.body);
  await server.latest(sam);
  await server.toCode(kim); // mails go in order: a second one to Sam would be there by now
  assert.equal((await server.dev(`inbox?address=${sam}`)).body.mails.length, 1);
});

test('a token expires when the clock moves on', async () => {
  const started = await server.initiate(sam);
  await server.advance(11 * 60);
  assertRefused(await server.challenge(started.body.continuation_token), 'expired_token', 552003);
});

test('so does a code', async () => {
  const { token, code } = await server.toCode(sam);
  await server.advance(11 * 60);
  assertRefused(await server.redeem(token, code), 'expired_token', 552003);
});

test('a user of the password flow is sent to the browser', async () => {
  const reply = await server.initiate(pat);
  assert.equal(reply.status, 200);
  assert.equal(reply.body.challenge_type, 'redirect');
  assert.equal(typeof reply.body.redirect_reason, 'string');
  assert.equal(reply.body.continuation_token, undefined);
});

test('a token is of its stage', async () => {
  const started = await server.initiate(sam);
  assertRefused(await server.redeem(started.body.continuation_token, '12345678'), 'invalid_grant', 55200);
});

test('a token of one user cannot take the code of another', async () => {
  const ofSam = await server.toCode(sam);
  const ofKim = await server.toCode(kim);
  if (ofSam.code !== ofKim.code) {
    assertRefused(await server.redeem(ofKim.token, ofSam.code), 'invalid_grant', 50181, 'invalid_oob_value');
  }
  assert.equal((await server.redeem(ofKim.token, ofKim.code)).status, 200);
});

test('a mail can be read whole: subject, text and HTML carry the code', async () => {
  const { code, mail } = await server.toCode(sam);
  const { body } = await server.dev(`inbox/message?id=${mail.id}`);
  assert.equal(body.to.includes(sam), true);
  for (const part of ['text', 'html']) assert.equal(body[part].replaceAll(/<[^>]*>|\s/g, '').includes(code), true, part);
  assert.match(String(body.headers), /^Message-ID:\s+</im);
});

test('the correlation id of the request comes back in header and body', async () => {
  const id = 'b9d1c1ce-5c7b-4d0e-a1f2-7f4f0c6a9a11';
  const fields = { username: 'nobody@example.org', challenge_type: 'oob redirect' };
  const reply = await server.native('initiate', fields, { 'client-request-id': id });
  assertRefused(reply, 'user_not_found', 50034);
  assert.equal(reply.headers.get('client-request-id'), id);
  assert.equal(reply.body.correlation_id, id);
});

test('the server stops cleanly when asked', async () => {
  const own = await startServer();
  assert.equal((await own.initiate(sam)).status, 200);
  assert.equal(await own.stop(), 0);
});
