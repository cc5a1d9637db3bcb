// SPDX-License-Identifier: Apache-2.0
// The search box. Without this script there is none, and all else is the same.
const form = document.querySelector('form.search');
const input = form.querySelector('input');
const list = form.querySelector('.found');
form.hidden = false;

let loading;
const load = () => (loading ??= new Promise((done, fail) => {
  const script = document.createElement('script');
  script.src = `${form.dataset.root}search.js`;
  script.onload = () => done(window.doorcodeSearch);
  script.onerror = fail;
  document.head.append(script);
}));

// Every word must occur; in a title it counts more than in the text.
function score([title, , page, text], words) {
  let sum = 0;
  for (const word of words) {
    const inTitle = title.toLowerCase().includes(word) ? 8 : 0;
    const inPage = page.toLowerCase().includes(word) ? 2 : 0;
    const inText = text.toLowerCase().includes(word) ? 1 : 0;
    if (inTitle + inPage + inText === 0) return 0;
    sum += inTitle + inPage + inText;
  }
  return sum;
}

function show(entries, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const best = words.length === 0 ? [] : entries.map((entry) => [score(entry, words), entry])
    .filter(([points]) => points > 0).sort((a, b) => b[0] - a[0]).slice(0, 12);
  list.replaceChildren(...best.map(([, [title, address, page]]) => {
    const link = document.createElement('a');
    link.href = form.dataset.root + address;
    const where = document.createElement('small');
    where.textContent = page;
    link.append(title, where);
    return link;
  }));
  if (words.length > 0 && best.length === 0) list.textContent = 'Nothing found.';
}

input.addEventListener('input', async () => show(await load(), input.value));
input.addEventListener('focus', load, { once: true });
form.addEventListener('submit', (event) => {
  event.preventDefault();
  list.querySelector('a')?.click();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement === document.body) {
    event.preventDefault();
    input.focus();
  }
  if (event.key === 'Escape') {
    input.value = '';
    list.replaceChildren();
  }
});
