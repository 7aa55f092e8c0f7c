interface Order {
  readonly id: string;
  readonly gift?: boolean;
}

/** Nothing is sent for an order that is no gift: its branch is suppressed, and `join` knows. */
export function onReceiveRelay(order: Order) {
  return order.gift === true ? { id: order.id, wrapping: "red paper" } : undefined;
}
