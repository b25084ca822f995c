/** Compat tests, conformance: all areas. */
import type { Area } from '../suite.js';
import args from './arguments.js';
import attributes from './attributes.js';
import contexts from './contexts.js';
import delivery from './delivery.js';
import descriptors from './descriptors.js';
import files from './files.js';
import handleHabits from './handle-habits.js';
import handles from './handles.js';
import members from './members.js';
import objects from './objects.js';
import streamHabits from './stream-habits.js';
import streams from './streams.js';
import tree from './tree.js';
import uses from './uses.js';
import utf8Stream from './utf8-stream.js';
import watching from './watching.js';
import wrapped from './wrapped.js';

export const areas: Readonly<Record<string, Area>> = {
  arguments: args,
  attributes,
  contexts,
  delivery,
  descriptors,
  files,
  'handle habits': handleHabits,
  handles,
  members,
  objects,
  'stream habits': streamHabits,
  streams,
  tree,
  uses,
  ...(Object.keys(utf8Stream).length > 0 ? { utf8Stream } : {}),
  watching,
  wrapped,
};
