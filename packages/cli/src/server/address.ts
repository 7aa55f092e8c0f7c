/** Where `pawl serve` listens when nobody says anything else. */
export const defaultHost = "127.0.0.1";
export const defaultPort = 7295;
