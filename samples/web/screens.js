// SPDX-License-Identifier: Apache-2.0
// One row for each state that MSAL's flows can stop at: what to ask, and which method takes the answer.
// A screen: { title, hint, fields, send(values) → result, again: { label, send() → result } }.

const email = { name: 'username', label: 'E-mail address', type: 'email', autocomplete: 'username', required: true };
const code = (length) => ({
  name: 'code', label: 'Code', inputmode: 'numeric', autocomplete: 'one-time-code', required: true,
  ...(length > 0 && { minlength: length, maxlength: length }),
});
const password = (label, autocomplete, more) => ({ name: 'password', label, type: 'password', autocomplete, ...more });
const needed = { required: true };
const filled = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

/** The screens that begin a flow. */
export const starts = {
  signIn: (msal) => ({
    title: 'Sign in',
    fields: [email, password('Password (if you have one)', 'current-password')],
    send: (values) => msal.signIn(filled(values)),
  }),
  signUp: (msal) => ({
    title: 'Sign up',
    fields: [
      email,
      password('Password (now or later)', 'new-password'),
      { name: 'displayName', label: 'Name to show (now or later)', autocomplete: 'name' },
    ],
    send: ({ displayName, ...values }) => msal.signUp({ ...filled(values), ...(displayName && { attributes: { displayName } }) }),
  }),
  resetPassword: (msal) => ({ title: 'Reset password', fields: [email], send: (values) => msal.resetPassword(values) }),
};

/** A code by e-mail or text message, in any flow. */
const codeScreen = (state) => ({
  title: 'Enter the code',
  hint: 'We sent you a code.',
  fields: [code(state.getCodeLength())],
  send: (values) => state.submitCode(values.code),
  again: { label: 'Send another code', send: () => state.resendCode() },
});

const methodField = (methods) => ({
  name: 'method',
  label: 'Method',
  choices: methods.map((method) => ({ value: method.id, label: `${method.challenge_channel} ${method.login_hint ?? ''}`.trim() })),
});
const chosen = (state, { method }) => state.getAuthMethods().find(({ id }) => id === method);

/** A code of the second proof. `choice` is what the code was asked for with, as MSAL's states keep it to themselves. */
const challengeScreen = (state, title, ask) => ({
  title,
  hint: `We sent a code by ${state.getChannel()} to ${state.getSentTo()}.`,
  fields: [code(state.getCodeLength())],
  send: (values) => state.submitChallenge(values.code),
  again: { label: 'Send another code', send: () => ask(state, choice) },
});
let choice;
const ask = (send) => (state, values) => {
  choice = values;
  return send(state, values);
};
const askFactor = ask((state, method) => state.requestChallenge(method));
const askContact = ask((state, details) => state.challengeAuthMethod(details));

const kinds = { boolean: { type: 'checkbox' }, integer: { type: 'number' } };
const attributeField = ({ name, type, required }) => ({
  name, label: name.replace(/^extension_[0-9a-f]{32}_/, ''), ...kinds[type], required: required && type !== 'boolean',
});

/** The screens in the middle of a flow, by the type of MSAL's state. */
export const screens = {
  SignInCodeRequiredState: codeScreen,
  SignUpCodeRequiredState: codeScreen,
  ResetPasswordCodeRequiredState: codeScreen,
  SignInPasswordRequiredState: (state) => ({
    title: 'Enter your password',
    fields: [password('Password', 'current-password', needed)],
    send: (values) => state.submitPassword(values.password),
  }),
  SignUpPasswordRequiredState: (state) => ({
    title: 'Choose a password',
    fields: [password('New password', 'new-password', needed)],
    send: (values) => state.submitPassword(values.password),
  }),
  SignUpAttributesRequiredState: (state) => ({
    title: 'About you',
    fields: state.getRequiredAttributes().map(attributeField),
    send: (values) => state.submitAttributes(values),
  }),
  ResetPasswordPasswordRequiredState: (state) => ({
    title: 'Choose a new password',
    fields: [password('New password', 'new-password', needed)],
    send: (values) => state.submitNewPassword(values.password),
  }),
  MfaAwaitingState: (state) => ({
    title: 'Prove it is you',
    hint: 'Your account asks for a second proof.',
    fields: [methodField(state.getAuthMethods())],
    send: ({ method }) => askFactor(state, method),
  }),
  MfaVerificationRequiredState: (state) => challengeScreen(state, 'Enter the second code', askFactor),
  AuthMethodRegistrationRequiredState: (state) => ({
    title: 'Register a second proof',
    fields: [methodField(state.getAuthMethods()), { name: 'contact', label: 'E-mail address or telephone number', required: true }],
    send: (values) => askContact(state, { authMethodType: chosen(state, values), verificationContact: values.contact }),
  }),
  AuthMethodVerificationRequiredState: (state) => challengeScreen(state, 'Enter the code you were sent', askContact),
  // These two know who the user is: tokens without another question.
  SignUpCompletedState: (state) => ({ title: 'Signed up', goOn: () => state.signIn() }),
  ResetPasswordCompletedState: (state) => ({ title: 'Password changed', goOn: () => state.signIn() }),
};
