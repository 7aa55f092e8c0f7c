# A guard that stays: one line of JSON for each step that is about to send into a network.
import json
import sys


def judge(sending):
    order = sending.get("data", {})
    if order.get("amount", 0) > 10_000:
        return {"decision": "block", "reason": "Orders over 10 000 are placed by telephone."}
    if "card" not in order:
        return {}
    kept = {key: value for key, value in order.items() if key != "card"}
    changed = {**sending, "data": {**kept, "card_ends_in": order["card"][-4:]}}
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", "updatedInput": changed}}


for line in sys.stdin:
    call = json.loads(line)
    print(json.dumps({"id": call["id"], "output": judge(call["input"]["tool_input"])}), flush=True)
