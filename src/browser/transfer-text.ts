/**
 * The text that stands beside files on a clipboard or in what is dragged, as spreadsheets put both there; '' for text that
 * only names the files, as file managers write it, or the address of a picture, as browsers do.
 */
export function textBeside(data: Pick<DataTransfer, 'files' | 'getData'>): string {
  const text = data.getData('text/plain')
  const names = Array.from(data.files, ({ name }) => name)
  const addresses = data.getData('text/uri-list').split(/\r?\n/)
  const isName = (line: string) =>
    line === '' || addresses.includes(line) || names.includes(line.split(/[\\/]/).at(-1) ?? '')
  return text.split(/\s*[\r\n]\s*/).every(isName) ? '' : text
}
