/** What a picture that can be seen through may be shown on. The colours are those of src/browser/styles/palettes.css. */
export const pictureGrounds = ['light', 'dark'] as const

export type PictureGround = (typeof pictureGrounds)[number]
