/**
 * What lies beyond the sides of the window, where it is cut off or the page has to be scrolled sideways. Runs in the page.
 * @param textSize that the page has meanwhile, such as "150%"; its own if left out
 */
export function findOverflow(textSize = ''): string[] {
  const root = document.documentElement
  root.style.fontSize = textSize
  const width = root.clientWidth
  const wide = [...document.querySelectorAll('body *')]
    // Elements clipped to nothing are for screen readers only. The others are scrolled by themselves, or draw their own content.
    .filter(element => element.checkVisibility() && !element.closest('.ear, .pages li, select, pre'))
    .filter(element => {
      const box = element.getBoundingClientRect()
      return box.right > width + 0.5 || box.left < -0.5
    })
    .map(element => element.outerHTML.slice(0, 120))
  const { scrollWidth } = root
  root.style.fontSize = ''
  return scrollWidth > width ? [`the page is ${scrollWidth} px wide`, ...wide] : wide
}
