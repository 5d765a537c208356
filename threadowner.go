package mastra

import "sync/atomic"

// Those who follow a thread are told of every run that streams on it, also of those that
// Stream, ApproveStream and their like have asked for. The client tools of these belong
// to whoever has asked: a client's subscriptions leave them alone.

// toolsOf are the client tools that a run waits for.
func toolsOf(runID string) waits { return waits{run: runID, toolCall: "client tools"} }

// runOwner owns the client tools of a run whose stream it reads.
type runOwner struct {
	answers *answers
	owned   atomic.Pointer[waits]
}

// owns claims a run whose stream is about to be opened.
func (o *runOwner) owns(runID string) {
	own := toolsOf(runID)
	o.answers.claim(own)
	o.owned.Store(&own)
}

// leaves gives up the run of a stream that nobody reads any more: if it goes on, that is
// told to those who follow the thread.
func (o *runOwner) leaves() {
	if own := o.owned.Load(); own != nil {
		o.answers.unclaim(*own)
	}
}
