// What `import ... from 'longmode/kernel'` offers to a kernel of one's own; README.md describes it. The instructions are
// in `longmode/kernel/x86`.
export { BootInformation, MemoryArea } from './boot-information';
export { hasWord, printLoaderText } from './command-line';
export { DEBUG_EXIT_FAILURE, DEBUG_EXIT_SUCCESS, exit } from './debug-exit';
export { halt } from './panic';
export { print, printByte, printDecimal, printHexadecimal, println, setColor } from './print';
export { BUFFER_HEIGHT, BUFFER_WIDTH, Color, colorCode, putCell, VGA_BUFFER, WRITER } from './vga-buffer';
