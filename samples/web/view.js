// SPDX-License-Identifier: Apache-2.0
// From screens to elements. Text is set as text: nothing that came over the wire becomes markup.

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === true) made.setAttribute(key, '');
    else if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function control({ choices, label, ...properties }) {
  if (!choices) return element('input', properties);
  return element('select', properties, ...choices.map((choice) => element('option', { value: choice.value }, choice.label)));
}

/** Strings all, as MSAL wants them. */
function valuesOf(form) {
  const inputs = [...form.elements].filter(({ name }) => name);
  return Object.fromEntries(inputs.map((input) => [input.name, input.type === 'checkbox' ? String(input.checked) : input.value.trim()]));
}

/** `act` runs what a button or the form stands for. */
export function screenView({ title, hint, fields, send, again }, act) {
  const form = element(
    'form', {},
    element('h2', {}, title),
    ...(hint ? [element('p', {}, hint)] : []),
    ...fields.map((field) => element('label', {}, field.label, control(field))),
    element('button', {}, 'Next'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act(() => send(valuesOf(form)));
  });
  if (again) form.append(button(again.label, () => act(again.send)));
  return form;
}

export function button(label, pressed) {
  const made = element('button', { type: 'button' }, label);
  made.addEventListener('click', pressed);
  return made;
}

/** A table of names and values. */
export function table(caption, values) {
  const rows = Object.entries(values).map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', { 'data-name': name }, textOf(value))));
  return element('table', {}, element('caption', {}, caption), ...rows);
}

const textOf = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
