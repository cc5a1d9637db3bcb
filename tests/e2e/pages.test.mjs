// SPDX-License-Identifier: Apache-2.0
// The hosted pages in a browser: accessible in every state, look and direction, without JavaScript and better with it,
// without a request to anybody else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { languages, startGallery } from './gallery.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const app = 'https://app.petstore.example';

let gallery;
let browser;
before(async () => {
  gallery = await startGallery();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await gallery?.stop();
});

// A page that keeps what went wrong and what it asked of other servers; the application answers for itself.
async function open(t, name, { language = 'en', ...context } = {}) {
  const own = await browser.newContext(context);
  t.after(() => own.close());
  own.setDefaultTimeout(60_000);
  const page = await own.newPage();
  page.faults = [];
  page.strangers = [];
  page.on('pageerror', (fault) => page.faults.push(fault.message));
  page.on('console', (message) => { if (message.type() === 'error') page.faults.push(message.text()); });
  page.on('request', (request) => { if (!/^(data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) page.strangers.push(request); });
  await page.route(`${app}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>app</title>' }));
  page.show = (other) => page.goto(`${gallery.origin}/${language}/${other}`, { waitUntil: 'load' });
  if (name) await page.show(name);
  return page;
}

// Those that leave by themselves are looked at without their script, as somebody sees them who has none.
const leaves = (name) => name === 'form-post' || name === 'signed-out-frames';

const looks = {
  'in light': { language: 'en', colorScheme: 'light' },
  'in dark': { language: 'en', colorScheme: 'dark' },
  'on a phone': { language: 'de', viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true },
  'from right to left': { language: 'ar', colorScheme: 'light' },
  'with forced colours': { language: 'ja', forcedColors: 'active' },
};

for (const [look, context] of Object.entries(looks)) {
  test(`every page is accessible ${look}`, async (t) => {
    const scripted = await open(t, null, context);
    const bare = await open(t, null, context);
    await bare.route('**/hosted.js*', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    const violations = [];
    for (const name of gallery.names) {
      const page = leaves(name) ? bare : scripted;
      await page.show(name);
      await page.evaluate(axe);
      const found = await page.evaluate((values) => window.axe.run({ runOnly: { type: 'tag', values } }), rules);
      for (const { id, nodes } of found.violations) violations.push(`${name}: ${id}: ${nodes[0].html}`);
      const { width, room } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, room: innerWidth }));
      assert.ok(width <= room, `${name} is ${width} wide where there is room for ${room}`);
      const { lang, dir } = await page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
      assert.equal(lang, context.language);
      assert.equal(dir, context.language === 'ar' ? 'rtl' : 'ltr');
    }
    assert.deepEqual(violations, []);
    assert.deepEqual([...scripted.faults, ...bare.faults], []);
    assert.deepEqual([...new Set([...scripted.strangers, ...bare.strangers].map((r) => new URL(r.url()).pathname))], ['/logout'], 'only the frames of a sign-out');
  });
}

test('every language shows every page without a fault', async (t) => {
  for (const language of languages) {
    const page = await open(t, null, { language });
    for (const name of gallery.names.filter((one) => !leaves(one))) {
      await page.show(name);
      assert.equal(await page.locator('h1').count(), 1);
      assert.doesNotMatch(await page.locator('body').innerText(), /\{\{|\}\}|\{0\}/, `${language} ${name}`);
    }
    assert.deepEqual(page.faults, []);
  }
});

test('a whole page is under 40 KB', async (t) => {
  const page = await open(t);
  for (const name of gallery.names.filter((one) => !leaves(one))) {
    let bytes = 0;
    const count = (reply) => { bytes += Number(reply.headers()['content-length'] ?? 0); };
    page.on('response', count);
    await page.show(name);
    page.off('response', count);
    assert.ok(bytes > 10_000 && bytes < 40_000, `${name}: ${bytes}`);
  }
});

// ── without JavaScript ──

test('without JavaScript every button sends its form', async (t) => {
  const page = await open(t, null, { javaScriptEnabled: false });
  let pressed = 0;
  for (const name of gallery.names) {
    await page.show(name);
    const buttons = await page.locator('form button:not(.default):visible').count();
    for (let i = 0; i < buttons; i++) {
      await page.show(name);
      const button = page.locator('form button:not(.default):visible').nth(i);
      const [field, value] = [await button.getAttribute('name'), await button.getAttribute('value')];
      const sent = gallery.posts.length;
      const toApp = page.strangers.length;
      await button.click();
      await page.waitForURL((url) => !url.pathname.endsWith(`/${name}`));
      if (name === 'form-post') {
        const fields = new URLSearchParams(page.strangers[toApp].postData());
        assert.equal(fields.get('state'), 'eyJpZCI6IjEifQ==|a:b');
        assert.equal(new URL(page.url()).origin, app);
      } else {
        assert.equal(gallery.posts.length, sent + 1, name);
        assert.equal(gallery.posts.at(-1).fields.get(field), value, name);
      }
      pressed++;
    }
  }
  assert.ok(pressed > 60, String(pressed));
});

test('without JavaScript the return key means the main button', async (t) => {
  const page = await open(t, null, { javaScriptEnabled: false });
  const inputs = { 'sign-in': '#username', code: '#oob', password: '#password', 'new-password': '#password2', attributes: '#a0', contact: '#contact', device: '#user_code' };
  for (const [name, input] of Object.entries(inputs)) {
    await page.show(name);
    const sent = gallery.posts.length;
    await page.locator(input).press('Enter');
    await page.waitForURL((url) => !url.pathname.endsWith(`/${name}`));
    assert.equal(gallery.posts.length, sent + 1, name);
    assert.equal(gallery.posts.at(-1).fields.get('do'), 'next', name);
  }
});

test('without JavaScript what needs it is not there', async (t) => {
  const page = await open(t, 'error', { javaScriptEnabled: false });
  assert.equal(await page.locator('button:visible').count(), 0);
  await page.show('password');
  assert.equal(await page.locator('.reveal').count(), 0);
  await page.show('code');
  assert.match(await page.locator('#wait').innerText(), /after 30 s/);
});

// ── with it ──

test('a pasted code is cleaned and sent once it is complete', async (t) => {
  const page = await open(t, 'code');
  const sent = gallery.posts.length;
  await page.locator('#oob').pressSequentially('12a3');
  assert.equal(await page.locator('#oob').inputValue(), '123');
  assert.equal(gallery.posts.length, sent);
  await page.locator('#oob').evaluate((input) => {
    input.value = ' 1234-5678\n';
    input.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
  });
  await page.waitForURL(/interact/);
  assert.equal(gallery.posts.length, sent + 1);
  assert.equal(gallery.posts.at(-1).fields.get('oob'), '12345678');
  assert.equal(gallery.posts.at(-1).fields.get('do'), 'next');
});

test('Arabic digits are digits', async (t) => {
  const page = await open(t, 'code-sms', { language: 'ar' });
  await page.locator('#oob').fill('١٢٣٤٥٦');
  await page.waitForURL(/interact/);
  assert.equal(gallery.posts.at(-1).fields.get('oob'), '123456');
});

test('a new code can be asked for once the time has come', async (t) => {
  const page = await open(t);
  await page.clock.install();
  await page.show('code');
  const resend = page.locator('[value="resend"]');
  assert.match(await resend.innerText(), /\(0:30\)/);
  const sent = gallery.posts.length;
  await resend.click({ force: true });
  await page.clock.runFor(12_000);
  assert.match(await resend.innerText(), /\(0:18\)/);
  assert.equal(gallery.posts.length, sent);
  await page.clock.runFor(18_000);
  assert.equal(await resend.innerText(), 'Send a new code');
  assert.equal(await page.locator('#wait[role="status"]').innerText(), 'You can ask for a new code now.');
  await resend.click();
  await page.waitForURL(/interact/);
  assert.equal(gallery.posts.at(-1).fields.get('do'), 'resend');
});

test('a form is sent once', async (t) => {
  const page = await open(t, 'sign-in');
  let release;
  const held = new Promise((done) => { release = done; });
  let requests = 0;
  await page.route('**/interact', async (route) => {
    requests++;
    await held;
    await route.continue();
  });
  await page.locator('#username').fill('sam@petstore.example');
  await page.evaluate(() => {
    const button = document.querySelector('.main');
    button.click();
    button.click();
    setTimeout(() => button.click(), 20);
  });
  await new Promise((done) => { setTimeout(done, 200); });
  release();
  await page.waitForURL(/interact/);
  assert.equal(requests, 1);
});

test('a password can be shown, and is sent as a password', async (t) => {
  const page = await open(t, 'password');
  await page.locator('#password').fill('correct horse');
  const reveal = page.getByRole('button', { name: 'Show password' });
  await reveal.click();
  assert.equal(await page.locator('#password').getAttribute('type'), 'text');
  assert.equal(await reveal.getAttribute('aria-pressed'), 'true');
  await page.locator('.main').click();
  await page.waitForURL(/interact/);
  assert.equal(gallery.posts.at(-1).fields.get('password'), 'correct horse');
});

test('the details of an error are copied', async (t) => {
  const page = await open(t, 'error', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Copy details' }).click();
  await page.waitForSelector('#copied:not(:empty)');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /Correlation ID: 77010400-0000-0000-0000-000000000000/);
  assert.match(copied, /AADSTS50011/);
});

test('an answer goes to the application by itself', async (t) => {
  const page = await open(t, 'form-post');
  await page.waitForURL(`${app}/callback`);
  const fields = new URLSearchParams(page.strangers.find((request) => request.method() === 'POST').postData());
  assert.deepEqual([...fields], [['code', '1.AXoA-made-up-code'], ['state', 'eyJpZCI6IjEifQ==|a:b']]);
});

test('a sign-out goes on when the other applications know', async (t) => {
  const page = await open(t, 'signed-out-frames');
  await page.waitForURL(`${app}/bye?state=1`);
  assert.ok(page.strangers.some((request) => request.url() === `${app}/logout?sid=1&iss=2`));
});

test('the keyboard comes by everything in its order', async (t) => {
  const page = await open(t, 'sign-in-branded');
  const seen = [];
  for (let i = 0; i < 6; i++) {
    seen.push(await page.evaluate(() => (document.activeElement.textContent || document.activeElement.id).trim()));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid', seen.at(-1));
    await page.keyboard.press('Tab');
  }
  assert.deepEqual(seen, ['username', 'Next', 'Create one', 'our help', 'Terms of use', 'Privacy']);
});

test('an injected script does not run', async (t) => {
  const page = await open(t, 'sign-in');
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran === true;
  });
  assert.equal(ran, false);
  assert.match(page.faults.join(), /Content Security Policy/);
});
