/** US dollars of so many state transitions of Standard workflows (us-east-1, $0.025 a thousand). */
export const costOf = (transitions: number): number => Math.round(transitions * 25) / 1_000_000
