import { Html, html, pageOf } from '../pages/html.js';
import { barOf, drawingOf } from './charts.js';
import { type Block, type Chapter, type Document, isNumber, shownCell, type Table } from './document.js';
import { svgOf } from './svg.js';

const style = `
@page { size: A4; margin: 18mm } main { line-height: 1.5 } section { break-before: page } h2 { border-bottom: .15rem solid } h2, h3, caption { break-after: avoid }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .8rem } caption { text-align: left; font-weight: bold } th, td { border: 1px solid #888; padding: .15rem .3rem; vertical-align: top; white-space: pre-line; text-align: left }
thead th { background: #eee } td.number { text-align: right } td.bar { border: 0; width: 7rem } tr { break-inside: avoid } thead { display: table-header-group }
svg { max-width: 100%; height: auto; font-family: sans-serif } figure { margin: 1rem 0; break-inside: avoid } dl { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem } dd { margin: 0 } p { white-space: pre-line } p.note { font-size: .8rem; margin: 0 }
@media print { body { max-width: none; padding: 0 } }`;

/** The document as a page of its own, to read and to print: no script, nothing from elsewhere. */
export function htmlOf({ title, language, chapters }: Document) {
  const body = html`${chapters.map(
    (chapter, at) => html`<section id="c${at}"><h2>${chapter.title}</h2>
${chapter.blocks.map((block, index) => blockOf(block, { id: `c${at}-${index}`, chapters }))}</section>
`,
  )}`;
  return pageOf(language, { heading: title, body, more: style });
}

function blockOf(block: Block, { id, chapters }: { id: string; chapters: readonly Chapter[] }): Html {
  switch (block.kind) {
    case 'heading':
      return html`<h3>${block.text}</h3>\n`;
    case 'paragraph':
      return html`<p>${block.text}</p>\n`;
    case 'figures':
      return html`<dl>${block.items.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>\n`;
    case 'table':
      return tableOf(block.table, id);
    case 'chart':
      return html`<figure>${svgOf(drawingOf(block.chart), id)}</figure>\n${tableOf(block.table, id)}`;
    case 'contents':
      return html`<ol>${chapters.slice(1).map(({ title }, at) => html`<li><a href="#c${at + 1}">${title}</a></li>`)}</ol>\n`;
  }
}

/** Each row says in its first cell what it is of. */
function tableOf({ caption, columns, rows, bars, notes = [] }: Table, id: string): Html {
  const numbers = columns.map((_, at) => rows.some((cells) => isNumber(cells[at])));
  return html`<table><caption>${caption}</caption>
<thead><tr>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}${bars && new Html('<td class="bar"></td>')}</tr></thead>
<tbody>${rows.map(
    (cells, row) =>
      html`<tr>${cells.map((cell, at) => {
        if (at === 0) return html`<th scope="row">${shownCell(cell)}</th>`;
        return numbers[at] ? html`<td class="number">${shownCell(cell)}</td>` : html`<td>${shownCell(cell)}</td>`;
      })}${bars && html`<td class="bar">${svgOf(barOf(cells[bars.column], { max: bars.max, title: shownCell(cells[0]) }), `${id}-${row}`)}</td>`}</tr>\n`,
  )}</tbody></table>
${notes.map((note) => html`<p class="note">${note}</p>\n`)}`;
}
