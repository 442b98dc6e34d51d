// The way out of a template: bodies are compiled once more for the translator (templates/compile.ts), and what is rare or loops
// is not translated. There the region is left before the instruction, which the interpreter then executes. Only code behind
// `isDefined(TEMPLATES)` may call this.

/** In a template: leaves before the instruction. */
@external("env", "raise")
declare function raise(): void;

/** Leaves a translated instruction before it has had any effect; does not return. */
@inline
export function leaveTranslation(): void {
  raise();
  unreachable();
}
