// SPDX-License-Identifier: Apache-2.0
// Pictures of the hosted pages into docs/images/pages (make screenshots): each page in light, dark, on a phone and from right
// to left, joined into one picture by the browser that took them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startGallery } from './gallery.mjs';

const out = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/images/pages');
const only = process.argv.slice(2);

const views = [
  { name: 'light', language: 'en', context: { viewport: { width: 760, height: 640 }, colorScheme: 'light' } },
  { name: 'dark', language: 'en', context: { viewport: { width: 760, height: 640 }, colorScheme: 'dark' } },
  { name: 'phone', language: 'en', context: { viewport: { width: 360, height: 640 }, colorScheme: 'light', isMobile: true, hasTouch: true } },
  { name: 'rtl', language: 'ar', context: { viewport: { width: 760, height: 640 }, colorScheme: 'light' } },
];

const gallery = await startGallery();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

async function take(name) {
  const shots = [];
  for (const view of views) {
    const context = await browser.newContext({ ...view.context, deviceScaleFactor: 1, reducedMotion: 'reduce' });
    await context.clock.install();
    const page = await context.newPage();
    // What leaves by itself stays for its picture.
    await page.route('https://**', (route) => route.abort());
    if (name === 'form-post' || name.endsWith('-frames')) await page.route('**/*.js*', (route) => route.abort());
    await page.goto(`${gallery.origin}/${view.language}/${name}`, { waitUntil: 'load' });
    shots.push(await page.screenshot({ fullPage: true, type: 'png' }));
    await context.close();
  }
  return shots;
}

// Side by side, as a WebP picture.
async function join(shots) {
  const page = await browser.newPage();
  const sources = shots.map((shot) => `data:image/png;base64,${shot.toString('base64')}`);
  const joined = await page.evaluate(async (urls) => {
    const images = await Promise.all(urls.map(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return image;
    }));
    const gap = 12;
    const canvas = document.createElement('canvas');
    canvas.width = images.reduce((sum, image) => sum + image.width + gap, -gap);
    canvas.height = Math.max(...images.map((image) => image.height));
    const pen = canvas.getContext('2d');
    let x = 0;
    for (const image of images) {
      pen.drawImage(image, x, 0);
      x += image.width + gap;
    }
    return canvas.toDataURL('image/webp', 0.7);
  }, sources);
  await page.close();
  return Buffer.from(joined.split(',')[1], 'base64');
}

if (only.length === 0) await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const name of only.length > 0 ? only : gallery.names) await writeFile(path.join(out, `${name}.webp`), await join(await take(name)));
await browser.close();
await gallery.stop();
