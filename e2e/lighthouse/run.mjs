// Lighthouse over the built blog with fifty comments: five runs a page, medians, judged by the project's goals. With the
// argument of a Markdown file, the table takes the place of what stands there between the marks.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RUNS = 5;
const PAGES = ["/blog/what-vang-is", "/blog/vang-la-gi", "/"];
const GOALS = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };
const CHROME = "--headless=new --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const SANDBOX = process.getuid() === 0 ? " --no-sandbox" : ""; // Chromium has none for root
const [vang, report] = process.argv.slice(2);

const freePort = () => new Promise((done) => {
  const s = createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => done(port)); });
});

async function blog(dir) {
  const base = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(vang, ["serve", "--addr", base.slice(7), "--database", `sqlite:${join(dir, "vang.db")}`, "--rate-limit", "off"], { stdio: "ignore" });
  for (let n = 0; ; n++) {
    try { if ((await fetch(base + "/readyz")).ok) break; } catch { /* not yet */ }
    if (n === 100) throw new Error(`${vang} does not answer at ${base}`);
    await new Promise((r) => setTimeout(r, 100));
  }
  return { base, server };
}

async function comment(base, post, n) {
  const body = JSON.stringify({ post, author: { name: `Minh ${n}` }, body: `Bình luận thứ **${n}**, with some *words*, \`code\` and a [link](https://example.org/${n}).` });
  const r = await fetch(base + "/api/comments", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (r.status !== 201) throw new Error(`comment ${n}: ${r.status} ${await r.text()}`);
}

// audit tries again where the machine was too busy for Chromium to record the page at all.
function audit(url, out, tries = 3) {
  const args = [join(import.meta.dirname, "node_modules/lighthouse/cli/index.js"), url, "--quiet", "--output=json", `--output-path=${out}`, `--chrome-flags=${CHROME}${SANDBOX}`];
  try {
    execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (e) {
    if (tries > 1) return audit(url, out, tries - 1);
    throw new Error(`Lighthouse gave no marks to ${url}: ${e.stderr}`);
  }
  const { categories } = JSON.parse(readFileSync(out, "utf8"));
  return Object.fromEntries(Object.keys(GOALS).map((c) => [c, Math.round(categories[c].score * 100)]));
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

function table(rows) {
  const heads = ["page", ...Object.keys(GOALS).map((c) => `${c} (goal ${GOALS[c]})`)];
  const lines = rows.map(({ page, scores }) => [page, ...Object.keys(GOALS).map((c) => `${median(scores.map((s) => s[c]))} (${Math.min(...scores.map((s) => s[c]))} to ${Math.max(...scores.map((s) => s[c]))})`)]);
  return [heads, heads.map(() => "---"), ...lines].map((l) => `| ${l.join(" | ")} |`).join("\n");
}

function write(file, text) {
  const [open, close] = ["<!-- lighthouse -->", "<!-- /lighthouse -->"];
  const whole = readFileSync(file, "utf8");
  const [a, b] = [whole.indexOf(open), whole.indexOf(close)];
  if (a < 0 || b < a) throw new Error(`${file} has no place for this: put ${open} and ${close} on lines of their own`);
  writeFileSync(file, whole.slice(0, a + open.length) + "\n" + text + "\n" + whole.slice(b));
}

const dir = mkdtempSync(join(tmpdir(), "vang-lighthouse-"));
const { base, server } = await blog(dir);
try {
  for (const post of ["what-vang-is", "vang-la-gi"]) for (let n = 1; n <= 50; n++) await comment(base, post, n);
  const rows = PAGES.map((page) => ({ page, scores: Array.from({ length: RUNS }, () => audit(base + page, join(dir, "out.json"))) }));
  const text = table(rows);
  console.log(text);
  if (report) write(report, `\`make lighthouse\`, ${new Date().toISOString().slice(0, 10)}: medians of ${RUNS} runs (least to most), with 50 comments below each post.\n\n${text}`);
  const below = rows.flatMap(({ page, scores }) => Object.keys(GOALS).filter((c) => median(scores.map((s) => s[c])) < GOALS[c]).map((c) => `${page}: ${c}`));
  if (below.length > 0) { console.error("below the goal: " + below.join(", ")); process.exitCode = 1; }
} finally {
  server.kill("SIGTERM");
  await new Promise((r) => server.once("exit", r));
  rmSync(dir, { recursive: true });
}
