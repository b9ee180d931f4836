// Plain JavaScript, so that a thread can start on it under any loader; the rest of the reader is TypeScript.
require('tsx/cjs')
require('./worker.ts')
