/** What the two protocols of in-kernel tests look like, and what is made of them. */
import { describe, expect, it } from 'vitest';
import { parseRustOsdev } from '../src/kernel-tests/rust-osdev.ts';
import { parseTap } from '../src/kernel-tests/tap.ts';

describe('rust-osdev', () => {
  it('a line for each test; what follows belongs to it', () => {
    const output = [
      'Running 4 tests',
      'blog_os::vga_buffer::println_many...\t[ok]',
      'blog_os::prints...\thello from inside',
      '[ok]',
      'blog_os::assertion...\t[failed]',
      '',
      'Error: panicked at src/lib.rs:20:5:',
      'assertion failed: 1 == 2',
      'blog_os::hangs...\t',
      '',
    ].join('\r\n');
    expect(parseRustOsdev(output)).toEqual({
      planned: 4,
      bailOut: undefined,
      results: [
        { name: 'blog_os::vga_buffer::println_many', outcome: 'ok', details: '' },
        { name: 'blog_os::prints', outcome: 'ok', details: 'hello from inside' },
        {
          name: 'blog_os::assertion',
          outcome: 'failed',
          details: 'Error: panicked at src/lib.rs:20:5:\nassertion failed: 1 == 2',
        },
        { name: 'blog_os::hangs', outcome: 'unfinished', details: '' },
      ],
    });
  });

  it('no tests are no tests', () => {
    expect(parseRustOsdev('hello\n').results).toEqual([]);
  });
});

describe('TAP', () => {
  it('results, plan, directives, diagnostics', () => {
    const output = [
      'TAP version 14',
      '1..5',
      'ok 1 - frames are unique',
      'not ok 2 - pages map',
      '# at src/paging.rs:41',
      '  ---',
      '  found: 0x1000',
      '  ...',
      'ok 3 - ring 3 # SKIP no TSS',
      'not ok 4 - heap # TODO shrink',
      'ok 5',
    ].join('\n');
    const { planned, results } = parseTap(output);
    expect(planned).toBe(5);
    expect(results).toEqual([
      { name: 'frames are unique', outcome: 'ok', details: '' },
      { name: 'pages map', outcome: 'failed', details: 'at src/paging.rs:41\n---\nfound: 0x1000\n...' },
      { name: 'ring 3', outcome: 'skipped', details: 'no TSS' },
      { name: 'heap', outcome: 'todo', details: 'shrink' },
      { name: 'test 5', outcome: 'ok', details: '' },
    ]);
  });

  it('KTAP: subtests carry the name of their suite', () => {
    const output = [
      'KTAP version 1',
      '1..2',
      '  KTAP version 1',
      '  # Subtest: memory',
      '  1..2',
      '  ok 1 frames',
      '  not ok 2 pages',
      'not ok 1 memory',
      'ok 2 console',
    ].join('\n');
    expect(parseTap(output).results.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'memory > frames: ok',
      'memory > pages: failed',
      'console: ok',
    ]);
  });

  it('a suite that fails without a failing subtest is a failure of its own', () => {
    expect(parseTap('  ok 1 a\nnot ok 1 suite').results.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['suite > a', 'ok'],
      ['suite', 'failed'],
    ]);
  });

  it('bail out', () => {
    expect(parseTap('ok 1\nBail out! out of frames\n').bailOut).toBe('out of frames');
  });

  it('ordinary words are no results', () => {
    expect(parseTap('okay then\nokra\nnot okay\n').results).toEqual([]);
  });
});
