// Starts the Go backend that run.sh has built.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startServer() {
  const binary = process.env.AISDK_SERVER ?? new URL('.bin/server', import.meta.url).pathname;
  const child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the backend ended with ${code}`)));
  });
  const get = async path => {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const post = async (path, body) => {
    const response = await fetch(url + path, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    url, get, post,
    mock: !process.env.MASTRA_BASE_URL,
    stop: () => new Promise(resolve => { child.once('exit', resolve); child.stdin.end(); }),
  };
}
