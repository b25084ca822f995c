// A ZIP from the network, unpacked and worked on in memory, under a limit that a hostile archive cannot cross.
import { strToU8, unzipSync, zipSync } from 'fflate';
import { MemoryFileSystem, QuotaExceededError } from 'quotafs';

const archive = zipSync({ 'data/report.csv': strToU8('id,name\n1,Ada\n2,Bob\n'), 'readme.txt': strToU8('hello\n') });
const bomb = zipSync({ 'small.txt': strToU8('x'), 'huge.bin': new Uint8Array(8 * 1024 * 1024) });

const volume = new MemoryFileSystem({ maxQuota: 1024 * 1024 });

function unpack(zip: Uint8Array, target: string): void {
  const files = Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/'));
  volume.importTree(files.map(([name, data]) => [`${target}/${name}`, data] as const));
}

unpack(archive, '/in');
console.log(volume.glob('/in/**/*.*'));

try {
  unpack(bomb, '/bomb');
} catch (error) {
  if (!(error instanceof QuotaExceededError)) throw error;
  console.log(error.code, volume.exists('/bomb'));
}

const report = volume.exportAsBuffer('/in/data/report.csv').toString().replaceAll(',', ';');
volume.importTree({ '/out/report.csv': Buffer.from(report) });
const packed = zipSync(volume.exportTree('/out'));
console.log(Object.keys(unzipSync(packed)));
