// SPDX-License-Identifier: Apache-2.0
// A person at the hosted pages: a browser, a single-page application with MSAL as it comes from npm, and what is typed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { allowedOrigin, startServer } from './server.mjs';

// Applications of the seed (src/server/seed/dev.yaml).
export const spa = '70b25184-c36f-427a-8f51-ab6e738c90b6';
export const webApp = { id: '81c36295-d470-438b-9062-bc7f849da1c7', secret: 'pets-web-development-secret' };
export const daemon = { id: '92d473a6-e581-449c-8173-cd8095aeb2d8', secret: 'pets-daemon-development-secret' };
export const commandLine = 'b4f695c8-07a3-46be-8395-efa2b7c0d4fa';
export const password = 'Blue-Kettle-42'; // of pat, mia and ned

/** A page that has MSAL, and one that a popup or a hidden frame comes back to. */
async function serveApp(msal) {
  const root = dirname(createRequire(import.meta.url).resolve(`${msal}/package.json`));
  const files = { '/msal.js': join(root, 'lib/msal-browser.min.js'), '/bridge.js': join(root, 'lib/redirect-bridge/msal-redirect-bridge.min.js') };
  const pages = {
    '/': '<!doctype html><title>Pets</title><script src="/msal.js"></script>',
    '/callback': '<!doctype html><title>Pets, signed out</title>',
    // MSAL 5 has its answers handed over by this page; MSAL 4 reads the address of any page.
    '/redirect.html': '<!doctype html><title>Pets</title><script src="/bridge.js"></script><script>window.msalRedirectBridge?.broadcastResponseToMainFrame()</script>',
  };
  const server = createServer(async (request, reply) => {
    const { pathname } = new URL(request.url, allowedOrigin);
    const body = pages[pathname] ?? (files[pathname] && (await readFile(files[pathname]).catch(() => '')));
    reply.writeHead(body === undefined ? 404 : 200, { 'Content-Type': pathname.endsWith('.js') ? 'text/javascript' : 'text/html' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Server, browser, application; close() ends them all. */
export async function openHosted({ msal = 'msal5', ...options } = {}) {
  const [server, app] = await Promise.all([startServer({ secure: true }), serveApp(msal)]);
  const launching = {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', // Debian's; root needs --no-sandbox
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${new URL(allowedOrigin).host} 127.0.0.1:${app.address().port}`],
  };
  const trusting = { ignoreHTTPSErrors: true, ...options };
  const browser = await chromium.launch(launching);
  const profiles = [];
  const pageOf = async (context) => {
    context.setDefaultTimeout(60_000);
    return context.newPage();
  };
  /** A browser of its own: no cookie of another. */
  const person = async (more = {}) => pageOf(await browser.newContext({ ...trusting, ...more }));
  /** One that lets cookies go along in frames of other sites: only a profile with that preference does. */
  const personWithFrames = async () => {
    const folder = mkdtempSync(`${tmpdir()}/doorcode-profile-`);
    mkdirSync(`${folder}/Default`);
    writeFileSync(`${folder}/Default/Preferences`, JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }));
    const context = await chromium.launchPersistentContext(folder, { ...launching, ...trusting });
    profiles.push({ folder, context });
    return pageOf(context);
  };
  const close = async () => {
    for (const { folder, context } of profiles) {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    }
    await browser.close();
    app.close();
    await server.stop();
  };
  return { server, authority: `${server.secureOrigin}/petstore.onmicrosoft.com`, person, personWithFrames, close };
}

/** The newest mail there is, for newMail(…, after). */
const newestMail = async (server) => (await server.dev('inbox')).body.mails[0]?.id;

export const press = (page, button = 'next') => page.locator(`button[name="do"][value="${button}"].main, button[name="do"][value="${button}"].link, button[name="do"][value="${button}"].second`).first().click();

/** Types the address and the mailed code. */
export async function proveByCode(page, server, address) {
  const before = await newestMail(server);
  await page.fill('#username', address);
  await press(page);
  await page.waitForSelector('#oob');
  const { code } = await server.newMail(address, before);
  await enterCode(page, code);
}

/** With scripts a whole code goes by itself. */
export const enterCode = (page, code) => page.fill('#oob', code);

export async function proveByPassword(page, address, secret = password) {
  await page.fill('#username', address);
  await press(page);
  await page.fill('input[name="password"]', secret);
  await press(page);
}

/** The answer at an address that nobody serves: what the browser was sent to. */
export async function answerAt(page, address, act) {
  const asked = page.waitForRequest((request) => request.url().startsWith(address), { timeout: 60_000 });
  const [request] = await Promise.all([asked, act()]);
  const answered = new URL(request.url());
  assert.equal(answered.searchParams.get('error'), null, String(answered));
  return answered;
}
