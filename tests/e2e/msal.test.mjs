// SPDX-License-Identifier: Apache-2.0
// MSAL JS, unpatched, two versions, in a real browser: the web sample through every flow it has (spec V1, 5.2).
import { after, before, describe, test } from 'node:test';
import { advance, begin, cell, mailed, on, openWorld, press, refused, reload, runSteps, same, send, signedIn, signedOut, wrong } from './msal_app.mjs';
import { kim, pat, sam } from './server.mjs';

const versions = { 'MSAL 5': 'msal5', 'MSAL 4': 'msal4' };

// The flows that the server serves to the seeded applications; rows of others are not run.
const served = ['code'];

const ann = 'ann@example.org';
const gil = 'gil@example.org';
const dee = 'dee@example.org';
const quick = '3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72';
const onlyCode = { challenge: 'oob redirect' };

const rows = [
  // ---- sign-in with a code ----
  { flow: 'code', name: 'a wrong code, another code, the right one; reload; a new access token; sign-out', steps: [
    begin('signIn', { username: sam }), on('SignInCodeRequiredState'),
    send({ code: wrong }), refused('isInvalidCode', { error: 'invalid_grant', suberror: 'invalid_oob_value' }),
    press('Send another code'), on('SignInCodeRequiredState'),
    send({ code: mailed }), signedIn({ name: 'Sam Sample' }),
    reload, signedIn(),
    press('Get an access token'), cell('fromCache', /^true$/), cell('scopes', /\bopenid\b/),
    press('Get a new access token'), cell('fromCache', /^false$/), signedIn(),
    press('Sign out'), signedOut,
  ] },
  { flow: 'code', name: 'the code of an older mail is no good', steps: [
    begin('signIn', { username: sam }), send({ code: wrong }), press('Send another code'),
    send({ code: same }), refused('isInvalidCode'), send({ code: mailed }), signedIn(),
  ] },
  { flow: 'code', name: 'a password is not asked of a user who has none', steps: [
    begin('signIn', { username: kim, password: 'Some-thing-9' }), on('SignInCodeRequiredState'), send({ code: mailed }), signedIn(),
  ] },
  { flow: 'code', name: 'tokens signed with ES256', settings: { client: quick }, steps: [
    begin('signIn', { username: sam }), send({ code: mailed }), signedIn({ aud: quick }),
  ] },
  { flow: 'code', name: 'nobody has this address', steps: [
    begin('signIn', { username: 'nobody@example.org' }), refused('isUserNotFound', { error: 'user_not_found', description: /^AADSTS50034: / }),
    begin('signIn', { username: sam }), on('SignInCodeRequiredState'),
  ] },
  { flow: 'code', name: 'this is no address', steps: [
    begin('signIn', { username: 'sam@example' }), refused('isInvalidUsername', { description: /^AADSTS90100: / }),
  ] },
  { flow: 'code', name: 'a disabled account', steps: [
    begin('signIn', { username: dee }), refused('', { error: 'invalid_grant', description: /^AADSTS50057: / }),
  ] },
  { flow: 'code', name: 'the code came too late', steps: [
    begin('signIn', { username: sam }), advance(3600), send({ code: mailed }), refused('isTokenExpired', { error: 'expired_token' }),
  ] },
  { flow: 'code', name: 'an application that nobody registered', settings: { client: '00000000-0000-4000-8000-000000000000' }, steps: [
    begin('signIn', { username: sam }), refused('', { error: 'unauthorized_client', description: /^AADSTS700016: / }),
  ] },
  ...[[ann, 'made by an administrator'], [gil, 'made through the directory'], [pat, 'with a password']].map(([username, kind]) => (
    { flow: 'code', name: `the browser for accounts ${kind}`, settings: onlyCode, steps: [
      begin('signIn', { username }), refused('isRedirectRequired'),
    ] })),
];

for (const [version, msal] of Object.entries(versions)) {
  describe(version, () => {
    let world;
    before(async () => { world = await openWorld(msal); });
    after(() => world.close());
    for (const { flow, name, settings, steps } of rows.filter((row) => served.includes(row.flow))) {
      test(`${flow}: ${name}`, () => runSteps(world, settings, steps));
    }
  });
}
