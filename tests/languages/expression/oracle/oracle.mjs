// Reads {"expression": "...", "context": {...}} as JSON lines and answers each with GitHub's own
// evaluator: {"value": ...}, {"invalid": "..."} for what it refuses, {"failed": "..."} for what fails.
// The first argument is the folder that holds node_modules.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const main = join(resolve(process.argv[2]), "node_modules", "@actions", "expressions", "dist", "index.js");
const { data, Evaluator, Lexer, Parser } = await import(pathToFileURL(main));

const functions = [
  ["hashFiles", 1, 255],
  ["success", 0, 255],
  ["failure", 0, 255],
  ["always", 0, 0],
  ["cancelled", 0, 0],
].map(([name, minArgs, maxArgs]) => ({ name, minArgs, maxArgs, description: name, call: () => new data.Null() }));
const implementations = new Map(functions.map((each) => [each.name.toLowerCase(), each]));

// JSON has no NaN and no infinities: they travel as {"number": "NaN"}.
function plain(value) {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.Number:
      return Number.isFinite(value.value) ? value.value : { number: String(value.value) };
    case data.Kind.Array:
      return { array: value.values().map(plain) };
    case data.Kind.Dictionary:
      return { object: value.pairs().map((pair) => [pair.key, plain(pair.value)]) };
    default:
      return value.value;
  }
}

function answer({ expression, context }) {
  const contexts = JSON.parse(JSON.stringify(context), data.reviver);
  let tree;
  try {
    const names = contexts.pairs().map((pair) => pair.key);
    tree = new Parser(new Lexer(expression).lex().tokens, names, functions).parse();
  } catch (error) {
    return { invalid: String(error.message).slice(0, 200) };
  }
  if (tree === undefined) return { invalid: "empty" };
  try {
    return { value: plain(new Evaluator(tree, contexts, implementations).evaluate()) };
  } catch (error) {
    return { failed: String(error.message).slice(0, 200) };
  }
}

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
process.stdout.write(lines.map((line) => JSON.stringify(answer(JSON.parse(line))) + "\n").join(""));
