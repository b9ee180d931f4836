import { DEFAULT_ASSEMBLY, isStale, synthesize } from '../../local/synth'

/** Jest's global set-up of the suites that boot the template: it is synthesized from the sources as they are now. */
export default async function synthesized(): Promise<void> {
  if (isStale(DEFAULT_ASSEMBLY)) await synthesize()
}
