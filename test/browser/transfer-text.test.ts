import { expect, it } from 'vitest'
import { textBeside } from '#src/browser/transfer-text.js'
import { picturesWithName, type Transfer, textsWithPicture } from '../field/transfers.js'

/** As a DataTransfer gives it. */
const read = ({ files, data }: Transfer) => {
  const list: FileList = Object.assign(
    files.map(name => new File([''], name)),
    { item: () => null },
  )
  return textBeside({ files: list, getData: type => data[type] ?? '' })
}

it.each(textsWithPicture)('takes the text of $title, as it is', transfer => {
  expect(read(transfer)).toBe(transfer.data['text/plain'])
})

it.each(picturesWithName)('finds no text of its own beside $title', transfer => {
  expect(read(transfer)).toBe('')
})
