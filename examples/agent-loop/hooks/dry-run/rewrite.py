import json
import sys

event = json.load(sys.stdin)
command = event["tool_input"]["command"]
updated = {**event["tool_input"], "command": command.replace("deploy", "deploy --dry-run", 1)}
print(json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", "updatedInput": updated}}))
