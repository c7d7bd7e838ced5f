/**
 * Items one after the other with `between`, broken into lines of at most `width` columns where they
 * do not fit; an item that is longer than a line has one of its own.
 */
export function filled(
  items: readonly string[],
  between: string,
  width: number,
): readonly string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + between.length + item.length <= width) {
      lines[lines.length - 1] = `${last}${between}${item}`;
    } else lines.push(item);
  }
  return lines;
}

/** Rows as columns, each as wide as its widest cell; the last column is not padded. */
export function aligned(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    ),
  );
}

/** 1234567 as "1,234,567"; a whole number without Node's tables of languages, which load slowly. */
export function grouped(value: number): string {
  if (!Number.isSafeInteger(value)) return value.toLocaleString('en-US');
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** "0.04 s", "12 s", "3 min 5 s". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Bytes as "512 MiB". */
export function mebibytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 2 ** 20))} MiB`;
}

/** "1 step", "2 steps". */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}
