/** Demo: the small program that the compiler is given. */
export const program: Record<string, string> = {
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "CommonJS",
    "rootDir": "src",
    "outDir": "dist",
    "declaration": true,
    "sourceMap": true,
    "incremental": true,
    "strict": true
  },
  "include": ["src"]
}
`,
  'src/shapes.ts': `export type Shape =
  | { readonly kind: 'circle'; readonly radius: number }
  | { readonly kind: 'rectangle'; readonly width: number; readonly height: number };

export function area(shape: Shape): number {
  switch (shape.kind) {
    case 'circle':
      return Math.PI * shape.radius ** 2;
    case 'rectangle':
      return shape.width * shape.height;
  }
}
`,
  'src/report.ts': `import { area, type Shape } from './shapes';

export class Report<T extends Shape> {
  readonly #shapes: T[] = [];

  add(...shapes: T[]): this {
    this.#shapes.push(...shapes);
    return this;
  }

  toString(): string {
    const total = this.#shapes.reduce((sum, shape) => sum + area(shape), 0);
    return \`\${this.#shapes.length} shapes cover \${total.toFixed(2)}\`;
  }
}
`,
  'src/main.ts': `import { Report } from './report';

const report = new Report();
report.add({ kind: 'circle', radius: 2 }, { kind: 'rectangle', width: 3, height: 4 });
export const message = String(report);
`,
};
