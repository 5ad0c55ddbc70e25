import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../../api/review/chapters.js';
import type { Document } from '../../api/review/document.js';
import { pdfOf } from '../../api/review/pdf.js';
import { shown, words } from './sample.js';

/** Where a line breaks there is no space. */
const bare = (text: string): string => text.replaceAll(/\s/g, '');

/** What a reader makes of the file. */
async function read(bytes: Uint8Array) {
  const pdf = await getDocument({ data: new Uint8Array(bytes), useSystemFonts: false, verbosity: 0 }).promise;
  const pages = await Promise.all(
    Array.from({ length: pdf.numPages }, async (_, at) => {
      const page = await pdf.getPage(at + 1);
      const { items } = await page.getTextContent();
      const texts = items.flatMap((item) => ('str' in item && item.str.trim() ? [item] : []));
      return { texts, text: bare(texts.map(({ str }) => str).join('')), tree: JSON.stringify(await page.getStructTree()), view: page.view };
    }),
  );
  const [{ info }, outline, marks] = await Promise.all([pdf.getMetadata(), pdf.getOutline(), pdf.getMarkInfo()]);
  await pdf.destroy();
  return { pages, info: info as Record<string, unknown>, outline: outline ?? [], marks };
}

const document = documentOf(shown, 'ja');
let bytes: Uint8Array;
let file: Awaited<ReturnType<typeof read>>;
beforeAll(async () => {
  bytes = await pdfOf(document);
  file = await read(bytes);
}, 60_000);

/** The page that begins with this chapter. */
const pageOf = (chapter: number): number =>
  file.pages.findIndex(({ text }) => text.startsWith(bare(document.chapters[chapter]?.title ?? '?')));

describe('on paper', () => {
  test('each chapter begins a page, all but the first fit on it, and no page is empty', () => {
    const begins = document.chapters.map((_, chapter) => (chapter ? pageOf(chapter) : 0));
    expect(begins).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(file.pages).toHaveLength(11);
    for (const { text } of file.pages) expect(text.length).toBeGreaterThan(80);
  });

  test('the contents say where', () => {
    for (const [chapter, { title }] of document.chapters.entries())
      if (chapter) expect(file.pages[0]?.text).toContain(`${bare(title)}${pageOf(chapter) + 1}`);
    expect(file.outline.map(({ title }) => title)).toEqual(document.chapters.map(({ title }) => title));
    for (const [at, { text }] of file.pages.entries()) expect(text).toContain(`${at + 1}/11`);
  });

  test('everything that the document says stands in it, rare names too', () => {
    const all = file.pages.map(({ text }) => text).join('');
    expect(all).toContain('𠮷田一郎、髙橋花子');
    expect(all).toContain('𠮷野出張所');
    const said = document.chapters.flatMap(({ blocks }) =>
      blocks.flatMap((block) => {
        if (block.kind === 'paragraph' || block.kind === 'heading') return [block.text];
        if (block.kind === 'figures') return block.items.flatMap(({ name, value }) => [name, value]);
        if (block.kind === 'contents') return [];
        return [
          block.table.caption,
          ...block.table.columns.map(({ title }) => title),
          ...block.table.rows.flatMap((cells) => cells.map((cell) => (typeof cell === 'string' ? cell : ''))),
        ];
      }),
    );
    expect(said.filter((text) => !all.includes(bare(text)))).toEqual([]);
  });

  test('nothing stands beyond the margins', () => {
    for (const { texts, view } of file.pages)
      for (const { transform, width } of texts) {
        expect(transform[4]).toBeGreaterThanOrEqual(56);
        expect(transform[4] + width).toBeLessThanOrEqual((view[2] ?? 0) - 56);
        expect(transform[5]).toBeGreaterThanOrEqual(25);
        expect(transform[5]).toBeLessThanOrEqual((view[3] ?? 0) - 56);
      }
  });

  test('no line of Japanese begins with what may not begin one, or ends with what may not end one', () => {
    const lines = file.pages.flatMap(({ texts }) => texts.map(({ str }) => str));
    expect(lines.filter((line) => /^[、。）」』ー・？！％]/.test(line) && line.length > 1)).toEqual([]);
    expect(lines.filter((line) => /[（「『]$/.test(line))).toEqual([]);
  });

  test('it says what it is, in which language, and how it is to be read out', () => {
    const raw = Buffer.from(bytes).toString('latin1');
    expect(file.info).toMatchObject({ Title: document.title, Author: '小山市', Language: 'ja' });
    expect(file.marks?.Marked).toBe(true);
    expect(raw).toMatch(/\/FontFile2|\/FontFile3/);
    expect(raw).not.toMatch(/\/BaseFont \/Helvetica/);
    expect(file.pages.filter(({ tree }) => tree.includes('"role":"H2"'))).toHaveLength(document.chapters.length);
    for (const role of ['Figure', 'Table', 'Caption', 'TH', 'TD', 'H1'])
      expect(file.pages.some(({ tree }) => tree.includes(`"role":"${role}"`))).toBe(true);
    expect(file.pages[1]?.tree).toContain('数値は、併せて掲げる表のとおり');
  });

  test('the same document is the same file', async () => {
    expect(Buffer.from(await pdfOf(documentOf(shown, 'ja'))).equals(Buffer.from(bytes))).toBe(true);
    const row = shown.report.review.evaluation?.remarks.row ?? '';
    expect(
      Buffer.from(await pdfOf(documentOf({ ...shown, words: { ...words, [row]: '他の所見' } }, 'ja'))).equals(Buffer.from(bytes)),
    ).toBe(false);
  }, 60_000);
});

describe('what is long', () => {
  const only = (blocks: Document['chapters'][number]['blocks']): Document => ({ ...document, chapters: [{ title: '章', blocks }] });
  const columns = [
    { title: '所属', weight: 1 },
    { title: '内容', weight: 3 },
  ];

  test('a table goes on over pages under its headings, and no row is lost or twice', async () => {
    const rows = Array.from({ length: 150 }, (_, at) => [`第${at + 1}課`, at + 1_000_000]);
    const { pages } = await read(await pdfOf(only([{ kind: 'table', table: { name: 'departments', caption: '表', columns, rows } }])));
    expect(pages.length).toBeGreaterThan(2);
    for (const { text } of pages) expect(text).toContain('所属内容');
    const all = pages.map(({ texts }) => texts.map(({ str }) => str).join('|')).join('|');
    for (const [name] of rows) expect(all.split(`|${name}|`)).toHaveLength(2);
  }, 60_000);

  test('a cell higher than a page is carried on, letter for letter', async () => {
    const long = Array.from({ length: 1_700 }, (_, at) => `${at}𠮷`).join('');
    const { pages } = await read(
      await pdfOf(
        only([
          {
            kind: 'table',
            table: {
              name: 'measures',
              caption: '表',
              columns,
              rows: [
                ['前', '短い'],
                ['一', long],
                ['後', '終わり'],
              ],
            },
          },
        ]),
      ),
    );
    const column = pages
      .flatMap(({ texts }) => texts.flatMap(({ str, transform }) => (transform[4] > 170 && transform[5] > 57 ? [str] : [])))
      .join('');
    expect(column.replaceAll(/[\s]|内容/g, '')).toContain(long);
    expect(pages.length).toBeGreaterThan(1);
  }, 60_000);

  test('a heading is never left behind at the foot of a page', async () => {
    for (const lines of [38, 39, 40, 41, 42, 43, 44]) {
      const { pages } = await read(
        await pdfOf(
          only([
            { kind: 'paragraph', text: Array(lines).fill('行').join('\n') },
            { kind: 'heading', text: '見出し' },
            {
              kind: 'table',
              table: {
                name: 'stages',
                caption: '題',
                columns,
                rows: [
                  ['甲', '乙'],
                  ['丙', '丁'],
                ],
              },
            },
          ]),
        ),
      );
      expect(pages.find(({ text }) => text.includes('見出し'))?.text).toContain('甲乙');
    }
  }, 120_000);
});
