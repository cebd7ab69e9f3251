// Makes the fonts of the pictures that stand for posts: Source Serif for titles in alphabets, Noto Sans for Chinese, Japanese
// and Korean. The latter come in slices by how often their signs are used together; each is cut to the signs of the
// country's own character set, so that a card reads the few that its words need.
import subsetFont from 'subset-font';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', '..', 'node_modules');
const compress = promisify(brotliCompress);

const serif = '@expo-google-fonts/source-serif-4';
const weight = 500; // of Chinese, Japanese and Korean: their strokes are denser

// The signs of a double-byte character set, by the bytes of its rows.
function signs(encoding, [from, to], [low, high] = [0xa1, 0xfe]) {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const found = new Set();
  for (let a = from; a <= to; a++) {
    for (let b = low; b <= high; b++) {
      try {
        const text = decoder.decode(new Uint8Array([a, b]));
        if ([...text].length === 1) found.add(text.codePointAt(0));
      } catch { /* no sign has these bytes */ }
    }
  }
  if (found.size < 2_000) throw new Error(`static/cards/build.mjs: this Node does not know ${encoding}: it needs full ICU`);
  return found;
}

const between = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

// Letters of Western and Central Europe and of Vietnam, Greek, Cyrillic, and the signs of a printed line.
const alphabets = new Set([
  ...between(0x20, 0x7e), ...between(0xa0, 0x17f), ...between(0x18f, 0x192), 0x1a0, 0x1a1, 0x1af, 0x1b0, ...between(0x1cd, 0x1dc),
  ...between(0x218, 0x21b), ...between(0x2bb, 0x2bc), ...between(0x2c6, 0x2dd), ...between(0x300, 0x30c), 0x323, 0x326, 0x327, 0x328,
  ...between(0x370, 0x3ff), ...between(0x400, 0x45f), 0x490, 0x491, ...between(0x4d0, 0x4e9), ...between(0x1e00, 0x1ef9),
  ...between(0x2010, 0x2027), ...between(0x2030, 0x203a), 0x2044, ...between(0x2070, 0x209c), ...between(0x20a0, 0x20bf),
  0x2116, 0x2122, 0x2126, ...between(0x2150, 0x215e), ...between(0x2190, 0x2193), 0x2202, 0x2206, 0x220f, 0x2211, 0x2212, 0x221a,
  0x221e, 0x222b, 0x2248, 0x2260, 0x2264, 0x2265, 0x25ca, 0xfb01, 0xfb02,
]);

// Families in the order in which a card of any language asks them for what its own lacks.
function families() {
  const alphabetic = [0x20, 0x7e];
  const common = new Set([...between(...alphabetic), ...between(0xa0, 0xff), ...between(0x2010, 0x2026), ...between(0x3000, 0x303f), 0x30fb, 0x30fc, ...between(0xff01, 0xff5e)]);
  const union = (...sets) => new Set(sets.flatMap((s) => [...s]));
  return {
    serif: { file: `${serif}/600SemiBold/SourceSerif4_600SemiBold.ttf`, signs: alphabets },
    'serif-text': { file: `${serif}/400Regular/SourceSerif4_400Regular.ttf`, signs: alphabets },
    zh: { sliced: 'noto-sans-sc', signs: union(common, signs('gb18030', [0xb0, 0xf7]), signs('big5', [0xa4, 0xc6], [0x40, 0xfe])) },
    ja: { sliced: 'noto-sans-jp', signs: union(common, signs('euc-jp', [0xa4, 0xcf])) }, // kana and level 1; rarer ones as in Chinese
    ko: { sliced: 'noto-sans-kr', signs: union(common, signs('euc-kr', [0xb0, 0xc8])) },
  };
}

// The slices that a package's style lists, each with the signs it has.
async function slicesOf(name) {
  const root = join(modules, '@fontsource-variable', name);
  const css = await readFile(join(root, 'wght.css'), 'utf8');
  return [...css.matchAll(/url\(\.\/files\/([^)]+)\)[\s\S]*?unicode-range:\s*([^;]+);/g)].map(([, file, ranges]) => ({
    file: join(root, 'files', file),
    has: ranges.split(',').flatMap((r) => {
      const [from, to] = r.trim().slice(2).split('-').map((hex) => parseInt(hex, 16));
      return between(from, to ?? from);
    }),
  }));
}

async function cut(file, wanted, options) {
  const text = String.fromCodePoint(...wanted);
  const font = await subsetFont(await readFile(file), text, { targetFormat: 'sfnt', noHinting: true, dropTables: ['gasp', 'STAT', 'DSIG'], ...options });
  return compress(font, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: font.length } });
}

// [1, 2, 3, 5] is "1-3 5" in base 36.
function ranges(points) {
  const out = [];
  for (let i = 0; i < points.length; ) {
    let j = i;
    while (points[j + 1] === points[j] + 1) j++;
    out.push(points[i].toString(36) + (j > i ? '-' + points[j].toString(36) : ''));
    i = j + 1;
  }
  return out.join(' ');
}

async function make(dir) {
  const index = [];
  for (const [name, family] of Object.entries(families())) {
    const slices = family.sliced ? await slicesOf(family.sliced) : [{ file: join(modules, family.file), has: [...family.signs] }];
    const taken = new Set();
    for (const [i, slice] of slices.entries()) {
      const points = slice.has.filter((p) => family.signs.has(p) && !taken.has(p)).sort((a, b) => a - b);
      if (points.length === 0) continue;
      points.forEach((p) => taken.add(p));
      const file = family.sliced ? `${name}-${i}` : name;
      const options = family.sliced ? { variationAxes: { wght: weight }, keepFeatures: ['kern'] } : { keepFeatures: ['kern', 'mark', 'ccmp'] };
      await writeFile(join(dir, file + '.ttf.br'), await cut(slice.file, points, options));
      index.push(`${name} ${file} ${ranges(points)}`);
    }
  }
  await writeFile(join(dir, 'index.br'), await compress(Buffer.from(index.join('\n'))));
}

async function stampOf() {
  const hash = createHash('sha256').update(await readFile(fileURLToPath(import.meta.url)));
  for (const name of [serif, '@fontsource-variable/noto-sans-sc', '@fontsource-variable/noto-sans-jp', '@fontsource-variable/noto-sans-kr', 'subset-font']) {
    hash.update(await readFile(join(modules, name, 'package.json')));
  }
  return hash.digest('hex');
}

// Writes the fonts into dir, unless they are there already: it takes half a minute.
export async function fonts(dir) {
  const stamp = await stampOf();
  if (await readFile(join(dir, '.stamp'), 'utf8').catch(() => '') === stamp) return;
  const half = dir + '.half';
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  await make(half);
  await writeFile(join(half, '.stamp'), stamp);
  await rm(dir, { recursive: true, force: true });
  await rename(half, dir);
}
