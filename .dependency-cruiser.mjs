import { readFileSync } from 'node:fs';

/** The floors, read from the same table as the test that judges them (test/unit/floors/). */
const { floors, typesOnly, packages, packageTypesOnly } = JSON.parse(
  readFileSync(new URL('test/unit/floors/floors.json', import.meta.url), 'utf8'),
);

const folderOf = (place) => (place in floors ? `src/${place}` : place);
const oneOf = (places) => `^(${places.map(folderOf).join('|')})/`;
const moduleOf = (name) => `(^|/)node_modules/${name}/`;

const floorRules = Object.entries(floors).map(([floor, below]) => {
  const allowed = [floor, ...below, ...(typesOnly[floor] ?? [])];
  const pathNot = floor === 'cli' ? [oneOf(allowed), '^src/index\\.ts$'] : oneOf(allowed);
  return {
    name: `floor-${floor}`,
    severity: 'error',
    from: { path: `^src/${floor}/` },
    to: { path: '^(src|models|properties)/', pathNot },
  };
});

const typeRules = Object.entries(typesOnly).map(([floor, others]) => ({
  name: `types-only-${floor}`,
  severity: 'error',
  from: { path: `^src/${floor}/` },
  to: { path: oneOf(others), dependencyTypesNot: ['type-only'] },
}));

const packageRules = Object.entries(packages)
  .filter(([name]) => name !== 'reconverge')
  .flatMap(([name, homes]) => {
    const to = { path: moduleOf(name) };
    const guests = packageTypesOnly[name] ?? [];
    return [
      {
        name: `home-of-${name}`,
        severity: 'error',
        from: { path: '^(src|models|properties)/', pathNot: oneOf([...homes, ...guests]) },
        to,
      },
      ...(guests.length === 0
        ? []
        : [
            {
              name: `types-only-of-${name}`,
              severity: 'error',
              from: { path: oneOf(guests) },
              to: { ...to, dependencyTypesNot: ['type-only'] },
            },
          ]),
    ];
  });

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'models-by-the-front-door',
      severity: 'error',
      from: { path: '^(models|properties)/' },
      to: { path: '^src/', pathNot: '^src/index\\.ts$' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      from: { path: '^(src|models|properties)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    },
    ...floorRules,
    ...typeRules,
    ...packageRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
