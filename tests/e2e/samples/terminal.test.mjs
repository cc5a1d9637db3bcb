// SPDX-License-Identifier: Apache-2.0
// samples/terminal: the first C program that signs a user in, in under 40 lines.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { otherCode, sam, startServer, tenant } from '../server.mjs';
import { ask, samples, start } from './sample.mjs';

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
  const program = start(compileFirst(), [sam]);
  const code = await ask(program, server, sam, /sent to s\*m@\S+: $/);
  program.type(otherCode(code));
  await program.sees(/The code is not right[^]*sent to s\*m@\S+: $/);
  program.type(code);
  await program.sees(/Signed in; the access token has \d{3,} bytes\.\n$/);
  assert.equal(await program.ended, 0);
});

test('it says why it cannot', async () => {
  const program = start(compileFirst(), ['nobody@example.org']);
  assert.equal(await program.ended, 1);
  assert.equal(program.output(), 'There is no such user. Check the address, or sign up first.\n');
});

test('it ends with its input', async () => {
  const program = start(compileFirst(), [sam]);
  program.child.stdin.end();
  assert.equal(await program.ended, 1);
});
