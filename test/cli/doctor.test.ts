import { expect, it } from 'vitest';
import { isSupportedNode } from '../../src/cli/package.ts';
import { documentIn, reconverge } from './cli.ts';

it('doctor says what this machine can do', async () => {
  const ran = await reconverge(['doctor', '--json']);
  expect(ran.exitCode).toBe(0);
  const report = documentIn(ran);
  expect(report).toMatchObject({ verb: 'doctor', model: null, result: 'holds', error: null });
  const names = report.properties.map(({ name }) => name);
  expect(names).toEqual(['node', 'platform', 'postgres', 'tiers', 'workers', 'memory']);
  const postgres = report.properties.find(({ name }) => name === 'postgres');
  if (postgres?.values['available'] !== true) expect(postgres?.because).toContain('npm install -D');
});

it('doctor writes for people, too', async () => {
  const { stdout, exitCode } = await reconverge(['doctor']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/✓ node +version v/);
  expect(stdout).toMatch(/memory +total [\d,]+ MiB/);
});

it('knows which versions of Node are supported', () => {
  const range = '^20.19.0 || ^22.12.0 || >=24.0.0';
  const supported = ['v20.19.0', 'v20.20.2', 'v22.12.0', 'v24.0.0', 'v25.1.0'];
  const others = ['v18.20.0', 'v20.18.9', 'v21.7.0', 'v22.11.0', 'v23.5.0'];
  expect(supported.filter((version) => !isSupportedNode(version, range))).toEqual([]);
  expect(others.filter((version) => isSupportedNode(version, range))).toEqual([]);
});
