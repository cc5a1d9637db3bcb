// SPDX-License-Identifier: Apache-2.0
// The command line on a terminal of its own (script of util-linux), as a person and as a script use it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { environmentOf, signInWith, start } from './command_line.mjs';
import { binary, kim, otherCode, pat, sam, startServer } from './server.mjs';

let server;
let folder;

before(async () => { server = await startServer(); });
after(() => server.stop());
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/doorcode-cli-`);
  return server.dev('reset', {});
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (more) => environmentOf(server, folder, more);

const passwordApp = { DOORCODE_CLIENT_ID: '5e903f62-a14d-4058-8d3f-8f4c516a7e94' };
const factorApp = { DOORCODE_CLIENT_ID: '6fa14073-b25e-4169-8e40-9a5d627b8fa5' };
const password = 'Blue-Kettle-42'; // of pat, mia and ned
const newPassword = 'Red-Lantern-17';
const zoe = 'zoe@example.org';

const quoted = (words) => words.map((word) => `'${word}'`).join(' ');
const onTerminal = (args, more) => start('script', ['-qec', quoted([binary, ...args]), '/dev/null'], environment(more));
const run = (args, more) => {
  const command = start(binary, args, environment(more));
  command.close();
  return command.end;
};

/** A script: its lines are written one after another; an object { codeTo } waits for the next code sent there. */
async function script(args, lines, more) {
  let former = (await server.dev('inbox')).body.mails[0]?.id;
  const command = start(binary, args, environment(more));
  for (const line of lines) {
    const mail = line.codeTo && await server.newMail(line.codeTo, former);
    former = mail?.id ?? former;
    command.type(mail?.code ?? line);
  }
  command.close();
  return command.end;
}

/** A sign-in by script: the code comes on the standard input. */
const signIn = (user, args) => signInWith(server, environment(), user, args);

test('a person mistypes, asks for another code, and is signed in', async () => {
  const command = onTerminal(['signin', sam]);
  let at = await command.until(/A code was sent to s\*m@e\*+g\.\r\nCode of 8 digits \(empty line: send another one\): $/);
  const first = await server.latest(sam);
  command.type(otherCode(first.code));
  at = await command.until(/The code is not right, or it is too old\.\r\n.*\r\nCode of 8 digits .*: $/, at);
  command.type('123');
  at = await command.until(/does not have the announced length[^]*Code of 8 digits .*: $/, at);
  await server.advance(60);
  command.type('');
  await command.until(/A code was sent to [^]*Code of 8 digits .*: $/, at);
  const second = await server.newMail(sam, first.id);
  command.type(second.code);
  const { status, out } = await command.end;
  assert.equal(status, 0, out);
  assert.match(out, /\x1b\[32mSigned in\x1b\[0m as sam@example\.org\./);
  assert.equal(statSync(`${folder}/.local/share/doorcode/tokens`).mode & 0o777, 0o600);
});

test('NO_COLOR is obeyed on a terminal', async () => {
  const { out } = await onTerminal(['signin', 'nobody@example.org'], { NO_COLOR: '1' }).end;
  assert.match(out, /There is no such user\./);
  assert.doesNotMatch(out, /\x1b/);
});

test('tokens are shown, renewed and forgotten', async () => {
  assert.equal((await signIn(sam)).status, 0);
  const shown = await run(['token', 'show']);
  assert.match(shown.out, /^ {2}preferred_username +sam@example\.org$/m);
  assert.match(shown.out, /^ {2}exp +20\d\d-.*Z \(in \d+ min\)$/m);
  assert.doesNotMatch(shown.out, /eyJ|\x1b/);
  const old = (await run(['token', 'get'])).out;
  assert.match(old, /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
  assert.equal((await run(['token', 'get'])).out, old);
  const renewed = JSON.parse((await run(['token', 'get', '--force', '--json'])).out);
  assert.notEqual(`${renewed.access_token}\n`, old);
  assert.equal((await run(['token', 'get'])).out, `${renewed.access_token}\n`);
  assert.equal((await run(['signout'])).status, 0);
  assert.equal((await run(['token', 'show'])).status, 4);
});

test('two renewals at once spend two refresh tokens', async () => {
  await signIn(sam);
  const both = await Promise.all([run(['token', 'get', '--force']), run(['token', 'get', '--force'])]);
  assert.deepEqual(both.map(({ status }) => status), [0, 0], both.map(({ errors }) => errors).join(''));
});

test('several accounts are kept; the last one is shown', async () => {
  await signIn(sam);
  const signedIn = JSON.parse((await signIn(kim, ['--json'])).out);
  assert.equal(signedIn.username, kim);
  assert.equal(JSON.parse((await run(['token', 'show', '--json'])).out).username, kim);
  assert.equal(JSON.parse((await run(['token', 'show', sam, '--json'])).out).id_token_claims.preferred_username, sam);
  assert.deepEqual(JSON.parse((await run(['account', 'list', '--json'])).out).map(({ username }) => username), [kim, sam]);
  const there = ['account', 'list', '--authority', `${server.origin.replace('http', 'HTTP')}/petstore.onmicrosoft.com/`];
  assert.match((await run(there)).out, /kim@example\.org[^]*sam@example\.org/);
  assert.match((await run(['account', 'remove', kim])).out, /1 account /);
  assert.match((await run(['account', 'list'])).out, /^USER +AUTHORITY .*\nsam@example\.org .* yes\n$/);
  assert.match((await run(['signout', '--all'])).out, /1 account /);
});

test('an account with a password needs a browser where the app takes none', async () => {
  const { status, errors } = await run(['signin', pat, '--no-password']);
  assert.equal(status, 3);
  assert.match(errors, /has to sign in with a browser.*\n.+\n$/);
});

test('failures are one line of what and one of what to do', async () => {
  for (const [args, what] of [
    [['signin', 'nobody@example.org'], /^doorcode signin: There is no such user\.\n.+\n$/],
    [['signin', sam, '--client-id', 'd5c1f8a0-0000-4000-8000-000000000000'], /The application is unknown here.*\n.+\n$/],
    [['signin', sam, '--authority', `${server.origin}/nopet`], /^doorcode signin: The tenant does not exist\.\n.+\n$/],
  ]) {
    const { status, out, errors } = await run(args);
    assert.equal(status, 1);
    assert.equal(out, '');
    assert.match(errors, what);
  }
});

test('a script signs up; what it left out or got wrong is named', async () => {
  const silent = await script(['signup', zoe], [{ codeTo: zoe }]);
  assert.equal(silent.status, 1);
  assert.match(silent.errors, /wants to know more about the user\.\n.*NAME=VALUE after the user: displayName\.\n$/);
  await server.advance(60);
  const told = await script(['signup', zoe, 'displayName=Zoe Zebra'], [{ codeTo: zoe }]);
  assert.equal(told.status, 0, told.errors);
  assert.match(told.out, /^Signed up zoe@example\.org\.\nSigned in as zoe@example\.org\./);
  assert.equal(JSON.parse((await run(['token', 'show', '--json'])).out).id_token_claims.name, 'Zoe Zebra');
  const again = await run(['signup', zoe, 'displayName=Zoe']);
  assert.deepEqual([again.status, again.out], [1, '']);
  assert.match(again.errors, /There is an account with this address already\.\n/);
  const wrong = await run(['signup', 'yan@example.org', 'displayName=Yan', 'city=oslo'], factorApp);
  assert.equal(wrong.status, 1);
  assert.match(wrong.errors, /is not complete or not valid\.\n.* Refused: city\.\n$/);
  assert.equal((await run(['signup', zoe, 'displayName'])).status, 2);
});

test('a sign-up may end before signing in', async () => {
  const ended = await script(['signup', zoe, 'displayName=Zoe', '--no-signin', '--json'], [{ codeTo: zoe }]);
  assert.deepEqual(JSON.parse(ended.out), { state: 'signed_up', username: zoe });
  assert.equal((await run(['token', 'show'])).status, 4);
});

test('a person who signs up is asked for a password and for what is missing', async () => {
  const command = onTerminal(['signup', zoe], passwordApp);
  let at = await command.until(/Code of 8 digits .*: $/);
  command.type((await server.latest(zoe)).code);
  at = await command.until(/New password: $/, at);
  command.type('short');
  at = await command.until(/The same again: $/, at);
  command.type('short');
  at = await command.until(/The new password is too short\.\r\n[^]*New password: $/, at);
  for (const again of ['not the same', newPassword]) {
    command.type(newPassword);
    at = await command.until(/The same again: $/, at);
    command.type(again);
    at = await command.until(again === newPassword ? /displayName: $/ : /not the same\.\r\n[^]*New password: $/, at);
  }
  command.type('Zoe Zebra');
  const { status, out } = await command.end;
  assert.equal(status, 0, out);
  assert.match(out, /Signed up zoe@example\.org\.[^]*Signed in[^]* as zoe@example\.org\./);
  assert.doesNotMatch(out, /short\r|Red-Lantern/); // what was typed as a password is not shown
});

test('a script gives the password on the standard input', async () => {
  const right = await script(['signin', pat, '--password-stdin'], [password], passwordApp);
  assert.equal(right.status, 0, right.errors);
  assert.doesNotMatch(right.out + right.errors, /Kettle/);
  const wrong = await script(['signin', pat, '--password-stdin', '--json'], ['Blue-Kettle-43'], passwordApp);
  assert.equal(wrong.status, 1);
  const { state, kind, error, suberror, error_codes } = JSON.parse(wrong.out);
  assert.deepEqual({ state, kind, error, suberror, error_codes },
    { state: 'failed', kind: 'invalid_password', error: 'invalid_grant', suberror: '', error_codes: [50126] });
  const none = await run(['signin', pat], passwordApp);
  assert.equal(none.status, 1);
  assert.match(none.errors, /No password was given\.\n.*--password-stdin\.\n$/);
});

test('a second factor by e-mail or text message follows the password', async () => {
  for (const [user, contact] of [['mia@example.org', 'mia.strong@example.org'], ['ned@example.org', '+4790000007']]) {
    const proven = await script(['signin', user, '--password-stdin'], [password, { codeTo: contact }], factorApp);
    assert.equal(proven.status, 0, proven.errors);
    assert.match(proven.errors, /A second factor is needed\.\nA code was sent to /);
  }
  await server.advance(60);
  const guessed = await script(['signin', 'ned@example.org', '--password-stdin'], [password, '00000000'], factorApp);
  assert.equal(guessed.status, 1);
});

test('a second factor is registered after the sign-up, and asked for from then on', async () => {
  const told = ['displayName=Zoe', 'city=Oslo'];
  const sms = ['--password-stdin', '--method', 'sms', '--contact', '+4790000012'];
  const registered = await script(['signup', zoe, ...told, ...sms],
    [newPassword, { codeTo: zoe }, { codeTo: '+4790000012' }], factorApp);
  assert.equal(registered.status, 0, registered.errors);
  assert.match(registered.errors, /A second factor has to be registered\.\nA code was sent to \+4790000012\./);
  await server.advance(60);
  const proven = await script(['signin', zoe, '--password-stdin'], [newPassword, { codeTo: '+4790000012' }], factorApp);
  assert.equal(proven.status, 0, proven.errors);
});

test('an address that was just proven is registered without a second code', async () => {
  const { status, errors } = await script(
    ['signup', zoe, 'displayName=Zoe', 'city=Oslo', '--password-stdin', '--method', 'email'],
    [newPassword, { codeTo: zoe }], factorApp);
  assert.equal(status, 0, errors);
});

test('a forgotten password is reset, by a person and by a script', async () => {
  const command = onTerminal(['reset-password', pat], passwordApp);
  let at = await command.until(/Code of 8 digits .*: $/);
  command.type((await server.latest(pat)).code);
  for (const prompt of [/New password: $/, /The same again: $/]) {
    at = await command.until(prompt, at);
    command.type(newPassword);
  }
  const { status, out } = await command.end;
  assert.equal(status, 0, out);
  assert.match(out, /Changed the password of pat@example\.org\.[^]*Signed in[^]* as pat@example\.org\./);
  assert.equal((await script(['signin', pat, '--password-stdin'], [password], passwordApp)).status, 1);
  assert.equal((await script(['signin', pat, '--password-stdin'], [newPassword], passwordApp)).status, 0);
  await server.advance(60);
  const weak = await script(['reset-password', pat, '--password-stdin'], ['onlylowercase', { codeTo: pat }], passwordApp);
  assert.equal(weak.status, 1);
  assert.match(weak.errors, /The new password is too weak\./);
  await server.advance(60);
  const ended = await script(['reset-password', pat, '--password-stdin', '--no-signin', '--json'], [password, { codeTo: pat }],
    passwordApp);
  assert.deepEqual(JSON.parse(ended.out), { state: 'password_reset', username: pat });
  const nothing = await run(['reset-password', sam], passwordApp);
  assert.match(nothing.errors, /There is no password that could be reset here\.\n/);
});

test('an origin that is none does not start a development server', async () => {
  for (const origin of ['foo', 'https://login.example/path', 'ftp://login.example', `https://${'a'.repeat(130)}.example`]) {
    const { status, errors } = await run(['dev', '--memory', '--https-port', '0', '--origin', origin]);
    assert.equal(status, 2, origin);
    assert.match(errors, /--origin must/);
  }
});
