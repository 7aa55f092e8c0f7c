const shortestLine = 8;

/** How a secret may stand in text: as it is, escaped in JSON, in a URL, in hex, in base64 (alone, or in the middle of something); and each line of one that has several. */
export function formsOf(secret: string): ReadonlySet<string> {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const url = encoded(secret);
  const trimmed = secret.trim();
  const forms = [secret, trimmed, escaped, JSON.stringify(escaped).slice(1, -1), url, url.replaceAll("%20", "+")];
  return new Set(
    [...forms, ...linesOf(secret), ...hexForms(secret), ...base64Forms(secret)].filter(
      (form) => form.length >= Math.min(4, secret.length),
    ),
  );
}

/** Keys have several lines, and programs show them one by one; the frame of a PEM file says nothing. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine && !line.startsWith("-----"));
}

function hexForms(secret: string): string[] {
  const hex = Buffer.from(secret).toString("hex");
  return [hex, hex.toUpperCase()];
}

/** Half a surrogate pair has no form in a URL. */
function encoded(secret: string): string {
  return encodeURIComponent(Buffer.from(secret).toString());
}

/** Of a secret with other text around it, three alignments are possible; the letters that it alone decides are looked for. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const whole = bytes.toString("base64");
  const forms = [whole, whole.replace(/=+$/, "")];
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor(((before + bytes.length) * 8) / 6);
    if (to - from >= 8) forms.push(text.slice(from, to));
  }
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
