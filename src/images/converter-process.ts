/** A process of its own that converts one picture after the other: files come in by its input, pictures leave by its output. */
import { convert, prepareConversions } from './conversion.js'
import { answerFrames, FrameReader, lengthOf } from './converter-frames.js'

prepareConversions()

const [maxWidth = 0, maxHeight = 0, quality = 0] = process.argv.slice(2).map(Number)
const reader = new FrameReader()

for await (const piece of process.stdin) {
  if (!Buffer.isBuffer(piece)) continue
  reader.add(piece)
  for (let file = reader.take(); file; file = reader.take()) {
    const answer = await convert(file, { maxWidth, maxHeight, quality })
    file.fill(0)
    for (const frame of answerFrames(answer)) {
      process.stdout.write(lengthOf(frame))
      await new Promise(resolve => process.stdout.write(frame, resolve))
      frame.fill(0)
    }
  }
}
