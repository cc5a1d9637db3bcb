// SPDX-License-Identifier: Apache-2.0
// The command line on a terminal of its own (script of util-linux), as a person and as a script use it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { binary, clientId, kim, otherCode, pat, sam, startServer, tenant } from './server.mjs';

let server;
let folder;

before(async () => { server = await startServer(); });
after(() => server.stop());
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/doorcode-cli-`);
  return server.dev('reset', {});
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (more = {}) => ({
  PATH: process.env.PATH, HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8', DOORCODE_CLIENT_ID: clientId,
  DOORCODE_AUTHORITY: `${server.origin}/${tenant}`, ...more,
});

/** A running command: what it has printed so far, a wait for a text in it, typing, and its end. */
function start(file, args, env) {
  const child = spawn(file, args, { env });
  const seen = { out: '', errors: '' };
  child.stdout.on('data', (text) => { seen.out += text; });
  child.stderr.on('data', (text) => { seen.errors += text; });
  const end = new Promise((done) => child.on('close', (status) => done({ status, ...seen })));
  const until = async (pattern, from = 0) => {
    for (const limit = Date.now() + 5_000; Date.now() < limit; await new Promise((go) => setTimeout(go, 10))) {
      if (pattern.test(seen.out.slice(from))) return seen.out.length;
    }
    throw new Error(`no ${pattern} in: ${seen.out.slice(from)}`);
  };
  return { until, type: (line) => child.stdin.write(`${line}\n`), close: () => child.stdin.end(), end };
}

const quoted = (words) => words.map((word) => `'${word}'`).join(' ');
const onTerminal = (args, more) => start('script', ['-qec', quoted([binary, ...args]), '/dev/null'], environment(more));
const run = (args, more) => {
  const command = start(binary, args, environment(more));
  command.close();
  return command.end;
};

/** A sign-in by script: the code comes on the standard input. */
async function signIn(user, args = []) {
  const former = (await server.dev('inbox')).body.mails[0]?.id;
  const command = start(binary, ['signin', user, ...args], environment());
  const { code } = await server.newMail(user, former);
  command.type(code);
  command.close();
  return command.end;
}

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
  assert.equal(statSync(`${folder}/.local/share/doorcode/tokens.json`).mode & 0o777, 0o600);
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
  const old = (await run(['token', 'show', '--access'])).out;
  assert.equal(old.split('.').length, 3);
  const renewed = await run(['token', 'refresh', '--json']);
  assert.equal(JSON.parse(renewed.out).state, 'completed');
  assert.notEqual((await run(['token', 'show', '--access'])).out, old);
  assert.equal((await run(['signout'])).status, 0);
  assert.equal((await run(['token', 'show'])).status, 1);
});

test('two refreshes at once spend two refresh tokens', async () => {
  await signIn(sam);
  const both = await Promise.all([run(['token', 'refresh']), run(['token', 'refresh'])]);
  assert.deepEqual(both.map(({ status }) => status), [0, 0], both.map(({ errors }) => errors).join(''));
});

test('several accounts are kept; the last one is shown', async () => {
  await signIn(sam);
  const signedIn = JSON.parse((await signIn(kim, ['--json'])).out);
  assert.equal(signedIn.username, kim);
  assert.equal(JSON.parse((await run(['token', 'show', '--json'])).out).username, kim);
  assert.equal(JSON.parse((await run(['token', 'show', sam, '--json'])).out).id_token_claims.preferred_username, sam);
  assert.match((await run(['signout', '--all'])).out, /2 accounts/);
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
