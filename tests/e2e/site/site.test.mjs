// SPDX-License-Identifier: Apache-2.0
// The documentation in a browser: accessible in every look, nothing wider than the screen, nothing asked of anybody, the same
// without JavaScript, and a search that finds. The site must have been written (make site); SITE names its folder.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const root = resolve(process.env.SITE ?? 'build/site');
const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.html')).sort();

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(() => browser?.close());

async function open(t, context = {}) {
  const own = await browser.newContext(context);
  t.after(() => own.close());
  own.setDefaultTimeout(60_000);
  const page = await own.newPage();
  page.faults = [];
  page.strangers = [];
  page.on('pageerror', (fault) => page.faults.push(fault.message));
  page.on('console', (message) => { if (message.type() === 'error') page.faults.push(message.text()); });
  page.on('request', (request) => { if (!/^(data|file):/.test(request.url())) page.strangers.push(request.url()); });
  page.show = (name) => page.goto(String(pathToFileURL(`${root}/${name}`)), { waitUntil: 'load' });
  return page;
}

// In the dark only the colours are others, on a phone only sizes and places. `preload` would ask for the style sheet anew, which a
// file may not.
const asked = {
  'in light': { preload: false, runOnly: { type: 'tag', values: tags } },
  'in dark': { preload: false, runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
  'on a phone': { preload: false, runOnly: { type: 'rule', values: ['target-size', 'scrollable-region-focusable', 'region', 'skip-link'] } },
};
const looks = {
  'in light': { colorScheme: 'light', viewport: { width: 1400, height: 900 } },
  'in dark': { colorScheme: 'dark', viewport: { width: 1400, height: 900 } },
  'on a phone': { colorScheme: 'light', viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true },
};

test('there is a site', () => assert.ok(names.length > 20, `${names.length} pages`));

// Side by side, as each takes one processor.
describe('every page', { concurrency: Object.keys(looks).length }, () => {
  for (const [look, context] of Object.entries(looks)) {
    test(`is accessible ${look}`, async (t) => {
      const page = await open(t, context);
      const violations = [];
      // The decisions are all alike.
      for (const name of names.filter((one) => look === 'in light' || !/^decisions\/0(?!01)/.test(one))) {
        await page.show(name);
        await page.evaluate(axe);
        const found = await page.evaluate((options) => window.axe.run(options), asked[look]);
        for (const { id, nodes } of found.violations) violations.push(`${name}: ${id}: ${nodes[0].html}`);
        const { width, room } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, room: innerWidth }));
        if (width > room) violations.push(`${name} is ${width} wide where there is room for ${room}`);
      }
      assert.deepEqual(violations, []);
      assert.deepEqual(page.faults, []);
      assert.deepEqual(page.strangers, []);
    });
  }
});

test('without JavaScript every page of the navigation is reached, and there is no search box', async (t) => {
  const page = await open(t, { javaScriptEnabled: false });
  await page.show('index.html');
  assert.equal(await page.locator('form.search').isVisible(), false);
  const places = await page.locator('nav.site a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert.ok(places.length > 15);
  for (const place of places) {
    await page.show('index.html');
    await page.locator(`nav.site a[href="${place}"]`).click();
    assert.equal(await page.locator('h1').count(), 1, place);
    assert.equal(await page.locator('nav.site a[aria-current]').count(), 1, place);
  }
});

test('the search finds a function, an error code and a setting, and leads there', async (t) => {
  const page = await open(t);
  for (const [query, place] of [['submit_code', 'doorcode_flow_submit_code'], ['requestSeconds', 'server'], ['55103', '']]) {
    await page.show('index.html');
    await page.locator('#query').fill(query);
    const first = page.locator('#found a').first();
    await first.waitFor();
    await first.click();
    await page.waitForURL(/html(#|$)/);
    assert.match(page.url(), new RegExp(`${place}$`), query);
    assert.ok((await page.locator('article').innerText()).includes(query), query);
  }
  await page.locator('#query').fill('xyzzy-nothing');
  await page.locator('#found', { hasText: 'Nothing found.' }).waitFor();
  assert.deepEqual(page.faults, []);
});
