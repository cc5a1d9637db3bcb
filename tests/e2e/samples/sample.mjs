// SPDX-License-Identifier: Apache-2.0
// What the tests of the samples share: running programs, tokens for the pets' API, and tokens that it must refuse.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { chromium } from 'playwright-core';
import { claimsOf, patience, sam, tenant } from '../server.mjs';
import { daemon } from '../hosted_browser.mjs';

/** The samples as tests/e2e/samples/run.sh has copied and built them. */
export const samples = process.env.DOORCODE_SAMPLES;

export const api = 'a3e584b7-f692-45ad-9284-de91a6bfc3e9'; // api://pets of the seed

/** A sample's folder, whose settings file has other values at its `Define NAME value`. */
export function copyOf(sample, file, values) {
  const path = `${samples}/${sample}/${file}`;
  let text = readFileSync(path, 'utf8');
  for (const [name, value] of Object.entries(values)) {
    const changed = text.replace(new RegExp(`^(Define ${name} +).*$`, 'm'), `$1${value}`);
    assert.notEqual(changed, text, name);
    text = changed;
  }
  writeFileSync(path, text);
  return `${samples}/${sample}`;
}

export const launchBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL'))); // what a test that failed has left

/** A running program, which by itself keeps no test waiting. stop() ends it, and resolves to its exit code. */
export function start(file, args, options = {}) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const parts = [child, child.stdin, child.stdout, child.stderr];
  const seen = [];
  running.add(child.once('close', () => running.delete(child)));
  child.stdout.on('data', (text) => seen.push(text));
  child.stderr.on('data', (text) => seen.push(text));
  parts.forEach((part) => part.unref());
  const closed = once(child, 'close').then(([code, signal]) => code ?? signal);
  const ended = () => {
    parts.forEach((part) => part.ref());
    return closed;
  };
  const stop = () => {
    child.kill('SIGTERM');
    return ended();
  };
  const output = () => seen.join('');
  const sees = (expected) => until(() => expected.test(output()), `${expected}`, output);
  return { child, type: (line) => child.stdin.write(`${line}\n`), output, sees, ended, stop };
}

/** The same, and code(address, said): the one that is mailed next to the address, once the program has said so. */
export async function startWithMail(server, file, args, options) {
  let last = (await server.dev('inbox')).body.mails[0]?.id;
  const program = start(file, args, options);
  const code = async (address, said) => {
    await program.sees(said);
    const mail = await server.newMail(address, last);
    last = mail.id;
    return mail.code;
  };
  return { ...program, code };
}

/** What `look` gives, once it gives something. */
export async function until(look, what, told = () => '') {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((go) => setTimeout(go, 20))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what} did not come:\n${told()}`);
}

/** A way to a server that can be shut: nothing comes back then until it is opened again. */
export async function openGate() {
  const waiting = [];
  let shut = false;
  let target;
  const pass = (near, part) => (shut ? waiting.push(() => near.write(part)) : near.write(part));
  const gate = createServer((near) => {
    const far = connect(target.port, target.hostname);
    near.on('data', (part) => far.write(part)).on('end', () => far.end()).on('error', () => far.destroy());
    far.on('data', (part) => pass(near, part)).on('error', () => near.destroy());
    far.on('end', () => (shut ? waiting.push(() => near.end()) : near.end()));
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  return {
    origin: `http://127.0.0.1:${gate.address().port}`,
    leadTo: (origin) => { target = new URL(origin); },
    shut: () => { shut = true; },
    /** Whether something waits. */
    holds: () => waiting.length > 0,
    open: () => {
      shut = false;
      waiting.splice(0).forEach((go) => go());
    },
    stop: () => gate.close(),
  };
}

/** An access token of a user for the API, by the native calls. */
export async function petsToken(server, { user = sam, scope = 'api://pets/Pets.Read' } = {}) {
  const { body } = await server.signIn(user, { scope: `openid ${scope}` });
  assert.equal(claimsOf(body.access_token).aud, api, JSON.stringify(body));
  return body.access_token;
}

/** One of an application, without a user. */
export async function daemonToken(server, scope = 'api://pets/.default') {
  const fields = { grant_type: 'client_credentials', client_id: daemon.id, client_secret: daemon.secret, scope };
  const { body } = await server.send(`${tenant}/oauth2/v2.0/token`, fields);
  return body.access_token;
}

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const headerOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url').toString());

/** Tokens that are no good, each with what is wrong: [[what, token], …]. `good` is one that is. */
export async function forgeries(server, good) {
  const [head, payload, signature] = good.split('.');
  const header = headerOf(good);
  const claims = claimsOf(good);
  const { keys } = await (await fetch(`${server.origin}/${tenant}/discovery/v2.0/keys`)).json();
  const publicKey = createPublicKey({ key: keys.find((key) => key.kid === header.kid), format: 'jwk' });
  const mine = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const signedByMe = (name, says) => {
    const text = `${encode(name)}.${encode({ ...claims, ...says })}`;
    return `${text}.${sign('sha256', Buffer.from(text), mine).toString('base64url')}`;
  };
  const hmac = (key) => {
    const text = `${encode({ ...header, alg: 'HS256' })}.${payload}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const other = (await server.signIn(sam, { scope: 'openid profile offline_access User.Read' })).body;
  return [
    ['not a token', 'opaque'],
    ['unsigned', `${encode({ ...header, alg: 'none' })}.${payload}.`],
    ['unsigned, with a signature', `${encode({ ...header, alg: 'none' })}.${payload}.${signature}`],
    ['HMAC with the public key', hmac(publicKey.export({ type: 'spki', format: 'pem' }))],
    ['HMAC with the public key in DER', hmac(publicKey.export({ type: 'spki', format: 'der' }))],
    ['another scope under the old signature', `${head}.${encode({ ...claims, scp: 'Pets.Read Pets.Write' })}.${signature}`],
    ['cut off', good.slice(0, -8)],
    ['of a stranger, with the kid', signedByMe(header, {})],
    ['of a stranger, with a kid of its own', signedByMe({ ...header, kid: 'mine' }, {})],
    ['of a stranger, with its key', signedByMe({ ...header, kid: undefined, jwk: createPublicKey(mine).export({ format: 'jwk' }) }, {})],
    ['an id token', other.id_token],
    ['for Microsoft Graph', other.access_token],
    ['a refresh token', other.refresh_token],
    ['of 20 KB', `${head}.${encode({ ...claims, pad: 'x'.repeat(15_000) })}.${signature}`],
  ];
}
