// SPDX-License-Identifier: Apache-2.0
// A real browser: a single-page app on another origin signs a user in, and the inbox page does what it promises.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { allowedOrigin, clientId, kim, sam, startServer, tenant } from './server.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// Debian's Chromium. Root needs --no-sandbox; the last switch is for a page that is served by the test itself and asks
// a loopback address.
const options = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-features=LocalNetworkAccessChecks'],
};

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await chromium.launch(options);
});
after(async () => {
  await browser?.close();
  await server.stop();
});
beforeEach(() => server.dev('reset', {}));

async function openInbox(t, context = {}) {
  const own = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...context });
  t.after(() => own.close());
  own.setDefaultTimeout(60_000);
  const page = await own.newPage();
  page.faults = [];
  page.on('pageerror', (fault) => page.faults.push(fault.message));
  await page.goto(`${server.origin}/`);
  await page.waitForSelector('.link.on');
  return page;
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test('a page on another origin signs in by the three calls', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.route(`${allowedOrigin}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Petstore</title>' }));
  await page.goto(`${allowedOrigin}/`);
  const first = await page.evaluate(callsOfAnApp, { base: `${server.origin}/${tenant}`, clientId, username: sam });
  assert.equal(first.challenge_type, 'oob');
  const { code } = await server.latest(sam);
  const tokens = await page.evaluate(lastCallOfAnApp, { base: `${server.origin}/${tenant}`, clientId, code, token: first.continuation_token });
  assert.equal(tokens.token_type, 'Bearer');
  assert.equal(tokens.seenCorrelationId, true);
});

// These two run inside the page.
async function callsOfAnApp({ base, clientId, username }) {
  const post = async (endpoint, fields) => {
    const headers = { 'x-client-SKU': 'msal.browser', 'client-request-id': crypto.randomUUID() };
    const body = new URLSearchParams({ client_id: clientId, ...fields });
    return (await fetch(`${base}/oauth2/v2.0/${endpoint}`, { method: 'POST', headers, body })).json();
  };
  const { continuation_token } = await post('initiate', { username, challenge_type: 'oob redirect' });
  return post('challenge', { continuation_token });
}

async function lastCallOfAnApp({ base, clientId, code, token }) {
  const fields = { client_id: clientId, grant_type: 'oob', oob: code, continuation_token: token, scope: 'openid profile offline_access', client_info: 'true' };
  const reply = await fetch(`${base}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(fields) });
  return { ...(await reply.json()), seenCorrelationId: reply.headers.has('client-request-id') };
}

test('a page on an origin nobody allowed cannot read an answer', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  const other = allowedOrigin.replace(/\d+$/, '3999');
  await page.route(`${other}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${other}/`);
  const outcome = await page.evaluate(callsOfAnApp, { base: `${server.origin}/${tenant}`, clientId, username: sam }).catch((fault) => fault.message);
  assert.match(String(outcome), /Failed to fetch/);
});

test('the inbox shows a new code by itself and copies it by keyboard', async (t) => {
  const page = await openInbox(t);
  assert.equal(await page.isVisible('#empty'), true);
  const { code } = await server.toCode(sam);
  const row = page.locator('#mails li').first();
  await row.waitFor();
  assert.equal(await row.locator('.row-to').textContent(), sam);
  assert.equal(await row.locator('.code').textContent(), code);
  await row.locator('.copy').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.copy.done');
  assert.equal(await clipboard(page), code);
  assert.match(await page.textContent('#said'), /copied/);
  assert.deepEqual(page.faults, []);
});

test('the mail is shown whole, and nothing in it runs', async (t) => {
  const page = await openInbox(t);
  const { code } = await server.toCode(sam);
  await page.waitForSelector('#mail:not([hidden])');
  assert.equal(await page.textContent('#mail-code'), code);
  const frame = page.frameLocator('#view-html');
  await frame.locator('body').waitFor();
  assert.ok((await frame.locator('body').innerText()).replaceAll(/\s/g, '').includes(code));
  assert.equal(await page.getAttribute('#view-html', 'sandbox'), 'allow-same-origin');
  await page.click('[data-view=text]');
  assert.ok((await page.textContent('#view-text')).replaceAll(/\s/g, '').includes(code));
  await page.click('[data-view=headers]');
  assert.match(await page.textContent('#view-headers'), /^Subject: /im);
});

test('the filter shows one address, clear empties the list', async (t) => {
  const page = await openInbox(t);
  await server.toCode(sam);
  await server.toCode(kim);
  await page.waitForSelector('#mails li:nth-child(2)');
  await page.fill('#filter', kim);
  await page.waitForFunction(() => document.querySelectorAll('#mails li').length === 1);
  assert.equal(await page.textContent('#mails .row-to'), kim);
  await page.fill('#filter', '');
  await page.waitForSelector('#mails li:nth-child(2)');
  await page.click('#clear');
  await page.waitForSelector('#empty:not([hidden])');
});

test('the clock panel moves the time of the server and puts it back', async (t) => {
  const page = await openInbox(t);
  await page.click('[data-advance="3600"]');
  await page.waitForSelector('#offset:not([hidden])');
  assert.equal((await server.dev('clock')).body.offset, 3600);
  assert.equal(await page.textContent('#offset'), '+1 h');
  await page.click('#clock-reset');
  await page.waitForSelector('#offset', { state: 'hidden' });
  assert.equal((await server.dev('clock')).body.offset, 0);
});

test('a call of an extension shows by itself and opens to what was sent', async (t) => {
  const page = await openInbox(t);
  assert.equal(await page.locator('#calls-card').isVisible(), false);
  const call = { type: 'microsoft.graph.authenticationEvent.emailOtpSend', data: { otpContext: { oneTimeCode: '<b>12345678' } } };
  assert.equal((await server.dev('hook', call)).status, 200);
  await page.locator('#calls summary', { hasText: 'onOtpSend' }).click();
  await page.locator('#calls pre', { hasText: '"oneTimeCode": "<b>12345678"' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('reset asks first', async (t) => {
  const page = await openInbox(t);
  await server.toCode(sam);
  await page.waitForSelector('#mails li');
  await page.click('#reset');
  await page.keyboard.press('Escape');
  assert.equal((await server.dev('inbox')).body.mails.length, 1);
  await page.click('#reset');
  await page.click('#confirm .danger');
  await page.waitForSelector('#empty:not([hidden])');
  assert.equal((await server.dev('inbox')).body.mails.length, 0);
});

for (const colorScheme of ['light', 'dark']) {
  test(`no accessibility violation, ${colorScheme}, and nothing wider than a phone`, async (t) => {
    const page = await openInbox(t, { colorScheme, viewport: { width: 360, height: 740 } });
    await server.toCode(sam);
    await page.waitForSelector('#mails li');
    await page.evaluate(await readFile(axe, 'utf8'));
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`));
    assert.deepEqual(found, []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
  });
}

test('the policy of the page allows no inline script', async () => {
  const reply = await fetch(`${server.origin}/`);
  const policy = reply.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  assert.doesNotMatch(await reply.text(), /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/);
});
