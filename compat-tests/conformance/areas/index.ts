/** Compat tests, conformance: all areas. */
import type { Area } from '../suite.js';
import args from './arguments.js';
import attributes from './attributes.js';
import delivery from './delivery.js';
import descriptors from './descriptors.js';
import files from './files.js';
import handles from './handles.js';
import members from './members.js';
import streamHabits from './stream-habits.js';
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
  members,
  'stream habits': streamHabits,
  streams,
  tree,
  watching,
};
