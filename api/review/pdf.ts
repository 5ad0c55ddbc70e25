import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { barOf, barWidth, drawingOf } from './charts.js';
import { type Block, type Chapter, type Document, isNumber, shownCell, type Table } from './document.js';
import { type Drawing, dashes, type Mark, type Pattern, patterns, shapes, tile } from './marks.js';

const fontFile = createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf');

/** A4 in points, with 20 mm around. */
const [width, height, margin] = [595.28, 841.89, 56.7];
const inner = width - 2 * margin;
const bottom = height - margin;
const sizes = { title: 17, chapter: 14, heading: 11, text: 9.5, table: 7.5, note: 7 };
/** Around the text in a cell, and between blocks. */
const [padding, gap] = [2.5, 9];
const lineGap = 2;

type Pdf = InstanceType<typeof PDFDocument>;
type Element = ReturnType<Pdf['struct']>;

/** The document on paper: A4, with its font embedded, tagged for readers that speak, to be kept for decades (PDF/A-2a). The same document is the same file, byte by byte. */
export async function pdfOf(document: Document): Promise<Uint8Array> {
  const at = new Date(`${document.on}T00:00:00.000Z`);
  const doc = new PDFDocument({
    ...{ size: 'A4', margin, autoFirstPage: false, bufferPages: true, font: '' },
    ...{ lang: document.language, tagged: true, displayTitle: true, pdfVersion: '1.7', subset: 'PDF/A-2a' },
    info: { Title: document.title, Author: document.author, CreationDate: at, ModDate: at },
  });
  const bytes = collected(doc);
  doc.registerFont('text', readFileSync(fontFile)).font('text');
  await new Paper(doc).write(document);
  doc.end();
  return bytes;
}

const collected = (doc: Pdf): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });

/** Pages as they are filled, from the top; `doc.y` is how far the present one is. */
class Paper {
  readonly #patterns = new Map<Pattern, ReturnType<Pdf['pattern']>>();
  readonly #grids = new WeakMap<Table, Grid>();
  /** Where the chapters begin, and what waits to know it. */
  readonly #begin: number[] = [];
  #contents: (() => void) | undefined;

  constructor(private readonly doc: Pdf) {}

  async write({ title, chapters }: Document): Promise<void> {
    const { doc } = this;
    const root = doc.struct('Document');
    doc.addStructure(root);
    for (const [index, chapter] of chapters.entries()) {
      await setImmediate(); // A page takes some milliseconds: others are served in between.
      doc.addPage();
      this.#begin.push(this.#page());
      const section = doc.struct('Sect');
      root.add(section);
      if (index === 0) this.#line(section, 'H1', { text: title, size: sizes.title });
      doc.outline.addItem(chapter.title);
      this.#line(section, 'H2', { text: chapter.title, size: sizes.chapter });
      this.#artifact(() =>
        doc
          .moveTo(margin, doc.y)
          .lineTo(margin + inner, doc.y)
          .lineWidth(1)
          .stroke(),
      );
      doc.y += gap;
      for (const [at, block] of chapter.blocks.entries()) {
        const next = chapter.blocks[at + 1];
        this.#block(section, block, { chapters, ...(next && { next }) });
      }
    }
    this.#contents?.();
    this.#footers(title);
    root.end();
  }

  #block(parent: Element, block: Block, { chapters, next }: { chapters: readonly Chapter[]; next?: Block }): void {
    const { doc } = this;
    switch (block.kind) {
      case 'heading':
        this.#room(sizes.heading * 2 + (next ? this.#least(next) : 0));
        this.#line(parent, 'H3', { text: block.text, size: sizes.heading });
        return;
      case 'paragraph':
        this.#line(parent, 'P', { text: block.text, size: sizes.text });
        return;
      case 'figures':
        this.#figures(parent, block.items);
        return;
      case 'chart':
        this.#room(this.#least(block));
        this.#chart(parent, drawingOf(block.chart));
        this.#table(parent, block.table);
        return;
      case 'table':
        this.#table(parent, block.table);
        return;
      case 'contents': {
        const element = doc.struct('TOC');
        parent.add(element);
        const lines = chapters.slice(1).map(({ title }, at) => ({ title, chapter: at + 1, y: doc.y + at * sizes.text * 1.9 }));
        const page = this.#page();
        doc.y += lines.length * sizes.text * 1.9 + gap;
        this.#contents = () => {
          doc.switchToPage(page);
          for (const line of lines) this.#entry(element, line);
          element.end();
        };
      }
    }
  }

  /** A line of the contents, with its page. */
  #entry(parent: Element, { title, chapter, y }: { title: string; chapter: number; y: number }): void {
    const { doc } = this;
    doc.fontSize(sizes.text);
    const page = `${(this.#begin[chapter] ?? 0) + 1}`;
    const [from, until] = [margin + doc.widthOfString(title) + 6, margin + inner - doc.widthOfString(page) - 6];
    this.#artifact(() =>
      doc
        .moveTo(from, y + 9)
        .lineTo(until, y + 9)
        .lineWidth(0.5)
        .dash(1, { space: 2 })
        .stroke()
        .undash(),
    );
    this.#say(parent, 'TOCI', () => {
      doc.text(title, margin, y, { lineBreak: false });
      doc.text(page, margin, y, { width: inner, align: 'right' });
    });
  }

  /** A heading or a paragraph, over as many pages as it takes. */
  #line(parent: Element, type: 'H1' | 'H2' | 'H3' | 'P', { text, size }: { text: string; size: number }): void {
    const { doc } = this;
    doc.fontSize(size);
    const tall = doc.heightOfString(plain(text), { width: inner, lineGap });
    if (tall < bottom - margin) this.#room(Math.min(tall, 3 * size));
    if (type === 'H3') doc.y += gap / 2;
    this.#say(parent, type, () => doc.text(plain(text), margin, doc.y, { width: inner, lineGap }));
    doc.y += gap / 2;
  }

  /** Three numbers in a row, each under its name. */
  #figures(parent: Element, items: readonly { name: string; value: string }[]): void {
    const { doc } = this;
    const box = { width: (inner - 2 * gap) / 3, height: 38 };
    for (const [index, { name, value }] of items.entries()) {
      if (index % 3 === 0) this.#room(box.height + gap);
      const [x, y] = [margin + (index % 3) * (box.width + gap), doc.y];
      this.#artifact(() => doc.rect(x, y, box.width, box.height).lineWidth(0.6).stroke());
      const within = { width: box.width - 12, lineGap: 0 };
      this.#say(parent, 'P', () => {
        doc.fontSize(sizes.table).text(plain(name), x + 6, y + 4, within);
        doc.fontSize(fitting(doc, value, within.width)).text(plain(value), x + 6, y + 17, within);
      });
      doc.y = index % 3 === 2 || index === items.length - 1 ? y + box.height + gap : y;
    }
  }

  #chart(parent: Element, drawing: Drawing): void {
    const { doc } = this;
    const y = doc.y;
    const bbox: [number, number, number, number] = [margin, y, margin + drawing.width, y + drawing.height];
    this.#say(parent, 'Figure', () => this.#draw(drawing, [margin, y]), { alt: `${drawing.title}。${drawing.description}`, bbox });
    doc.y = y + drawing.height + gap / 2;
  }

  #draw({ marks }: Drawing, [x, y]: readonly [number, number]): void {
    this.doc.save().translate(x, y);
    for (const mark of marks) this.#mark(mark);
    this.doc.restore();
  }

  #mark(mark: Mark): void {
    const { doc } = this;
    switch (mark.mark) {
      case 'bar': {
        const { x, y, width: wide, height: tall, pattern } = mark;
        doc.rect(x, y, wide, tall).fill(grey(patterns[pattern].fill));
        if (patterns[pattern].strokes.length) doc.rect(x, y, wide, tall).fill([this.#pattern(pattern), 'black']);
        doc.rect(x, y, wide, tall).lineWidth(0.6).stroke('black');
        return;
      }
      case 'line': {
        const [first, ...others] = mark.points;
        if (!first) return;
        doc.moveTo(...first);
        for (const point of others) doc.lineTo(...point);
        const [stroke, space] = dashes[mark.dash];
        if (stroke !== undefined) doc.dash(stroke, { space: space ?? stroke });
        doc
          .lineWidth(mark.weight)
          .stroke(mark.grey ? '#aaaaaa' : 'black')
          .undash();
        return;
      }
      case 'sign': {
        const [x, y] = mark.at;
        const corners = shapes[mark.shape].map(([dx, dy]): [number, number] => [x + dx, y + dy]);
        if (corners.length)
          doc
            .polygon(...corners)
            .lineWidth(1)
            .fillAndStroke('white', 'black');
        else doc.circle(x, y, 2.6).fill('black');
        return;
      }
      case 'text': {
        doc.fontSize(mark.size).fillColor('black');
        const wide = doc.widthOfString(mark.text);
        const x = mark.at[0] - (mark.anchor === 'end' ? wide : mark.anchor === 'middle' ? wide / 2 : 0);
        doc.text(mark.text, x, mark.at[1], { lineBreak: false, baseline: 'alphabetic' });
      }
    }
  }

  #pattern(name: Pattern): ReturnType<Pdf['pattern']> {
    const known = this.#patterns.get(name);
    if (known) return known;
    const strokes = patterns[name].strokes.map(([fromX, fromY, toX, toY]) => `${fromX} ${fromY} m ${toX} ${toY} l S`);
    const made = this.doc.pattern([0, 0, tile, tile], tile, tile, ['0.8 w', ...strokes].join('\n'));
    this.#patterns.set(name, made);
    return made;
  }

  /** A table with its headings on each page that it comes to; rows stay whole unless one is higher than a page. */
  #table(parent: Element, table: Table): void {
    const { doc } = this;
    const grid = this.#grid(table);
    this.#room(this.#least({ kind: 'table', table }));
    const { bars, notes = [] } = table;
    const element = doc.struct('Table');
    parent.add(element);
    doc.fontSize(sizes.text);
    this.#say(element, 'Caption', () => doc.text(plain(table.caption), margin, doc.y, { width: inner, lineGap }));
    doc.y += 2;
    this.#headings(element, grid);
    const body = doc.struct('TBody');
    element.add(body);
    const left = table.rows.map((cells, at) => ({ of: cells, cells: cells.map(shownCell), tall: grid.talls[at] ?? 0 }));
    for (let row = left.shift(); row; row = left.shift()) {
      if (row.tall > bottom - margin - grid.headingHeight) {
        const [head, tail] = this.#cut(row.cells, grid, Math.max(bottom - doc.y, sizes.table * 6));
        left.unshift({ ...row, cells: tail, tall: this.#tall(tail, grid) });
        row = { ...row, cells: head, tall: this.#tall(head, grid) };
      }
      if (doc.y + row.tall > bottom) {
        doc.addPage();
        this.#headings(undefined, grid);
      }
      const y = doc.y;
      this.#row(body, row, { grid, cell: (at) => (at === 0 ? { type: 'TH', scope: 'Row' } : { type: 'TD' }) });
      if (bars) {
        const bar = barOf(row.of[bars.column], { max: bars.max, title: row.cells[0] ?? '' });
        this.#artifact(() => this.#draw(bar, [margin + grid.width + gap / 2, y + 3]));
      }
    }
    body.end();
    element.end();
    doc.y += 3;
    for (const note of notes) {
      doc.fontSize(sizes.note);
      this.#room(sizes.note * 2);
      this.#say(parent, 'P', () => doc.text(plain(note), margin, doc.y, { width: inner }));
    }
    doc.y += gap;
  }

  /** How wide its columns and how high its rows are; measured once. */
  #grid(table: Table): Grid {
    const known = this.#grids.get(table);
    if (known) return known;
    const { columns, rows, bars } = table;
    const wide = bars ? inner - barWidth - gap : inner;
    const weights = columns.reduce((sum, { weight }) => sum + weight, 0);
    const widths = columns.map(({ weight }) => (wide * weight) / weights);
    const titles = columns.map(({ title }) => title);
    const right = columns.map((_, at) => rows.some((cells) => isNumber(cells[at])));
    const talls = rows.map((cells) => this.#tall(cells.map(shownCell), { widths }));
    const grid = { width: wide, widths, titles, right, headingHeight: this.#tall(titles, { widths }), talls };
    this.#grids.set(table, grid);
    return grid;
  }

  /** Those of the first page are read out, the others are there for the eye only. */
  #headings(table: Element | undefined, grid: Grid): void {
    const { doc } = this;
    const y = doc.y;
    const heading = { cells: grid.titles, tall: grid.headingHeight };
    this.#artifact(() => doc.rect(margin, y, grid.width, grid.headingHeight).fill('#e6e6e6').fillColor('black'));
    if (!table) {
      this.#cells(heading, { grid, y }, (write) => this.#artifact(write));
      return;
    }
    const head = doc.struct('THead');
    table.add(head);
    this.#row(head, heading, { grid, cell: () => ({ type: 'TH', scope: 'Column' }) });
    head.end();
  }

  #row(parent: Element, cells: Cells, { grid, cell }: RowForm): void {
    const { doc } = this;
    const row = doc.struct('TR');
    parent.add(row);
    this.#cells(cells, { grid, y: doc.y }, (write, at) => {
      const { type, scope } = cell(at);
      this.#say(row, type, write, scope && { scope });
    });
    row.end();
  }

  /** Texts side by side, each in its box; `doc.y` is below them then. */
  #cells({ cells, tall }: Cells, { grid, y }: { grid: Grid; y: number }, say: (write: () => void, at: number) => void): void {
    const { doc } = this;
    let x = margin;
    for (const [at, wide] of grid.widths.entries()) {
      const from = x;
      this.#artifact(() => doc.rect(from, y, wide, tall).lineWidth(0.4).stroke('#777777'));
      const options = { width: wide - 2 * padding, align: grid.right[at] ? ('right' as const) : ('left' as const) };
      const write = () =>
        doc
          .fontSize(sizes.table)
          .fillColor('black')
          .text(plain(cells[at] ?? ''), from + padding, y + padding, options);
      say(write, at);
      x += wide;
    }
    doc.y = y + tall;
  }

  #tall(cells: readonly string[], { widths }: Pick<Grid, 'widths'>): number {
    const { doc } = this;
    doc.fontSize(sizes.table);
    const heights = widths.map((wide, at) => doc.heightOfString(plain(cells[at] ?? '') || ' ', { width: wide - 2 * padding }));
    return Math.max(...heights) + 2 * padding;
  }

  /** As much of each cell as there is room for, letter by letter (𠮷 is one), and what is left. */
  #cut(cells: readonly string[], grid: Grid, room: number): [string[], string[]] {
    const heads = cells.map((text, at) => {
      const letters = [...text];
      const first = (count: number) => letters.slice(0, count).join('');
      const fits = (count: number) => this.#tall([first(count)], { widths: [grid.widths[at] ?? inner] }) <= room;
      let [enough, tooMany] = [0, letters.length + 1];
      while (tooMany - enough > 1) {
        const half = (enough + tooMany) >> 1;
        if (fits(half)) enough = half;
        else tooMany = half;
      }
      return first(enough);
    });
    return [heads, cells.map((text, at) => text.slice(heads[at]?.length ?? 0))];
  }

  /** The least that has to stand together of the block. */
  #least(block: Block): number {
    if (block.kind === 'chart') return drawingOf(block.chart).height + this.#least({ kind: 'table', table: block.table });
    if (block.kind !== 'table') return sizes.text * 4;
    const { headingHeight, talls } = this.#grid(block.table);
    const whole = talls.reduce((sum, tall) => sum + tall, 0);
    const first = whole < (bottom - margin) / 3 ? whole : Math.min(120, (talls[0] ?? 0) + (talls[1] ?? 0));
    return sizes.text * 2 + headingHeight + first;
  }

  /** Another page, unless there is so much room on this one. */
  #room(wanted: number): void {
    if (this.doc.y + wanted > bottom && this.doc.y > margin) this.doc.addPage();
  }

  #page(): number {
    const { start, count } = this.doc.bufferedPageRange();
    return start + count - 1;
  }

  #footers(title: string): void {
    const { doc } = this;
    const { count } = doc.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      doc.switchToPage(page);
      doc.page.margins.bottom = 0; // Else what stands in it would begin another page.
      this.#artifact(() => {
        doc.fontSize(sizes.note).fillColor('black');
        doc.text(plain(title), margin, height - 36, { lineBreak: false });
        doc.text(`${page + 1} / ${count}`, margin, height - 36, { width: inner, align: 'right', lineBreak: false });
      });
    }
  }

  /** What is read out: an element of the structure with what is written in it. */
  #say(parent: Element, type: string, write: () => void, options: object = {}): void {
    parent.add(this.doc.struct(type, options, () => void write()));
  }

  /** Lines, grounds and page numbers, which are not read out. */
  #artifact(draw: () => void): void {
    this.doc.markContent('Artifact');
    draw();
    this.doc.endMarkedContent();
  }
}

interface Grid {
  width: number;
  widths: readonly number[];
  titles: readonly string[];
  /** Columns of numbers, which stand under one another. */
  right: readonly boolean[];
  headingHeight: number;
  talls: readonly number[];
}

/** Texts of a row, and how high it is with them. */
interface Cells {
  cells: readonly string[];
  tall: number;
}

interface RowForm {
  grid: Grid;
  cell(at: number): { type: 'TH' | 'TD'; scope?: 'Row' | 'Column' };
}

/** Nothing that a person wrote can turn the direction of writing or hide in the page. */
const plain = (text: string): string => text.replaceAll(/(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ');

const grey = (share: number): string =>
  `#${Math.round(share * 255)
    .toString(16)
    .padStart(2, '0')
    .repeat(3)}`;

/** The largest size in which the text is one line. */
function fitting(doc: Pdf, text: string, wide: number): number {
  const largest = 13;
  const own = doc.fontSize(largest).widthOfString(text);
  return own <= wide ? largest : (largest * wide) / own - 0.1;
}
