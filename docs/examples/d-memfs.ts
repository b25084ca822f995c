import { MemoryFileSystem, TextHandle } from 'quotafs';

const volume = new MemoryFileSystem({ maxQuota: 16 * 1024 * 1024, maxNodes: 1000 });

volume.importTree({
  '/data/raw/a.csv': Buffer.from('id,name\n1,Ada\n'),
  '/data/raw/b.csv': Buffer.from('id,name\n2,Bob\n'),
});

{
  using file = volume.open('/data/names.txt', 'wb');
  const text = new TextHandle(file);
  for (const path of volume.glob('/data/raw/*.csv')) {
    const [, row = ''] = volume.fs.readFileSync(path, 'utf8').split('\n');
    text.write(`${row.split(',')[1]}\n`);
  }
}

console.log(volume.exportAsBuffer('/data/names.txt').toString().split('\n'));
console.log(Object.keys(volume.exportTree('/data', { onlyDirty: true })));
