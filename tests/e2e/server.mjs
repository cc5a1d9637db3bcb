// SPDX-License-Identifier: Apache-2.0
// A development server of its own for a test file, and the calls the tests make of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const binary = process.env.DOORCODE_BIN ?? `${root}build/release/doorcode`;

export const tenantId = '0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e';
export const tenant = 'petstore.onmicrosoft.com';
export const clientId = '1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31';
export const sam = 'sam@example.org';
export const kim = 'kim@example.org';
export const pat = 'pat@example.org'; // signed up with a password
// A single-page application of the samples names it.
export const allowedOrigin = 'http://localhost:3000';

/**
 * Ports that nobody uses just now, each another one. Not of those that the system gives to connections: one of them might take it
 * before the server does.
 */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) {
    const probe = createServer().listen(10_000 + Math.floor(Math.random() * 20_000), '127.0.0.1');
    const listens = await once(probe, 'listening').then(() => true, () => false);
    if (!listens) continue;
    ports.add(probe.address().port);
    await once(probe.close(), 'close');
  }
  return [...ports];
}

export const freePort = async () => (await freePorts(1))[0];

/** A wait ends when what is waited for is there; this is for a machine that is busy with other things. */
export const patience = 60_000;

/** Until the server answers; throws with its output when it does not. */
export async function untilReady(origin, child, output) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((go) => setTimeout(go, 20))) {
    if (child.exitCode !== null) break;
    const ready = await fetch(`${origin}/readyz`).catch(() => null);
    if (ready?.ok) return;
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start:\n${output.join('')}`);
}

/**
 * Starts `doorcode dev`, with --memory unless told otherwise, on free ports; its public origin is that of http, or of https
 * where it shall be `secure`, or `front`, where something is in front of it. Call stop() at the end; it resolves to the exit code.
 */
export async function startServer({ memory = true, secure = false, front } = {}) {
  const [httpPort, httpsPort] = await freePorts(2);
  const folder = mkdtempSync(`${tmpdir()}/doorcode-e2e-`); // of the certificates, and of the data where it is not in memory
  const origin = `http://127.0.0.1:${httpPort}`;
  const secureOrigin = `https://localhost:${httpsPort}`;
  const args = [...(memory ? ['--memory'] : []), '--data', folder, '--origin', front ?? (secure ? secureOrigin : origin), '--http-port', `${httpPort}`, '--https-port', `${httpsPort}`];
  const child = spawn(binary, ['dev', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (text) => output.push(text));
  child.stderr.on('data', (text) => output.push(text));
  await untilReady(origin, child, output);
  const exited = once(child, 'exit');
  const stop = async () => {
    const died = child.exitCode !== null || child.signalCode !== null;
    child.kill('SIGTERM');
    const [code, signal] = await exited;
    rmSync(folder, { recursive: true });
    if (died) throw new Error(`the server died of ${signal ?? code}:\n${output.join('').slice(-2000)}`);
    return code;
  };
  return { origin, secureOrigin, folder, output, ...calls(origin), stop };
}

function calls(origin) {
  const send = async (path, fields, headers = {}) => {
    const reply = await fetch(`${origin}/${path}`, { method: 'POST', body: new URLSearchParams(fields), headers });
    return { status: reply.status, headers: reply.headers, body: await reply.json() };
  };
  const dev = async (path, body) => {
    const init = body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const reply = await fetch(`${origin}/dev/${path}`, init);
    return { status: reply.status, body: await reply.json() };
  };
  const native = (endpoint, fields, headers) =>
    send(`${tenant}/oauth2/v2.0/${endpoint}`, { client_id: clientId, ...fields }, headers);
  const initiate = (username) => native('initiate', { username, challenge_type: 'oob redirect' });
  const challenge = (continuation_token) => native('challenge', { continuation_token });
  const redeem = (continuation_token, oob, more = {}) =>
    native('token', { grant_type: 'oob', continuation_token, oob, scope: 'openid profile offline_access', ...more });
  const advance = (seconds) => dev('clock', { advance: seconds });

  /** Up to the mailed code. The mail is the one of this challenge: its id is newer than any there was before. */
  const toCode = async (username) => {
    const before = (await dev('inbox')).body.mails[0]?.id;
    const started = await initiate(username);
    const challenged = await challenge(started.body.continuation_token);
    const mail = await newMail(username, before);
    return { started, challenged, token: challenged.body.continuation_token, code: mail.code, mail };
  };
  const newMail = async (address, after) => {
    for (const end = Date.now() + patience; Date.now() < end; await new Promise((go) => setTimeout(go, 20))) {
      const { mails } = (await dev(`inbox?address=${encodeURIComponent(address)}${after ? `&after=${after}` : ''}`)).body;
      if (mails.length > 0) return mails[0];
    }
    throw new Error(`no mail to ${address} after ${after}`);
  };
  const latest = (address) => newMail(address);
  const signIn = async (username, more) => {
    const { token, code } = await toCode(username);
    return redeem(token, code, more);
  };
  return { send, dev, native, latest, initiate, challenge, redeem, advance, toCode, newMail, signIn };
}

/** Another code of the same length. */
export const otherCode = (code) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

export const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());

/** A request over https with a certificate authority of one's own; resolves to { status, headers, text }. */
export function getSecure(url, ca) {
  return plainRequest(https, url, { ca });
}

/** A request with exactly these headers, which fetch does not allow for Origin and the like. */
export function request(url, options = {}) {
  return plainRequest(http, url, options);
}

function plainRequest(module, url, options) {
  return new Promise((done, failed) => {
    const asking = module.request(url, options, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('end', () => done({ status: reply.statusCode, headers: reply.headers, text: Buffer.concat(parts).toString() }));
    });
    asking.on('error', failed);
    asking.end(options.body);
  });
}
