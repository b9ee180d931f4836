/** Archives of EventBridge: every event that a bus accepts and an archive takes, and their replay. */
import * as z from 'zod'
import { compilePattern } from './event-pattern'
import { Event } from './event-rules'
import { Ignored, JsonObject, nameOf, parseProperties, Whole } from './properties'
import { AwsError, type Json, type Resource, type Runtime } from './service'
import { query } from './sql'

const ArchiveProperties = z.strictObject({
  ArchiveName: z.string().optional(),
  Description: Ignored,
  EventPattern: JsonObject.optional(),
  KmsKeyIdentifier: Ignored,
  /** 0 or absent: for ever. */
  RetentionDays: Whole.default(0),
  SourceArn: z.string(),
})

const DAY = 86_400_000

const SCHEMA = `
CREATE TABLE IF NOT EXISTS event_archive (
  archive TEXT NOT NULL,
  time INTEGER NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS event_archive_time ON event_archive (archive, time);`

export type EventArchives = ReturnType<typeof createEventArchives>

/** The AWS::Events::Archive resources of the template. */
export function createEventArchives(runtime: Runtime, resources: Resource[]) {
  const db = runtime.state
  db.exec(SCHEMA)
  const sql = {
    insert: query(db, 'INSERT INTO event_archive (archive, time, event) VALUES (?, ?, ?)'),
    prune: query(db, 'DELETE FROM event_archive WHERE archive = ? AND time < ?'),
    read: query<{ event: string }>(
      db,
      'SELECT event FROM event_archive WHERE archive = ? AND time BETWEEN ? AND ? ORDER BY time, rowid',
    ),
  }
  const archives = resources.map((resource) => {
    const archive = parseProperties(ArchiveProperties, resource)
    return {
      arn: resource.arn,
      busName: nameOf(archive.SourceArn),
      keep: archive.RetentionDays * DAY,
      takes: archive.EventPattern ? compilePattern(archive.EventPattern) : () => true,
    }
  })
  return {
    busNames: archives.map((archive) => archive.busName),

    record(busName: string, event: { [key: string]: Json }, text: string): void {
      for (const archive of archives) {
        if (archive.busName === busName && archive.takes(event)) sql.insert.run(archive.arn, runtime.clock.now(), text)
      }
    },

    /** Events archived in that time, oldest first; UTC milliseconds, both ends included. */
    read(archiveArn: string, from: number, to: number): Event[] {
      if (!archives.some((archive) => archive.arn === archiveArn)) {
        throw new AwsError('ResourceNotFoundException', `Archive ${nameOf(archiveArn)} does not exist.`)
      }
      return sql.read.all(archiveArn, from, to).map((row) => Event.parse(JSON.parse(row.event)))
    },

    /** Drops what is older than an archive's retention. */
    prune(): void {
      for (const archive of archives) {
        if (archive.keep > 0) sql.prune.run(archive.arn, runtime.clock.now() - archive.keep)
      }
    },
  }
}
