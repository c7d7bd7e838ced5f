/** Insertions, deletions and substitutions that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const substitute = (row[j] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(substitute, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The names that someone who typed `word` may have meant, the closest first. */
export function closeNames(word: string, names: readonly string[]): readonly string[] {
  const near = names.map((name) => {
    const contains = word.length > 2 && (name.includes(word) || word.includes(name));
    return { name, distance: contains ? 1 : editDistance(word.toLowerCase(), name.toLowerCase()) };
  });
  const far = Math.max(2, Math.floor(word.length / 3));
  return near
    .filter(({ distance }) => distance <= far)
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}
