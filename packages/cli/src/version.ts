/** The version of the package, from the one place that has it. */
import packageJson from '../package.json' with { type: 'json' };

/** As in package.json, such as `0.1.0`. */
export const version: string = packageJson.version;
