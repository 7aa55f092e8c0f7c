import type { Node } from "yaml";
import type { AggregateOptions, Pod } from "./network.ts";
import type { PodType } from "./pod-type.ts";

/** A pod as it was written, before it is known whether the network is sound. */
export interface DraftPod
  extends Pick<
    Pod,
    | "id"
    | "description"
    | "body"
    | "hookTimeoutMs"
    | "retry"
    | "concurrency"
    | "mailbox"
    | "isolate"
    | "origin"
    | "keep"
  > {
  readonly node: Node;
  readonly idNode: Node;
  /** Nothing when the type is unknown: it was reported, and the pod then breaks no other rule. */
  readonly type: PodType | undefined;
  readonly aggregate: DraftAggregate | undefined;
  readonly ingressCount: { readonly count: number; readonly node: Node } | undefined;
}

export interface DraftAggregate extends Omit<AggregateOptions, "correlate" | "joins"> {
  /** Nothing when the file leaves it open. */
  readonly correlate: AggregateOptions["correlate"] | undefined;
  readonly node: Node | undefined;
}

export interface DraftEdge {
  readonly from: string;
  readonly to: string;
  readonly node: Node;
  readonly fromNode: Node;
  readonly toNode: Node;
}

export interface Draft {
  readonly name: string;
  readonly description: string | undefined;
  readonly strict: boolean;
  readonly pods: readonly DraftPod[];
  readonly edges: readonly DraftEdge[];
  /** Points at `pods:`, for findings about the network as a whole. */
  readonly podsNode: Node | undefined;
}
