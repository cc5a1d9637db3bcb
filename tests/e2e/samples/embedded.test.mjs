// SPDX-License-Identifier: Apache-2.0
// samples/embedded: a device with one loop signs in, and blinks meanwhile, whatever the server does.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, beforeEach, test } from 'node:test';
import { otherCode, sam, startServer, tenant } from '../server.mjs';
import { openGate, samples, startWithMail, until } from './sample.mjs';

let server;
let gate;
let folder;
let flash;
before(async () => {
  gate = await openGate();
  server = await startServer({ front: gate.origin });
  gate.leadTo(server.origin);
  folder = mkdtempSync(`${tmpdir()}/doorcode-device-`);
});
after(async () => {
  await server?.stop();
  gate?.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await server.dev('reset', {});
  flash = `${folder}/flash.bin`;
  rmSync(flash, { force: true });
});

/** The LED is the standard error, the console the standard output. */
async function switchOn(address = sam) {
  let led = '';
  const device = await startWithMail(server, `${samples}/embedded/device`, [address, flash, `${gate.origin}/${tenant}`]);
  device.child.stderr.removeAllListeners('data');
  device.child.stderr.on('data', (text) => { led += text; });
  return { ...device, led: () => led };
}

/** As often as this the LED changes from now on. */
const blinks = (device, count) => {
  const before = device.led().length;
  return until(() => device.led().length >= before + count, `${count} blinks`, device.output);
};

async function signIn(device) {
  device.type(await device.code(sam, /code\? sent to s\*m@e\*+g\n$/));
  await device.sees(/online as sam@example\.org\n$/);
}

async function unplug(device) {
  device.child.stdin.end();
  assert.equal(await device.ended(), 0);
}

test('it signs in with a code from its console; a wrong one is asked for again', async () => {
  const device = await switchOn();
  const code = await device.code(sam, /code\? sent to/);
  device.type(otherCode(code));
  await device.sees(/\nno\. code\? sent to/);
  device.type(code);
  await device.sees(/online as sam@example\.org\n$/);
  await blinks(device, 2);
  await unplug(device);
  assert.match(device.led(), /^(10)+1?$/);
});

test('it blinks while the server does not answer', async () => {
  gate.shut();
  const device = await switchOn();
  await until(() => gate.holds(), 'the answer');
  await blinks(device, 5);
  assert.equal(device.output(), '');
  gate.open();
  const code = await device.code(sam, /code\? sent to/);
  gate.shut();
  device.type(code);
  await until(() => gate.holds(), 'the answer');
  await blinks(device, 5);
  assert.doesNotMatch(device.output(), /online/);
  gate.open();
  await device.sees(/online/);
  await unplug(device);
});

test('switched on again it is online without a code, from its flash memory', async () => {
  const first = await switchOn();
  await signIn(first);
  await unplug(first);
  const second = await switchOn();
  await second.sees(/^online as sam@example\.org\n$/);
  await unplug(second);
});

test('the power may fail while it writes: one of two slots is whole', async () => {
  const device = await switchOn();
  await signIn(device);
  await unplug(device);
  const bytes = readFileSync(flash);
  // The slot that would be written next, torn: half of it new, its head old.
  const torn = Buffer.concat([bytes, Buffer.alloc(Math.max(0, 2 * 65536 - bytes.length), 0x5a)]);
  const other = torn.readUInt32LE(0) === 0x64636631 && bytes.length <= 65536 ? 65536 : 0;
  torn.fill(0xff, other + 16, other + 2000);
  writeFileSync(flash, torn);
  const again = await switchOn();
  await again.sees(/^online as sam@example\.org\n$/);
  await unplug(again);
});

test('what is broken beyond that is as good as new', async () => {
  writeFileSync(flash, Buffer.alloc(2 * 65536, 0xff));
  const device = await switchOn();
  await signIn(device);
  await unplug(device);
});

test('"off" forgets the user; nothing secret is on the console, and the flash is its owner\'s', async () => {
  const device = await switchOn();
  const code = await device.code(sam, /code\? sent to/);
  device.type(code);
  await device.sees(/online/);
  assert.equal(statSync(flash).mode & 0o777, 0o600);
  device.type('off');
  assert.equal(await device.ended(), 0);
  assert.doesNotMatch(device.output(), new RegExp(`${code}|eyJ`));
  const again = await switchOn();
  await again.code(sam, /^code\? sent to/);
  await unplug(again);
});

test('"again" has another code sent, once that is allowed', async () => {
  const device = await switchOn();
  const first = await device.code(sam, /code\? sent to/);
  await server.advance(301);
  device.type('again');
  const second = await device.code(sam, /sent to[^]*\ncode\? sent to/);
  assert.notEqual(first, second);
  device.type(second);
  await device.sees(/online/);
  await unplug(device);
});

test('who needs more than codes is told so', async () => {
  const device = await switchOn('ann@example.org');
  await device.sees(/cannot sign in with codes alone/);
  await unplug(device);
});
