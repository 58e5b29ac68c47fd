/** A process of its own that converts one picture after the other: files come in by its input, pictures leave by its output. */
import { convert, prepareConversions, rehearseConversion } from './conversion.js'
import { answerFrames, FrameReader, lengthOf, readyFrame } from './converter-frames.js'
import { watchConsumption } from './converter-watch.js'

const [maxWidth = 0, maxHeight = 0, quality = 0] = process.argv.slice(2).map(Number)
const reader = new FrameReader()

async function write(frame: Buffer): Promise<void> {
  process.stdout.write(lengthOf(frame))
  await new Promise(resolve => process.stdout.write(frame, resolve))
}

prepareConversions()
await rehearseConversion()
const beginCount = watchConsumption()
await write(readyFrame)

for await (const piece of process.stdin) {
  if (!Buffer.isBuffer(piece)) continue
  reader.add(piece)
  for (let file = reader.take(); file; file = reader.take()) {
    beginCount()
    const answer = await convert(file, { maxWidth, maxHeight, quality })
    file.fill(0)
    for (const frame of answerFrames(answer)) {
      await write(frame)
      frame.fill(0)
    }
  }
}
