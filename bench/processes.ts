/** What a process and those that it started use, as Linux tells it in /proc; zero on other systems. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Usage {
  /** Resident memory, bytes. */
  memory: number
  /** Processor time since their start, milliseconds. */
  cpu: number
}

interface Process extends Usage {
  pid: number
  parent: number
}

/** Linux counts processor time in hundredths of a second wherever Node runs. */
const TICK = 10
const PAGE = 4096

/** Usage of a process and all its descendants. */
export function usageOf(root: number): Usage {
  const all = processes()
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree.reduce((sum, { memory, cpu }) => ({ memory: sum.memory + memory, cpu: sum.cpu + cpu }), {
    memory: 0,
    cpu: 0,
  })
}

function processes(): Process[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(read)
  } catch {
    return []
  }
}

/** Fields of `stat` by their numbers in proc(5); the name in parentheses may hold anything. */
function read(pid: string): Process[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const field = (number: number) => fields[number - 3] ?? 0
    return [{ pid: Number(pid), parent: field(4), cpu: (field(14) + field(15)) * TICK, memory: field(24) * PAGE }]
  } catch {
    return []
  }
}
