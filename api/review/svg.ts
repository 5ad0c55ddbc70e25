import { type Html, html } from '../pages/html.js';
import { type Drawing, dashes, type Mark, type Pattern, patterns, shapes, tile } from './marks.js';

/** The drawing as inline SVG. `id`: unique in its page, as patterns are found by it; in itself it needs no script, style or font from elsewhere. */
export function svgOf({ width, height, title, description, marks }: Drawing, id: string): Html {
  const used = [...new Set(marks.flatMap((mark) => (mark.mark === 'bar' ? [mark.pattern] : [])))];
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
<defs>${used.map((pattern) => definition(pattern, id))}</defs>
${marks.map((mark) => element(mark, id))}</svg>`;
}

const definition = (pattern: Pattern, id: string): Html => {
  const { fill, strokes } = patterns[pattern];
  const path = strokes.map(([fromX, fromY, toX, toY]) => `M${fromX} ${fromY}L${toX} ${toY}`).join('');
  return html`<pattern id="${id}-${pattern}" width="${tile}" height="${tile}" patternUnits="userSpaceOnUse"><rect width="${tile}" height="${tile}" fill="${grey(fill)}"/><path d="${path}" stroke="#000" stroke-width=".8"/></pattern>`;
};

function element(mark: Mark, id: string): Html {
  switch (mark.mark) {
    case 'bar':
      return html`<rect x="${at(mark.x)}" y="${at(mark.y)}" width="${at(mark.width)}" height="${at(mark.height)}" fill="url(#${id}-${mark.pattern})" stroke="#000" stroke-width=".6"/>`;
    case 'line':
      return html`<polyline points="${mark.points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ')}" fill="none" stroke="${mark.grey ? '#aaa' : '#000'}" stroke-width="${mark.weight}" stroke-dasharray="${dashes[mark.dash].join(' ') || 'none'}"/>`;
    case 'sign': {
      const [x, y] = mark.at;
      const corners = shapes[mark.shape];
      if (!corners.length) return html`<circle cx="${at(x)}" cy="${at(y)}" r="2.6"/>`;
      return html`<polygon points="${corners.map(([dx, dy]) => `${at(x + dx)},${at(y + dy)}`).join(' ')}" fill="#fff" stroke="#000"/>`;
    }
    case 'text':
      return html`<text x="${at(mark.at[0])}" y="${at(mark.at[1])}" font-size="${mark.size}" text-anchor="${mark.anchor}">${mark.text}</text>`;
  }
}

const grey = (share: number): string =>
  `#${Math.round(share * 255)
    .toString(16)
    .padStart(2, '0')
    .repeat(3)}`;
/** To a hundredth of a point. */
const at = (length: number): number => Math.round(length * 100) / 100;
