// Binary search trees of objects: allocation, pointers, recursion.
export { abort } from './abort';

class Node {
  left: Node | null = null;
  right: Node | null = null;
  constructor(public key: u32) {}
}

/** Builds a tree of `count` random keys, five times; the sum of key times depth. */
export function run(count: i32): u64 {
  let result: u64 = 0;
  for (let round: u32 = 1; round <= 5; round++) {
    let seed: u32 = round;
    let root: Node | null = null;
    for (let i = 0; i < count; i++) {
      seed = seed * 1664525 + 1013904223;
      root = insert(root, seed >> 4);
    }
    result += sum(root, 1);
  }
  return result;
}

function insert(root: Node | null, key: u32): Node {
  if (root === null) return new Node(key);
  let node: Node = root;
  while (true) {
    if (key < node.key) {
      const left = node.left;
      if (left === null) {
        node.left = new Node(key);
        return root;
      }
      node = left;
    } else {
      const right = node.right;
      if (right === null) {
        node.right = new Node(key);
        return root;
      }
      node = right;
    }
  }
}

function sum(node: Node | null, depth: u32): u64 {
  if (node === null) return 0;
  return <u64>node.key * depth + sum(node.left, depth + 1) + sum(node.right, depth + 1);
}
