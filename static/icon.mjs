// Draws the mark as a PNG for home screens, which take no SVG. Same geometry as src/icon.svg and the mark in views.
import { crc32 } from './crc32.mjs';
import { deflateSync } from 'node:zlib';

const paper = [251, 250, 246];
const ink = [11, 97, 87];
const samples = 4; // per pixel and direction: smooth edges

/** Whether the point (x, y) of the 32 by 32 drawing is inked. Each ring is open at the upper left. */
function inked(x, y) {
  const [dx, dy] = [x - 16, y - 16];
  const r = Math.hypot(dx, dy);
  if (r <= 4.5) return true;
  const half = 1.5;
  return [8.5, 14].some((ring) => {
    const open = dx < 0 && dy < 0;
    if (!open) return Math.abs(r - ring) <= half;
    return Math.hypot(dx, dy + ring) <= half || Math.hypot(dx + ring, dy) <= half; // round ends
  });
}

function pixel(px, py, size) {
  const scale = 46 / size; // the drawing with a margin: masks cut corners
  let hits = 0;
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      hits += inked((px + (i + 0.5) / samples) * scale - 7, (py + (j + 0.5) / samples) * scale - 7);
    }
  }
  const share = hits / samples ** 2;
  return paper.map((p, c) => Math.round(p + (ink[c] - p) * share));
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** The touch icon as the bytes of a PNG, size pixels square. */
export function touchIcon(size) {
  const rows = [];
  for (let y = 0; y < size; y++) {
    rows.push(0); // no filter
    for (let x = 0; x < size; x++) rows.push(...pixel(x, y, size));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature, chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.from(rows), { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}
