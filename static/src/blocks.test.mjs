import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fresh, keyed, unkeyed } from './blocks.js';

// As much of an element as blocks.js asks for.
class Block {
  constructor(text, id = '') {
    Object.assign(this, { text, id, className: '' });
    this.classList = { toggle: (name, on) => (this.className = on ? name : '') };
  }
  get outerHTML() {
    return `<p id="${this.id}" class="${this.className}">${this.text}</p>`;
  }
  removeAttribute(name) {
    this[name == 'class' ? 'className' : name] = '';
  }
}
const text = (...children) => ({ children });

test('blocks that are the same get the same id, each once', () => {
  const [a, b, again] = [new Block('a'), new Block('b'), new Block('a')];
  const [x, a1, a2, a3] = [new Block('x'), new Block('a'), new Block('a'), new Block('a')];
  const old = text(a, b, again);
  const now = text(x, a1, a2, a3);
  keyed(old, now);
  assert.equal(a.id, a1.id);
  assert.equal(again.id, a2.id);
  assert.notEqual(a.id, again.id);
  assert.deepEqual([b.id, x.id, a3.id], ['', '', '']);
  unkeyed(old);
  assert.deepEqual(old.children.map((e) => e.id), ['', '', '']);
});

test('ids of the author stay', () => {
  const old = text(new Block('h', 'heading'));
  keyed(old, text(new Block('h', 'heading')));
  unkeyed(old);
  assert.equal(old.children[0].id, 'heading');
});

test('what changed is marked, and no longer when it was there before', () => {
  const [a, b] = [new Block('a'), new Block('b')];
  const old = text(a, b);
  const was = keyed(old, text(new Block('a'), new Block('changed')));
  unkeyed(old);
  b.text = 'changed';
  fresh(old, was);
  assert.deepEqual([a.className, b.className], ['', 'just-saved']);
});

test('a text that is gone is no error', () => assert.equal(keyed(text(new Block('a')), null).size, 1));
