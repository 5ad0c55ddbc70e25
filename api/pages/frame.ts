import type { Request, Response } from 'express';
import type { ProblemDocument } from '../errors.js';
import type { Problem } from '../problems.js';
import type { AnyRoute, Reply, Route } from '../route.js';
import type { Values } from './fields.js';

export type Handler = (request: Request, response: Response) => Promise<void>;
export type Asked = Partial<Pick<Request, 'params' | 'query' | 'body'>> & { key?: string };

/** What pages are made with: everything is asked of the API's own routes. */
export interface Frame {
  /** A page at the address of a JSON route, for who asks for one; `act` gets what its forms hand in, of at most `limit`. */
  page(path: string, show: Handler, forms?: { act: Handler; limit?: `${number}mb` }): void;
  /** What the API's own route answers to whom the cookie says. */
  ask(one: AnyRoute, request: Request, asked?: Asked): Promise<Reply>;
  routeAt(method: Route['method'], path: string): AnyRoute;
  /** The problem in the reader's words. */
  documentOf(problem: Problem, request: Request): ProblemDocument;
}

/** The fields as the browser sent them; its line ends are those of no other client. */
export const valuesFrom = (body: Readonly<Record<string, string | readonly string[]>>): Values =>
  new Map(Object.entries(body).map(([name, value]) => [name, [value].flat().map((text) => text.replaceAll('\r\n', '\n'))]));
