interface Task {
  task_id: string;
  broadcast_id: string;
  data: { amount?: number };
}

/** Cheap things score high. */
export function onReceiveRelay({ task_id, broadcast_id, data }: Task) {
  return { task_id, broadcast_id, scorer: "price", score: Math.max(0, 100 - (data.amount ?? 0)) };
}
