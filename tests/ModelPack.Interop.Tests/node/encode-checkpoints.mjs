// Reads [{path, texts}] as JSON from standard input and prints for each tokenizer.json what the tokenizers library makes of it: the id of every token, and the ids of each text
// with and without special tokens; or the error with which it refuses the file.

import { Tokenizer } from "tokenizers";
import { readFileSync } from "node:fs";

async function encode({ path, texts }) {
  try {
    const tokenizer = Tokenizer.fromFile(path);
    const ids = async (addSpecialTokens) => (await tokenizer.encodeBatch(texts, { addSpecialTokens })).map((encoding) => encoding.getIds());
    return { vocabulary: tokenizer.getVocab(true), ids: await ids(true), idsWithoutSpecial: await ids(false) };
  } catch (error) {
    return { error: String(error) };
  }
}

const answers = [];
for (const question of JSON.parse(readFileSync(0, "utf8"))) {
  answers.push(await encode(question));
}
console.log(JSON.stringify(answers));
