// The AI SDK's own clients, in three versions, against the Go handler. What they
// build is what a page with useChat would show: Chat below is what useChat is made
// of, without React.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startServer } from './server.mjs';

const packages = { v5: 'ai5', v6: 'ai6', v7: 'ai7' };

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

for (const [version, name] of Object.entries(packages)) {
  const ai = await import(name);

  class State {
    status = 'ready';
    error = undefined;
    constructor(messages = []) { this.messages = messages; }
    pushMessage = message => { this.messages = this.messages.concat(message); };
    popMessage = () => { this.messages = this.messages.slice(0, -1); };
    replaceMessage = (index, message) => { this.messages = this.messages.with(index, this.snapshot(message)); };
    snapshot = thing => structuredClone(thing);
  }
  class Chat extends ai.AbstractChat {
    constructor({ messages, ...init }) { super({ ...init, state: new State(messages) }); }
  }

  const chatOf = (agent = 'assistant', init = {}) => new Chat({
    id: randomUUID(),
    transport: new ai.DefaultChatTransport({ api: `${server.url}/${version}/chat/${agent}` }),
    sendAutomaticallyWhen: ai.lastAssistantMessageIsCompleteWithApprovalResponses,
    ...init,
  });
  const textOf = message => message.parts.filter(p => p.type === 'text').map(p => p.text).join('');
  const toolOf = (chat, type) => chat.messages.flatMap(m => m.parts).findLast(p => p.type === type);
  const settled = async chat => {
    for (let i = 0; i < 500 && chat.status !== 'ready' && chat.status !== 'error'; i++) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    return chat;
  };

  describe(`ai ${version}`, () => {
    it('shows text as it grows', async () => {
      const transport = new ai.DefaultChatTransport({ api: `${server.url}/${version}/chat/plain` });
      const stream = await transport.sendMessages({
        trigger: 'submit-message', chatId: 'c', messageId: undefined, abortSignal: undefined,
        messages: [{ id: 'u', role: 'user', parts: [{ type: 'text', text: 'one two three' }] }],
      });
      const texts = [];
      let last;
      for await (const message of ai.readUIMessageStream({ stream, terminateOnError: true })) {
        last = message;
        texts.push(textOf(message));
      }
      assert.equal(texts.at(-1), 'You said: one two three');
      assert.ok(new Set(texts).size > 3, 'in several pieces');
      assert.equal(last.role, 'assistant');
      assert.ok(last.id, 'with an id');
      assert.equal(last.parts.at(-1).state, 'done');
    });

    it('keeps a conversation', async () => {
      const chat = chatOf();
      await chat.sendMessage({ text: 'first' });
      await chat.sendMessage({ text: 'second' });
      assert.equal(chat.error, undefined);
      assert.deepEqual(chat.messages.map(m => [m.role, textOf(m)]), [
        ['user', 'first'], ['assistant', 'You said: first'], ['user', 'second'], ['assistant', 'You said: second'],
      ]);
    });

    it('shows a tool call and its result', async () => {
      const chat = chatOf();
      await chat.sendMessage({ text: 'tool:weather {"city":"Rome"}' });
      const tool = toolOf(chat, 'tool-weather');
      assert.equal(tool.state, 'output-available');
      assert.deepEqual(tool.input, { city: 'Rome' });
      assert.deepEqual(tool.output, { city: 'Rome', tempC: 4 });
      assert.match(textOf(chat.messages.at(-1)), /^Tool said: /);
      assert.equal(chat.messages.at(-1).parts.filter(p => p.type === 'step-start').length, 2);
    });

    it('shows a tool that failed', async () => {
      const chat = chatOf();
      await chat.sendMessage({ text: 'tool:weather {"city":"Nowhere"}' });
      const tool = toolOf(chat, 'tool-weather');
      assert.equal(tool.state, 'output-error');
      assert.equal(tool.errorText, 'no such city');
      assert.equal(chat.status, 'ready');
    });

    it('tells of a run that failed, without a stack trace', async () => {
      const chat = chatOf('assistant', { onError: () => {} });
      await chat.sendMessage({ text: 'fail-model' });
      assert.equal(chat.status, 'error');
      assert.equal(chat.error.message, 'model exploded');
    });

    it('tells of a failure before the first part', async () => {
      const chat = chatOf('nobody', { onError: () => {} });
      await chat.sendMessage({ text: 'hi' });
      assert.equal(chat.status, 'error');
      assert.match(JSON.stringify([chat.error.message, chat.error.responseBody]), /Not found\./);
    });

    it('shows reasoning, sources and files', async () => {
      const chat = chatOf();
      await chat.sendMessage({ text: 'think:deep' });
      assert.equal(toolOf(chat, 'reasoning').text, 'deep');
      await chat.sendMessage({ text: 'source:https://example.com x' });
      assert.equal(toolOf(chat, 'source-url').url, 'https://example.com');
      await chat.sendMessage({ text: 'file:abc' });
      assert.equal(toolOf(chat, 'file').url, `data:text/plain;base64,${btoa('abc')}`);
    });

    it('is told of a processor that stopped the run', async () => {
      const chat = chatOf('guarded');
      await chat.sendMessage({ text: 'forbidden' });
      assert.equal(toolOf(chat, 'data-tripwire').data.reason, 'Blocked input');
    });

    for (const approved of [true, false]) {
      it(`${approved ? 'approves' : 'declines'} a tool call`, async () => {
        const chat = chatOf();
        await chat.sendMessage({ text: 'tool:delicate {"what":"vase"}' });
        const asked = toolOf(chat, 'data-tool-call-approval').data;
        if (version === 'v5') {
          await chat.sendMessage(undefined, { body: {
            resumeData: approved ? { approved } : { approved, reason: 'too fragile' }, runId: asked.runId, toolCallId: asked.toolCallId,
          } });
        } else {
          const tool = toolOf(chat, 'tool-delicate');
          assert.equal(tool.state, 'approval-requested');
          assert.equal(tool.approval.id, `${asked.runId}::${asked.toolCallId}`);
          await chat.addToolApprovalResponse({ id: tool.approval.id, approved, reason: approved ? undefined : 'too fragile' });
        }
        await settled(chat);
        assert.equal(chat.error, undefined);
        assert.equal(chat.messages.length, 2, 'the answer goes on in its message');
        const tool = toolOf(chat, 'tool-delicate');
        if (approved) {
          assert.equal(tool.state, 'output-available');
          assert.deepEqual(tool.output, { done: 'vase' });
        } else {
          assert.equal(tool.state, version === 'v5' ? 'output-error' : 'output-denied');
          assert.match(textOf(chat.messages.at(-1)), /too fragile/);
        }
        assert.match(textOf(chat.messages.at(-1)), /^Tool said: /);
      });
    }

    if (version !== 'v5') it('approves two calls of one step, one after the other', async () => {
      // Mastra asks for them one by one, so the page must not wait for both.
      const chat = chatOf('assistant', {
        sendAutomaticallyWhen: ({ messages }) => {
          const states = messages.at(-1).parts.map(p => p.state);
          return states.includes('approval-responded') && !states.includes('approval-requested');
        },
      });
      await chat.sendMessage({ text: 'tool:delicate {"what":"vase"}\ntool:delicate {"what":"cup"}' });
      for (let round = 0; round < 2; round++) {
        const waiting = chat.messages.at(-1).parts.filter(p => p.state === 'approval-requested');
        assert.equal(waiting.length, 1, `round ${round}`);
        await chat.addToolApprovalResponse({ id: waiting[0].approval.id, approved: true });
        await settled(chat);
      }
      assert.equal(chat.error, undefined);
      const tools = chat.messages.at(-1).parts.filter(p => p.type === 'tool-delicate');
      assert.deepEqual(tools.map(t => [t.state, t.output]), [['output-available', { done: 'vase' }], ['output-available', { done: 'cup' }]]);
    });

    it('answers a tool that asks', async () => {
      const chat = chatOf();
      await chat.sendMessage({ text: 'tool:ask-user {"question":"Age?"}' });
      const asked = toolOf(chat, 'data-tool-call-suspended').data;
      assert.deepEqual(asked.suspendPayload, { question: 'Age?' });
      await chat.sendMessage(undefined, { body: { resumeData: { answer: '42' }, runId: asked.runId, toolCallId: asked.toolCallId } });
      assert.equal(chat.error, undefined);
      assert.deepEqual(toolOf(chat, 'tool-ask-user').output, { answer: '42' });
    });

    it('tries again', async () => {
      const chat = chatOf('plain');
      await chat.sendMessage({ text: 'hi' });
      const old = chat.messages.at(-1).id;
      await chat.regenerate();
      assert.equal(chat.messages.length, 2);
      assert.equal(textOf(chat.messages.at(-1)), 'You said: hi');
      assert.notEqual(chat.messages.at(-1).id, old);
    });

    it('stops', async () => {
      const before = await server.get('/left');
      const chat = chatOf();
      const sent = chat.sendMessage({ text: 'slow:200' });
      while (!chat.messages.at(-1)?.parts.some(p => p.text?.includes('chunk-1'))) await new Promise(r => setTimeout(r, 10));
      await chat.stop();
      await sent;
      assert.equal(chat.status, 'ready');
      assert.equal(chat.error, undefined);
      if (server.mock) {
        for (let i = 0; i < 200 && await server.get('/left') === before; i++) await new Promise(r => setTimeout(r, 10));
        assert.equal(await server.get('/left'), before + 1, 'the server saw the client leave');
      }
    });

    it('has nothing to attach to', async () => {
      const chat = chatOf();
      await chat.resumeStream();
      assert.equal(chat.error, undefined);
      assert.equal(chat.messages.length, 0);
    });

    it('begins with the history', async () => {
      const chat = chatOf();
      for (const text of ['hello', 'think:deep', 'file:abc', 'tool:weather {"city":"Rome"}', 'tool:weather {"city":"Nowhere"}', 'tool:delicate {"what":"vase"}']) {
        await chat.sendMessage({ text });
      }
      const messages = await server.get(`/${version}/history/assistant/${chat.id}`);
      const valid = await ai.safeValidateUIMessages({ messages });
      assert.ok(valid.success, String(valid.error));
      const essence = list => list.map(m => [m.role, m.parts
        .filter(p => !['step-start', 'data-tool-call-approval'].includes(p.type))
        .map(p => [p.type, p.state ?? 'done', p.text ?? p.url ?? p.output ?? p.errorText])]);
      assert.deepEqual(essence(messages), essence(chat.messages));
      if (version === 'v5') return;
      // What waited before the page was loaded anew can be answered after it.
      const reloaded = chatOf('assistant', { id: chat.id, messages });
      await reloaded.addToolApprovalResponse({ id: toolOf(reloaded, 'tool-delicate').approval.id, approved: true });
      await settled(reloaded);
      assert.equal(reloaded.error, undefined);
      assert.equal(toolOf(reloaded, 'tool-delicate').state, 'output-available');
    });

    it('follows a workflow', async () => {
      const chat = chatOf('', { transport: new ai.DefaultChatTransport({
        api: `${server.url}/${version}/workflow/doubler`,
        prepareSendMessagesRequest: ({ messages }) => ({ body: { inputData: { n: Number(messages.at(-1).parts[0].text) } } }),
      }) });
      await chat.sendMessage({ text: '3' });
      assert.equal(chat.error, undefined);
      const run = toolOf(chat, 'data-workflow').data;
      assert.equal(run.status, 'success');
      assert.deepEqual(run.steps.double.output, { n: 6 });
    });
  });
}
