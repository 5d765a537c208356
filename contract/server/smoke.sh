#!/usr/bin/env bash
# Asks a running server about the whole demo world and compares the answers.
#   smoke.sh [base URL] [all | suspend | resume] [prefix of run ids]
# `suspend` leaves runs waiting and `resume`, with the same prefix, finishes them:
# between the two the server may be killed. With MASTRA_DEMO_TOKEN set, that token
# is sent, and a call without it must be refused.
set -euo pipefail
base=${1:-http://127.0.0.1:4111} phase=${2:-all}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/node.sh" && use_node "$here"
token=(-H "Authorization: Bearer ${MASTRA_DEMO_TOKEN:-none}")
id=${3:-smoke-$$-$(date +%s)} fails=$(mktemp)
trap 'rm -f "$fails"' EXIT

call() { curl -sS -m 30 -w '\n%{http_code}' "${token[@]}" "$@"; }
get() { call "$base$1"; }
post() { call -H 'Content-Type: application/json' -d "$2" "$base$1"; }
stream() { post "/api/agents/$1/stream" "$2"; }
generate() { post "/api/agents/$1/generate" "$2"; }
say() { node -p 'JSON.stringify({ messages: process.argv[1] })' "$1"; }
start() { post "/api/workflows/$1/start-async?runId=$2" "{\"inputData\":$3}"; }
resume() { post "/api/workflows/$1/resume-async?runId=$2" "$3"; }

# check NAME EXPECTED-JSON EXPRESSION: the answer on stdin is `it` (a body), `status`,
# and for streams `chunks`, with `types`, `text` and `last(type)` (a payload) made of them.
check() {
  node -e '
    const [name, expected, expression] = process.argv.slice(1);
    const input = require("fs").readFileSync(0, "utf8"), cut = input.lastIndexOf("\n");
    const body = input.slice(0, cut), status = Number(input.slice(cut + 1));
    const parse = text => { try { return JSON.parse(text); } catch { return text; } };
    const it = parse(body);
    const chunks = body.startsWith("data: ") ? body.split("\n\n").filter(Boolean).map(f => parse(f.slice(6)))
      : body.split("\u001e").filter(Boolean).map(parse);
    const types = chunks.map(c => c.type ?? c).join(" ").replace(/(\btext-delta) (\1 ?)+/g, "text-delta* ");
    const text = chunks.filter(c => c.type === "text-delta").map(c => c.payload.text).join("|");
    const last = type => chunks.findLast(c => c.type === type)?.payload;
    const got = (() => { try { return JSON.stringify(eval(expression)); } catch (e) { return String(e); } })();
    if (got === JSON.stringify(JSON.parse(expected))) process.exit(0);
    console.error(`FAIL ${name}\n  want ${expected}\n  got  ${got}\n  from ${status} ${body.slice(0, 300)}`);
    process.exit(1);' "$@" || echo "$1" >>"$fails"
}

model() {
  stream plain "$(say 'hi  you')" | check echo "[\"You |said: |hi | |you\",\"start step-start text-start text-delta* text-end step-finish finish [DONE]\"]" '[text, types]'
  stream plain "$(say hi)" | check ids '["resp-1","1970-01-01T00:00:00.000Z","fake-2","fake"]' '(m => [m.id, m.timestamp, m.modelId, m.modelMetadata.modelProvider])(last("finish").metadata)'
  generate plain "$(say fail-model)" | check fail-model '[500,{"error":"model exploded"}]' '[status, it]'
  stream plain '{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}' | check parts '"You |said: |a |b"' text
  stream plain "$(say 'x json:{"k":"é😀😀"} y')" | check json '"{\"k\":\"é😀|😀\"}"' text
  stream plain "$(say 'a think:b c')" | check think '["b c","You |said: |a |think:b |c"]' '[last("reasoning-delta").text, text]'
  stream plain "$(say 'source:http://x.test/ file:y')" | check source '[{"id":"s-1","sourceType":"url","title":"Source","url":"http://x.test/"},null]' '[last("source"), last("file") ?? null]'
  stream plain "$(say 'file:é b')" | check file '["w6kgYg==","text/plain"]' '[last("file").data, last("file").mimeType]'
  stream plain "$(say fail-after:3)" | check fail-after "[\"chunk-0 |chunk-1 |chunk-2 \",\"start step-start text-start text-delta* error step-finish finish [DONE]\",\"error\",0]" '[text, types, last("finish").stepResult.reason, last("finish").output.usage.totalTokens]'
  generate plain "$(say fail-after:3)" | check fail-after-generate '[500,{"error":"model broke"}]' '[status, it]'
  for kind in slow chunks; do stream plain "$(say $kind:2)" | check $kind '"chunk-0 |chunk-1 "' text; done
}

tools() {
  local call=$'tool:weather {"city":"Rome"}\ntool:weather {"city":"Nowhere"}\nx tool:none {} y' two='Tool said: [{"type":"json","value":{"city":"Rome","tempC":4}},{"type":"error-text","value":"no such city"},{"type":"error-text"'
  stream assistant "$(say "$call")" | check tools "[$(node -p 'JSON.stringify(process.argv[1])' "$two"),36,2]" '[text.replace("|", "").slice(0, '${#two}'), last("finish").output.usage.totalTokens, text.split("|").length]'
  stream assistant "$(say 'tool:weather {"town":1}')" | check tool-invalid '[true,["error","message","validationErrors"]]' '[text.includes("{\"type\":\"json\",\"value\":{\"error\":true"), Object.keys(last("tool-result").result)]'
  stream assistant '{"messages":"tool:mine {}\ntool:weather {\"city\":\"Rome\"}","clientTools":{"mine":{"id":"mine","description":"d","inputSchema":{"type":"object"}}}}' | check client-tool '["tool-calls",["weather"]]' '[last("finish").stepResult.reason, chunks.filter(c => c.type === "tool-result").map(c => c.payload.toolName)]'
  generate router "$(say 'tool:agent-plain {"prompt":"hi"}')" | check sub-agent '"Tool said: [{\"type\":\"text\",\"value\":\"You said: hi\"}]"' it.text
  local ask; ask=$(generate assistant "$(say 'tool:ask-user {"question":"who"}')")
  printf %s "$ask" | check suspended '["suspended",{"question":"who"}]' '[it.finishReason, it.suspendPayload.suspendPayload]'
  post /api/agents/assistant/resume-stream "{\"runId\":$(run "$ask"),\"resumeData\":{\"answer\":\"me\"}}" | check resumed '"Tool said: |[{\"type\":\"json\",\"value\":{\"answer\":\"me\"}}]"' text
  ask=$(generate assistant "$(say 'tool:delicate {"what":"vase"}')")
  post /api/agents/assistant/decline-tool-call-generate "{\"runId\":$(run "$ask"),\"toolCallId\":$(run "$ask" it.suspendPayload.toolCallId)}" | check declined '"Tool said: [{\"type\":\"text\",\"value\":\"Tool call was not approved by the user\"}]"' it.text
  post /api/tools/weather/execute '{"data":{"city":"é😀"}}' | check execute '[200,{"city":"é😀","tempC":3}]' '[status, it]'
  post /api/tools/weather/execute '{"data":{"city":"Nowhere"}}' | check execute-throws '[500,{"error":"no such city"}]' '[status, it]'
  post /api/mcp/mcp1/tools/weather/execute '{"data":{"city":"Rome"}}' | check mcp '{"result":{"city":"Rome","tempC":4}}' it
  get /api/mcp/v0/servers | check mcp-version '["mcp1","1.0.0"]' '[it.servers[0].id, it.servers[0].version_detail.version]'
}

# run BODY [EXPRESSION]: a value of the body, as JSON, by default its run id.
run() { node -p 'const it = JSON.parse(process.argv[1].split("\n")[0]); JSON.stringify(eval(process.argv[2]))' "$1" "${2:-it.runId}"; }

agents() {
  get /api/agents | check agents '["assistant Test assistant Be brief fake-1","durable Durable agent Last fake-5","guarded Guarded agent Guard fake-4","multi Two models Switch fake-6","plain Plain agent No memory fake-2","router Routing agent Route fake-3","voiced Voiced agent Speak fake-8"]' 'Object.entries(it).map(([id, a]) => [id, a.description, a.instructions, a.modelId].join(" ")).sort()'
  get '/api/memory/config?agentId=assistant' | check memory '[10,true,"resource",false]' '(c => [c.lastMessages, c.workingMemory.enabled, c.workingMemory.scope, c.semanticRecall])(it.config)'
  generate assistant "{\"messages\":\"hi\",\"memory\":{\"thread\":\"$id\",\"resource\":\"smoke\"}}" | check memory-run '["You said: hi",true]' '[it.text, /^[0-9a-f]{32}$/.test(it.traceId)]'
  get "/api/memory/threads/$id/messages?agentId=assistant" | check messages '["user","assistant"]' 'it.messages.map(m => m.role)'
  stream guarded "$(say 'so forbidden')" | check guard '["tripwire [DONE]",{"reason":"Blocked input","metadata":{"word":"forbidden"},"processorId":"guard"}]' '[types, last("tripwire")]'
  stream guarded "$(say 'json:{"a":"bb leak c"}')" | check gate '["{\"a\":\"bb","start step-start text-start text-delta tripwire [DONE]",{"type":"tripwire","payload":{"reason":"Blocked output","processorId":"gate"}}]' '[text, types, chunks.at(-2)]'
  generate guarded "$(say 'a leak')" | check gate-generate '["","Blocked output"]' '[it.text, it.tripwire.reason]'
  stream multi "$(say fail-after:2)" | check multi '["chunk-0 |chunk-1 |chunk-0 |chunk-1 ",2]' '[text, chunks.filter(c => c.type === "step-start").length]'
  stream durable "{\"messages\":\"hi\",\"runId\":\"$id\"}" | check durable '"You |said: |hi"' text
  post /api/agents/durable/observe "{\"runId\":\"$id\",\"offset\":-2}" | check observe '"iteration-complete finish [DONE]"' types
  post /api/agents/voiced/voice/speak '{"text":"é"}' | check speak '"é"' it
  printf 'heard é' | call -F 'audio=@-;filename=a.mp3' "$base/api/agents/voiced/voice/listen" | check listen '{"text":"heard é"}' it
  get /api/agents/voiced/voice/speakers | check speakers '[{"voiceId":"demo"}]' it
  get /api/agents/voiced/voice/listener | check listener '{"enabled":true}' it
  local route='json:{"primitiveId":"plain","primitiveType":"agent","prompt":"hi","selectionReason":"r","isComplete":true,"completionReason":"c","finalResult":"done"}'
  post /api/agents/router/network "$(node -p 'JSON.stringify({messages:process.argv[1],memory:{thread:"smoke-n",resource:"smoke"}})' "$route")" | check network '["You said: hi","done",true]' '[last("agent-execution-end").result, last("network-execution-event-finish").result, last("network-execution-event-finish").isComplete]'
}

workflows() {
  start doubler "$id-d" '{"n":4}' | check doubler '[{"n":8},true]' '[it.result, !!it.spanId]'
  start doubler "$id-e" '{"n":-1}' | check negative '["failed","negative"]' '[it.status, it.error.message]'
  start review "$id-r" '{"n":1}' | check review '{"left":{"reason":"left must look","requiredApprovers":["ann","bob"],"urgency":"high"},"right":{"reason":"right must look","requiredApprovers":["cleo"],"urgency":"low"}}' it.suspendPayload
  resume review "$id-r" '{"step":"right","resumeData":{"approved":false}}' | check review-right '[["left"]]' it.suspended
  resume review "$id-r" '{"step":"left","resumeData":{"approved":true}}' | check review-left '{"left":{"approved":true},"right":{"approved":false}}' it.result
  start fan "$id-f" '[1,-2]' | check fan-suspends '{"twice":{"reason":"negative item","item":-2}}' it.suspendPayload
  resume fan "$id-f" '{"step":"twice","forEachIndex":1,"resumeData":{"value":5}}' | check fan '{"big":{"size":"big","sum":12}}' it.result
  start fan "$id-g" '[1,2]' | check fan-small '{"small":{"size":"small","sum":6}}' it.result
  start flaky "$id-y" '{"failures":2}' | check flaky '{"attempts":3}' it.result
  start flaky "$id-z" '{"failures":3}' | check flaky-fails '"flaky 3"' it.error.message
  post "/api/workflows/slowly/stream?runId=$id-s" '{"inputData":{"ms":9000}}' | check cancelled '"workflow-start workflow-step-start workflow-step-result workflow-canceled workflow-finish"' types &
  sleep 1; post "/api/workflows/slowly/runs/$id-s/cancel" '' | check cancel 200 status
  wait
  start counted "$id-c" "{\"key\":\"$id\",\"ms\":1}" | check counted "{\"key\":\"$id\",\"count\":1}" it.result
  get "/counted/$id" | check count '{"count":1}' it
}

rest() {
  get '/echo-context?requestContext=%7B%22a%22%3A1%7D' | check echo-context '{"a":1}' it
  post '/echo-context?requestContext=%7B%22a%22%3A1%7D' '{"requestContext":{"a":2,"b":3,"mastra__threadId":"x"}}' | check echo-context-merged '{"a":1,"b":3}' it
  get /api/scores/scorers | check scorer '["len"]' 'Object.keys(it)'
  post /api/vector/vec/create-index '{"indexName":"smoke","dimension":2}' | check index '{"success":true}' it
  post /api/vector/vec/upsert '{"indexName":"smoke","vectors":[[1,0]],"ids":["a"],"metadata":[{"k":1}]}' | check upsert '{"ids":["a"]}' it
  post /api/vector/vec/query '{"indexName":"smoke","queryVector":[1,0],"topK":1}' | check query '[{"id":"a","score":1,"metadata":{"k":1}}]' it
  if [ -n "${MASTRA_DEMO_TOKEN:-}" ]; then curl -sS -w '\n%{http_code}' "$base/api/agents" | check unauthorized '[401,{"error":"Invalid or expired token"}]' '[status, it]'; fi
}

suspend() {
  start approval "$id-a" '{"n":2}' | check kept-approval '{"approve":{"reason":"needs approval"}}' it.suspendPayload
  start outer "$id-o" '{"n":3}' | check kept-outer '[["approval","approve"]]' it.suspended
  for agent in assistant durable; do
    generate $agent "{\"messages\":\"tool:delicate {\\\"what\\\":\\\"vase\\\"}\",\"runId\":\"$id-$agent\"}" | check "kept-$agent" '"suspended"' it.finishReason
  done
}

finish() {
  resume approval "$id-a" '{"step":"approve","resumeData":{"approved":true}}' | check kept-approval '{"n":4,"approved":true}' it.result
  resume outer "$id-o" '{"step":["approval","approve"],"resumeData":{"approved":false}}' | check kept-outer '{"n":6,"approved":false}' it.result
  for agent in assistant durable; do
    local call; call=$(run "$(get /api/agents/$agent/suspended-runs)" "it.runs.find(r => r.runId === '$id-$agent').toolCalls[0].toolCallId")
    post /api/agents/$agent/approve-tool-call "{\"runId\":\"$id-$agent\",\"toolCallId\":$call}" | check "kept-$agent" '"Tool said: |[{\"type\":\"json\",\"value\":{\"done\":\"vase\"}}]"' text
  done
}

case $phase in
  all) model; tools; agents; workflows; rest; suspend; finish ;;
  suspend) suspend ;;
  resume) finish ;;
  *) echo "smoke.sh [base URL] [all | suspend | resume] [prefix]" >&2; exit 2 ;;
esac
[ ! -s "$fails" ] || { echo "failed: $(tr '\n' ' ' <"$fails")" >&2; exit 1; }
echo "all as described"
