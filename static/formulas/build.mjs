// Bundles what sets formulas: the converter that package maths runs, and the style of what it makes.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const temml = join(here, '..', '..', 'node_modules', 'temml');

// For goja, which knows ES2015 and most of what came later.
export async function converter() {
  const mhchem = (await readFile(join(temml, 'contrib', 'mhchem', 'mhchem.js'), 'utf8')).replace(/^\uFEFF/, '');
  const out = await build({
    stdin: { contents: `import './entry.js';\n${mhchem}`, resolveDir: here }, bundle: true, minify: true, format: 'iife',
    target: 'es2017', write: false, charset: 'utf8',
  });
  return Buffer.from(out.outputFiles[0].text);
}

// Temml's own style without its font, which pages may not load: the letters that it is for stand in every font of formulas.
export async function style() {
  const theirs = await readFile(join(temml, 'dist', 'Temml-Local.css'), 'utf8');
  const without = theirs.replace(/@font-face\s*{[^}]*}/, '').replaceAll(/(-webkit-)?mask-image: url\([^;]*;/g, '');
  if (/@font-face|url\("/.test(without)) throw new Error('static/formulas/build.mjs: Temml-Local.css loads something else now: look at it');
  return without + (await readFile(join(here, 'formulas.css'), 'utf8'));
}
