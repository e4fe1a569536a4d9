package importer

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// A log's reader may stand still: a paused terminal, a full pipe. The run does
// not wait for it: records stand in a queue, and what finds no room there is
// counted and lost.
type patientLog struct {
	slog.Handler
	queue *logQueue
}

type logQueue struct {
	records chan func()
	lost    atomic.Int64
	ended   chan struct{}
}

const logRoom = 4096 // records

// patientLogger returns a log that never waits for its reader, and what ends it:
// it waits a second for what is in the queue.
func patientLogger(log *slog.Logger) (*slog.Logger, func()) {
	if log == nil {
		return slog.New(slog.DiscardHandler), func() {}
	}
	q := &logQueue{records: make(chan func(), logRoom), ended: make(chan struct{})}
	go func() {
		defer close(q.ended)
		for write := range q.records {
			write()
		}
		if n := q.lost.Load(); n > 0 {
			log.Warn("the log's reader stood still, and records are missing", "records", n)
		}
	}()
	return slog.New(patientLog{log.Handler(), q}), func() {
		close(q.records)
		select {
		case <-q.ended:
		case <-time.After(patience):
		}
	}
}

// Handle implements [slog.Handler].
func (l patientLog) Handle(ctx context.Context, record slog.Record) error {
	record = record.Clone()
	select {
	case l.queue.records <- func() { _ = l.Handler.Handle(ctx, record) }:
	default:
		l.queue.lost.Add(1)
	}
	return nil
}

// WithAttrs implements [slog.Handler].
func (l patientLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return patientLog{l.Handler.WithAttrs(attrs), l.queue}
}

// WithGroup implements [slog.Handler].
func (l patientLog) WithGroup(name string) slog.Handler {
	return patientLog{l.Handler.WithGroup(name), l.queue}
}
