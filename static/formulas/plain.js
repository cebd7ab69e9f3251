// Temml writes styles into elements, which a strict content security policy ignores. Here each becomes a class of
// formulas.css or an attribute of MathML. Lengths that authors choose are rounded to the nearest that has a class.

function bordered(side) {
  return (value) => `tml-b${side}${value.includes('dashed') ? 'd' : value.includes('double') ? '2' : ''}`;
}

// em of a length such as "0.4em", "5.9776pt", "1.2ex".
function em(value) {
  const perEm = { em: 1, ex: 2.3, pt: 12, px: 16, mu: 18 };
  const n = parseFloat(value);
  return n / (perEm[value.replace(/^[-\d.]+/, '')] ?? 1);
}

function nearest(value, choices) {
  return choices.reduce((best, c) => (Math.abs(c - value) < Math.abs(best - value) ? c : best));
}

// Cells have 0.4 em beside them unless a class says otherwise.
function beside(side) {
  return (value) => ({ 0: `tml-p${side}0`, 0.4: '', 1: `tml-p${side}1` })[nearest(em(value), [0, 0.4, 1])];
}

// Above and below the cells of stretched arrays, in ex.
function stretched(value) {
  return value === '0' ? 'tml-v0' : `tml-v${nearest(em(value) * 2.3, [0.8, 1.2, 1.6, 2, 3]) * 10}`;
}

// Negative space, in sixths of an em, as \! is one.
function back(value) {
  return `tml-back-${nearest(-em(value) * 6, [1, 2, 3, 4, 6, 9, 12])}`;
}

const classes = {
  'font-weight': () => 'tml-bold',
  'font-style': () => 'tml-italic',
  'font-family': () => '',
  'math-depth': (v) => `tml-depth-${v}`,
  'border-top': bordered('t'), 'border-bottom': bordered('b'), 'border-left': bordered('l'), 'border-right': bordered('r'),
  border: () => 'tml-frame',
  'padding-top': stretched, 'padding-bottom': () => '',
  'padding-left': beside('l'), 'padding-right': beside('r'),
  padding: (v) => ({ 0: 'tml-p0', '3pt': 'tml-pad', '0.3em': 'tml-pad' })[v] ?? '',
  'margin-left': back,
  width: (v) => ({ '100%': 'tml-wide', '50%': 'tml-half', '7.5%': 'tml-glue', '90%': 'tml-narrow' })[v],
  'text-align': (v) => `tml-${v}`,
  height: () => 'tml-high',
  display: (v) => (v === 'flex' ? 'tml-clap' : ''),
  'justify-content': () => '',
  position: (v) => (v === 'absolute' ? 'tml-llap' : 'tml-rel'),
  left: () => '', right: () => '', bottom: () => '',
  transform: (v) => (v === 'scaleX(-1)' ? 'tml-mirror' : undefined),
};

const hyphenate = (name) => name.replace(/[A-Z]/g, (c) => '-' + c.toLowerCase());

function take(node, name, value) {
  if (name === 'color') {
    if (value && 'setAttribute' in node) node.setAttribute('mathcolor', value);
    return;
  }
  const found = classes[name]?.(String(value));
  if (found === undefined) plain.lost.push(`${name}:${value}`);
  else if (found && !node.classes.includes(found)) node.classes.push(found);
}

// Colours must be legible on dark pages too: rules are as dark as the text, and what has a ground has letters to match.
function colour(node) {
  const ground = node.attributes?.mathbackground;
  if (ground === 'black' && node.type === 'mspace') {
    delete node.attributes.mathbackground;
    node.classes.push('tml-rule');
  } else if (ground && !node.attributes.mathcolor) node.attributes.mathcolor = isDark(ground) ? 'white' : 'black';
}

function isDark(ground) {
  const hex = /^#(..)(..)(..)$/.exec(ground);
  if (!hex) return /^(black|blue|navy|purple|brown|maroon|green|teal|darkgr[ae]y)$/i.test(ground);
  const [r, g, b] = hex.slice(1).map((c) => parseInt(c, 16));
  return r * 0.3 + g * 0.6 + b * 0.1 < 120;
}

export function plain(node) {
  for (const [name, value] of Object.entries(node.style ?? {})) take(node, hyphenate(name), value);
  node.style = {};
  const written = node.attributes?.style;
  if (written !== undefined) {
    delete node.attributes.style;
    for (const rule of written.split(';').filter(Boolean)) take(node, ...rule.split(':').map((s) => s.trim()));
  }
  colour(node);
  if (Array.isArray(node.children)) node.children.forEach(plain);
}
plain.lost = [];
