import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KINDS, PERSISTENCES } from '../../src/model/failure.ts';
import { libraryNames } from '../../src/cli/library.ts';
import { frontPage } from '../../src/report/dossier/front-page.ts';
import { junitText } from '../../src/report/dossier/junit.ts';
import { documentIn, reconverge } from './cli.ts';
import { DOSSIER, entries, pagesIn, writePages } from './dossier.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reconverge-report-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the dossier of the library', () => {
  it('has a page for every model and every property', () => {
    expect(entries().map(({ name }) => name)).toEqual(libraryNames());
    for (const { folder, properties } of entries()) {
      const expected = ['README.md', ...properties.map(({ page }) => page)].toSorted();
      expect(Object.keys(pagesIn(join(DOSSIER, folder)))).toEqual(expected);
    }
  });

  it('has a front page of what its index says', () => {
    expect(readFileSync(join(DOSSIER, 'README.md'), 'utf8')).toBe(frontPage(entries()));
  });

  it('is there for build servers', () => {
    const xml = readFileSync(join(DOSSIER, 'junit.xml'), 'utf8');
    expect(xml).toBe(junitText(entries()));
    expect(xml).toContain(' failures="0" errors="0">');
  });

  it('is about the models as they are', async () => {
    const stale: string[] = [];
    for (const { name, hash } of entries()) {
      const { model } = documentIn(await reconverge(['export', name, '--json']));
      if (model?.hash !== hash) stale.push(name);
    }
    expect(stale, 'npm run dossier writes it again').toEqual([]);
  }, 120_000);

  it('proves all of it, of faults that happen', () => {
    for (const { name, properties, faults } of entries()) {
      const open = properties.filter(({ result, vacuous }) => result !== 'holds' || vacuous);
      const silent = faults.filter(({ fires }) => !fires);
      expect({ name, open, silent }).toEqual({ name, open: [], silent: [] });
    }
  });

  it('tells every bug from the model, but for those that show with other parameters', () => {
    const missed = entries().flatMap(({ name, variants }) =>
      variants
        .filter(({ name: variant, isCaught }) => /^(bug|mutant)=/.test(variant) && !isCaught)
        .map((variant) => `${name} ${variant.name}`),
    );
    expect(missed).toEqual([
      // Of signed messages; with those it is pinned as caught.
      'byzantine-generals bug=unverified',
      // A vote masks it as well; with one vote it is pinned as caught.
      'failure-classes bug=unnumbered',
      // It takes a link that is cut, and is pinned as caught with one.
      'primary-standby bug=unfenced',
      'reference-checkpointed bug=short-sighted',
    ]);
  });

  it('has faults of every nature and of every class', () => {
    const faults = entries()
      .flatMap((entry) => entry.faults)
      .filter(({ fires }) => fires);
    const natures = new Set(faults.map(({ kind, persistence }) => `${kind} ${persistence}`));
    expect(natures.size).toBe(KINDS.length * PERSISTENCES.length);
    expect(new Set(faults.map((fault) => fault.class)).size).toBe(5);
  });

  it('is written again as it is', async () => {
    await writePages('two-phase-commit', scratch, scratch);
    const folder = 'two-phase-commit';
    expect(pagesIn(join(scratch, folder))).toEqual(pagesIn(join(DOSSIER, folder)));
  });
});

describe('--with', () => {
  const given = (file: string) =>
    reconverge(['report', 'two-phase-commit', '--into', scratch, '--with', file, '--json']);

  it.each([
    ['no document', 'nonsense.json', '[1, 2'],
    ['another kind of document', 'other.json', '{"schema": "else"}'],
    ['a document about another model', 'model.json', '{"schema": "reconverge/report@1"}'],
  ])('refuses %s', async (_, name, text) => {
    const file = join(scratch, name);
    writeFileSync(file, text);
    const ran = await given(file);
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe('RCV508');
  });

  it('says that a document is stale, or about other parameters', async () => {
    const folder = join(scratch, 'mutants');
    await reconverge(['mutate', 'two-phase-commit', '--set', 'participants=2', '--out', folder]);
    await given(join(folder, 'report.json'));
    const smaller = Object.values(pagesIn(join(scratch, 'two-phase-commit'))).join('\n');
    expect(smaller).toContain('With `participants=2`');
    const own = await reconverge(['mutate', 'two-phase-commit', '--json']);
    const { model, ...rest } = documentIn(own);
    const file = join(scratch, 'stale.json');
    writeFileSync(file, JSON.stringify({ ...rest, model: { ...model, hash: 'old' } }));
    await given(file);
    const aged = Object.values(pagesIn(join(scratch, 'two-phase-commit'))).join('\n');
    expect(aged).toContain('**Stale: the model has changed since.**');
  });
});
