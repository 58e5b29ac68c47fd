/** What a clipboard or a drag holds beside files, by type. */
export interface Transfer {
  readonly title: string
  /** The names of its files. */
  readonly files: readonly string[]
  readonly data: Readonly<Record<string, string>>
}

/** Text that has a picture of itself beside it: the text is meant. */
export const textsWithPicture: readonly Transfer[] = [
  {
    title: 'cells of a spreadsheet',
    files: ['image.png'],
    data: {
      'text/plain': 'Apples\t3\nPears\t5\n',
      'text/html': '<table><tr><td>Apples<td>3<tr><td>Pears<td>5</table>',
    },
  },
  { title: 'one cell', files: ['image.png'], data: { 'text/plain': '42', 'text/html': '<td>42</td>' } },
  { title: 'a paragraph of a word processor', files: ['image.png'], data: { 'text/plain': 'Dear Ben,\r\n\r\nwell.' } },
  { title: 'an address beside words', files: ['image.png'], data: { 'text/plain': 'see https://example.com/shots/' } },
]

/** Files whose names or address stand beside them as text: the picture is meant. */
export const picturesWithName: readonly Transfer[] = [
  { title: 'a picture alone', files: ['image.png'], data: {} },
  { title: 'a file of the Finder', files: ['our garden.png'], data: { 'text/plain': 'our garden.png' } },
  { title: 'two files of the Finder', files: ['a.png', 'b.png'], data: { 'text/plain': 'a.png\rb.png' } },
  { title: 'a file of a file manager', files: ['a.png'], data: { 'text/plain': '/home/ann/Pictures/a.png\n' } },
  { title: 'a file of Windows', files: ['a.png'], data: { 'text/plain': 'C:\\Users\\Ann\\a.png' } },
  {
    title: 'a picture of a page',
    files: ['image.png'],
    data: {
      'text/plain': 'https://example.com/a?b=c',
      'text/uri-list': 'https://example.com/a?b=c',
      'text/html': '<img src="https://example.com/a?b=c">',
    },
  },
  {
    title: 'a picture that was copied from a page',
    files: ['image.png'],
    data: { 'text/html': '<img src="https://example.com/a">' },
  },
]
