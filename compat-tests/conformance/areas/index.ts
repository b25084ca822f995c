/** Compat tests, conformance: all areas. */
import type { Area } from '../suite.js';
import args from './arguments.js';
import attributes from './attributes.js';
import delivery from './delivery.js';
import descriptors from './descriptors.js';
import files from './files.js';
import handles from './handles.js';
import streams from './streams.js';
import tree from './tree.js';
import watching from './watching.js';

export const areas: Readonly<Record<string, Area>> = {
  arguments: args,
  attributes,
  delivery,
  descriptors,
  files,
  handles,
  streams,
  tree,
  watching,
};
