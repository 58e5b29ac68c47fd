/** What cameras and programs write behind a picture, each by its name. */
export const pictureTrailers: readonly (readonly [string, Buffer])[] = [
  ['a line end', Buffer.from('\r\n')],
  ['padding', Buffer.alloc(64)],
  ['words', Buffer.from('x <p>')],
  ['a camera’s notes', Buffer.from('\0\0\x01\n\x0e\0\0\0Image_UTC_Data1716888888888SEFHj\0\0\0\x01SEFT', 'latin1')],
  ['a film', Buffer.from('MotionPhoto_Data\0\0\0\x18ftypmp42\0\0\0\0isommp42\xff\xd8\xff!,;\xff\xd9', 'latin1')],
]
