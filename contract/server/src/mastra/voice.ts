// A voice that speaks bytes: the text's UTF-8 is the audio, and back.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MastraVoice } from '@mastra/core/voice';

export class DemoVoice extends MastraVoice {
  async speak(input: string | NodeJS.ReadableStream) {
    const bytes = typeof input === 'string' ? Buffer.from(input) : await buffer(input);
    return Readable.from([bytes]);
  }

  async listen(audio: NodeJS.ReadableStream) {
    return (await buffer(audio)).toString();
  }

  async getSpeakers() {
    return [{ voiceId: 'demo' }];
  }

  async getListener() {
    return { enabled: true };
  }
}
