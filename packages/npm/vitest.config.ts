import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';

// Not the template's test, of which there is a copy in dist.
export default mergeConfig(base, { test: { include: ['test/**/*.test.ts'] } });
