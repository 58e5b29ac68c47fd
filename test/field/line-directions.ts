/**
 * Messages of several lines, and the direction of each: that of its first letter, or of an override in it, whatever the
 * lines before it are.
 */
export const lineDirections: readonly (readonly [text: string, directions: readonly ('ltr' | 'rtl')[]])[] = [
  ['Hello.\nשלום.', ['ltr', 'rtl']],
  ['שלום.\nHello.', ['rtl', 'ltr']],
  ['Hello.\nمرحبا!\nBye.', ['ltr', 'rtl', 'ltr']],
  ['مرحبا!\nשלום.\nمرحبا (hello)', ['rtl', 'rtl', 'rtl']],
  ['Привет.\nשלום, world.', ['ltr', 'rtl']],
  ['漢字。\nسلام!\n漢字。', ['ltr', 'rtl', 'ltr']],
  ['1. Hello.\n2. שלום.', ['ltr', 'rtl']],
  ['- שלום.\n- Hello.', ['rtl', 'ltr']],
  ['"שלום."\n"Hello."', ['rtl', 'ltr']],
  ['😀 שלום.\n😀 Hello.', ['rtl', 'ltr']],
  ['https://example.com שלום.\nhttps://example.com Hello.', ['rtl', 'ltr']],
  ['\u202eHello.\nBye.', ['rtl', 'ltr']],
  ['Hello \u2067a\nשלום.', ['ltr', 'rtl']],
  ['ހެލޯ.\nHello.\nܫܠܡܐ.', ['rtl', 'ltr', 'rtl']],
]
