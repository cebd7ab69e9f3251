// Leaves out of htmx what this site cannot reach: morphing (the swap styles innerMorph and outerMorph), an eighth of its
// weight, so that script on a page stays under its limit. Every cut must match the pinned release exactly, or the build fails.

const methods = [
  '#morph', '#morphChildren', '#findBestMatch', '#matchesUpcomingSibling', '#isSoftMatch', '#removeNode', '#morphNode',
  '#populateIdMapWithTree', '#createIdMaps', '#createPersistentIds',
];

const passages = [
  /\n {16}morph: this\.#morph\.bind\(this\),\n {16}isSoftMatch: this\.#isSoftMatch\.bind\(this\),/,
  / else if \(swapStyle === 'innerMorph'\) \{\n(?: {20}.*\n)+? {16}\} else if \(swapStyle === 'outerMorph'\) \{\n(?: {20}.*\n)+? {16}\}/,
];

const method = (name) => new RegExp(`\\n {8}${name}\\(.*\\) \\{\\n(?:(?: {9,}.*)?\\n)*? {8}\\}(?=\\n)`);

/** The source of htmx without morphing. */
export function slim(source) {
  const cuts = [...methods.map(method), ...passages];
  const slimmer = cuts.reduce((text, cut) => {
    if (!cut.test(text)) throw new Error(`htmx has changed: ${cut} is not in it. Read its source, then change static/htmx.mjs`);
    return text.replace(cut, '');
  }, source);
  const left = methods.find((name) => new RegExp(`this\\.${name}\\b`).test(slimmer));
  if (left) throw new Error(`htmx has changed: ${left} is still called. Read its source, then change static/htmx.mjs`);
  return slimmer;
}
