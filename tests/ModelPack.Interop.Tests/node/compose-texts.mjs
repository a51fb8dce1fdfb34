// Reads a list of texts as JSON from standard input and prints them with letters and marks composed (NFC).

import { readFileSync } from "node:fs";

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((text) => text.normalize("NFC"))));
