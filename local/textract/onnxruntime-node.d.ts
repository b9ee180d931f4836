// The part of ONNX Runtime that we use: an optional package, so its own types may be absent.
declare module 'onnxruntime-node' {
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, dims: readonly number[])
    readonly data: Float32Array
    readonly dims: readonly number[]
  }
  export class InferenceSession {
    static create(
      path: string,
      options: {
        intraOpNumThreads: number
        interOpNumThreads: number
        logSeverityLevel: 0 | 1 | 2 | 3 | 4
        extra: Readonly<Record<string, unknown>>
      },
    ): Promise<InferenceSession>
    readonly inputNames: readonly string[]
    readonly outputNames: readonly string[]
    run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
    release(): Promise<void>
  }
}
