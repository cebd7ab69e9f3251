// Blocks of a text before and after a change: which are the same, so that they stay the same elements wherever they went, and
// which are new.

const prefix = 'same-block-';

const mark = (e, is) => {
  e.classList.toggle('just-saved', is);
  if (!e.className) e.removeAttribute('class');
};

// Gives blocks that are the same in both texts the same id for a while, and returns what each old block was.
export const keyed = (old, now) => {
  const was = new Map();
  const places = new Map();
  for (const e of old.children) {
    mark(e, false);
    was.set(e, e.outerHTML);
    if (e.id) continue;
    const same = places.get(e.outerHTML) ?? [];
    places.set(e.outerHTML, [...same, e]);
  }
  let n = 0;
  for (const e of now?.children ?? []) {
    const same = !e.id && places.get(e.outerHTML)?.shift();
    if (same) same.id = e.id = prefix + n++;
  }
  return was;
};

export const unkeyed = (text) => {
  for (const e of text.children) if (e.id.startsWith(prefix)) e.removeAttribute('id');
};

// Marks what is not as it was.
export const fresh = (text, was) => {
  for (const e of text.children) mark(e, was.get(e) != e.outerHTML);
};
