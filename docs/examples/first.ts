import { createFs, QuotaExceededError } from 'quotafs';

const fs = createFs({ maxQuota: 1024 * 1024 });

fs.mkdirSync('/cache');
fs.writeFileSync('/cache/page.html', '<h1>hello</h1>');

try {
  fs.appendFileSync('/cache/page.html', Buffer.alloc(2 * 1024 * 1024));
} catch (error) {
  if (!(error instanceof QuotaExceededError)) throw error;
  console.log(error.message);
  console.log(error.code, error.errno, error.limit, error.requested > error.available);
}

console.log(fs.readFileSync('/cache/page.html', 'utf8'));
