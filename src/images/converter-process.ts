/**
 * A process that converts one picture after the other: it reads files from its input and writes pictures to its output.
 */
import { convert, prepareConversions, rehearseConversion } from './conversion.js'
import { answerRecords, lengthOf, RecordReader, readyRecord } from './converter-records.js'
import { watchConsumption } from './converter-watch.js'

const [maxWidth = 0, maxHeight = 0, quality = 0, maxSize = 0] = process.argv.slice(2).map(Number)
const reader = new RecordReader()

async function write(record: Buffer): Promise<void> {
  process.stdout.write(lengthOf(record))
  await new Promise(resolve => process.stdout.write(record, resolve))
}

prepareConversions()
await rehearseConversion()
const beginCount = watchConsumption()
await write(readyRecord)

for await (const piece of process.stdin) {
  if (!Buffer.isBuffer(piece)) continue
  reader.add(piece)
  for (let file = reader.take(); file; file = reader.take()) {
    beginCount()
    const answer = await convert(file, { maxWidth, maxHeight, quality, maxSize })
    file.fill(0)
    for (const record of answerRecords(answer)) {
      await write(record)
      record.fill(0)
    }
  }
}
