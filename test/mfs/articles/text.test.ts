/** The code of "Should a Binary-Only FS Support Text Mode?" (articles, item 0), translated. */
import { describe, expect, it } from 'vitest';
import { TextHandle } from '../../../src/mfs/index.js';
import { codeOf, createMfs } from '../helpers.js';

describe('binary handles and text', () => {
  it('reads and writes JSON by hand', () => {
    const mfs = createMfs();
    mfs.mkdir('/config');
    const config = { name: '設定', debug: true };
    {
      using f = mfs.open('/config/settings.json', 'wb');
      f.write(Buffer.from(JSON.stringify(config), 'utf8'));
    }
    {
      using f = mfs.open('/config/settings.json', 'rb');
      expect(JSON.parse(f.read().toString('utf8'))).toEqual(config);
    }
  });

  it('refuses text modes', () => {
    const mfs = createMfs();
    for (const mode of ['r', 'w', 'a', 'rt', 'w+']) {
      expect(codeOf(() => mfs.open('/f', mode as 'rb'))).toBe('ERR_INVALID_ARG_VALUE');
    }
  });

  it('wraps a handle for text', () => {
    const mfs = createMfs();
    mfs.mkdir('/data');
    {
      using f = mfs.open('/data/hello.txt', 'wb');
      const th = new TextHandle(f, { encoding: 'utf-8' });
      th.write('Hello, world\n');
    }
    expect(mfs.exportAsBuffer('/data/hello.txt').toString()).toBe('Hello, world\n');
  });

  it('read(1) is one character and not one byte, unlike the article says of its first version', () => {
    const mfs = createMfs();
    mfs.importTree({ '/f': Buffer.from('こんにちは') });
    using f = mfs.open('/f', 'rb');
    const th = new TextHandle(f);
    expect(th.read(3)).toBe('こんに');
    expect(th.read(1)).toBe('ち');
  });

  it('readline knows three line ends, and puts back what follows a bare \\r', () => {
    const mfs = createMfs();
    mfs.importTree({ '/f': Buffer.from('unix\nwindows\r\nold mac\rend') });
    using f = mfs.open('/f', 'rb');
    const th = new TextHandle(f);
    expect([th.readline(), th.readline(), th.readline(), f.tell(), th.readline(), th.readline()]).toEqual([
      'unix\n',
      'windows\r\n',
      'old mac\r',
      22,
      'end',
      '',
    ]);
  });
});
