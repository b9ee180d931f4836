const shared = {
  setupFiles: ['<rootDir>/test/support/quiet.cjs'],
  transform: { '\\.(ts|m?js)$': '<rootDir>/test/support/esbuild-transform.cjs' },
  // Only packages published as ES modules alone need the transform.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@middy|pdfjs-dist)/)'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.build'],
}
const project = (displayName, more = {}) => ({
  ...shared,
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  ...more,
})
// Suites that boot the template need it synthesized first.
const booted = { globalSetup: '<rootDir>/test/support/synthesized.ts' }

module.exports = {
  testTimeout: 120_000,
  // Each booted world is several processes; two at once is what two cores carry.
  maxWorkers: 2,
  projects: [
    project('unit'),
    project('infra'),
    project('integration'),
    project('conformance'),
    project('api', booted),
    project('workflow', booted),
  ],
}
