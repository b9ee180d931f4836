const shared = {
  transform: { '\\.(ts|m?js)$': '<rootDir>/test/support/esbuild-transform.cjs' },
  // Only packages published as ES modules alone need the transform.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@middy|pdfjs-dist)/)'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.build'],
}
const project = (displayName, testTimeout) => ({
  ...shared,
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  testTimeout,
})

module.exports = {
  projects: [
    project('unit', 10_000),
    project('infra', 60_000),
    project('integration', 60_000),
    project('conformance', 120_000),
    project('api', 120_000),
    project('workflow', 180_000),
  ],
}
