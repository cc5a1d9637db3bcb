// SPDX-License-Identifier: Apache-2.0
// Serves this folder and MSAL's own modules as they come from npm: no bundler, an import map names them.
//   node serve.mjs [PORT]
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const pages = ['index.html', 'app.js', 'msal.js', 'screens.js', 'style.css', 'view.js'];
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css' };

/**
 * A server of the sample on a port of 127.0.0.1; 0: any free one.
 * `msal` names the package and `from` the file that has it installed, so that tests can serve other versions.
 */
export async function serveSample(port, from = import.meta.url, msal = '@azure/msal-browser') {
  const packages = await packagesOf(from, msal);
  const map = { imports: Object.fromEntries(packages.map(({ name, entry, path }) => [name, `/packages/${path}/${entry}`])) };
  const server = createServer((request, reply) => answer(request, reply, packages, map)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function answer(request, reply, packages, map) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const file = fileOf(pathname, packages);
  const type = types[extname(file ?? '')];
  const body = type && (await readFile(file).catch(() => null));
  if (!body) return reply.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is nothing here.\n');
  const cached = pathname.startsWith('/packages/') ? 'max-age=3600' : 'no-cache';
  reply.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': cached });
  return reply.end(pathname === '/' ? body.toString().replace('{}', JSON.stringify(map)) : body);
}

/** The two packages a browser needs: the entry `custom-auth`, and what it imports. */
async function packagesOf(from, msal) {
  const browser = createRequire(from).resolve(`${msal}/package.json`);
  const common = createRequire(browser).resolve('@azure/msal-common/package.json');
  return [
    { name: '@azure/msal-browser/custom-auth', path: 'msal-browser', root: dirname(browser), entry: await entryOf(browser, './custom-auth') },
    { name: '@azure/msal-common/browser', path: 'msal-common', root: dirname(common), entry: await entryOf(common, './browser') },
  ];
}

async function entryOf(manifest, name) {
  const { exports } = JSON.parse(await readFile(manifest, 'utf8'));
  return exports[name].import.default.replace('./', '');
}

function fileOf(path, packages) {
  const name = path === '/' ? 'index.html' : path.slice(1);
  if (pages.includes(name)) return join(folder, name);
  for (const { path: prefix, root } of packages) {
    if (!name.startsWith(`packages/${prefix}/`)) continue;
    const file = normalize(join(root, name.slice(`packages/${prefix}/`.length)));
    return file.startsWith(root + sep) ? file : null;
  }
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 3000);
  await serveSample(port);
  console.log(`http://localhost:${port}/`);
}
