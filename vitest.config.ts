import { defineConfig } from 'vitest/config';

// Three projects, so that a developer can run the fast ones alone:
//   unit      pure logic, components and headless screens: seconds
//   e2e       the built program in a pseudo-terminal and over real sockets
//   contract  clients and servers from elsewhere (aws CLI, boto3, moto, cfn-lint), only in `npm run test:full`
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', 'test/contract/**'],
          env: { NODE_ENV: 'test', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
