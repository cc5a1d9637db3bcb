// SPDX-License-Identifier: Apache-2.0
// What makes the hosted pages better. Everything works without it.
(() => {
  'use strict';
  const $ = (id) => document.getElementById(id);
  const form = document.forms[0];

  // A form is sent once, however often its button is pressed. Coming back to the page makes it fresh.
  form?.addEventListener('submit', (event) => {
    if (form.hasAttribute('aria-busy')) event.preventDefault();
    else form.setAttribute('aria-busy', 'true');
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) form?.removeAttribute('aria-busy');
  });

  // The code: whatever was pasted, its digits remain; complete, it is sent (the page says so before).
  const code = $('oob');
  const digits = (text) => text.normalize('NFKC').replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (c) => String(c.charCodeAt(0) & 15)).replace(/\D/g, '');
  if (code) {
    const length = Number(code.dataset.length);
    let before = '';
    const clean = () => {
      const now = digits(code.value).slice(0, length);
      if (code.value !== now) code.value = now;
      const complete = now.length === length && before.length < length;
      before = now;
      if (complete) form.requestSubmit(form.querySelector('.main'));
    };
    $('help').append(` ${code.dataset.automatic}`);
    code.addEventListener('input', (event) => { if (!event.isComposing) clean(); });
    code.addEventListener('compositionend', clean);
  }

  // Asking for a new code: not before the server would send one.
  const resend = document.querySelector('[data-wait]');
  if (resend) {
    const label = resend.textContent;
    const until = Date.now() + resend.dataset.wait * 1000;
    const hint = $('wait');
    hint.hidden = true;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left > 0) {
        resend.textContent = `${label} (${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')})`;
        resend.setAttribute('aria-disabled', 'true');
        setTimeout(tick, 1000 - ((Date.now() - until) % 1000 + 1000) % 1000 || 1000);
        return;
      }
      resend.textContent = label;
      resend.removeAttribute('aria-disabled');
      hint.hidden = false;
      hint.setAttribute('role', 'status');
      hint.textContent = resend.dataset.ready;
    };
    resend.addEventListener('click', (event) => {
      if (resend.hasAttribute('aria-disabled')) event.preventDefault();
    });
    tick();
  }

  // Passwords can be looked at.
  const eye = 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z';
  const draw = (d, name) => {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', d);
    if (name) path.setAttribute('class', name);
    return path;
  };
  for (const input of document.querySelectorAll('[data-show]')) {
    const button = document.createElement('button');
    const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    icon.setAttribute('viewBox', '0 0 24 24');
    icon.setAttribute('aria-hidden', 'true');
    icon.append(draw(eye), draw('M4 3.5l16 17', 'slash'));
    button.type = 'button';
    button.className = 'reveal';
    button.title = input.dataset.show;
    button.setAttribute('aria-label', input.dataset.show);
    button.setAttribute('aria-pressed', 'false');
    button.setAttribute('aria-controls', input.id);
    button.append(icon);
    button.addEventListener('click', () => {
      const shown = input.type === 'text';
      input.type = shown ? 'password' : 'text';
      button.setAttribute('aria-pressed', String(!shown));
    });
    input.parentElement.append(button);
    // Sent as a password, so that browsers offer to keep it and don't keep it as a text.
    form.addEventListener('submit', () => { input.type = 'password'; });
  }

  // Details of an error, for support.
  const copy = document.querySelector('[data-copy]');
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener('click', async () => {
      const lines = [...$('facts').querySelectorAll('dt')].map((dt) => `${dt.textContent}: ${dt.nextElementSibling.textContent}`);
      await navigator.clipboard.writeText(lines.join('\n'));
      $('copied').textContent = copy.dataset.copied;
    });
  }

  // The answer to the application, and the way on once the other applications know.
  if ($('post')) form.requestSubmit();
  const on = $('go-on');
  if (on && document.querySelector('iframe')) {
    // The page has loaded when its frames have.
    const leave = () => location.replace(on.href);
    if (document.readyState === 'complete') leave();
    else addEventListener('load', leave);
    setTimeout(leave, 4000);
  }
})();
