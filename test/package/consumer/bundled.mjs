// A program to be bundled, that imports.

import { AsyncMemoryFileSystem, createFs, MemoryFileSystem, QuotaExceededError, quotaOf, TextHandle } from 'quotafs';
import * as archive from 'quotafs/archive';
import { importFromDisk } from 'quotafs/disk';
import { diff } from 'quotafs/inspect';
import memfs from 'quotafs/memfs';
import mock from 'quotafs/mock-fs';
import * as mount from 'quotafs/mount';
import { createOverlay } from 'quotafs/overlay';
import * as snapshots from 'quotafs/snapshot';
import { useEverything } from './everything.cjs';

useEverything({
  quotafs: { AsyncMemoryFileSystem, createFs, MemoryFileSystem, QuotaExceededError, quotaOf, TextHandle },
  archive,
  disk: { importFromDisk },
  mount,
  overlay: { createOverlay },
  snapshots,
  inspection: { diff },
  memfs,
  mock,
});
