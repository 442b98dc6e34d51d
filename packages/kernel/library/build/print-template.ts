// Makes `print` and `println` take a template literal without a heap: a compile-time rewriting of the syntax tree, as
// Rust's `println!` is a macro and for the same reason. AssemblyScript alone would build a string in memory first.
//
//     println(`start: 0x${base}, ${count} pages`);      is compiled as
//
//     { const hole0 = base, hole1 = count;              // arguments first: what they print comes before this line
//       printText('start: 0x'); printHexadecimalHole(hole0);
//       printText(', '); printHole(hole1); println(' pages'); }
//
// A hole behind the text `0x` is written in hexadecimal, every other number in decimal (`library/print.ts`).
// An asc transform (assemblyscript.org, "Using the compiler", transforms). Everywhere else a template literal
// keeps its meaning: it needs the heap.
import * as assemblyscript from 'assemblyscript';

/** The part of asc's syntax tree that is read; which fields a node has depends on its kind. */
interface SyntaxNode {
  readonly kind: number;
  readonly range: object;
  readonly expression: SyntaxNode;
  readonly args: readonly SyntaxNode[];
  readonly text: string;
  readonly tag: SyntaxNode | null;
  readonly parts: readonly string[] | undefined;
  readonly expressions: readonly SyntaxNode[];
}

/** The part of asc's `Node` that makes new ones. Its own types describe a language that TypeScript does not check. */
interface NodeFactory {
  new (): SyntaxNode;
  createIdentifierExpression(text: string, range: object): SyntaxNode;
  createStringLiteralExpression(value: string, range: object): SyntaxNode;
  createExpressionStatement(expression: SyntaxNode): SyntaxNode;
  createCallExpression(callee: SyntaxNode, types: null, parameters: readonly SyntaxNode[], range: object): SyntaxNode;
  createVariableDeclaration(
    name: SyntaxNode,
    decorators: null,
    flags: number,
    type: null,
    initializer: SyntaxNode,
    range: object,
  ): SyntaxNode;
  createVariableStatement(decorators: null, declarations: readonly SyntaxNode[], range: object): SyntaxNode;
  createBlockStatement(statements: readonly SyntaxNode[], range: object): SyntaxNode;
}

const { Node, NodeKind } = assemblyscript as unknown as {
  readonly Node: NodeFactory;
  readonly NodeKind: Readonly<Record<'Expression' | 'Call' | 'Identifier' | 'Literal', number>>;
};

/** `CommonFlags.Const` of asc, a const enum that has no value at run time. */
const CONST = 8;

const isPrintOfTemplate = (node: SyntaxNode): boolean =>
  node.kind === NodeKind.Expression &&
  node.expression.kind === NodeKind.Call &&
  node.expression.expression.kind === NodeKind.Identifier &&
  (node.expression.expression.text === 'print' || node.expression.expression.text === 'println') &&
  node.expression.args.length === 1 &&
  node.expression.args[0]!.kind === NodeKind.Literal &&
  node.expression.args[0]!.parts !== undefined &&
  node.expression.args[0]!.tag === null;

/** One `print(template)` statement as a block of statements that need no string at run time. */
function expand(statement: SyntaxNode): SyntaxNode {
  const { expression: callee, args } = statement.expression;
  const { parts = [], expressions } = args[0]!;
  const range = statement.range;
  const name = (text: string) => Node.createIdentifierExpression(text, range);
  const text = (value: string) => Node.createStringLiteralExpression(value, range);
  const call = (functionName: string, argument: SyntaxNode) =>
    Node.createExpressionStatement(Node.createCallExpression(name(functionName), null, [argument], range));

  const block: SyntaxNode[] = [];
  expressions.forEach((expression, index) => {
    const hole = Node.createVariableDeclaration(name(`hole${index}`), null, CONST, null, expression, expression.range);
    block.push(Node.createVariableStatement(null, [hole], expression.range));
  });
  expressions.forEach((_, index) => {
    const before = parts[index]!;
    if (before !== '') block.push(call('printText', text(before)));
    block.push(call(before.endsWith('0x') ? 'printHexadecimalHole' : 'printHole', name(`hole${index}`)));
  });
  const last = parts[expressions.length]!;
  if (last !== '' || callee.text === 'println') block.push(call(callee.text, text(last)));
  return Node.createBlockStatement(block, range);
}

/** Replaces every such statement below `node`, whatever kind of node it is: a walk over the tree's own fields. */
function rewrite(node: object): void {
  const fields = node as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    if (key === 'range') continue; // points back to the whole source
    const child = fields[key];
    if (Array.isArray(child)) {
      child.forEach((item, index) => {
        if (!(item instanceof Node)) return;
        rewrite(item);
        if (isPrintOfTemplate(item)) child[index] = expand(item);
      });
    } else if (child instanceof Node) {
      rewrite(child);
      if (isPrintOfTemplate(child)) fields[key] = expand(child);
    }
  }
}

/** The hook that asc calls once all sources are parsed. */
export default class PrintTemplate {
  afterParse(parser: { readonly sources: readonly { readonly normalizedPath: string }[] }): void {
    for (const source of parser.sources) {
      // All code of kernels, and of this library where it is a package; the standard library has no such statements.
      if (!/^~lib\/(?!longmode\/)/.test(source.normalizedPath)) rewrite(source);
    }
  }
}
