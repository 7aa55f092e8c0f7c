/** A file of a first project. */
export interface ScaffoldFile {
  readonly path: string;
  readonly about: string;
  readonly text: string;
}

const hello = `# yaml-language-server: $schema=../.pawl/schemas/flow.json
name: hello
description: A first flow. Change it, and run it again.

inputs:
  name: { type: string, default: Pawl }

steps:
  - id: greet
    uses: shell.run
    with: { command: "echo Hello from \${{ inputs.name }}" }

  - id: shout
    if: \${{ inputs.name != "Pawl" }}
    uses: log.message
    with: { message: "\${{ upper(inputs.name) }} is here" }

  - id: save
    uses: file.write
    with:
      path: reports/hello.txt
      content: "\${{ steps.greet.output.stdout }}"
`;

const helloTest = `# yaml-language-server: $schema=../.pawl/schemas/test.json
mocks:
  greet: { output: { stdout: Hello from Ana, stderr: "", code: 0 } }
  save: { output: { path: reports/hello.txt } }

tests:
  - name: saves the greeting
    expect:
      skipped: [shout]
      steps: { save: { with: { content: Hello from Ana } } }

  - name: shouts when it knows the name
    inputs: { name: Ana }
    expect:
      log: [ANA is here]
`;

const audit = `+++
name = "audit"
event = "PostToolUse"
matcher = ".*"
timeout = 5
command = '{ cat; echo; } >> "$PAWL_PROJECT_DIR/.pawl/audit.ndjson"'
+++
Writes down every tool use of an agent, and every step of a flow, as one line of JSON.
`;

const config = `import { defineConfig } from "pawl";

export default defineConfig({
  // server: { port: 7295 },
  // stepHooks: [],
});
`;

const ignored = `.pawl/
node_modules/
.env
reports/
`;

export const scaffold: readonly ScaffoldFile[] = [
  { path: "flows/hello.yaml", about: "a first flow", text: hello },
  { path: "flows/hello.test.yaml", about: "its tests: pawl test", text: helloTest },
  { path: "hooks/audit/HOOK.md", about: "an agent hook that writes down every tool use", text: audit },
  { path: "pawl.config.ts", about: "optional settings", text: config },
  { path: ".gitignore", about: "keeps state and secrets out of git", text: ignored },
];
