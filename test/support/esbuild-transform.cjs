// Jest transform: TypeScript and ESM-only packages to CommonJS with the bundler that ships the product.
const { createHash } = require('node:crypto')
const { transformSync } = require('esbuild')

module.exports = {
  getCacheKey: (source, path) => createHash('sha1').update('requires').update(source).update(path).digest('hex'),
  process: (source, path) =>
    transformSync(source, {
      loader: path.endsWith('.ts') ? 'ts' : 'js',
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      // Jest runs what is imported later only when it is required.
      supported: { 'dynamic-import': false },
      sourcemap: 'inline',
      sourcefile: path,
    }),
}
