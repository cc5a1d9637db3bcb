// SPDX-License-Identifier: Apache-2.0
// Tokens for other programs: git against a server that takes them as passwords, the messages of docker, and an API.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { environmentOf, runWith, signInWith, start } from './command_line.mjs';
import { binary, kim, sam, startServer } from './server.mjs';

let server;
let folder;
let forge; // a git server whose passwords are access tokens
const refused = new Set(); // tokens that it takes no more
let asked = []; // the user names and passwords it was given
const links = dirname(binary);

const environment = (more = {}) => environmentOf(server, folder, {
  PATH: `${links}:${process.env.PATH}`, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'Sam',
  GIT_AUTHOR_EMAIL: sam, GIT_COMMITTER_NAME: 'Sam', GIT_COMMITTER_EMAIL: sam, ...more,
});
const run = (args, more, input) => runWith(input, binary, args, environment(more));
const git = (args, more) => runWith('', 'git', args, environment(more));
const must = async (promise) => {
  const { status, out, errors } = await promise;
  assert.equal(status, 0, out + errors);
  return out;
};

/** Whether the token is one of the identity server's, which its userinfo tells. */
const isGood = async (token) => !refused.has(token) &&
  (await fetch(`${server.origin}/oidc/userinfo`, { headers: { Authorization: `Bearer ${token}` } })).ok;

const passwordOf = (request) =>
  Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString().split(':');

/** git http-backend as CGI. */
function serveGit(request, reply) {
  const url = new URL(request.url, 'http://forge');
  const cgi = spawn('git', ['http-backend'], { env: {
    PATH: process.env.PATH, GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: 'sam', PATH_INFO: url.pathname,
    QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method, CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
  } });
  request.pipe(cgi.stdin);
  const parts = [];
  cgi.stdout.on('data', (part) => parts.push(part));
  cgi.on('close', () => {
    const whole = Buffer.concat(parts);
    const end = whole.indexOf('\r\n\r\n');
    for (const line of whole.subarray(0, end).toString().split('\r\n')) {
      const [name, value] = line.split(': ');
      if (name === 'Status') reply.statusCode = parseInt(value, 10);
      else reply.setHeader(name, value);
    }
    reply.end(whole.subarray(end + 4));
  });
}

before(async () => {
  server = await startServer();
  folder = mkdtempSync(`${tmpdir()}/doorcode-credential-`);
  forge = createServer(async (request, reply) => {
    const [user, password] = passwordOf(request);
    if (password) asked.push({ user, password });
    if (password && await isGood(password)) return serveGit(request, reply);
    return reply.writeHead(401, { 'WWW-Authenticate': 'Basic realm="forge"' }).end();
  }).listen(0, '127.0.0.1');
  await once(forge, 'listening');
  await must(git(['init', '--quiet', '--bare', `${folder}/pets.git`]));
  await must(git(['-C', `${folder}/pets.git`, 'config', 'http.receivepack', 'true']));
});
after(async () => {
  forge.close();
  rmSync(folder, { recursive: true });
  await server.stop();
});
beforeEach(async () => {
  await server.dev('reset', {});
  await run(['signout', '--all']);
  refused.clear();
  asked = [];
  assert.equal((await signInWith(server, environment(), sam)).status, 0);
});

const host = () => `127.0.0.1:${forge.address().port}`;
const helper = (more = '') => ['-c', `credential.helper=!doorcode credential git --host ${host()} ${more}`];
const pets = () => `http://${host()}/pets.git`;

test('git clones, commits and pushes with the token as its password', async () => {
  const clone = `${folder}/clone`;
  await must(git([...helper(), 'clone', '--quiet', pets(), clone]));
  await must(git(['-C', clone, 'commit', '--quiet', '--allow-empty', '-m', 'Rex']));
  await must(git(['-C', clone, ...helper('--login oauth2'), 'push', '--quiet', 'origin', 'HEAD:main']));
  const token = (await run(['token', 'get'])).out.trim();
  assert.ok(asked.every(({ password }) => password === token));
  assert.deepEqual(new Set(asked.map(({ user }) => user)), new Set([sam, 'oauth2']));
  assert.match(await must(git([...helper(), 'ls-remote', pets()])), /refs\/heads\/main/);
});

test('git finds the helper by its name', async () => {
  await must(git(['-c', `credential.helper=doorcode --host ${host()}`, 'ls-remote', pets()]));
  assert.equal(asked.length > 0, true);
});

test('a token that the host refuses is renewed for the next time', async () => {
  const former = (await run(['token', 'get'])).out.trim();
  refused.add(former);
  const first = await git([...helper(), 'ls-remote', pets()]);
  assert.notEqual(first.status, 0);
  assert.doesNotMatch(first.out + first.errors, /eyJ/);
  await must(git([...helper(), 'ls-remote', pets()]));
  assert.notEqual(asked.at(-1).password, former);
  assert.equal((await run(['token', 'get'])).out.trim(), asked.at(-1).password);
});

test('hosts that are not named, and http to other machines, get nothing', async () => {
  const fill = (text, ...args) => run(['credential', 'git', '--host', 'git.example.org', ...args, 'get'], {}, `${text}\n`);
  for (const text of [
    'protocol=https\nhost=git.example.com', 'protocol=http\nhost=git.example.org', 'protocol=https\nhost=git.example.org:8443',
    'protocol=https\nhost=git.example.org.evil.example', 'protocol=https\nhost=evil@git.example.org', 'protocol=ssh\nhost=git.example.org',
    'protocol=https\nhost=', 'host=git.example.org', 'protocol=https\nhost=git.example.org/x',
  ]) {
    const { status, out, errors } = await fill(text);
    assert.deepEqual({ status, out, errors }, { status: 0, out: '', errors: '' }, text);
  }
  assert.match((await fill('protocol=https\nhost=GIT.example.org')).out, /^username=sam@example\.org\npassword=eyJ.*\npassword_expiry_utc=\d+\n$/);
  assert.match((await fill('protocol=http\nhost=git.example.org', '--allow-http')).out, /^username=/);
  const none = await run(['credential', 'git', 'get'], {}, 'protocol=https\nhost=git.example.org\n');
  assert.equal(none.status, 2);
  assert.match(none.errors, /option '--host .*' is missing \(or set DOORCODE_CREDENTIAL_HOSTS\)/);
  const odd = await run(['credential', 'git', '--host', 'a', 'get'], {}, 'nonsense\n');
  assert.equal(odd.status, 1);
});

test('the user name of the address says which account is meant', async () => {
  assert.equal((await signInWith(server, environment(), kim)).status, 0);
  const fill = (text, ...args) => run(['credential', 'git', '--host', 'a', ...args, 'get'], {}, `protocol=https\nhost=a\n${text}\n`);
  assert.match((await fill('')).out, /^username=kim@/);
  assert.match((await fill(`username=${sam}`)).out, /^username=sam@/);
  assert.match((await fill('username=oauth2', '--login', 'oauth2', '--user', sam)).out, /^username=oauth2\n/);
  const nobody = await fill('username=zoe@example.org');
  assert.deepEqual([nobody.status, nobody.out], [4, 'quit=1\n']);
  assert.match(nobody.errors, /zoe@example\.org is not signed in\nSign in with: doorcode signin USER\nWhere zoe@example\.org is .* --login\.\n$/);
});

test('git is told to stop where the user has to sign in; nobody is asked', async () => {
  await run(['signout']);
  const { status, errors } = await git([...helper(), 'ls-remote', pets()]);
  assert.notEqual(status, 0);
  assert.match(errors, /nobody is signed in\nSign in with: doorcode signin USER\n/);
  assert.match(errors, /quit/);
});

test('docker asks for a registry and gets the token as its secret', async () => {
  const docker = (operation, input, more = {}) => runWith(input, `${links}/docker-credential-doorcode`, [operation],
    environment({ DOORCODE_CREDENTIAL_HOSTS: 'registry.example.org other.example.org:5000', ...more }));
  const token = (await run(['token', 'get'])).out.trim();
  for (const address of ['registry.example.org', 'https://registry.example.org', 'https://registry.example.org/v1/', 'other.example.org:5000']) {
    const { status, out } = await docker('get', address);
    assert.equal(status, 0, out);
    assert.deepEqual(JSON.parse(out), { ServerURL: address, Username: sam, Secret: token });
  }
  for (const address of ['https://index.docker.io/v1/', 'http://registry.example.org', 'registry.example.org:5000', 'registry.example.org.evil.example', 'https://a@registry.example.org'])
    assert.deepEqual(await docker('get', address), { status: 1, out: 'credentials not found in native keychain\n', errors: '' });
  assert.deepEqual(JSON.parse((await docker('list', '')).out),
    { 'https://registry.example.org': sam, 'https://other.example.org:5000': sam });
  assert.deepEqual(JSON.parse((await docker('get', 'registry.example.org', { DOORCODE_CREDENTIAL_LOGIN: 'oauth2' })).out).Username, 'oauth2');
  const stored = await docker('store', JSON.stringify({ ServerURL: 'https://registry.example.org', Username: 'sam', Secret: 'hush' }));
  assert.equal(stored.status, 1);
  assert.match(stored.out, /^doorcode credential docker: no passwords are kept, only tokens\nSign in with/);
  assert.doesNotMatch(stored.out + stored.errors, /hush/);
  assert.deepEqual(await docker('erase', 'registry.example.org'), { status: 0, out: '', errors: '' });
  assert.equal((await docker('steal', '')).status, 2);
  assert.equal((await docker('get', '')).status, 1);
  assert.equal((await docker('get', `${'x'.repeat(600)}`)).status, 1);
  await run(['signout']);
  const nobody = await docker('get', 'registry.example.org');
  assert.equal(nobody.status, 4);
  assert.match(nobody.out, /nobody is signed in\nSign in with: doorcode signin USER\n$/);
  assert.deepEqual(JSON.parse((await docker('list', '')).out), {});
});

test('skopeo, which keeps to the protocol of docker, reads a registry', async () => {
  const registry = createServer(async (request, reply) => {
    const [user, password] = passwordOf(request);
    if (!password || !await isGood(password)) return reply.writeHead(401, { 'WWW-Authenticate': 'Basic realm="registry"' }).end();
    return reply.setHeader('Content-Type', 'application/json').end(JSON.stringify({ name: 'pets', tags: [user] }));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const name = `127.0.0.1:${registry.address().port}`;
  mkdirSync(`${folder}/.docker`, { recursive: true });
  writeFileSync(`${folder}/.docker/config.json`, JSON.stringify({ credHelpers: { [name]: 'doorcode' } }));
  const read = (more) => runWith('', 'skopeo', ['list-tags', '--tls-verify=false', `docker://${name}/pets`], environment(more));
  assert.deepEqual(JSON.parse(await must(read({ DOORCODE_CREDENTIAL_HOSTS: name }))).Tags, [sam]);
  assert.notEqual((await read({ DOORCODE_CREDENTIAL_HOSTS: 'registry.example.org' })).status, 0);
  registry.close();
});

test('an API is called over https that is trusted', async () => {
  const url = `${server.secureOrigin}/oidc/userinfo`;
  const unknown = await run(['call', url]);
  assert.equal(unknown.status, 1);
  assert.match(unknown.errors, /certificate.*\nTrust the authority of its certificate with --ca-file/);
  const authority = (await run(['dev', 'ca', '--data', server.folder])).out.trim();
  const { status, out, errors } = await run(['call', url, '--ca-file', authority]);
  assert.equal(status, 0, errors);
  assert.equal(JSON.parse(out).name, 'Sam Sample');
});

test('a token for an API that the sign-in did not name', async () => {
  const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  const pets = (await run(['token', 'get', '--scope', 'api://pets/Pets.Read'])).out;
  assert.equal(claims(pets).scp, 'Pets.Read');
  assert.equal((await run(['token', 'get', '--scope', 'api://pets/Pets.Read'])).out, pets); // kept
  const unknown = await run(['token', 'get', '--scope', 'api://nowhere/Pets.Read']);
  assert.deepEqual([unknown.status, unknown.out], [1, '']);
  assert.match(unknown.errors, /scope.*\n.+\n$/);
});

test('much is sent and much is read', async () => {
  const api = createServer(async (request, reply) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    reply.end(Buffer.concat(parts));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const bytes = Buffer.alloc(5_000_000, 'Rex and Tom\0\n');
  writeFileSync(`${folder}/much`, bytes);
  const { status, errors } = await run(
    ['call', `http://127.0.0.1:${api.address().port}`, '-d', `@${folder}/much`, '-o', `${folder}/echo`]);
  assert.equal(status, 0, errors);
  assert.ok(readFileSync(`${folder}/echo`).equals(bytes));
  api.close();
});

test('an API is called; its slowness is told on a terminal only, and no token is in sight', async () => {
  let release;
  const released = new Promise((done) => { release = done; });
  const api = createServer(async (request, reply) => {
    if (request.url === '/slow') await released;
    reply.end(JSON.stringify({ good: await isGood(request.headers.authorization.slice(7)) }));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const origin = `http://127.0.0.1:${api.address().port}`;
  const terminal = start('script', ['-qec', `${binary} call ${origin}/slow`, '/dev/null'], environment());
  await terminal.until(/Waiting for the answer \(\d+ s\)/);
  const piped = start(binary, ['call', `${origin}/slow`], environment());
  assert.doesNotMatch(readFileSync(`/proc/${piped.pid}/cmdline`, 'utf8') + readFileSync(`/proc/${piped.pid}/environ`, 'utf8'), /eyJ/);
  await terminal.until(/Waiting for the answer \([2-9] s\)/);
  release();
  assert.match((await terminal.end).out, /\r\x1b\[K\{"good":true\}$/);
  assert.deepEqual(await piped.end, { status: 0, out: '{"good":true}', errors: '' });
  api.close();
});
