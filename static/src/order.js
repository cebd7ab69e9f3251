// Where a comment stands: keys are the seqs from a thread's root down, joined by dots, and sort by the numbers.

/** Negative, 0 or positive: whether key a stands before, at or after b. A missing level is 0: the parent comes first. */
export const compare = (order, a, b) => {
  a = a.split('.');
  b = b.split('.');
  for (let i = 0; i < 12; i++) {
    const d = (a[i] || 0) - (b[i] || 0);
    if (d) return !i && order == 'newest' ? -d : d;
  }
  return 0;
};

/** Whether key lies in the half-open window [from, until) of a page; an empty bound is open. */
export const inside = (key, { order, from, until }) =>
  (!from || compare(order, key, from) >= 0) && (!until || compare(order, key, until) < 0);

/** Whether cursor a is an earlier point than b of the same epoch. Points of two epochs cannot be compared. */
export const behind = (a, b) => {
  const [epoch, rev] = a.split('.');
  const [other, head] = b.split('.');
  return epoch == other && rev - head < 0;
};
