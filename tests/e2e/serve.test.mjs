// SPDX-License-Identifier: Apache-2.0
// `doorcode serve` with the sample configuration: what development has and production must not.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary, freePort, request, untilReady } from './server.mjs';

const sample = fileURLToPath(new URL('../../packaging/doorcode.yaml.example', import.meta.url));
const output = [];
let folder;
let origin;
let child;

before(async () => {
  folder = mkdtempSync(`${tmpdir()}/doorcode-serve-`);
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env.PATH, DOORCODE_DATA: folder, DOORCODE_HTTP_PORT: `${port}` };
  child = spawn(binary, ['serve', '--config', sample], { stdio: ['ignore', 'pipe', 'pipe'], env });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(text));
  await untilReady(origin, child, output);
});
after(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('none of the development endpoints exists', async () => {
  for (const path of ['', 'dev', 'dev/inbox', 'dev/inbox/latest?address=sam@example.org', 'dev/inbox/message?id=1', 'dev/clock',
    'dev/directory', 'dev/static/inbox.js', 'dev/hook', 'dev/hook/call']) {
    assert.equal((await request(`${origin}/${path}`)).status, 404, path);
  }
  for (const path of ['dev/reset', 'dev/clock', 'dev/inbox/clear', 'dev/hook']) {
    const headers = { 'Content-Type': 'application/json' };
    assert.equal((await request(`${origin}/${path}`, { method: 'POST', headers, body: '{"advance":3600}' })).status, 404, path);
  }
});

test('no sample tenant is there', async () => {
  const reply = await request(`${origin}/petstore/v2.0/.well-known/openid-configuration`);
  assert.equal(JSON.parse(reply.text).error_codes[0], 90002);
});

test('what it keeps is for its own eyes', () => {
  assert.ok(readdirSync(folder).includes('doorcode.db'));
  for (const name of readdirSync(folder)) assert.equal(statSync(`${folder}/${name}`).mode & 0o077, 0, name);
});

test('a second server on the same data is refused, and commands are not', { timeout: 180_000 }, async (t) => {
  const env = { PATH: process.env.PATH, DOORCODE_DATA: folder, DOORCODE_HTTP_PORT: `${await freePort()}` };
  const second = spawn(binary, ['serve', '--config', sample], { stdio: ['ignore', 'ignore', 'pipe'], env });
  t.after(() => second.kill('SIGKILL'));
  let errors = '';
  second.stderr.on('data', (text) => { errors += text; });
  const [code] = await once(second, 'close');
  assert.equal(code, 1);
  assert.match(errors, /another doorcode serves from .*doorcode\.db; stop it, or name another folder/);
  const list = spawn(binary, ['keys', 'list', '--config', sample], { stdio: 'ignore', env });
  assert.deepEqual(await once(list, 'exit'), [0, null]);
});

test('what it cannot use is named', () => {
  const refusals = [
    [{ DOORCODE_DATA: `${folder}/none` }, /none\/doorcode\.db\.lock cannot be made or opened: No such file or directory\n/],
    [{ DOORCODE_DATA: folder, DOORCODE_SMTP_PASSWORD_FILE: '/nowhere' },
      /the password for the mail server cannot be read from \/nowhere\nCheck smtp\.passwordFile or DOORCODE_SMTP_PASSWORD/],
  ];
  for (const [more, said] of refusals) {
    const env = { PATH: process.env.PATH, ...more };
    const refused = spawnSync(binary, ['serve', '--config', sample], { encoding: 'utf8', env, timeout: 30_000 });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, said);
  }
});

test('metrics are Prometheus text', async () => {
  const reply = await request(`${origin}/metrics`);
  assert.match(reply.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.match(reply.text, /^# TYPE doorcode_\w+ counter$/m);
});

test('logs are JSON lines, and the sandbox was entered; asked to stop, it ends well', async () => {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  const events = output.join('').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const names = events.map(({ event }) => event);
  for (const name of ['sandbox_entered', 'server_started', 'server_stopping', 'server_stopped']) assert.ok(names.includes(name), name);
});
