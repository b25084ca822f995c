/** build/types.ts: the comments that types keep. */
import { describe, expect, it } from 'vitest';
import { withoutAsides } from '../../build/types.js';

const types = `/**
 * What a source file opens with.
 */

/** What a class is for. */
declare class Volume {
    /** What it does. */
    open(): void;
}
`;

describe('comments of types', () => {
  it('are those of declarations', () => {
    expect(withoutAsides(types)).toBe(
      '/** What a class is for. */\ndeclare class Volume {\n\t/** What it does. */\n\topen(): void;\n}\n',
    );
  });
});
