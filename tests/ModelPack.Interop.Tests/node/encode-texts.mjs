// Reads {path, addSpecial, texts} as JSON from standard input and prints the ids that the tokenizers library gives each text.

import { Tokenizer } from "tokenizers";
import { readFileSync } from "node:fs";

const { path, addSpecial, texts } = JSON.parse(readFileSync(0, "utf8"));
const encodings = await Tokenizer.fromFile(path).encodeBatch(texts, { addSpecialTokens: addSpecial });
console.log(JSON.stringify(encodings.map((encoding) => encoding.getIds())));
