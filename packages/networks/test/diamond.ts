/** The network of the guide: a fan-out over two branches and back together. */
export const diamond = `name: scoring
retry: { attempts: 3, initialDelay: 5ms }
pods:
  - { id: intake,  template: http-gateway }
  - { id: fan,     template: http-fan-out }
  - { id: price,   template: http-relay }
  - { id: risk,    template: http-relay }
  - { id: join,    template: http-fan-in, timeout: 10m }
  - { id: archive, template: http-sink }
connections:
  - { from: intake, to: fan }
  - { from: fan,    to: price }
  - { from: fan,    to: risk }
  - { from: price,  to: join }
  - { from: risk,   to: join }
  - { from: join,   to: archive }
`;
