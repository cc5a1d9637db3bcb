// SPDX-License-Identifier: Apache-2.0
// The inbox page of development mode. Everything that comes from the server is put in as text; the HTML of a mail is
// shown in a frame that runs no script.
const POLL_MS = 1500;
const $ = (id) => document.getElementById(id);
const state = { mails: [], chosen: '', shown: '', following: true, clock: null, tenants: [], known: null };

async function ask(path, body) {
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) };
  const reply = await fetch(path, { cache: 'no-store', ...(body === undefined ? {} : post) });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}`);
  const text = await reply.text();
  return text ? JSON.parse(text) : {};
}

const say = (text) => { $('said').textContent = text; };

function clone(template) {
  return $(template).content.firstElementChild.cloneNode(true);
}

// ── copying ──

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https and outside of loopback addresses browsers offer only the old way.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

async function copyWith(button, text, what) {
  const label = button.dataset.label ??= button.textContent;
  try {
    await copyText(text);
    button.textContent = 'Copied';
    button.classList.add('done');
    say(`${what} copied`);
  } catch {
    button.textContent = 'Not allowed';
    say('The browser did not allow copying');
  }
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.textContent = label;
    button.classList.remove('done');
  }, 1600);
}

// ── the clock ──

const serverNow = () => state.clock.now + (performance.now() - state.clock.asked) / 1000;

// The two largest units: "3 min", "1 h 20 min", "2 d 5 h".
function span(seconds) {
  const s = Math.abs(Math.round(seconds));
  if (s < 60) return `${s} s`;
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min']];
  const parts = units.map(([size, name], i) => [Math.floor((i ? s % units[i - 1][0] : s) / size), name]);
  return parts.filter(([n]) => n > 0).slice(0, 2).map(([n, name]) => `${n} ${name}`).join(' ');
}

function age(at) {
  const seconds = serverNow() - Date.parse(at.replace(' ', 'T')) / 1000;
  return seconds < 2 ? 'now' : `${span(seconds)} ago`;
}

function tick() {
  if (!state.clock) return;
  const iso = new Date(serverNow() * 1000).toISOString();
  $('now').textContent = `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
  const { offset } = state.clock;
  $('offset').hidden = offset === 0;
  $('offset').textContent = `${offset < 0 ? '−' : '+'}${span(offset)}`;
  $('clock-reset').disabled = offset === 0;
  for (const mail of state.mails) {
    const row = $('mails').querySelector(`[data-id="${CSS.escape(mail.id)}"] .row-at`);
    if (row) row.textContent = age(mail.at);
  }
}

async function readClock() {
  const { now, offset } = await ask('/dev/clock');
  state.clock = { now, offset, asked: performance.now() };
  tick();
}

// ── the list ──

function putCode(element, code) {
  // Two halves are easier to read; they stay one word when selected and copied.
  const half = Math.ceil(code.length / 2);
  const parts = [code.slice(0, half), code.slice(half)].filter(Boolean);
  element.replaceChildren(...parts.map((part) => {
    const piece = document.createElement('span');
    piece.textContent = part;
    return piece;
  }));
}

function makeRow(mail) {
  const row = clone('mail-row');
  row.dataset.id = mail.id;
  row.querySelector('.row-to').textContent = mail.to;
  row.querySelector('.row-at').dateTime = mail.at.replace(' ', 'T');
  row.querySelector('.row-at').title = mail.at;
  row.classList.toggle('sms', mail.channel === 'sms');
  row.querySelector('.row-subject').textContent = mail.subject ?? `${mail.tenant} · ${mail.language}`;
  putCode(row.querySelector('.row-code'), mail.code ?? '');
  row.querySelector('.row').addEventListener('click', () => choose(mail.id, true));
  const copy = row.querySelector('.copy');
  copy.hidden = !mail.code;
  copy.setAttribute('aria-label', `Copy code ${mail.code} for ${mail.to}`);
  copy.addEventListener('click', () => copyWith(copy, mail.code, 'Code'));
  return row;
}

function drawList() {
  const rows = new Map([...$('mails').children].map((row) => [row.dataset.id, row]));
  const wanted = state.mails.map((mail) => rows.get(mail.id) ?? makeRow(mail));
  for (const row of rows.values()) if (!wanted.includes(row)) row.remove();
  wanted.forEach((row, i) => {
    const there = $('mails').children[i];
    if (there !== row) $('mails').insertBefore(row, there ?? null);
    row.setAttribute('aria-current', String(row.dataset.id === state.chosen));
  });
  $('count').textContent = state.mails.length;
  $('empty').hidden = state.mails.length > 0;
  $('clear').disabled = state.mails.length === 0;
}

function greet(fresh) {
  for (const mail of fresh) {
    $('mails').querySelector(`[data-id="${CSS.escape(mail.id)}"]`)?.classList.add('fresh');
  }
  const [newest] = fresh;
  if (newest) say(newest.code ? `New code ${[...newest.code].join(' ')} for ${newest.to}` : `New mail for ${newest.to}`);
}

async function readMails() {
  const address = $('filter').value.trim();
  const { mails } = await ask(`/dev/inbox?address=${encodeURIComponent(address)}`);
  if (address !== $('filter').value.trim()) return;
  const fresh = state.known ? mails.filter((mail) => !state.known.has(mail.id)) : [];
  state.known = new Set([...(state.known ?? []), ...mails.map((mail) => mail.id)]);
  state.mails = mails;
  const lost = !mails.some((mail) => mail.id === state.chosen);
  if (lost || (state.following && fresh.length > 0)) choose(mails[0]?.id ?? '', false);
  drawList();
  greet(fresh);
  document.title = mails.length ? `(${mails.length}) Doorcode inbox` : 'Doorcode inbox';
}

// ── one mail ──

function choose(id, byHand) {
  state.chosen = id;
  if (byHand) state.following = id === state.mails[0]?.id;
  drawList();
  showMail(byHand).catch(lostLink);
}

async function showMail(byHand) {
  const id = state.chosen;
  const mail = state.mails.find((one) => one.id === id);
  $('mail').hidden = !mail;
  if (!mail) {
    state.shown = '';
    return;
  }
  if (id !== state.shown) {
    const whole = await ask(`/dev/inbox/message?id=${encodeURIComponent(id)}`);
    if (id !== state.chosen) return;
    state.shown = id;
    fillMail(mail, whole);
  }
  if (byHand && matchMedia('(max-width: 60rem)').matches) $('mail').scrollIntoView({ block: 'start' });
  if (byHand) $('mail-subject').focus({ preventScroll: true });
}

function fillMail(mail, whole) {
  $('mail-subject').textContent = whole.subject;
  $('mail-from').textContent = whole.from;
  $('mail-to').textContent = whole.to;
  $('mail-code-box').hidden = !mail.code;
  putCode($('mail-code'), mail.code ?? '');
  $('view-text').textContent = whole.text;
  $('view-headers').textContent = whole.headers;
  $('view-html').srcdoc = whole.html;
  // A text message is text alone.
  const isText = mail.channel === 'sms';
  for (const button of document.querySelectorAll('[data-view]')) button.hidden = isText && button.dataset.view !== 'text';
  showView(isText ? 'text' : 'html');
}

// The page's policy forbids style attributes and elements, also inside the frame. Setting the same styles by script is
// allowed, so a mail looks as in a mail program while nothing in it can run.
function dressFrame() {
  const frame = $('view-html');
  const page = frame.contentDocument;
  page.adoptedStyleSheets = [...page.querySelectorAll('style')].map((style) => {
    const sheet = new frame.contentWindow.CSSStyleSheet();
    sheet.replaceSync(style.textContent);
    return sheet;
  });
  for (const element of page.querySelectorAll('[style]')) element.style.cssText = element.getAttribute('style');
  frame.style.height = '0';
  frame.style.height = `${Math.min(Math.max(page.documentElement.scrollHeight + 2, 120), 900)}px`;
}

function showView(name) {
  for (const button of document.querySelectorAll('[data-view]')) {
    const pressed = button.dataset.view === name;
    button.setAttribute('aria-pressed', String(pressed));
    $(`view-${button.dataset.view}`).hidden = !pressed;
  }
  if (name === 'html') dressFrame();
}

// ── calls of extensions ──

function makeCall(call) {
  const row = clone('call-row');
  row.dataset.id = call.id;
  row.querySelector('summary').textContent = `${call.event} · ${call.at}`;
  row.querySelector('pre').setAttribute('aria-label', `What ${call.event} was sent`);
  row.addEventListener('toggle', async () => {
    if (!row.open || row.querySelector('pre').textContent) return;
    const { authorization, body } = await ask(`/dev/hook/call?id=${call.id}`);
    row.querySelector('pre').textContent = `${authorization ? `Authorization: ${authorization}\n\n` : ''}${JSON.stringify(body, null, 2)}`;
  });
  return row;
}

async function readCalls() {
  const { calls } = await ask('/dev/hook');
  const rows = new Map([...$('calls').children].map((row) => [row.dataset.id, row]));
  const fresh = calls.filter((call) => !rows.has(String(call.id)));
  $('calls').prepend(...fresh.map(makeCall)); // what is there stays in its place, and keeps the focus
  for (const [id, row] of rows) if (!calls.some((call) => String(call.id) === id)) row.remove();
  $('calls-card').hidden = calls.length === 0;
}

// ── try next ──

const quote = (text) => (/^[\w@.:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function commands(tenant, app, user) {
  const base = `${location.origin}/${tenant.name}`;
  const latest = `${location.origin}/dev/inbox/latest?address=${encodeURIComponent(user.email)}`;
  const pick = (name, value) => `sed 's/.*"${name}":"\\(${value}*\\)".*/\\1/'`;
  const post = (endpoint) => `curl -sS ${base}/oauth2/v2.0/${endpoint} \\
  -d client_id=${app.client_id}`;
  return [
    ['1 · initiate', `CT=$(${post('initiate')} \\
  --data-urlencode username=${quote(user.email)} \\
  -d challenge_type=oob+redirect |
  ${pick('continuation_token', '[^"]')})`],
    ['2 · challenge: the code is mailed', `CT=$(${post('challenge')} \\
  -d continuation_token=$CT |
  ${pick('continuation_token', '[^"]')})`],
    ['3 · token', `CODE=$(curl -sS \\
  '${latest}' |
  ${pick('code', '[0-9]')})
${post('token')} \\
  -d grant_type=oob -d continuation_token=$CT -d oob=$CODE \\
  -d scope=openid+profile+offline_access`],
    ['Or all three by the command line', `doorcode signin ${quote(user.email)} \\
  --authority ${base} \\
  --client-id ${app.client_id}`],
  ];
}

function drawSteps() {
  const tenant = state.tenants[$('tenant').selectedIndex];
  const app = tenant?.applications[$('app').selectedIndex];
  const user = tenant?.users[$('user').selectedIndex];
  const rows = tenant && app && user ? commands(tenant, app, user) : [];
  $('steps').replaceChildren(...rows.map(([title, command]) => {
    const row = clone('step-row');
    row.querySelector('h3').textContent = title;
    row.querySelector('pre').textContent = command;
    row.querySelector('pre').setAttribute('aria-label', title);
    const copy = row.querySelector('.copy');
    copy.setAttribute('aria-label', `Copy: ${title}`);
    copy.addEventListener('click', () => copyWith(copy, command, 'Command'));
    return row;
  }));
}

function fillSelect(select, texts) {
  const before = select.value;
  select.replaceChildren(...texts.map((text) => new Option(text)));
  if (texts.includes(before)) select.value = before;
}

function drawTenant() {
  const tenant = state.tenants[$('tenant').selectedIndex];
  fillSelect($('app'), (tenant?.applications ?? []).map((app) => app.name));
  fillSelect($('user'), (tenant?.users ?? []).map((user) => `${user.email}${user.origin === 'email_otp' ? '' : ` (${user.origin})`}`));
  drawSteps();
}

async function readDirectory() {
  state.tenants = (await ask('/dev/directory')).tenants;
  // Those who can sign in with a code come first, so that the first choice works.
  const late = (user) => Number(user.enabled === false) * 2 + Number(user.origin !== 'email_otp');
  for (const tenant of state.tenants) tenant.users.sort((a, b) => late(a) - late(b));
  fillSelect($('tenant'), state.tenants.map((tenant) => tenant.name));
  drawTenant();
  const addresses = state.tenants.flatMap((tenant) => tenant.users.map((user) => user.email));
  $('addresses').replaceChildren(...[...new Set(addresses)].map((address) => new Option('', address)));
}

// ── the round ──

function link(on, text) {
  const chip = $('link');
  chip.className = `link ${on ? 'on' : 'off'}`;
  if (chip.textContent !== text) chip.textContent = text;
}

function lostLink() {
  link(false, 'server not reached, trying again');
}

async function refresh() {
  try {
    await readClock();
    await readMails();
    await readCalls();
    // The directory is read again after the server was away: it may have other seeds now.
    if (!$('link').classList.contains('on')) await readDirectory();
    link(true, 'live');
  } catch {
    lostLink();
  }
}

async function round() {
  if (!document.hidden) await refresh();
  setTimeout(round, POLL_MS);
}

async function change(path, body, done) {
  try {
    await ask(path, body);
    say(done);
  } catch {
    lostLink();
  }
  await refresh();
}

async function resetAll() {
  if ($('confirm').returnValue !== 'yes') return;
  $('filter').value = '';
  await change('/dev/reset', {}, 'Everything was reset');
  await readDirectory().catch(lostLink);
}

for (const button of document.querySelectorAll('[data-advance]')) {
  const advance = Number(button.dataset.advance);
  button.addEventListener('click', () => change('/dev/clock', { advance }, `Clock moved by ${span(advance)}`));
}
for (const button of document.querySelectorAll('[data-view]')) {
  button.addEventListener('click', () => showView(button.dataset.view));
}
$('clock-reset').addEventListener('click', () => change('/dev/clock', { offset: 0 }, 'Clock back at real time'));
$('clear').addEventListener('click', () => change('/dev/inbox/clear', {}, 'Inbox cleared'));
$('reset').addEventListener('click', () => {
  $('confirm').returnValue = 'no';
  $('confirm').showModal();
});
$('confirm').addEventListener('close', resetAll);
$('filter').addEventListener('input', refresh);
$('mail-copy').addEventListener('click', () => copyWith($('mail-copy'), $('mail-code').textContent, 'Code'));
$('view-html').addEventListener('load', dressFrame);
$('tenant').addEventListener('change', drawTenant);
$('app').addEventListener('change', drawSteps);
$('user').addEventListener('change', drawSteps);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
setInterval(tick, 1000);
round();
