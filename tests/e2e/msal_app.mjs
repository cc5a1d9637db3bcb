// SPDX-License-Identifier: Apache-2.0
// The web sample in a browser, with one version of MSAL JS, as a person uses it: what the rows of msal.test.mjs are made of.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { serveSample } from '../../samples/web/serve.mjs';
import { allowedOrigin, otherCode, startServer, tenant } from './server.mjs';

/**
 * A browser for which the origin that the seeded applications allow is the sample with this version of MSAL, and a
 * development server; close() ends them all.
 */
export async function openWorld(msal) {
  const [server, sample] = await Promise.all([startServer(), serveSample(0, import.meta.url, msal)]);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', // Debian's; root needs --no-sandbox
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${new URL(allowedOrigin).host} 127.0.0.1:${sample.address().port}`],
  });
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  const close = async () => {
    await browser.close();
    sample.close();
    await server.stop();
  };
  return { server, context, close, pages: new Map() };
}

/**
 * Runs the steps of a row in the sample, opened as `settings` says. Loading MSAL takes longer than a row, so a page that
 * came through its row well is used again: signed out, with a directory as on the first day.
 */
export async function runSteps(world, settings, steps) {
  await world.server.dev('reset', {});
  const key = JSON.stringify(settings ?? {});
  const page = world.pages.get(key) ?? (await openPage(world, settings));
  world.pages.delete(key);
  await page.bringToFront(); // a page behind another is slow
  const app = { page, server: world.server, client: settings?.client, username: '' };
  for (const step of steps) await step(app);
  if (await page.isVisible('text=Sign out')) await press('Sign out')(app);
  await signedOutOfCache(app);
  assert.deepEqual({ strangers: page.strangers, faults: page.faults }, { strangers: [], faults: [] });
  world.pages.set(key, page);
}

/** A page that notes what no row may do: a request to somebody else, and an error nobody caught. */
async function openPage({ server, context }, settings) {
  const page = Object.assign(await context.newPage(), { strangers: [], faults: [] });
  page.on('pageerror', (fault) => page.faults.push(fault.message));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (![allowedOrigin, server.origin].includes(origin)) page.strangers.push(request.url());
  });
  await page.goto(`${allowedOrigin}/?${new URLSearchParams({ api: `${server.origin}/${tenant}`, ...settings })}`);
  await settled(page);
  return page;
}

/** Until a screen is there and no step runs. */
const settled = (page) => page.waitForSelector('body:not([inert]) #screen[data-screen]');

// Steps. Each makes a function of the app; a value may itself be a function of it.

const given = async (app, values) => {
  const all = {};
  for (const [name, value] of Object.entries(values)) all[name] = typeof value === 'function' ? await value(app) : value;
  return all;
};

/** Types into the fields of the screen and goes on. */
export const send = (values) => async (app) => {
  for (const [name, value] of Object.entries(await given(app, values))) {
    const field = app.page.locator(`#screen [name="${name}"]`);
    const kind = await field.evaluate((input) => (input.tagName === 'SELECT' ? 'select' : input.type));
    if (kind === 'select') await field.selectOption(await field.getByText(value).getAttribute('value'));
    else if (kind === 'checkbox') await field.setChecked(value);
    else await field.fill(value);
  }
  await press('Next')(app);
};

export const press = (label) => async ({ page }) => {
  await page.getByRole('button', { name: label, exact: true }).click();
  await settled(page);
};

/** Begins a flow: its button, then its form. */
export const begin = (label, values) => async (app) => {
  await app.page.click(`[data-start="${label}"]`);
  app.username = values.username;
  await send(values)(app);
};

export const on = (screen) => async ({ page }) => {
  const place = await page.locator('#screen').getAttribute('data-screen');
  const told = await page.locator('#error').evaluate((error) => (error.hidden ? '' : JSON.stringify({ ...error.dataset })));
  assert.equal(`${place}${told}`, screen);
};

/** The error that is shown: what MSAL says it is, and of its further members those in `more`. */
export const refused = (is, more = {}) => async ({ page }) => {
  const error = page.locator('#error');
  assert.equal(await error.isVisible(), true, `no error, but ${await page.locator('#screen').getAttribute('data-screen')}`);
  const told = await error.evaluate((shown) => ({ ...shown.dataset, text: shown.textContent }));
  assert.equal(told.is, is, JSON.stringify(told));
  for (const [name, wanted] of Object.entries(more)) {
    if (wanted instanceof RegExp) assert.match(told[name], wanted);
    else assert.equal(told[name], wanted);
  }
};

/** Signed in as the user of `begin`, with three tokens in MSAL's cache. */
export const signedIn = (claims = {}) => async (app) => {
  await on('account')(app);
  const wanted = { preferred_username: app.username, ...claims };
  for (const [name, value] of Object.entries(wanted)) {
    assert.equal(await app.page.locator(`td[data-name="${name}"]`).textContent(), value, name);
  }
  assert.deepEqual(await credentials(app), ['accesstoken', 'idtoken', 'refreshtoken']);
};

/** What MSAL has of tokens: the kinds, sorted. */
async function credentials({ page }) {
  const keys = await page.evaluate(() => Object.keys(sessionStorage));
  return keys.map((key) => /[-|](accesstoken|idtoken|refreshtoken)[-|]/.exec(key)?.[1]).filter(Boolean).sort();
}

export const signedOut = async (app) => {
  await on('signIn')(app);
  await signedOutOfCache(app);
};

const signedOutOfCache = async (app) => assert.deepEqual(await credentials(app), []);

export const reload = async ({ page }) => {
  await page.reload();
  await settled(page);
};

/** The names of the fields of the screen. */
export const asks = (...names) => async ({ page }) => {
  assert.deepEqual(await page.locator('#screen [name]').evaluateAll((inputs) => inputs.map(({ name }) => name)), names);
};

export const cell = (name, wanted) => async ({ page }) => {
  assert.match(await page.locator(`#token td[data-name="${name}"]`).textContent(), wanted);
};

/** Somebody who signed up a moment ago with name and password, by plain calls; the mail of it is read. */
export const account = (username, password) => async (app) => {
  const call = async (step, fields) => (await app.server.send(`${tenant}/signup/v1.0/${step}`, { client_id: app.client, ...fields })).body;
  const attributes = JSON.stringify({ displayName: 'Pia Person', city: 'Oslo' });
  const started = await call('start', { username, password, attributes, challenge_type: 'oob password redirect' });
  const { continuation_token } = await call('challenge', started);
  const last = await call('continue', { continuation_token, grant_type: 'oob', oob: await mailedTo(username)(app) });
  assert.equal(last.error, undefined, last.error_description);
};

export const advance = (seconds) => ({ server }) => server.advance(seconds);

// Values.

/** The code that was mailed since the last one; to the user, or to `address`. */
export const mailed = async (app) => mailedTo(app.username)(app);
export const mailedTo = (address) => async (app) => {
  const mail = await app.server.newMail(address, app.seen);
  app.seen = mail.id;
  app.code = mail.code;
  return mail.code;
};
export const wrong = async (app) => otherCode(await mailed(app));
export const wrongTo = (address) => async (app) => otherCode(await mailedTo(address)(app));
/** The code that was mailed before. */
export const same = (app) => app.code;
