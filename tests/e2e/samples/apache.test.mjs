// SPDX-License-Identifier: Apache-2.0
// samples/apache: mod_auth_openidc signs users in on the hosted pages, and lets nobody to an API without a token for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { proveByCode } from '../hosted_browser.mjs';
import { clientId, freePorts, request, sam, startServer, tenant, tenantId } from '../server.mjs';
import { copyOf, daemonToken, forgeries, launchBrowser, petsToken, start, until } from './sample.mjs';

let server;
let apache;
let folder;
let web;
let api;
let browser;
before(async () => {
  server = await startServer();
  const [webPort, apiPort] = await freePorts(2);
  folder = copyOf('apache', 'settings.conf', {
    AUTHORITY: `${server.origin}/${tenant}`, ISSUER: `${server.origin}/${tenantId}/v2.0`, WEB_PORT: webPort, API_PORT: apiPort,
  });
  [web, api] = [`http://localhost:${webPort}`, `http://localhost:${apiPort}`];
  apache = start('apache2', ['-d', folder, '-f', 'httpd.conf', '-D', 'FOREGROUND']);
  await until(() => fetch(web).catch(() => null), 'Apache', () => `${apache.output()}${errorLog()}`);
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await apache?.stop();
  await server?.stop();
});

function errorLog() {
  try {
    return readFileSync(`${folder}/run/error.log`, 'utf8');
  } catch {
    return '';
  }
}

async function person() {
  const context = await browser.newContext({ locale: 'en-US' });
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

async function signIn(page) {
  await page.goto(`${web}/me/`);
  await proveByCode(page, server, sam);
  await page.waitForURL(`${web}/me/`);
}

test('a user signs in on the hosted pages, and out of both', async () => {
  const page = await person();
  await signIn(page);
  assert.equal(await page.textContent('h1'), 'Hello, Sam Sample');
  assert.equal(await page.textContent('#user'), sam);
  await page.click('text=Sign out');
  await page.waitForURL(`${web}/`);
  await page.goto(`${web}/me/`);
  await page.waitForSelector('#username'); // asked anew: Apache's session is over, and Doorcode's
  await page.context().close();
});

test('what did not come from the tenant signs nobody in', async () => {
  const rows = [
    ['/me/', { Cookie: 'mod_auth_openidc_session=00000000-0000-0000-0000-000000000000' }, 302],
    ['/me/', { Cookie: `mod_auth_openidc_session=${'x'.repeat(4000)}` }, 302],
    ['/me/', { 'OIDC-CLAIM-name': 'Eve', 'X-Forwarded-User': 'eve' }, 302],
    ['/callback?code=abc&state=def', {}, 400],
    ['/callback?error=access_denied&state=%3Cscript%3E', {}, 400],
  ];
  for (const [path, headers, status] of rows) {
    const reply = await request(`${web}${path}`, { headers: { Accept: 'text/html', ...headers } });
    assert.equal(reply.status, status, path);
    assert.doesNotMatch(reply.text, /Hello|<script>/);
  }
});

const ask = async (token) => {
  const reply = await fetch(`${api}/pets.json`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  return { status: reply.status, challenge: reply.headers.get('www-authenticate') ?? '', text: await reply.text() };
};

test('the API takes its own tokens', async () => {
  const { status, text } = await ask(await petsToken(server));
  assert.equal(status, 200, errorLog());
  assert.equal(JSON.parse(text).pets[0].name, 'Ada');
});

test('the API takes no others', async () => {
  const good = await petsToken(server);
  const none = await ask();
  assert.equal(none.status, 401);
  assert.match(none.challenge, /^Bearer /);
  const rows = [
    ...(await forgeries(server, good)),
    ['without the scope', await petsToken(server, { scope: 'api://pets/Pets.Write' })],
    ['of an application', await daemonToken(server)],
  ];
  const errors = { 400: /^$/, 401: /^Bearer .*error="invalid_token"/, 403: /^Bearer error="insufficient_scope"/ };
  for (const [what, token] of rows) {
    const { status, challenge, text } = await ask(token);
    assert.ok(status !== 400 || what === 'of 20 KB', what); // more than Apache reads of a header
    assert.match(challenge, errors[status], `${what}: ${status}`);
    assert.doesNotMatch(text, /Ada/, what);
  }
  assert.equal((await ask(good)).status, 200);
});
