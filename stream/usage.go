package stream

import "github.com/mastra-go/mastra/internal/tolerant"

// Usage counts the tokens of one model call, or of several added up.
type Usage struct {
	InputTokens              int `json:"inputTokens"`
	OutputTokens             int `json:"outputTokens"`
	TotalTokens              int `json:"totalTokens"`
	ReasoningTokens          int `json:"reasoningTokens,omitzero"`
	CachedInputTokens        int `json:"cachedInputTokens,omitzero"`
	CacheCreationInputTokens int `json:"cacheCreationInputTokens,omitzero"`
}

// UnmarshalJSON reads each count that can be read, also from 11.0 and "11": one that
// cannot be is 0 and costs none of the others.
func (u *Usage) UnmarshalJSON(b []byte) error {
	type plain Usage
	_, err := tolerant.Unmarshal(b, (*plain)(u))
	return err
}

// Add returns the sum of u and v.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		InputTokens:              u.InputTokens + v.InputTokens,
		OutputTokens:             u.OutputTokens + v.OutputTokens,
		TotalTokens:              u.TotalTokens + v.TotalTokens,
		ReasoningTokens:          u.ReasoningTokens + v.ReasoningTokens,
		CachedInputTokens:        u.CachedInputTokens + v.CachedInputTokens,
		CacheCreationInputTokens: u.CacheCreationInputTokens + v.CacheCreationInputTokens,
	}
}

// FinishReason is why a model call or a run ended.
type FinishReason string

// The reasons that the server sends. Others may come.
const (
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishContentFilter FinishReason = "content-filter"
	FinishToolCalls     FinishReason = "tool-calls"
	FinishError         FinishReason = "error"
	FinishOther         FinishReason = "other"
	FinishUnknown       FinishReason = "unknown"
	FinishTripwire      FinishReason = "tripwire"
	FinishRetry         FinishReason = "retry"
	FinishAbort         FinishReason = "abort"
	// FinishSuspended is generate's reason for a run that waits for an approval or
	// an answer.
	FinishSuspended FinishReason = "suspended"
)
