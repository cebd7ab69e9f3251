import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { slim } from '../htmx.mjs';
import { touchIcon } from '../icon.mjs';
import { behind, compare, inside } from './order.js';

const sorted = (order, keys) => [...keys].sort((a, b) => compare(order, a, b));
const shuffled = ['10', '2.11', '1', '2', '2.9.12', '2.9', '10.12', '1.3', '2.10'];

test('oldest first is thread order, by the numbers', () => {
  assert.deepEqual(sorted('oldest', shuffled), ['1', '1.3', '2', '2.9', '2.9.12', '2.10', '2.11', '10', '10.12']);
});

test('newest first turns the threads round, never what is inside them', () => {
  assert.deepEqual(sorted('newest', shuffled), ['10', '10.12', '2', '2.9', '2.9.12', '2.10', '2.11', '1', '1.3']);
});

test('a key equals only itself, also twelve levels deep', () => {
  const deep = '1.2.3.4.5.6.7.8.9.10.11.12';
  assert.equal(compare('oldest', deep, deep), 0);
  assert.ok(compare('oldest', deep, '1.2.3.4.5.6.7.8.9.10.11.13') < 0);
  assert.ok(compare('newest', deep, '1.2.3.4.5.6.7.8.9.10.11') > 0);
});

test('a window is half-open, and an empty bound is open', () => {
  const keysInside = (window) => shuffled.filter((key) => inside(key, window)).sort((a, b) => compare(window.order, a, b));
  assert.deepEqual(keysInside({ order: 'oldest', from: '2', until: '2.10' }), ['2', '2.9', '2.9.12']);
  assert.deepEqual(keysInside({ order: 'oldest', from: '', until: '1.3' }), ['1']);
  assert.deepEqual(keysInside({ order: 'oldest', from: '10', until: '' }), ['10', '10.12']);
  assert.deepEqual(keysInside({ order: 'newest', from: '2.11', until: '' }), ['2.11', '1', '1.3']);
  assert.deepEqual(keysInside({ order: 'newest', from: '', until: '2' }), ['10', '10.12']);
});

test('a cursor is behind another only within its epoch', () => {
  assert.ok(behind('e1.9', 'e1.10'));
  assert.ok(!behind('e1.10', 'e1.10'));
  assert.ok(!behind('e1.11', 'e1.10'));
  assert.ok(!behind('e2.1', 'e1.10'));
  assert.ok(!behind('e1.1', ''));
});

test('htmx is cut only where it is the release that was read', async () => {
  const source = await readFile(new URL('../../node_modules/htmx.org/dist/htmx.js', import.meta.url), 'utf8');
  assert.doesNotMatch(slim(source), /innerMorph|#morphNode/);
  assert.throws(() => slim(source.replaceAll('#morphNode(', '#patchNode(')), /htmx has changed/);
});

test('the touch icon is a PNG of its size', () => {
  const png = touchIcon(20);
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.equal(png.readUInt32BE(16), 20);
  assert.equal(png.readUInt32BE(20), 20);
});
