import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/report/dossier/front-page.ts';
import { junitText } from '../../../src/report/dossier/junit.ts';

const property = (name: string, result: 'holds' | 'violated' | 'unknown', vacuous = false) => ({
  name,
  kind: 'always',
  result,
  vacuous,
  assurance: `${result}, they say`,
  page: 'page.md',
});

const entry = (name: string, properties: Entry['properties']): Entry => ({
  name,
  folder: name,
  hash: 'abc',
  parameters: { crashes: 1 },
  result: 'holds',
  states: null,
  transitions: null,
  properties,
  faults: [],
  variants: [],
});

describe('the dossier as JUnit XML', () => {
  it('has a suite for each model and a test for each property', () => {
    const text = junitText([
      entry('one', [property('safe', 'holds'), property('live', 'violated')]),
      entry('two', [property('far', 'unknown'), property('of nothing', 'holds', true)]),
    ]);
    expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="reconverge" tests="4" failures="1" errors="2">
  <testsuite name="one" tests="2" failures="1" errors="0">
    <properties>
      <property name="hash" value="abc"/>
      <property name="crashes" value="1"/>
    </properties>
    <testcase classname="one" name="safe"/>
    <testcase classname="one" name="live">
      <failure message="violated, they say" type="always"/>
    </testcase>
  </testsuite>
  <testsuite name="two" tests="2" failures="0" errors="2">
    <properties>
      <property name="hash" value="abc"/>
      <property name="crashes" value="1"/>
    </properties>
    <testcase classname="two" name="far">
      <error message="unknown, they say" type="always"/>
    </testcase>
    <testcase classname="two" name="of nothing">
      <error message="holds of nothing: vacuous" type="always"/>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it('holds any name', () => {
    const text = junitText([entry('one', [property('a < b & "c"\n\u0000\uD800é', 'holds')])]);
    expect(text).toContain('name="a &lt; b &amp; &quot;c&quot;&#10;\uFFFD\uFFFDé"/>');
  });
});
