// Line drawings of what is for sale, on a square of 64.

import { draw } from '../common/dom.js';

const lines = {
  leaf: ['M18 46C10 24 26 10 52 12c2 26-12 42-34 34z', 'M11 54c6-14 16-24 28-30'],
  bag: ['M20 20h24l4 34H16z', 'M20 20l4-8h16l4 8', 'M26 34c0 8 12 8 12 0', 'M32 40v-8'],
  pot: ['M18 28h26v14a12 12 0 0 1-12 12h-2a12 12 0 0 1-12-12z', 'M44 32h4a6 6 0 0 1 0 13h-5', 'M18 36l-8-10h-2', 'M20 28c0-6 5-9 11-9s11 3 11 9', 'M31 19v-4'],
  cup: ['M14 26h30v12a13 13 0 0 1-13 13h-4a13 13 0 0 1-13-13z', 'M44 30h4a6 6 0 0 1 0 12h-5', 'M24 19c-3-4 3-5 0-9', 'M34 19c-3-4 3-5 0-9'],
  tin: ['M16 22v30c0 4 32 4 32 0V22', 'M16 22c0-4 32-4 32 0s-32 4-32 0', 'M16 36c0 4 32 4 32 0', 'M28 15h8'],
  hourglass: ['M18 10h28', 'M18 54h28', 'M22 10c0 14 10 14 10 22s-10 8-10 22', 'M42 10c0 14-10 14-10 22s10 8 10 22', 'M27 54c0-6 5-6 5-10s5 4 5 10'],
};

/** The drawing of that name. It says nothing that the article's name does not. */
export function picture(name) {
  return draw('svg', { viewBox: '0 0 64 64', fill: 'none', stroke: 'currentColor', 'stroke-width': 2.2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' },
    (lines[name] ?? []).map(d => draw('path', { d })));
}
