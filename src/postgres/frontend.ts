/** One message of the PostgreSQL protocol, version 3, as it travels. */
export interface Message {
  /** Type letter; '' for the untyped messages with which a client begins. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Splits a stream into messages, whatever pieces it arrives in. */
export class MessageSplitter {
  #pending = Buffer.alloc(0);
  /** Clients begin with messages that have a length but no type; servers never send such. */
  #untyped: boolean;
  /** A server answers a request for encryption with one bare byte. */
  expectBareByte = false;

  constructor(from: 'client' | 'server') {
    this.#untyped = from === 'client';
  }

  push(chunk: Buffer): Message[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const messages: Message[] = [];
    for (let message = this.#take(); message !== null; message = this.#take()) {
      messages.push(message);
    }
    return messages;
  }

  #take(): Message | null {
    if (this.expectBareByte) {
      if (this.#pending.length === 0) return null;
      this.expectBareByte = false;
      return { type: '', bytes: this.#cut(1) };
    }
    const header = this.#untyped ? 0 : 1;
    if (this.#pending.length < header + 4) return null;
    const length = header + this.#pending.readInt32BE(header);
    if (this.#pending.length < length) return null;
    const type = this.#untyped ? '' : this.#pending.toString('latin1', 0, 1);
    const bytes = this.#cut(length);
    if (this.#untyped && !asksForEncryption(bytes)) this.#untyped = false;
    return { type, bytes };
  }

  #cut(length: number): Buffer {
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return bytes;
  }
}

/** SSLRequest or GSSENCRequest: another untyped message follows. */
export function asksForEncryption(bytes: Buffer): boolean {
  if (bytes.length !== 8) return false;
  const code = bytes.readInt32BE(4);
  return code === 80_877_103 || code === 80_877_104;
}

/**
 * Knows, for one connection, which SQL text a client message is about to execute: that of a simple
 * Query, or of the prepared statement that a Bind is for.
 */
export class StatementTracker {
  readonly #prepared = new Map<string, string>();

  /** The SQL that this message executes or binds for execution; null for any other message. */
  textOf({ type, bytes }: Message): string | null {
    if (type === 'Q') return stringAt(bytes, 5).text;
    if (type === 'P') {
      const name = stringAt(bytes, 5);
      this.#prepared.set(name.text, stringAt(bytes, name.next).text);
    } else if (type === 'B') {
      const portal = stringAt(bytes, 5);
      return this.#prepared.get(stringAt(bytes, portal.next).text) ?? null;
    }
    return null;
  }
}

function stringAt(bytes: Buffer, start: number): { text: string; next: number } {
  const end = bytes.indexOf(0, start);
  return { text: bytes.toString('utf8', start, end), next: end + 1 };
}
