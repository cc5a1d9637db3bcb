// SPDX-License-Identifier: Apache-2.0
// MSAL JS, unpatched, two versions, in a real browser: the web sample through every flow it has (spec V1, 5.2).
import { after, before, describe, test } from 'node:test';
import {
  account, advance, asks, begin, cell, mailed, mailedTo, on, openWorld, press, refused, reload, runSteps, same, send, signedIn,
  signedOut, wrong, wrongTo,
} from './msal_app.mjs';
import { kim, pat, sam } from './server.mjs';

const versions = { 'MSAL 5': 'msal5', 'MSAL 4': 'msal4' };

// The flows that the server serves to the seeded applications; rows of others are not run.
const served = ['attributes', 'blocked', 'code', 'password', 'reset', 'secondFactor', 'signUp', 'signUpPassword'];

const ann = 'ann@example.org';
const gil = 'gil@example.org';
const dee = 'dee@example.org';
const quick = '3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72';
const onlyCode = { challenge: 'oob redirect' };
// Applications of the seed whose user flows ask for a password; the second asks for more attributes and a second factor.
const withPassword = { client: '5e903f62-a14d-4058-8d3f-8f4c516a7e94' };
const withFactor = { client: '6fa14073-b25e-4169-8e40-9a5d627b8fa5' };

const ria = 'ria@example.org'; // nobody yet
const spare = 'spare@example.net';
const telephone = '+4790000007';
const newsletter = 'extension_6c0f6a3e8f1e4f0c9d3c2b1a09182736_newsletter';
const secret = 'Kelp-forest-47';
const another = 'Tide-pool-88!';
// What is wrong with a new password, in the order in which the server looks.
const weak = { 'Grünkohl-47': 'password_is_invalid', 'Kelp-4': 'password_too_short', kelpforestkelp: 'password_too_weak', 'P@ssw0rd1': 'password_banned' };
const weakOnes = Object.entries(weak).flatMap(([password, suberror]) => [send({ password }), refused('isInvalidPassword', { suberror })]);
const wrongOnes = Array.from({ length: 10 }, (_, i) => send({ password: `Driftwood-${i}` }));

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

  // ---- sign-up with a code ----
  { flow: 'signUp', name: 'a wrong code, another code, attributes asked for, missing, too long, right; and in again', steps: [
    begin('signUp', { username: ria }), on('SignUpCodeRequiredState'),
    send({ code: wrong }), refused('isInvalidCode'),
    press('Send another code'), on('SignUpCodeRequiredState'),
    send({ code: mailed }), on('SignUpAttributesRequiredState'), asks('displayName'),
    send({ displayName: ' ' }), refused('isMissingRequiredAttributes', { text: /displayName/ }),
    send({ displayName: 'R'.repeat(257) }), refused('isAttributesValidationFailed', { text: /displayName/ }),
    send({ displayName: 'Ria Reef' }), signedIn({ name: 'Ria Reef' }),
    press('Sign out'), begin('signIn', { username: ria }), send({ code: mailed }), signedIn({ name: 'Ria Reef' }),
  ] },
  { flow: 'signUp', name: 'attributes at the start', steps: [
    begin('signUp', { username: ria, displayName: 'Ria Reef' }), send({ code: mailed }), signedIn({ name: 'Ria Reef' }),
  ] },
  { flow: 'signUp', name: 'an attribute at the start that is too long', steps: [
    begin('signUp', { username: ria, displayName: 'R'.repeat(257) }), refused('isAttributesValidationFailed', { text: /displayName/ }),
  ] },
  { flow: 'signUp', name: 'there is an account already', steps: [
    begin('signUp', { username: sam }), refused('isUserAlreadyExists', { error: 'user_already_exists' }),
  ] },
  { flow: 'signUp', name: 'this is no address', steps: [
    begin('signUp', { username: 'ria@example' }), refused('isInvalidUsername', { description: /^AADSTS90100: / }),
  ] },
  { flow: 'signUp', name: 'the code came too late', steps: [
    begin('signUp', { username: ria }), advance(3600), send({ code: mailed }), refused('isTokenExpired'),
  ] },

  // ---- sign-up with a password ----
  { flow: 'signUpPassword', name: 'the password later: passwords that may not be, then one that may', settings: withPassword, steps: [
    begin('signUp', { username: ria }), send({ code: mailed }), on('SignUpPasswordRequiredState'),
    ...weakOnes, send({ password: secret }), on('SignUpAttributesRequiredState'),
    send({ displayName: 'Ria Reef' }), signedIn({ name: 'Ria Reef' }),
    press('Sign out'), begin('signIn', { username: ria, password: secret }), signedIn(),
  ] },
  { flow: 'signUpPassword', name: 'password and attributes at the start', settings: withPassword, steps: [
    begin('signUp', { username: ria, password: secret, displayName: 'Ria Reef' }), on('SignUpCodeRequiredState'),
    send({ code: mailed }), signedIn({ name: 'Ria Reef' }),
  ] },
  { flow: 'signUpPassword', name: 'a weak password at the start', settings: withPassword, steps: [
    begin('signUp', { username: ria, password: 'Kelp-4' }), refused('isInvalidPassword', { suberror: 'password_too_short' }),
  ] },
  { flow: 'signUpPassword', name: 'the browser where the app takes no passwords', settings: { ...withPassword, ...onlyCode }, steps: [
    begin('signUp', { username: ria }), refused('isRedirectRequired'),
  ] },

  // ---- sign-in with a password ----
  { flow: 'password', name: 'wrong, then right', settings: withPassword, steps: [
    account(ria, secret), begin('signIn', { username: ria }), on('SignInPasswordRequiredState'),
    send({ password: another }), refused('isInvalidPassword', { error: 'invalid_grant', suberror: '', description: /^AADSTS50126: / }),
    send({ password: secret }), signedIn({ name: 'Pia Person' }),
    press('Get a new access token'), cell('fromCache', /^false$/),
  ] },
  { flow: 'password', name: 'at the start: wrong, then right', settings: withPassword, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: another }), refused('isPasswordIncorrect'),
    begin('signIn', { username: ria, password: secret }), signedIn(),
  ] },
  { flow: 'password', name: 'after ten wrong ones the right one is refused, for a minute', settings: withPassword, steps: [
    account(ria, secret), begin('signIn', { username: ria }), ...wrongOnes, refused('isInvalidPassword'),
    send({ password: secret }), refused('', { error: 'invalid_grant', description: /^AADSTS50053: / }),
    advance(61), send({ password: secret }), signedIn(),
  ] },
  { flow: 'password', name: 'the browser where the app takes no passwords', settings: { ...withPassword, ...onlyCode }, steps: [
    account(ria, secret), begin('signIn', { username: ria }), refused('isRedirectRequired'),
  ] },

  // ---- attributes of other types, with patterns ----
  { flow: 'attributes', name: 'what breaks its rule is named', settings: withFactor, steps: [
    begin('signUp', { username: ria, password: secret }), send({ code: mailed }), on('SignUpAttributesRequiredState'),
    asks('displayName', 'city', newsletter),
    send({ displayName: 'Ria Reef', city: 'oslo 1' }), refused('isAttributesValidationFailed', { text: /\(city\)/ }),
    send({ city: 'Oslo', [newsletter]: true }), on('AuthMethodRegistrationRequiredState'),
  ] },

  // ---- a second factor, and its registration ----
  { flow: 'secondFactor', name: 'an e-mail address is registered, then asked for', settings: withFactor, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: secret }), on('AuthMethodRegistrationRequiredState'),
    send({ method: 'email', contact: 'nowhere' }), refused('isInvalidInput', { description: /^AADSTS901001: / }),
    send({ contact: spare }), on('AuthMethodVerificationRequiredState'),
    send({ code: wrongTo(spare) }), refused('isIncorrectChallenge'),
    press('Send another code'), on('AuthMethodVerificationRequiredState'),
    send({ code: mailedTo(spare) }), signedIn(),
    press('Sign out'), begin('signIn', { username: ria }), send({ password: secret }), on('MfaAwaitingState'),
    send({ method: 'email' }), on('MfaVerificationRequiredState'),
    send({ code: wrongTo(spare) }), refused('isIncorrectChallenge'),
    press('Send another code'), on('MfaVerificationRequiredState'),
    send({ code: mailedTo(spare) }), signedIn(),
  ] },
  { flow: 'secondFactor', name: 'a telephone', settings: withFactor, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: secret }),
    send({ method: 'sms', contact: telephone }), on('AuthMethodVerificationRequiredState'),
    send({ code: mailedTo(telephone) }), signedIn(),
    press('Sign out'), begin('signIn', { username: ria, password: secret }), send({ method: 'sms' }),
    send({ code: mailedTo(telephone) }), signedIn(),
  ] },
  { flow: 'secondFactor', name: 'right after sign-up, the address that was verified needs no other code', settings: withFactor, steps: [
    begin('signUp', { username: ria, password: secret, displayName: 'Ria Reef' }), send({ code: mailed }),
    send({ city: 'Oslo' }), on('AuthMethodRegistrationRequiredState'),
    send({ method: 'email', contact: ria }), signedIn({ name: 'Ria Reef' }),
  ] },
  { flow: 'secondFactor', name: 'the browser where the app can do neither', settings: { ...withFactor, capabilities: '' }, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: secret }), refused('isRedirectRequired'),
  ] },

  { flow: 'secondFactor', name: 'after a reset by a code to the registered address: nothing more', settings: withFactor, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: secret }),
    send({ method: 'email', contact: spare }), send({ code: mailedTo(spare) }), press('Sign out'),
    begin('resetPassword', { username: ria }), send({ code: mailedTo(spare) }), send({ password: another }), signedIn(),
  ] },
  { flow: 'secondFactor', name: 'after a reset by a code to the account’s own address: the telephone', settings: withFactor, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: secret }),
    send({ method: 'sms', contact: telephone }), send({ code: mailedTo(telephone) }), press('Sign out'),
    begin('resetPassword', { username: ria }), send({ code: mailed }), send({ password: another }), on('MfaAwaitingState'),
    send({ method: 'sms' }), send({ code: mailedTo(telephone) }), signedIn(),
  ] },
  { flow: 'blocked', name: 'contacts that the tenant does not take, then one that it does', settings: withFactor, steps: [
    account(ria, secret), begin('signIn', { username: ria, password: secret }),
    send({ method: 'email', contact: 'ria@blocked.example' }),
    refused('isVerificationContactBlocked', { error: 'access_denied', suberror: 'provider_blocked_by_rep' }),
    send({ contact: 'ria@closed.example' }), refused('', { error: 'access_denied', suberror: 'provider_blocked_by_admin' }),
    send({ contact: spare }), send({ code: mailedTo(spare) }), signedIn(),
  ] },

  // ---- password reset ----
  { flow: 'reset', name: 'a wrong code, another code, passwords that may not be, a new one; the old one is over', settings: withPassword, steps: [
    account(ria, secret), begin('resetPassword', { username: ria }), on('ResetPasswordCodeRequiredState'),
    send({ code: wrong }), refused('isInvalidCode'),
    press('Send another code'), on('ResetPasswordCodeRequiredState'),
    send({ code: mailed }), on('ResetPasswordPasswordRequiredState'),
    ...weakOnes, send({ password: another }), signedIn(),
    press('Sign out'), begin('signIn', { username: ria, password: secret }), refused('isPasswordIncorrect'),
    begin('signIn', { username: ria, password: another }), signedIn(),
  ] },
  { flow: 'reset', name: 'nobody has this address', settings: withPassword, steps: [
    begin('resetPassword', { username: ria }), refused('isUserNotFound'),
  ] },
  { flow: 'reset', name: 'an account without password', settings: withPassword, steps: [
    begin('resetPassword', { username: sam }), refused('', { error: 'invalid_request', description: /^AADSTS500222: / }),
  ] },
  { flow: 'reset', name: 'the browser where the app takes no codes', settings: { ...withPassword, challenge: 'password redirect' }, steps: [
    account(ria, secret), begin('resetPassword', { username: ria }), refused('isRedirectRequired'),
  ] },
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
