// SPDX-License-Identifier: Apache-2.0
// One loop for all flows: show the screen of a state, send what was typed, show the screen of the state that comes back.
import { createMsal, settings } from './msal.js';
import { screens, starts } from './screens.js';
import { button, element, screenView, table } from './view.js';

const place = document.querySelector('#screen');
const error = document.querySelector('#error');
const starters = document.querySelectorAll('[data-start]');
const msal = await createMsal();

function show(name, view) {
  error.hidden = true;
  place.dataset.screen = name;
  place.replaceChildren(view);
}

function showScreen(name, screen) {
  show(name, screenView(screen, act));
}

/** While it works, nothing can be pressed. */
async function busy(work) {
  document.body.inert = true;
  error.hidden = true;
  try {
    await work();
  } finally {
    document.body.inert = false;
    place.querySelector('input, select')?.focus();
  }
}

/** Runs one step. */
function act(send) {
  return busy(async () => {
    const result = await send();
    await (result.error ? showError(result.error) : next(result));
  });
}

function next(result) {
  const { stateType } = result.state;
  const screen = screens[stateType]?.(result.state);
  if (screen?.goOn) return act(screen.goOn);
  if (screen) return showScreen(stateType, screen);
  return showAccount();
}

/** Which of the error's questions are answered with yes: isUserNotFound, isInvalidCode, … */
function answersOf(fault) {
  const names = [];
  for (let type = Object.getPrototypeOf(fault); type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    names.push(...Object.getOwnPropertyNames(type).filter((name) => /^is[A-Z]/.test(name) && !name.endsWith('Error')));
  }
  return [...new Set(names)].filter((name) => fault[name]() === true);
}

const advice = {
  isUserNotFound: 'We know nobody with this e-mail address.',
  isInvalidUsername: 'This is not an e-mail address.',
  isUserAlreadyExists: 'There is an account with this e-mail address already. Sign in instead.',
  isPasswordIncorrect: 'The password is wrong.',
  isInvalidPassword: 'This password can’t be used.',
  isPasswordResetRequired: 'The password must be changed first: reset it.',
  isInvalidCode: 'The code is wrong.',
  isIncorrectChallenge: 'The code is wrong.',
  isTokenExpired: 'That took too long. Start again.',
  isRedirectRequired: 'This account can’t sign in here, only in the browser.',
  isMissingRequiredAttributes: 'Something is missing.',
  isAttributesValidationFailed: 'Some of this is not as it should be.',
  isInvalidInput: 'This address or number can’t be used.',
  isVerificationContactBlocked: 'This address or number is blocked.',
};

function showError(fault) {
  const answers = answersOf(fault);
  const { error: word = '', errorDescription = '', subError = '', attributes = [] } = fault.errorData;
  const text = answers.map((answer) => advice[answer]).find(Boolean) ?? `${word}: ${errorDescription}`;
  const names = (attributes ?? []).map((attribute) => attribute.name);
  Object.assign(error.dataset, { is: answers.join(' '), error: word, suberror: subError, description: errorDescription });
  error.textContent = names.length > 0 ? `${text} (${names.join(', ')})` : text;
  error.hidden = false;
}

/** Who is signed in, or the screen to sign in. */
function showAccount() {
  const found = msal.getCurrentAccount();
  for (const starter of starters) starter.disabled = found.isCompleted();
  if (!found.isCompleted()) return showScreen('signIn', starts.signIn(msal));
  const account = found.data;
  const view = element(
    'section', {},
    element('h2', {}, `Hello, ${account.getAccount().name ?? account.getAccount().username}`),
    table('What the identity token says', account.getClaims()),
    button('Get an access token', () => busy(() => showToken(account, false))),
    button('Get a new access token', () => busy(() => showToken(account, true))),
    button('Sign out', () => busy(() => signOut(account))),
  );
  show('account', view);
}

async function showToken(account, forceRefresh) {
  const result = await account.getAccessToken({ forceRefresh });
  if (result.error) return showError(result.error);
  const { scopes, expiresOn, fromCache, accessToken } = result.data;
  place.querySelector('#token')?.remove();
  const view = table('Access token', { scopes: scopes.join(' '), expiresOn: expiresOn.toISOString(), fromCache, accessToken });
  view.id = 'token';
  place.append(view);
}

async function signOut(account) {
  const result = await account.signOut();
  if (result.error) return showError(result.error);
  return showAccount();
}

for (const [name, value] of Object.entries(settings)) {
  const input = document.querySelector(`#settings [name="${CSS.escape(name)}"]`);
  if (input) input.value = value;
}
for (const starter of starters) {
  starter.addEventListener('click', () => showScreen(starter.dataset.start, starts[starter.dataset.start](msal)));
}
showAccount();
