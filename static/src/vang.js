// The reader's script: what htmx does not do by itself. It runs behind htmx and its WebSocket extension in one bundle, since
// an extension that registers later never connects, silently. It has no words of its own: they stand in data attributes.
// Every byte counts: script on a page, htmx included, stays under 16 kB.
import { behind, compare, inside } from './order.js';

const doc = document;
const root = doc.documentElement;
const words = root.dataset;
const $ = (id) => doc.getElementById(id);
// On the way down: our listeners run before htmx's own, and see what does not bubble.
const on = (name, f) => addEventListener(name, f, true);
const now = Date.now;

const list = $('comment-list');
const say = (element, text) => {
  element.textContent = text;
  element.hidden = !text;
};
const when = (item) => item?.querySelector('.when');
const nameOf = (item) => item.querySelector('.who').textContent.trim();
const form = () => doc.querySelector('#comment-form form');

// ---- The connection: live, reconnecting, offline. The words are in the page; style shows those of data-state.

let heard;

const show = (state) => {
  words.state = state;
  heard = now();
};

const reopen = () => {
  show('reconnecting');
  if ($('live')) htmx.process($('live'), true);
};

on('htmx:ws:after:connection', () => show('live'));
on('htmx:ws:before:message:incoming', () => (heard = now()));
on('htmx:ws:close', (e) => show(e.detail.code == 1008 || !navigator.onLine ? 'offline' : 'reconnecting'));
on('offline', () => show('offline'));
on('online', reopen);
// A page that Back brings to life again has a dead socket and no timer.
on('pageshow', (e) => e.persisted && reopen());
on('vang:session', reopen);

// ---- The form: one in a page, moved under the comment that is answered.

const aim = (li) => {
  const f = form();
  const title = $('form-title');
  const gone = f.closest('[data-gone]');
  (li || $('form-home')).append($('comment-form'));
  f.parent.value = li ? li.id.slice(2) : '';
  title.textContent = li ? li.querySelector('.reply').ariaLabel : title.dataset.write;
  f.querySelector('.cancel').hidden = !li;
  gone?.remove();
};

const cancel = (e) => {
  const li = e.target.closest('.comment');
  if (!li) return;
  e.preventDefault();
  const slot = e.target.closest('.slot');
  if (slot) slot.replaceChildren();
  else aim();
  li.querySelector('.acts a')?.focus();
};

on('click', (e) => {
  const link = e.target.closest('.reply,.cancel');
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  if (link.className == 'cancel') cancel(e);
  else if (form()) {
    e.preventDefault();
    aim(link.closest('li'));
    $('f-body').focus();
  }
});
on('keydown', (e) => e.key == 'Escape' && e.target.form && cancel(e));

// ---- The draft: kept in this tab until the server has it. Storage may be forbidden.

const draft = 'draft:' + location.pathname;
const keep = (f) => {
  try {
    sessionStorage[draft] = JSON.stringify([...new FormData(f)]);
  } catch {}
};

on('input', (e) => {
  const f = e.target.form;
  if (f?.key) {
    // Other words are another submission: the old key would be refused with them.
    if (e.target == f.body) f.key.value = '';
    keep(f);
  }
});
on('submit', (e) => {
  const f = e.target;
  if (f.key) {
    f.key.value ||= crypto.getRandomValues(new Uint32Array(4)).join('');
    keep(f);
  }
});

try {
  for (const [field, value] of JSON.parse(sessionStorage[draft])) form()[field].value ||= value;
  const parent = $('c-' + form().parent.value);
  if (parent) aim(parent);
} catch {}

// ---- Failures are told in words, and never cost the text.

const fail = (source) => {
  const problem = source.querySelector('.problem');
  if (source == list) setTimeout(load, 5e3);
  else if (source.href) location = source.href;
  else if (problem) say(problem, words.failed);
};

on('htmx:error', (e) => e.detail.ctx && fail(e.detail.ctx.sourceElement));
// A proxy's own error page, or one of ours, must not take the form's place.
on('htmx:after:request', (e) => {
  const { ctx } = e.detail;
  const { sourceElement, text } = ctx;
  if (!/comment-|"found/.test(text) || /<html/i.test(text)) {
    e.preventDefault();
    fail(sourceElement);
  } else if (sourceElement.key?.value == '') {
    // Other words were begun before the answer came: it brings the comment, and leaves the form.
    ctx.swap = 'none';
    if (!/data-mine/.test(text)) fail(sourceElement);
  }
});
on('htmx:after:swap', (e) => e.detail.ctx.request?.method == 'POST' && doc.querySelector('[aria-invalid]')?.focus());

// ---- The list: comments take their place by key, and only what is newer replaces what is shown.

const news = new Set(); // ids of comments outside this page's window
let need = ''; // the cursor that a list on its way must reach
let held = []; // what was pushed meanwhile: the list may be older

const load = () => htmx.ajax('GET', list.dataset.list, { source: list, target: list, swap: 'vang' });

const drop = (li) => {
  if (li.querySelector('textarea')?.value) {
    li.dataset.gone = '';
    say(li.firstElementChild, words.kept);
  } else {
    if (li.contains(form())) aim();
    li.remove();
  }
};

const replace = (li, item) => {
  const old = li.firstElementChild;
  const fresh = item.firstElementChild;
  const focused = old.contains(doc.activeElement);
  delete li.dataset.gone;
  li.className = item.className;
  Object.assign(li.dataset, item.dataset);
  old.replaceWith(fresh);
  if (focused) when(fresh)?.focus();
  return fresh;
};

// Puts one comment in its place; returns what htmx must look at. The frame's attributes say how much it is to be believed:
// of one's own, the same version is taken again, since a push to everyone may have brought it first, without controls; a
// whole list may be of another epoch, whose numbers mean nothing here.
const place = (item, { mine, whole }, arrived) => {
  const { k, rev, gone } = item.dataset;
  const old = $(item.id);
  const newer = old ? rev - old.dataset.rev : 1;
  if (whole ? !newer : mine ? newer < 0 : newer < 1) return;
  const link = when(item);
  // One's first comment may come back as everyone's before its answer does: nobody is told of their own.
  const sent = form()?.matches('.htmx-request') && form().name.value.trim();
  const others = link && !mine && !item.querySelector('.own') && sent != nameOf(item);
  if (gone != null || !inside(k, list.dataset)) {
    if (old) drop(old);
    else if (link && mine) location = mine;
    else if (others && !news.has(item.id) && !item.querySelector('.edited')) {
      if (!news.size) $('news').href = link.href;
      news.add(item.id);
      arrived.push(nameOf(item));
    }
    return;
  }
  if (old?.dataset.k != k) {
    const next = [...list.children].find((li) => li != old && compare(list.dataset.order, k, li.dataset.k) < 0);
    (old && list.moveBefore ? list.moveBefore : list.insertBefore).call(list, old || item, next || null);
  }
  if (old) return replace(old, item);
  if (others) arrived.push(nameOf(item));
  if (link) item.className += ' fresh';
  return item;
};

// What is being read stays where it is: the form in use, else the first comment in view.
const still = (change) => {
  const top = (e) => e.getBoundingClientRect().top;
  const candidates = [doc.activeElement.form, ...list.children, $('form-home')];
  const mark = candidates.find((e) => e && top(e) + e.offsetHeight > 0 && top(e) < innerHeight);
  const before = mark && top(mark);
  const done = change();
  if (mark?.isConnected) scrollBy(0, top(mark) - before);
  return done;
};

const answered = (notice, id, fresh) => {
  say($('notice'), notice);
  $(id.replace('c', 's'))?.replaceChildren();
  if (form() && !form().body.value) {
    aim();
    keep();
  }
  if (doc.activeElement == doc.body) when(fresh)?.focus();
};

const announce = (arrived) => {
  const count = (n) => (n == 1 ? words.one : words.many).replace('{n}', n);
  if (arrived[0]) say($('announce'), arrived[1] ? count(arrived.length) : words.arrived.replace('{name}', arrived));
  if (news.size) say($('news'), count(news.size));
};

// Takes in what a frame or an answer brought. Returns the elements that htmx must look at.
const take = (box) => {
  const { whole, cursor, total, mine, notice, closed } = box.dataset;
  const items = [...box.children];
  const arrived = [];
  const fresh = still(() => {
    if (whole) {
      Object.assign(list.dataset, box.dataset);
      for (const li of [...list.children]) if (!items.some((item) => item.id == li.id)) drop(li);
    }
    return items.map((item) => place(item, box.dataset, arrived)).filter((e) => e);
  });
  if (cursor) {
    $('comments-title').textContent = total;
    $('closed').hidden = closed == null;
    if (whole || !behind(cursor, $('cursor').value)) $('cursor').value = cursor;
  }
  if (mine) answered(notice, items[0].id, fresh[0]);
  announce(arrived);
  tick();
  if (whole && behind(cursor, need)) setTimeout(load, 2e3);
  else if (whole) {
    need = '';
    fresh.push(...held.splice(0).flatMap(take));
  }
  return fresh;
};

const swap = (target, box) => {
  const { reload, whole, mine } = box.dataset;
  if (target != list) {
    target.hidden = false;
  } else if (reload) {
    if (!need) setTimeout(load, reload);
    need = box.dataset.need;
  } else if (need && !whole && !mine) held.push(box);
  else return take(box);
  return [];
};

htmx.registerExtension('vang', {
  init: (api) => api.initSecurity(window.trustedTypes?.createPolicy('htmx', { createHTML: (s) => s })),
  handle_swap: (style, target, fragment) => style == 'vang' && swap(target, fragment.firstElementChild),
});

// ---- Time: own controls end, times are told as a reader would, and a silent connection is given up.

let lang = root.lang;
try {
  Intl.getCanonicalLocales(lang);
} catch {
  lang = 'en'; // an author's own spelling of a language must not cost the reader the rest
}
const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
const units = [[1440, 'day'], [60, 'hour'], [1, 'minute'], [-1 / 0, 'second']]; // in minutes
const tick = () => {
  for (const own of doc.querySelectorAll('.own')) if (own.dataset.until < now()) own.remove();
  for (const time of doc.querySelectorAll('.when time')) {
    const date = new Date(time.dateTime);
    const age = (now() - date) / 6e4;
    const [size, unit] = units.find(([size]) => age >= size);
    time.title ||= date.toLocaleString(lang);
    if (age < 43200) time.textContent = relative.format(-Math.floor(age / size), unit);
  }
};
tick();
setInterval(() => {
  tick();
  // The server speaks every 25 s; twice that and a little is a dead connection, or one that never opens.
  if (doc.hidden) heard = now();
  else if (words.state != 'offline' && now() - heard > 55e3) reopen();
}, 1e4);
