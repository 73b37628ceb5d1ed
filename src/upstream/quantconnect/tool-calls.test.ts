import { expect, test } from 'vitest';
import { decodeConversation } from './decode-conversation.ts';
import { failuresOf, filesOf } from './tool-calls.ts';

function conversation(...parts: unknown[]) {
  const messages = [
    { role: 'user', parts: [] },
    { role: 'assistant', parts },
  ];
  return decodeConversation('A-1', { messages }, () => undefined);
}

function tool(toolName: string, fields: Record<string, unknown>) {
  return {
    type: 'dynamic-tool',
    toolName,
    ...fields,
  };
}

function write(toolName: string, filePath: string, content: string, fields = {}) {
  return tool(toolName, { state: 'output-available', input: { filePath, content }, ...fields });
}

function verdict(structuredContent: unknown) {
  return { output: { structuredContent } };
}

test('files have their last written content, in the order of their first write', () => {
  expect(
    filesOf(
      conversation(
        write('create_file', 'main.py', '1'),
        write('create_file', 'b.py', 'b'),
        { ...write('', 'main.py', '2'), type: 'tool-edit_file' },
        write('read_file', 'c.py', 'c'),
      ),
    ),
  ).toEqual([
    { path: 'main.py', content: '2' },
    { path: 'b.py', content: 'b' },
  ]);
});

test('a write under way, refused, failed or without content writes nothing', () => {
  expect(
    filesOf(
      conversation(
        write('create_file', 'a', 'x', { state: 'input-streaming' }),
        write('create_file', 'b', 'x', { state: 'output-error', errorText: 'disk full' }),
        write('create_file', 'c', 'x', verdict({ success: false })),
        tool('create_file', { input: [] }),
        tool('create_file', { input: { filePath: 'd', content: 4 } }),
      ),
    ),
  ).toEqual([]);
});

test('a warning is no failed write', () => {
  const warned = write('create_file', 'a', 'x', verdict({ success: true, warnings: ['tabs'] }));
  expect(filesOf(conversation(warned))).toEqual([{ path: 'a', content: 'x' }]);
  expect(failuresOf(conversation(warned))).toEqual([
    {
      messageIndex: 1,
      toolName: 'create_file',
      errors: [],
      warnings: ['tabs'],
      files: [{ path: 'a', content: 'x' }],
    },
  ]);
});

test('failures are found in the text of the tool, the protocol and the call', () => {
  expect(
    failuresOf(
      conversation(
        tool(
          'backtest',
          verdict({ success: false, errors: ['The backtest ended with a runtime error.', 5] }),
        ),
        tool('compile', { output: { isError: true, content: [{ type: 'text', text: 'no build' }, 'x'] } }),
        tool('deploy', { state: 'output-error', errorText: 'timed out' }),
        tool('silent', { state: 'output-denied', output: 'text' }),
        tool('fine', verdict({ success: true, errors: [], warnings: [] })),
        tool('odd', { output: [] }),
        { type: 'text', text: 'error' },
      ),
    ),
  ).toEqual([
    {
      messageIndex: 1,
      toolName: 'backtest',
      errors: ['The backtest ended with a runtime error.'],
      warnings: [],
      files: [],
    },
    { messageIndex: 1, toolName: 'compile', errors: ['no build'], warnings: [], files: [] },
    { messageIndex: 1, toolName: 'deploy', errors: ['timed out'], warnings: [], files: [] },
    {
      messageIndex: 1,
      toolName: 'silent',
      errors: ['The tool call failed without saying why.'],
      warnings: [],
      files: [],
    },
  ]);
});

test('the files of a failure are those at that call, and of a message those after its writes', () => {
  const later = write('edit_file', 'main.py', '2');
  const failed = tool('create_backtest', verdict({ success: false }));
  const value = {
    messages: [
      {
        role: 'assistant',
        parts: [write('create_file', 'main.py', '1'), failed, write('create_file', 'b.py', 'b')],
      },
      { role: 'assistant', parts: [later] },
    ],
  };
  const whole = decodeConversation('A-1', value, () => undefined);
  expect(failuresOf(whole).map(({ files }) => files)).toEqual([[{ path: 'main.py', content: '1' }]]);
  expect(filesOf(whole, 0)).toEqual([
    { path: 'main.py', content: '1' },
    { path: 'b.py', content: 'b' },
  ]);
  expect(filesOf(whole, 1)).toContainEqual({ path: 'main.py', content: '2' });
});
