/** Compat tests, conformance: all areas. */
import type { Area } from '../suite.js';
import attributes from './attributes.js';
import descriptors from './descriptors.js';
import files from './files.js';
import tree from './tree.js';

export const areas: Readonly<Record<string, Area>> = { attributes, descriptors, files, tree };
