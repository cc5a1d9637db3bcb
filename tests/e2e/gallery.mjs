// SPDX-License-Identifier: Apache-2.0
// Every hosted page and state, rendered by page_gallery and served as the server does, with its content security policy.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.PAGE_GALLERY ?? path.join(root, 'build/release/tests/page_gallery');

export const languages = ['en', 'de', 'fr', 'es', 'pt', 'ja', 'it', 'nl', 'ar'];

// The forms that were sent, newest last, are in `posts`.
export async function startGallery() {
  const folder = await mkdtemp(path.join(tmpdir(), 'pages-'));
  execFileSync(program, [folder, ...languages]);
  const read = (name) => readFileSync(path.join(folder, name));
  const names = readdirSync(path.join(folder, 'en')).filter((name) => name.endsWith('.html')).map((name) => name.slice(0, -5));
  const posts = [];

  function answer(request, reply) {
    const { pathname } = new URL(request.url, 'http://gallery');
    const page = /^\/([a-z]{2})\/([a-z-]+)$/.exec(pathname);
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (part) => { body += part; });
      request.on('end', () => {
        posts.push({ path: pathname, fields: new URLSearchParams(body) });
        reply.setHeader('Content-Type', 'text/html').end('<!doctype html><title>posted</title>');
      });
    } else if (page && names.includes(page[2])) {
      reply.setHeader('Content-Security-Policy', read(`${page[1]}/${page[2]}.csp`).toString());
      reply.setHeader('Content-Type', 'text/html; charset=utf-8').end(read(`${page[1]}/${page[2]}.html`));
    } else if (pathname.endsWith('.css') || pathname.endsWith('.js')) {
      const name = path.basename(pathname);
      reply.setHeader('Content-Type', name.endsWith('.js') ? 'text/javascript' : 'text/css').end(read(name));
    } else {
      reply.writeHead(404).end();
    }
  }

  const server = createServer(answer);
  await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    names,
    posts,
    read,
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
