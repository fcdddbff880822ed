// The question comes as JSON on standard input, the report leaves as JSON on standard output.
import { text } from 'node:stream/consumers';

export async function ask() {
  return JSON.parse(await text(process.stdin));
}

export function answer(report) {
  process.stdout.write(JSON.stringify(report));
}
