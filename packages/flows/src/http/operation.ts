import type { z } from "zod";

/** What is answered with one status. */
export interface OperationAnswer {
  readonly description: string;
  /** Of `application/json`. */
  readonly schema?: z.ZodType;
  /** Media types of other forms of the answer, which are text. */
  readonly types?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OperationBody {
  readonly schema: z.ZodType;
  /** Default: false, and none is read as `{}`. */
  readonly isRequired?: boolean;
  /** Default: `application/json`. */
  readonly types?: readonly string[];
  /** Default: 1 MiB. */
  readonly maxBytes?: number;
}

/** Who may send a request: whoever has a token (or sits at this machine), everybody, or who knows a key of the route. */
export type OperationAccess =
  | "token"
  | "open"
  | { readonly scheme: string; readonly header: string; readonly description: string };

/**
 * What can be asked of one route, and what is answered. It validates requests, types the handler, and is the route's part
 * of the OpenAPI document.
 */
export interface Operation {
  /** `GET /api/v1/runs/:id`. For a route of any method: the one that is meant to be used. */
  readonly route: string;
  /** Unique in the document. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What each parameter of the path is. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  /** Request headers that have a meaning, beside those every request may have. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: OperationBody;
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Codes of the problems that it answers with, beside those of every route. */
  readonly problems?: readonly string[];
  /** Default: `token`. */
  readonly access?: OperationAccess;
}

/** Loaded when it is first needed, where schemas would slow the start. */
export type OperationSource<O extends Operation = Operation> = O | (() => O | Promise<O>);

/** Gives a definition its exact type, so that handlers know what they are asked and may answer. */
export function defineOperation<const O extends Operation>(operation: O): O {
  return operation;
}
