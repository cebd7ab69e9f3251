// The author's desk: open pages follow each save in place, and keep what was being read and written. Bundled apart, so that
// readers never load it. It has no words of its own.
import { Idiomorph } from 'idiomorph';
import { fresh, keyed, unkeyed } from './blocks.js';

const doc = document;
const $ = (id) => doc.getElementById(id);
const desk = () => $('desk').dataset;

// ---- What is wrong can be put away until something else is.

let hidden = '';
const faults = () => $('desk-faults')?.textContent;

const dress = () => {
  const list = $('desk-faults');
  if (!list) return;
  list.querySelector('.desk-hide').hidden = false;
  list.hidden = faults() == hidden;
};

addEventListener('click', (e) => {
  if (!e.target.closest('.desk-hide')) return;
  hidden = faults();
  dress();
});

// ---- Reading the page as it is now. An XMLHttpRequest makes a document of it without a string that Trusted Types would forbid.

const read = (address) =>
  new Promise((done, fail) => {
    const ask = new XMLHttpRequest();
    ask.open('GET', address);
    ask.responseType = 'document';
    ask.timeout = 15e3;
    ask.onload = () => (ask.status < 500 && ask.response?.getElementById('desk') ? done(ask) : fail());
    ask.onerror = ask.ontimeout = fail;
    ask.send();
  });

const plain = (address) => address.replace(/#.*/, '');

// The same file may have another address by now.
const elsewhere = async (page) => {
  const moved = plain(page.responseURL) != plain(location.href);
  if (page.status != 404 || !desk().file) return moved && page.responseURL;
  const found = await read('/desk?file=' + encodeURIComponent(desk().file)).catch(() => 0);
  return found?.status == 200 && found.responseURL;
};

// What a page cannot become without being loaded: another version of Vang, another language, a discussion that comes or goes.
const nature = (d) =>
  [d.documentElement.lang, !!d.getElementById('comments'), ...[...d.querySelectorAll('head script,head [rel=stylesheet]')].map((e) => e.src || e.href)].join();

// ---- Changing the page. The discussion is its own script's; what was opened, typed or chosen stays.

const typed = (e) => /^(INPUT|TEXTAREA)$/.test(e.tagName) && (e.value != e.defaultValue || e.checked != e.defaultChecked);

const callbacks = {
  beforeNodeMorphed: (old, now) => old.id != 'comments' && !old.isEqualNode(now) && !typed(old),
  beforeNodeRemoved: (old) => old.id != 'comments',
  beforeAttributeUpdated: (name, e) => !(name == 'open' && e.tagName == 'DETAILS') && !/^data-(htmx|state)/.test(name),
};

// What is read stays where it is: what is being typed in, else the first block in view that is still there afterwards.
const still = (change) => {
  const top = (e) => e.getBoundingClientRect().top;
  const view = scrollY
    ? [doc.activeElement, ...doc.querySelectorAll('main :is(p,li,h1,h2,h3,h4,h5,h6,pre,tr,figure,form):not(.toc *)')]
        .filter((e) => e != doc.body && top(e) + e.offsetHeight > 0 && top(e) < innerHeight)
        .map((e) => [e, top(e)])
    : [];
  const { style } = doc.documentElement;
  style.overflowAnchor = 'none'; // or the browser would do it a second time
  change();
  const mark = view.find(([e]) => e.isConnected && e.offsetHeight);
  if (mark) scrollBy({ top: top(mark[0]) - mark[1], behavior: 'instant' });
  style.overflowAnchor = '';
};

const take = (next) => {
  const text = doc.querySelector('.prose');
  const before = text && keyed(text, next.querySelector('.prose'));
  next.getElementById('comments')?.replaceChildren();
  still(() => Idiomorph.morph(doc.body, next.body, { callbacks, ignoreActiveValue: true }));
  doc.title = next.title;
  if (before) unkeyed(text), fresh(text, before);
  htmx.process(doc.body);
  dress();
};

let reading = false;
let again = false;

const follow = async () => {
  again = true;
  if (reading) return;
  reading = true;
  while (again) {
    again = false;
    try {
      const page = await read(location.href);
      const address = await elsewhere(page);
      if (address) return location.replace(address);
      if (nature(page.response) != nature(doc)) return location.reload();
      take(page.response);
    } catch {
      setTimeout(follow, 1e3);
    }
  }
  reading = false;
};

// ---- Hearing of newer content: the server compares where the page stands with what there is, now and from now on.

let wait = 250;
let heard;
let socket;

const lost = (is) => ($('desk').querySelector('.desk-lost').hidden = !is);

const listen = () => {
  heard = Date.now();
  socket = new WebSocket(location.origin.replace('http', 'ws') + desk().live + '?since=' + desk().cursor, 'vang.json');
  socket.onopen = () => {
    wait = 250;
    lost(false);
  };
  socket.onmessage = (e) => {
    heard = Date.now();
    if (e.data) follow();
  };
  socket.onclose = () => {
    lost(true);
    setTimeout(listen, (wait = Math.min(wait * 2, 4e3)));
  };
};

// The server speaks every 25 s.
setInterval(() => !doc.hidden && Date.now() - heard > 55e3 && socket.close(), 1e4);

dress();
listen();
