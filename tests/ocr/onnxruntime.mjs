// SPDX-License-Identifier: MIT
// Runs one model on one .npy input with ONNX Runtime, the reference that geoneuron is compared to.
// usage: node onnxruntime.mjs MODULES MODEL INPUT.npy OUTPUT.npy REPEAT
// Prints the fastest and the median duration of REPEAT runs on one thread, as JSON; the first run,
// which also allocates, counts only where it is the only one.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const [modules, model, inputPath, outputPath, repeat] = process.argv.slice(2);
const ort = createRequire(resolve(modules, 'x.js'))('onnxruntime-node');

function readNpy(path) {
  const file = readFileSync(path);
  const length = file.readUInt16LE(8);
  const header = file.toString('latin1', 10, 10 + length);
  if (!header.includes("'<f4'")) throw new Error(`${path}: must be float32`);
  const shape = header.match(/'shape': \(([^)]*)\)/)[1].split(',').filter((x) => x.trim()).map(Number);
  const data = new Float32Array(new Uint8Array(file.subarray(10 + length)).buffer);
  return new ort.Tensor('float32', data, shape);
}

function writeNpy(path, tensor) {
  const shape = tensor.dims.join(', ') + (tensor.dims.length === 1 ? ',' : '');
  let header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  const bytes = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  writeFileSync(path, Buffer.concat([start, Buffer.from(header, 'latin1'), bytes]));
}

const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const feeds = { [session.inputNames[0]]: readNpy(inputPath) };
const durations = [];
let results;
for (let i = 0; i < Number(repeat); ++i) {
  const begin = performance.now();
  results = await session.run(feeds);
  durations.push(performance.now() - begin);
}
if (durations.length > 1) durations.shift();
durations.sort((a, b) => a - b);
writeNpy(outputPath, results[session.outputNames[0]]);
console.log(JSON.stringify({ minimum_ms: durations[0], median_ms: durations[durations.length >> 1] }));
