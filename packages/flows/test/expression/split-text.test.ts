import fc from "fast-check";
import { expect, test } from "vitest";
import { splitText } from "../../src/expression/split-text.ts";

test("offsets lead back to the expressions", () => {
  const text = 'a ${{  x.y }}b$${{ no }}${{"}}"}}';
  const found = splitText(text).parts.flatMap((part) => (part.kind === "expression" ? [part] : []));
  expect(found.map((part) => part.source)).toEqual(["x.y", '"}}"']);
  for (const part of found) {
    expect(text.slice(part.sourceStart, part.sourceStart + part.source.length)).toBe(part.source);
    expect(text.slice(part.start, part.start + 3)).toBe("${{");
    expect(text.slice(part.end - 2, part.end)).toBe("}}");
  }
});

test.for(["${{ a", "${{ (a }}", "${{ 'a }}", '${{ "a\n" }}', "${{ [1, 2 }}", "${{ {'a': 1 }}"])(
  "%j does not end",
  (text) => {
    expect(splitText(`x ${text}`).unterminated).toBe(2);
  },
);

test("nothing of any text is lost", () => {
  const pieces = fc.constantFrom("${{", "}}", "$", "{", "}", "'", '"', " a ", "(", ")", "\\", "\n");
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 20 }).map((all) => all.join("")),
      (text) => {
        const { parts, unterminated } = splitText(text);
        const escaped = (part: string) => part.replaceAll("${{", () => "$${{");
        const again = parts
          .map((part) => (part.kind === "text" ? escaped(part.text) : text.slice(part.start, part.end)))
          .join("");
        expect(again + text.slice(unterminated ?? text.length)).toBe(text);
      },
    ),
    { numRuns: 2_000 },
  );
});
