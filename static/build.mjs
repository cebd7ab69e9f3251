// Builds static/dist from static/src and htmx: `npm run build`. Fails when a page would grow heavier than promised.
import { build, transform } from 'esbuild';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fonts } from './cards/build.mjs';
import * as formulas from './formulas/build.mjs';
import { slim } from './htmx.mjs';
import { touchIcon } from './icon.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const htmx = join(here, '..', 'node_modules', 'htmx.org', 'dist');

const target = 'es2022';

// Most bytes of the brotli variant.
const limits = { 'vang.js': 16_000, 'vang.css': 8_000, 'desk.js': 7_000, 'desk.css': 2_000, 'formulas.css': 3_000 };

// One bundle, in this order: a WebSocket extension that registers after htmx has started never connects.
async function script() {
  const own = await build({
    entryPoints: [join(here, 'src', 'vang.js')], bundle: true, minify: true, format: 'iife', target, write: false,
  });
  const library = slim(await readFile(join(htmx, 'htmx.js'), 'utf8')) + (await readFile(join(htmx, 'ext', 'hx-ws.js'), 'utf8'));
  return (await transform(library, { minify: true, target })).code + own.outputFiles[0].text;
}

// The author's desk, which readers never load.
async function desk() {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'src', 'desk.js')], bundle: true, minify: true, format: 'iife', target, write: false,
  });
  return outputFiles[0].contents;
}

async function style(css) {
  return (await transform(css, { loader: 'css', minify: true, target: ['chrome123', 'firefox120', 'safari17.5'] })).code;
}

function encodings(name, bytes) {
  if (name.endsWith('.png')) return {};
  const text = constants.BROTLI_MODE_TEXT;
  const br = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_MODE]: text,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  return { '.br': br, '.gz': gzipSync(bytes, { level: 9 }) };
}

// A build in between sees the old file or the new one, never half of one.
async function put(name, bytes) {
  const file = join(dist, name);
  const half = join(dirname(file), '.' + basename(file));
  await writeFile(half, bytes);
  await rename(half, file);
}

async function removeAllBut(names) {
  for (const name of await readdir(dist)) {
    if (!name.startsWith('.') && !names.has(name)) await rm(join(dist, name), { recursive: true });
  }
}

const icon = await readFile(join(here, 'src', 'icon.svg'));
const files = {
  'vang.js': Buffer.from(await script()),
  'desk.js': Buffer.from(await desk()),
  'desk.css': Buffer.from(await style(await readFile(join(here, 'src', 'desk.css'), 'utf8'))),
  'vang.css': Buffer.from(await style(await readFile(join(here, 'src', 'vang.css'), 'utf8'))),
  'formulas.css': Buffer.from(await style(await formulas.style())),
  'icon.svg': Buffer.from(icon.toString().replace(/>\s+</g, '><').trim()),
  'touch-icon.png': touchIcon(180),
};

await mkdir(dist, { recursive: true });
const written = new Set();
let heavy = false;
for (const [name, bytes] of Object.entries(files)) {
  const variants = encodings(name, bytes);
  for (const [ext, data] of Object.entries({ '': bytes, ...variants })) {
    await put(name + ext, data);
    written.add(name + ext);
  }
  const size = variants['.br']?.length ?? bytes.length;
  const limit = limits[name];
  const over = limit !== undefined && size > limit;
  heavy ||= over;
  const told = limit === undefined ? '' : `  (limit ${limit})${over ? '  TOO HEAVY' : ''}`;
  console.log(`${name.padEnd(16)}${String(bytes.length).padStart(8)} bytes${String(size).padStart(8)} sent${told}`);
}
// What the server itself works with lies in folders: it is read when it is needed, and no page links it.
const converter = encodings('converter.js', await formulas.converter())['.br'];
await mkdir(join(dist, 'formulas'), { recursive: true });
await put('formulas/converter.js.br', converter);
written.add('formulas');
await fonts(join(dist, 'cards'));
written.add('cards');
console.log(`formulas        ${String(converter.length).padStart(8)} bytes kept`);
await removeAllBut(written);
if (heavy) process.exit(1);
