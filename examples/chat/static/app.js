// The page: it shows a chat, and hands on what the user does.
import { Chat } from './chat.js';

const $ = id => document.getElementById(id);

// The chat's id stands in the address, so that a reload comes back to it.
if (!location.hash) location.hash = crypto.randomUUID();
const chat = new Chat(location.hash.slice(1), show);

// element makes a DOM element; texts are never taken for HTML.
function element(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

const button = (text, onclick) => element('button', { type: 'button', onclick }, text);
const json = value => element('pre', {}, JSON.stringify(value, null, 1));

const states = {
  'input-streaming': 'is being called',
  'input-available': 'is called',
  'approval-requested': 'wants to run',
  'approval-responded': 'was decided on',
  'output-available': 'has run',
  'output-error': 'has failed',
  'output-denied': 'was declined',
};

function showTool(part) {
  const name = part.type.slice('tool-'.length);
  const card = element('div', { class: 'tool', 'data-state': part.state }, element('b', {}, name), ` ${states[part.state] ?? part.state}`);
  if (part.inputText) card.append(element('pre', {}, part.inputText));
  if (part.input !== undefined) card.append(json(part.input));
  if (part.state === 'output-available') card.append(json(part.output));
  if (part.errorText) card.append(element('p', { class: 'failed' }, part.errorText));
  if (part.state === 'approval-requested') {
    card.append(button('Approve', () => chat.decide(part, true)), button('Decline', () => chat.decide(part, false, 'The user said no.')));
  }
  return card;
}

// A tool that asks waits until its call has an output.
function showQuestion(part, message) {
  const call = message.parts.find(p => p.toolCallId === part.data.toolCallId && p.type.startsWith('tool-'));
  if (part.answered || call?.state !== 'input-available') return '';
  const input = element('input', { required: '', 'aria-label': 'Answer' });
  return element('form', {
    class: 'question',
    onsubmit: event => { event.preventDefault(); chat.answer(part, { answer: input.value }); },
  }, element('p', {}, part.data.suspendPayload?.question ?? 'The tool asks.'), input, element('button', {}, 'Answer'));
}

function showPart(part, message) {
  switch (part.type) {
    case 'text': return element('p', {}, part.text);
    case 'reasoning': return element('details', {}, element('summary', {}, 'Thoughts'), part.text);
    case 'file': return part.mediaType.startsWith('image/')
      ? element('img', { src: part.url, alt: '' }) : element('a', { href: part.url, download: part.filename ?? 'file' }, part.mediaType);
    case 'source-url': return element('a', { href: /^https?:/.test(part.url) ? part.url : '#', rel: 'noreferrer noopener' }, part.title ?? part.url);
    case 'source-document': return element('cite', {}, part.title);
    case 'data-tool-call-suspended': return showQuestion(part, message);
    case 'data-tripwire': return element('p', { class: 'failed' }, `Stopped: ${part.data.reason}`);
  }
  return part.type.startsWith('tool-') ? showTool(part) : '';
}

function show() {
  const busy = chat.status !== 'ready';
  $('messages').replaceChildren(...chat.messages.map(message =>
    element('article', { class: message.role }, ...message.parts.map(part => showPart(part, message)))));
  if (chat.status === 'waiting') $('messages').append(element('article', { class: 'assistant' }, '…'));
  else if (!busy && chat.messages.at(-1)?.role === 'assistant') {
    $('messages').lastChild.append(element('button', { type: 'button', class: 'again', onclick: () => chat.regenerate() }, 'Try again'));
  }
  $('error').hidden = !chat.error;
  $('error').textContent = chat.error ?? '';
  $('send').hidden = busy;
  $('stop').hidden = !busy;
  window.scrollTo(0, document.body.scrollHeight);
}

function say(text) {
  if (chat.status === 'ready' && text.trim()) chat.send(text);
}

$('form').addEventListener('submit', event => {
  event.preventDefault();
  say($('text').value);
  $('text').value = '';
});
$('text').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); $('form').requestSubmit(); }
});
$('stop').addEventListener('click', () => chat.stop());
$('new').addEventListener('click', () => { location.hash = crypto.randomUUID(); });
addEventListener('hashchange', () => location.reload());
for (const b of document.querySelectorAll('[data-say]')) b.addEventListener('click', () => say(b.dataset.say));

chat.load();
