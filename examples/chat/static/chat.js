// A chat in the protocol of AI SDK's useChat: it posts UI messages, and builds the
// assistant's message out of the parts that are streamed back.

export class Chat {
  messages = [];
  status = 'ready'; // ready, waiting, streaming
  error = null;
  #abort = null;

  // changed is called whenever there is something new to show.
  constructor(id, changed) {
    this.id = id;
    this.changed = changed;
  }

  async load() {
    const response = await fetch(`/api/chat/${encodeURIComponent(this.id)}/messages`);
    if (!response.ok) return this.#fail(await response.text());
    this.messages = await response.json();
    this.changed();
  }

  send(text) {
    this.messages.push({ id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text }] });
    return this.#request({ trigger: 'submit-message' });
  }

  // regenerate asks for another answer in place of the last one.
  regenerate() {
    const old = this.messages.at(-1);
    if (old?.role === 'assistant') this.messages.pop();
    return this.#request({ trigger: 'regenerate-message', messageId: old?.id });
  }

  // decide approves or declines a tool call. The agent asks for one after the other,
  // so the decision goes out as soon as none is open.
  decide(part, approved, reason) {
    part.state = 'approval-responded';
    part.approval = { id: part.approval.id, approved, ...(reason ? { reason } : {}) };
    const open = this.messages.at(-1).parts.some(p => p.state === 'approval-requested');
    if (open) return this.changed();
    return this.#request({ trigger: 'submit-message' });
  }

  // answer gives a tool that asks its answer.
  answer(question, data) {
    question.answered = true;
    const { runId, toolCallId } = question.data;
    return this.#request({ trigger: 'submit-message', resumeData: data, runId, toolCallId });
  }

  stop() {
    this.#abort?.abort();
  }

  async #request(body) {
    this.error = null;
    this.status = 'waiting';
    this.#abort = new AbortController();
    this.changed();
    try {
      const response = await fetch('/api/chat', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: this.id, messages: this.messages, ...body }),
        signal: this.#abort.signal,
      });
      if (!response.ok) throw new Error(await response.text());
      const message = this.#answered();
      for await (const part of readParts(response.body)) {
        this.status = 'streaming';
        apply(message, part, this);
        if (!this.messages.includes(message) && message.parts.length > 0) this.messages.push(message);
        this.changed();
      }
    } catch (error) {
      if (error.name !== 'AbortError') this.error = error.message;
    }
    this.status = 'ready';
    this.#abort = null;
    this.changed();
  }

  // The assistant's message that is under way, or a new one.
  #answered() {
    const last = this.messages.at(-1);
    return last?.role === 'assistant' ? last : { id: crypto.randomUUID(), role: 'assistant', parts: [] };
  }

  #fail(text) {
    this.error = text;
    this.changed();
  }
}

// readParts reads server-sent events: one part each, [DONE] at the end.
async function* readParts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      buffer += value;
      for (let end; (end = buffer.indexOf('\n\n')) >= 0; buffer = buffer.slice(end + 2)) {
        const frame = buffer.slice(0, end);
        if (!frame.startsWith('data: ')) continue; // a heartbeat
        if (frame === 'data: [DONE]') return;
        yield JSON.parse(frame.slice(6));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// apply changes the message as a part says.
function apply(message, part, chat) {
  const parts = message.parts;
  const find = test => parts.findLast(test);
  const tool = () => find(p => p.toolCallId === part.toolCallId && p.type.startsWith('tool-'));
  const kind = part.type.split('-')[0]; // text or reasoning
  switch (part.type) {
    case 'start':
      if (part.messageId) message.id = part.messageId;
      break;
    case 'start-step':
      parts.push({ type: 'step-start' });
      break;
    case 'text-start':
    case 'reasoning-start':
      parts.push({ type: kind, id: part.id, text: '', state: 'streaming' });
      break;
    case 'text-delta':
    case 'reasoning-delta':
      find(p => p.type === kind && p.id === part.id).text += part.delta;
      break;
    case 'text-end':
    case 'reasoning-end':
      find(p => p.type === kind && p.id === part.id).state = 'done';
      break;
    case 'file':
      parts.push({ type: 'file', url: part.url, mediaType: part.mediaType });
      break;
    case 'source-url':
    case 'source-document':
      parts.push(part);
      break;
    case 'tool-input-start':
      parts.push({ type: `tool-${part.toolName}`, toolCallId: part.toolCallId, state: 'input-streaming', inputText: '' });
      break;
    case 'tool-input-delta':
      tool().inputText += part.inputTextDelta;
      break;
    case 'tool-input-available': {
      const known = tool() ?? parts[parts.push({ type: `tool-${part.toolName}`, toolCallId: part.toolCallId }) - 1];
      delete known.inputText;
      Object.assign(known, { state: 'input-available', input: part.input });
      break;
    }
    case 'tool-approval-request':
      Object.assign(tool(), { state: 'approval-requested', approval: { id: part.approvalId } });
      break;
    case 'tool-output-available':
      Object.assign(tool() ?? {}, { state: 'output-available', output: part.output });
      break;
    case 'tool-output-error':
      Object.assign(tool() ?? {}, { state: 'output-error', errorText: part.errorText });
      break;
    case 'tool-output-denied':
      Object.assign(tool() ?? {}, { state: 'output-denied' });
      break;
    case 'error':
      chat.error = part.errorText;
      break;
    default:
      if (part.type.startsWith('data-') && !part.transient) {
        const old = part.id && find(p => p.type === part.type && p.id === part.id);
        if (old) old.data = part.data;
        else parts.push(part);
      }
  }
}
