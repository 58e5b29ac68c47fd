/** Lets the button beside a moving picture pause it and play it. Without reduced motion a picture moves by itself. */
export function watchMotion(): void {
  addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('.motion') : null
    const still = button?.closest('article, dialog')?.querySelector('source')
    // While this media query matches, the browser shows the still; otherwise the animation.
    if (still) still.media = matchMedia(still.media).matches ? 'not all' : 'all'
  })
}
