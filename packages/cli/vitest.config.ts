import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

// Not the template's test: it belongs to the projects that `longmode new` makes.
export default mergeConfig(base, { test: { include: ['{src,test}/**/*.test.ts'] } });
