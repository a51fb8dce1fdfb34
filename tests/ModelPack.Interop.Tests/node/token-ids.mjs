// Reads {path, tokens} as JSON from standard input and prints the id that the tokenizers library gives each token, or null.

import { Tokenizer } from "tokenizers";
import { readFileSync } from "node:fs";

const { path, tokens } = JSON.parse(readFileSync(0, "utf8"));
const tokenizer = await Tokenizer.fromFile(path);
console.log(JSON.stringify(tokens.map((token) => tokenizer.tokenToId(token))));
