// Reads file names from standard input, one a line, and prints for each what @huggingface/gguf finds in it, as one line of JSON.
// Numbers are printed as text, so that none is rounded: 64-bit integers in decimal, everything else as the bits of a double.

import { gguf } from "@huggingface/gguf";
import { readFileSync } from "node:fs";

const COUNTS = ["version", "tensor_count", "kv_count"];

function bits(number) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return Number.isNaN(number) ? "NaN" : view.getBigUint64(0).toString(16).padStart(16, "0");
}

function print(value) {
  return Array.isArray(value) ? value.map(print)
    : typeof value === "number" ? bits(value)
    : typeof value === "bigint" ? value.toString()
    : value;
}

async function read(path) {
  const file = await gguf(path, { allowLocalFile: true, typedMetadata: true });
  const pairs = Object.entries(file.typedMetadata).filter(([key]) => !COUNTS.includes(key));
  return {
    version: file.metadata.version,
    tensorCount: Number(file.metadata.tensor_count),
    pairCount: Number(file.metadata.kv_count),
    dataOffset: Number(file.tensorDataOffset),
    pairs: pairs.map(([key, { value, type, subType }]) => ({ key, type, elementType: subType ?? null, value: print(value) })),
    tensors: file.tensorInfos.map(({ name, shape, dtype, offset }) => ({
      name, dimensions: shape.map((size) => size.toString()), type: dtype, offset: offset.toString(),
    })),
  };
}

for (const path of readFileSync(0, "utf8").split("\n").filter((line) => line !== "")) {
  const result = await read(path).catch((error) => ({ error: String(error) }));
  console.log(JSON.stringify(result));
}
