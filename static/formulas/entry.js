// What package maths runs: TeX to MathML. Temml writes styles into its elements, which the content security policy forbids:
// they become classes of math.css, attributes of MathML, or space.
import temml from 'temml/temml.js';
import MacroExpander from 'temml/src/MacroExpander.js';
import ParseError from 'temml/src/ParseError.js';
import { plain } from './plain.js';

// mhchem registers \ce and \pu with the global that a page would have.
globalThis.temml = temml;

// Temml counts how often macros are expanded, not how long they grow: \def\a#1{#1#1} doubles its argument each time.
const mostTokens = 100_000;
const { pushTokens } = MacroExpander.prototype;
MacroExpander.prototype.pushTokens = function (tokens) {
  this.pushed = (this.pushed ?? 0) + tokens.length;
  if (this.pushed > mostTokens) throw new ParseError('the formula grows beyond all bounds: look at its macros');
  pushTokens.call(this, tokens);
};

// Names that KaTeX has besides: texts that were written for it use them.
const macros = () => ({ '\\N': '\\mathbb{N}', '\\Z': '\\mathbb{Z}', '\\Q': '\\mathbb{Q}', '\\R': '\\mathbb{R}', '\\C': '\\mathbb{C}' });

const options = (displayMode) => ({ displayMode, macros: macros(), throwOnError: true, trust: false, strict: false, maxExpand: 2000, maxSize: [50, 1000] });

// Returns the markup, or throws an error whose message tells what is wrong.
globalThis.formula = (tex, display) => {
  const tree = temml.__renderToMathMLTree(tex, options(display));
  plain(tree);
  const markup = tree.toMarkup().replace(/[^<>]\u0338/gu, (struck) => struck.normalize('NFC')); // as \not= makes
  return markup.includes('tml-wide') ? markup.replace('tml-display', 'tml-display tml-full') : markup;
};

// Styles that plain() knew no place for, for the test that there are none.
globalThis.lost = plain.lost;
