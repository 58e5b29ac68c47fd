/** The longest side of a still, in pixels: more than a preview is shown in. */
const longestSide = 1024
const stills = new Set<string>()

/** Shows of each picture that is not sent yet its first frame alone, since a preview has no button to pause it. */
export function keepPreviewsStill(): void {
  // Load events of pictures do not reach the window.
  document.addEventListener(
    'load',
    ({ target }) => {
      if (!(target instanceof HTMLImageElement && target.matches('.preview, .preview > img'))) return
      if (stills.delete(target.src)) URL.revokeObjectURL(target.src)
      else if (target.src.startsWith('blob:')) showFirstFrame(target)
    },
    true,
  )
}

function showFirstFrame(image: HTMLImageElement): void {
  const { src, naturalWidth, naturalHeight } = image
  const scale = Math.min(1, longestSide / Math.max(naturalWidth, naturalHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(naturalWidth * scale)
  canvas.height = Math.ceil(naturalHeight * scale)
  // However long it has been moving, its first frame is what is drawn.
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  canvas.toBlob(async frame => {
    if (!frame) return
    const url = URL.createObjectURL(frame)
    const still = new Image()
    still.src = url
    // One that is not read yet would leave its place empty for a moment.
    await still.decode()
    if (image.src !== src) return URL.revokeObjectURL(url)
    stills.add(url)
    image.src = url
  })
}
