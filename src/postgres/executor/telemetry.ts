import { messageOf } from '../../model/error.ts';

/** What happened, for logs: a stable name and plain values. */
export interface LogEntry {
  readonly event: string;
  readonly [name: string]: string | number | boolean;
}

/** The part of OpenTelemetry's `Tracer` that is used; a real one fits. */
export interface TracerLike {
  /** Begins a span; its attributes are prefixed `reconverge.`. */
  startSpan(name: string, options?: { attributes?: Record<string, string> }): SpanLike;
}

/** The part of OpenTelemetry's `Span` that is used. */
export interface SpanLike {
  /** Called with code 2, OpenTelemetry's ERROR, where the work failed; else not at all. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** Called once, when the work is over. */
  end(): void;
}

/** OpenTelemetry's `SpanStatusCode.ERROR`. */
const ERROR = 2;

/** One span, or none when nobody traces. */
export interface Span {
  failed(thrown: unknown): void;
  end(): void;
}

const silent: Span = { failed: () => {}, end: () => {} };

/** Logs and traces, for whoever wants them. Attributes are prefixed `reconverge.`. */
export class Telemetry {
  private readonly tracer: TracerLike | null;
  private readonly logger: ((entry: LogEntry) => void) | null;

  constructor(tracer: TracerLike | null, logger: ((entry: LogEntry) => void) | null) {
    this.tracer = tracer;
    this.logger = logger;
  }

  log(event: string, values: Readonly<Record<string, string | number | boolean>>): void {
    this.logger?.({ event, ...values });
  }

  span(name: string, values: Readonly<Record<string, string>>): Span {
    if (this.tracer === null) return silent;
    const attributes = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`reconverge.${key}`, value]),
    );
    const span = this.tracer.startSpan(name, { attributes });
    return {
      failed: (thrown) => span.setStatus({ code: ERROR, message: messageOf(thrown) }),
      end: () => span.end(),
    };
  }
}
