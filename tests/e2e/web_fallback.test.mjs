// SPDX-License-Identifier: Apache-2.0
// Where codes do not do, the command line goes on in a real browser: the hosted pages, a port of this machine, checked tokens.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { binary, clientId, kim, pat, patience, startServer, tenant, tenantId } from './server.mjs';

const password = 'Blue-Kettle-42'; // of pat
const launch = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] };

let server;
let browser;
let folder;
let page;
before(async () => {
  server = await startServer();
  browser = await chromium.launch(launch);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(`${tmpdir()}/doorcode-web-`);
  await server.dev('reset', {});
  const own = await browser.newContext({ locale: 'en-US' });
  own.setDefaultTimeout(patience);
  page = await own.newPage();
});
afterEach(async () => {
  await page.context().close();
  rmSync(folder, { recursive: true });
});

const environment = (more) => ({
  PATH: process.env.PATH, HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8', DOORCODE_CLIENT_ID: clientId,
  DOORCODE_AUTHORITY: `${server.origin}/${tenant}`, ...more,
});

/** A running command, and the address that it shows. */
function start(file, args, more = {}) {
  const child = spawn(file, args, { env: environment(more) });
  const seen = { out: '', errors: '' };
  child.stdout.on('data', (text) => { seen.out += text; });
  child.stderr.on('data', (text) => { seen.errors += text; });
  const end = new Promise((done) => child.on('close', (status) => done({ status, ...seen })));
  const address = async () => {
    for (const limit = Date.now() + patience; Date.now() < limit; await new Promise((go) => setTimeout(go, 10))) {
      const found = `${seen.out}${seen.errors}`.match(/^ {2}(http\S+)\s/m);
      if (found) return found[1];
    }
    throw new Error(`no address in: ${seen.out}${seen.errors}`);
  };
  return { address, type: (line) => child.stdin.write(`${line}\n`), close: () => child.stdin.end(), end };
}
const run = (args, more) => {
  const command = start(binary, args, more);
  command.close();
  return command.end;
};
const quoted = (words) => words.map((word) => `'${word}'`).join(' ');
const onTerminal = (args, more) => start('script', ['-qec', quoted([binary, ...args]), '/dev/null'], more);

const press = (button) => page.click(`button.${button}`);

/** The address is filled in already; the password is typed. Where the user may stay signed in, she says no. */
async function signIn() {
  await press('main');
  await page.fill('#password', password);
  await press('main');
  await page.locator('button[value=no]').or(page.getByText('You can close this window')).first().waitFor();
  if (await page.locator('button[value=no]').count() > 0) await press('second');
}

const closes = () => page.getByText('You can close this window').waitFor();

test('an account with a password: redirect, browser, tokens', async () => {
  const command = start(binary, ['signin', pat, '--no-password', '--no-browser']);
  await page.goto(await command.address());
  await signIn();
  await closes();
  const { status, out, errors } = await command.end;
  assert.equal(status, 0, errors);
  assert.match(errors, /This has to go on in a browser/);
  assert.match(out, /Signed in as pat@example\.org\./);
  assert.doesNotMatch(out + errors, new RegExp(password));
  const shown = JSON.parse((await run(['token', 'show', pat, '--json'])).out);
  assert.equal(shown.id_token_claims.preferred_username, pat);
  assert.equal(shown.id_token_claims.aud, clientId);
  assert.ok(shown.id_token_claims.nonce.length >= 43);
  assert.ok(shown.has_refresh_token);
  assert.equal((await run(['token', 'get', '--force', pat])).status, 0);
});

test('$BROWSER is started with the address, and a person at a terminal needs no option', async () => {
  const file = `${folder}/browser`;
  writeFileSync(file, `#!/bin/sh\nprintf %s "$1" > '${folder}/opened.new' && mv '${folder}/opened.new' '${folder}/opened'\n`);
  chmodSync(file, 0o755);
  const command = onTerminal(['signin', pat, '--no-password'], { BROWSER: file });
  const address = await command.address();
  await page.goto(address);
  await signIn();
  await closes();
  const { status, out } = await command.end;
  command.close();
  assert.equal(status, 0, out);
  assert.match(out, /The browser opens\./);
});

test('a browser on another machine: the address it ends at is typed', async (t) => {
  const elsewhere = await chromium.launch({ ...launch, args: [...launch.args, '--host-resolver-rules=MAP localhost 127.0.0.9'] });
  t.after(() => elsewhere.close());
  page = await elsewhere.newPage({ locale: 'en-US' });
  const command = onTerminal(['signin', pat, '--browser', '--no-browser']);
  const ended = page.waitForEvent('requestfailed', (request) => request.url().startsWith('http://localhost:'));
  await page.goto(await command.address());
  await press('main');
  await page.fill('#password', password);
  await press('main');
  await Promise.race([ended, press('second')]);
  command.type('http://localhost/?code=guess&state=guess');
  command.type((await ended).url());
  const { status, out } = await command.end;
  command.close();
  assert.equal(status, 0, out);
  assert.match(out, /not the address that this sign-in ends at[^]*Signed in[^]* as pat@example\.org/);
});

test('a wrong password in the browser, then the right one', async () => {
  const command = start(binary, ['signin', pat, '--browser', '--no-browser', '--json']);
  await page.goto(await command.address());
  await press('main');
  await page.fill('#password', 'Blue-Kettle-43');
  await press('main');
  await page.locator('#password[aria-invalid=true]').waitFor();
  await page.fill('#password', password);
  await press('main');
  await closes();
  const { status, out } = await command.end;
  assert.equal(status, 0);
  assert.equal(JSON.parse(out).state, 'completed');
});

test('somebody else signs in: nothing is kept', async () => {
  const command = start(binary, ['signin', kim, '--browser', '--no-browser']);
  const address = new URL(await command.address());
  address.searchParams.set('login_hint', pat);
  await page.goto(address.href);
  await signIn();
  await closes();
  const { status, errors } = await command.end;
  assert.equal(status, 1);
  assert.match(errors, /Another user has signed in/);
  assert.equal((await run(['token', 'show'])).status, 4);
});

test('an application that knows no such redirect address: the page says so, and the command goes on waiting', async () => {
  const command = start(binary, ['signin', pat, '--browser', '--no-browser'], { DOORCODE_CLIENT_ID: '3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72' });
  const answer = await page.goto(await command.address());
  assert.equal(answer.status(), 400);
  assert.match(await page.locator('body').innerText(), /50011/);
  const port = (await command.address()).match(/localhost%3A(\d+)/)[1];
  const stray = await fetch(`http://127.0.0.1:${port}/?code=x&state=y`);
  assert.equal(stray.status, 400);
  const answerOf = new URLSearchParams({
    error: 'access_denied', error_subcode: 'cancel', iss: `${server.origin}/${tenantId}/v2.0`,
    state: new URL(await command.address()).searchParams.get('state'),
  });
  const refused = await fetch(`http://127.0.0.1:${port}/?${answerOf}`);
  assert.equal(refused.status, 200);
  const { status, errors } = await command.end;
  assert.equal(status, 1);
  assert.match(errors, /cancelled/);
});
