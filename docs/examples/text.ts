// Text in any encoding on a binary handle, without a buffer that could dodge the quota.
import { MemoryFileSystem, TextHandle } from 'quotafs';

const volume = new MemoryFileSystem({ maxQuota: 1024 * 1024 });

{
  using file = volume.open('/hello.txt', 'wb');
  const text = new TextHandle(file, { encoding: 'shift_jis' });
  text.write('こんにちは世界\r\n');
  text.write('Hello\n');
}
console.log(volume.getSize('/hello.txt'), 'bytes');

{
  using file = volume.open('/hello.txt');
  const text = new TextHandle(file, { encoding: 'shift_jis' });
  console.log(text.read(5), file.tell());
  for (const line of text) console.log(JSON.stringify(line));
}

{
  using file = volume.open('/hello.txt', 'ab');
  try {
    new TextHandle(file, { encoding: 'shift_jis' }).write('😀');
  } catch (error) {
    console.log((error as Error).message);
  }
}
