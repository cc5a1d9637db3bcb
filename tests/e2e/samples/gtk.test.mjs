// SPDX-License-Identifier: Apache-2.0
// samples/gtk: a desktop app with screens of its own, used as a screen reader does it (AT-SPI), in a window that is real.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, otherCode, sam, startServer, tenant } from '../server.mjs';
import { password, proveByCode } from '../hosted_browser.mjs';
import { launchBrowser, openGate, petsToken, samples, start, until } from './sample.mjs';

const codeApp = '1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31';
const passwordApp = '5e903f62-a14d-4058-8d3f-8f4c516a7e94';
const factorApp = '6fa14073-b25e-4169-8e40-9a5d627b8fa5';

let server;
let gate;
let pets;
let api;
let screen;
let bus;
let environment;
let folder;
let app;
let hand;

/** A program that says where it is. */
async function startAndRead(file, args, said, env) {
  const program = start(file, args, { env: { ...process.env, ...env } });
  await program.sees(said);
  return { ...program, place: program.output().match(said)[1] };
}

before(async () => {
  folder = mkdtempSync(`${tmpdir()}/doorcode-gtk-`);
  gate = await openGate();
  server = await startServer({ front: gate.origin });
  gate.leadTo(server.origin);
  const port = await freePort();
  api = `http://localhost:${port}`;
  pets = start(`${samples}/backend/pets`, [`${port}`, `${gate.origin}/${tenant}`]);
  await pets.sees(/http:/);
  screen = await startAndRead('Xvfb', ['-displayfd', '1', '-screen', '0', '400x440x24', '-fbdir', folder, '-nolisten', 'tcp'], /^(\d+)$/m);
  environment = { HOME: folder, XDG_RUNTIME_DIR: folder, DISPLAY: `:${screen.place}`, GSK_RENDERER: 'cairo', LC_ALL: 'C.UTF-8' };
  bus = await startAndRead('dbus-daemon', ['--session', '--nofork', '--print-address=1'], /^(unix:\S+)$/m, environment);
  environment.DBUS_SESSION_BUS_ADDRESS = bus.place;
});
after(async () => {
  for (const program of [bus, screen, pets]) await program?.stop();
  await server?.stop();
  gate?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(() => server.dev('reset', {}));
afterEach(async () => {
  await closeApp();
  rmSync(`${folder}/tokens`, { force: true });
});

async function closeApp() {
  hand?.stdin.end();
  hand = undefined;
  await app?.stop();
  app = undefined;
}

function openApp(clientId = codeApp) {
  const env = { ...process.env, ...environment };
  const args = ['--authority', `${gate.origin}/${tenant}`, '--client-id', clientId, '--api', api, '--tokens', `${folder}/tokens`];
  app = start(`${samples}/gtk/pets-desktop`, args, { env });
  hand = spawn(fileURLToPath(new URL('gtk_hand.py', import.meta.url)), ['pets-desktop'], {
    env: { ...env, FRAMEBUFFER: `${folder}/Xvfb_screen0` }, stdio: ['pipe', 'pipe', 'inherit'],
  });
  hand.lines = createInterface(hand.stdout)[Symbol.asyncIterator]();
}

async function tell(command) {
  hand.stdin.write(`${command}\n`);
  return (await hand.lines.next()).value;
}

/** Each is done by what the screen calls it. */
const act = async (command) => assert.equal(await tell(command), 'ok', `${command}\n${app.output()}`);
const sees = (text) => act(`sees ${text}`);
const press = (name) => act(`press ${name}`);
const fill = (name, text) => act(`type ${name}\t${text}`);
const picture = (name) => (process.env.SCREENSHOTS ? act(`screenshot ${process.env.SCREENSHOTS}/${name}.png`) : undefined);

/** What is done after what is asked for has led to a code that is mailed to the address. */
async function codeOf(address, done) {
  const last = (await server.dev('inbox')).body.mails[0]?.id;
  await done();
  await sees('Enter the code');
  return (await server.newMail(address, last)).code;
}

async function begin(address, button = 'Next') {
  await sees('Welcome');
  await fill('E-mail address', address);
  await press(button);
}

async function prove(code) {
  await fill('Code', code);
  await press('Next');
}

test('by a code; what the backend says; out', async () => {
  openApp();
  const code = await codeOf(sam, () => begin(sam));
  await picture('code');
  await prove(otherCode(code));
  await sees('The code is not right');
  await sees('Send another code in 4:'); // five minutes, counted down
  await prove(code);
  await sees('Hello, Sam Sample');
  await sees('Ada, Bob');
  await picture('account');
  const token = await petsToken(server, { scope: 'api://pets/Pets.Write' });
  await fetch(`${api}/pets?name=Cleo`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
  await press('Look again');
  await sees('Ada, Bob, Cleo');
  await press('Sign out');
  await sees('Welcome');
  await picture('welcome');
});

test('who was signed in is so after a restart', async () => {
  openApp();
  await prove(await codeOf(sam, () => begin(sam)));
  await sees('Hello, Sam Sample');
  await closeApp();
  openApp();
  await sees('Hello, Sam Sample');
  await press('Sign out');
  await sees('Welcome');
  await closeApp();
  openApp();
  await sees('Welcome');
});

test('a password, then a second factor, the other way', async () => {
  openApp(factorApp);
  await begin('mia@example.org');
  await sees('Enter your password');
  await fill('Password', 'Wrong-Kettle-42');
  await press('Next');
  await sees('The user name or the password is wrong.');
  await fill('Password', password);
  await press('Next');
  await sees('Where shall we send another code?');
  await picture('factor');
  const code = await codeOf('mia.strong@example.org', () => press('E-mail to m********g@e*********g'));
  await press('Use another way');
  await sees('Where shall we send another code?');
  const newer = await codeOf('mia.strong@example.org', () => press('E-mail to m********g@e*********g'));
  assert.notEqual(newer, code);
  await prove(newer);
  await sees('Hello, Mia Mail');
});

test('a sign-up: code, password, attributes, a second factor of one\'s own', async () => {
  openApp(factorApp);
  const code = await codeOf('new@example.org', () => begin('new@example.org', 'Create an account'));
  await prove(code);
  await sees('Choose a password');
  await fill('New password', 'short');
  await press('Next');
  await sees('The new password is too short.');
  await fill('New password', 'Green-Teapot-17');
  await press('Next');
  await sees('About you');
  await fill('Display name *', 'Nia New');
  await fill('City *', 'oslo');
  await press('Newsletter');
  await press('Next');
  await sees('not complete or not valid');
  await picture('attributes');
  await fill('Display name *', 'Nia New');
  await fill('City *', 'Oslo');
  await press('Next');
  await sees('One more way to reach you');
  await fill('E-mail address or phone number', 'nia.strong@example.org');
  await picture('contact');
  await prove(await codeOf('nia.strong@example.org', () => press('E-mail')));
  await sees('Hello, Nia New');
});

test('a new password', async () => {
  openApp(passwordApp);
  await prove(await codeOf('pat@example.org', () => begin('pat@example.org', 'I forgot my password')));
  await sees('Choose a password');
  await fill('New password', 'Green-Teapot-17');
  await press('Next');
  await sees('Hello, Pat Sample');
});

test('an account for the browser, which is offered and can be left', async () => {
  openApp();
  await begin('ann@example.org');
  await sees('Go on in the browser');
  await press('Cancel');
  await sees('Welcome');
  await begin('nobody@example.org');
  await sees('There is no such user.');
});

/** What the desktop opens is written to a file in place of a browser. */
function takeBrowser() {
  const applications = `${folder}/.local/share/applications`;
  mkdirSync(applications, { recursive: true });
  mkdirSync(`${folder}/.config`, { recursive: true });
  writeFileSync(`${folder}/browser`, `#!/bin/sh\nprintf %s "$1" >'${folder}/opened.new'\nmv '${folder}/opened.new' '${folder}/opened'\n`, { mode: 0o755 });
  writeFileSync(`${applications}/browser.desktop`, `[Desktop Entry]\nType=Application\nName=Browser\nExec=${folder}/browser %u\nMimeType=x-scheme-handler/http;\n`);
  writeFileSync(`${folder}/.config/mimeapps.list`, '[Default Applications]\nx-scheme-handler/http=browser.desktop\n');
  return () => until(() => existsSync(`${folder}/opened`) && readFileSync(`${folder}/opened`, 'utf8'), 'the browser', app.output);
}

test('with the browser, and back', async () => {
  const opened = takeBrowser();
  openApp();
  await sees('Welcome');
  await press('Sign in with the browser');
  await press('Open the browser');
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(await opened());
  await proveByCode(page, server, sam);
  await sees('Hello, Sam Sample');
  await sees('Ada, Bob');
  await browser.close();
});

test('while the server is asked, the window lives', async () => {
  openApp();
  await sees('Welcome');
  gate.shut();
  await begin(sam);
  await until(() => gate.holds(), 'the answer');
  await sees('Welcome'); // asked of the program itself, whose only thread answers
  assert.match(await tell('free Next'), /^no/);
  gate.open();
  await sees('Enter the code');
});
