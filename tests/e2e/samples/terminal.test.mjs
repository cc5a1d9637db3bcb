// SPDX-License-Identifier: Apache-2.0
// samples/terminal: the first C program that signs a user in, in under 40 lines.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { clientId, otherCode, sam, startServer, tenant } from '../server.mjs';
import { samples, start, startWithMail } from './sample.mjs';

const folder = `${samples}/terminal`;

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** As the reader does it: the authority is changed in the source, which one command compiles. */
function compileFirst() {
  const source = readFileSync(`${folder}/first.c`, 'utf8');
  const changed = source.replace('http://localhost:8080/petstore.onmicrosoft.com', `${server.origin}/${tenant}`);
  assert.notEqual(changed, source);
  writeFileSync(`${folder}/mine.c`, changed);
  execFileSync('sh', ['-c', 'cc -o mine mine.c $(pkg-config --cflags --libs doorcode)'], { cwd: folder });
  return `${folder}/mine`;
}

test('the first program has under 40 lines', () => {
  const lines = readFileSync(`${folder}/first.c`, 'utf8').trimEnd().split('\n');
  assert.ok(lines.length < 40, `${lines.length} lines`);
  assert.ok(lines.every((line) => line.length <= 120));
});

test('it signs a user in; a wrong code is asked for again', async () => {
  const program = await startWithMail(server, compileFirst(), [sam]);
  const code = await program.code(sam, /sent to s\*m@\S+: $/);
  program.type(otherCode(code));
  await program.sees(/The code is not right[^]*sent to s\*m@\S+: $/);
  program.type(code);
  await program.sees(/Signed in; the access token has \d{3,} bytes\.\n$/);
  assert.equal(await program.ended(), 0);
});

test('a server whose issuer is at its port for https is asked at the one for http', async () => {
  const secure = await startServer({ secure: true });
  const source = readFileSync(`${folder}/first.c`, 'utf8');
  writeFileSync(`${folder}/other.c`, source.replace('http://localhost:8080/', `${secure.origin}/`));
  execFileSync('sh', ['-c', 'cc -o other other.c $(pkg-config --cflags --libs doorcode)'], { cwd: folder });
  const program = await startWithMail(secure, `${folder}/other`, [sam]);
  program.type(await program.code(sam, /sent to/));
  await program.sees(/Signed in/);
  await secure.stop();
});

test('it says why it cannot', async () => {
  const program = start(compileFirst(), ['nobody@example.org']);
  assert.equal(await program.ended(), 1);
  assert.equal(program.output(), 'There is no such user. Check the address, or sign up first.\n');
});

test('it ends with its input', async () => {
  const program = start(compileFirst(), [sam]);
  program.child.stdin.end();
  assert.equal(await program.ended(), 1);
});

// ---- account ----

const factorApp = '6fa14073-b25e-4169-8e40-9a5d627b8fa5';

function account(args, { client = factorApp } = {}) {
  const env = { ...process.env, DOORCODE_AUTHORITY: `${server.origin}/${tenant}`, DOORCODE_CLIENT_ID: client, ACCOUNT_TOKENS: `${folder}/tokens` };
  return startWithMail(server, `${folder}/account`, args, { env });
}

async function says(args, expected, options) {
  const program = await account(args, options);
  await program.ended();
  assert.match(program.output(), expected);
}

test('a sign-up with all there is: code, password, attributes, a second factor', async () => {
  const program = await account(['signup', 'new@example.org']);
  program.type(await program.code('new@example.org', /code that was sent to/));
  await program.sees(/A new password: /);
  program.type('short');
  await program.sees(/too short[^]*A new password: /);
  program.type('Green-Teapot-17');
  await program.sees(/displayName: $/);
  program.type('Nia New');
  await program.sees(/city: $/);
  program.type('Oslo');
  await program.sees(/newsletter \(or nothing\): $/);
  program.type('');
  await program.sees(/1 {2}email [^]*Which one\? $/);
  program.type('1');
  await program.sees(/that is shown\): $/);
  program.type('nia.strong@example.org');
  program.type(await program.code('nia.strong@example.org', /that is shown\): The code that was sent to/));
  await program.sees(/Nia New <new@example\.org> is signed in; the tokens are in .*tokens\.\n$/);
  assert.equal(await program.ended(), 0);
  await says(['show'], /^Nia New <new@example\.org> is signed in/);
  await says(['signout'], /^$/);
  await says(['show'], /^Nobody is signed in\.\n$/);
});

test('a sign-in with password and second factor', async () => {
  const program = await account(['signin', 'mia@example.org']);
  await program.sees(/Password: $/);
  program.type('Blue-Kettle-42');
  await program.sees(/Which one\? $/);
  program.type('7');
  await program.sees(/Which one\? [^]*Which one\? $/); // there is none
  program.type('1');
  program.type(await program.code('mia.strong@example.org', /code that was sent to/));
  await program.sees(/Mia Mail <mia@example\.org> is signed in/);
  assert.equal(await program.ended(), 0);
});

test('a new password', async () => {
  const program = await account(['reset', 'pat@example.org'], { client: '5e903f62-a14d-4058-8d3f-8f4c516a7e94' });
  program.type(await program.code('pat@example.org', /code that was sent to/));
  await program.sees(/A new password: $/);
  program.type('Green-Teapot-17');
  await program.sees(/Pat Sample <pat@example\.org> is signed in/);
  assert.equal(await program.ended(), 0);
});

test('an account for the browser gets its address', async () => {
  const program = await account(['signin', 'ann@example.org'], { client: clientId });
  await program.sees(/Open this address in a browser:\nhttp:\S+\/authorize\?\S*login_hint=ann/);
  await program.stop();
});
