// SPDX-License-Identifier: Apache-2.0
// Commands as a person or a script runs them: in an environment of their own, with what they print.
import { spawn } from 'node:child_process';
import { binary, clientId, patience, tenant } from './server.mjs';

/** Nothing of the caller's own is found: the home is `folder`. */
export const environmentOf = (server, folder, more = {}) => ({
  PATH: process.env.PATH, HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8', DOORCODE_CLIENT_ID: clientId,
  DOORCODE_AUTHORITY: `${server.origin}/${tenant}`, ...more,
});

/** A running command: what it has printed so far, a wait for a text in it, typing, and its end. */
export function start(file, args, env) {
  const child = spawn(file, args, { env });
  const seen = { out: '', errors: '' };
  child.stdout.on('data', (text) => { seen.out += text; });
  child.stderr.on('data', (text) => { seen.errors += text; });
  child.stdin.on('error', () => {}); // it may end without having read
  const end = new Promise((done) => child.on('close', (status) => done({ status, ...seen })));
  const until = async (pattern, from = 0) => {
    for (const limit = Date.now() + patience; Date.now() < limit; await new Promise((go) => setTimeout(go, 10))) {
      if (pattern.test(seen.out.slice(from))) return seen.out.length;
    }
    throw new Error(`no ${pattern} in: ${seen.out.slice(from)}`);
  };
  return { pid: child.pid, until, type: (line) => child.stdin.write(`${line}\n`), close: () => child.stdin.end(), end };
}

/** A command that is given these bytes, and its end. */
export function runWith(input, file, args, env) {
  const command = start(file, args, env);
  if (input) command.type(input);
  command.close();
  return command.end;
}

/** A sign-in by script: the code comes on the standard input. */
export async function signInWith(server, env, user, args = []) {
  const former = (await server.dev('inbox')).body.mails[0]?.id;
  const command = start(binary, ['signin', user, ...args], env);
  command.type((await server.newMail(user, former)).code);
  command.close();
  return command.end;
}
