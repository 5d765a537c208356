package aisdk

import (
	"encoding/json"
	"errors"
	"iter"

	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// Converter turns the chunks of one Mastra stream into the parts of one UI
// message, one chunk at a time. It belongs to one goroutine.
type Converter struct {
	o   Options
	out []Part

	started bool // a start part has been given out, or none is wanted
	newID   func() string

	// The first start waits for the step-start behind it, which may know the
	// message's id better; data that comes between waits with it.
	settled bool
	held    []stream.Chunk

	tripwire, finished bool
	openTexts          []string
	last               lastDelta
	texts              wtf8.Joiner

	workflows map[string]*workflowRun
	networks  map[string]*networkRun
	agents    map[string]*agentRun
}

// NewConverter makes a converter for one stream.
func NewConverter(o Options) *Converter {
	return &Converter{
		o:         o,
		started:   o.From == FromAgent && o.OmitStart,
		workflows: map[string]*workflowRun{},
		networks:  map[string]*networkRun{},
		agents:    map[string]*agentRun{},
	}
}

// Convert returns the parts that a chunk comes to: none, one, or several. They are
// valid until the next call. Chunks that a browser has no use for, or that it would
// refuse, give nothing.
func (c *Converter) Convert(chunk stream.Chunk) []Part {
	c.out = c.out[:0]
	if chunk.Type == stream.TypeObserved {
		observed, ok := chunk.Value().(*stream.ObservedChunk)
		if !ok {
			return nil
		}
		chunk = observed.Chunk
	}
	switch c.o.From {
	case FromWorkflow:
		c.open()
		c.workflow(c.workflows, chunk, workflowScope{prefix: "data-workflow", text: !c.o.OmitStepText})
	case FromNetwork:
		c.open()
		c.network(chunk, "data-network")
	default:
		c.agent(chunk)
	}
	return c.out
}

// Close returns the parts that end the message. Call it when the stream has ended,
// well or not, and Convert no more after it.
func (c *Converter) Close() []Part {
	c.out = c.out[:0]
	if c.o.From != FromAgent {
		c.open()
		c.endTexts()
		c.emit(Part{Type: PartFinish})
		return c.out
	}
	c.release()
	c.endTexts()
	if c.tripwire && !c.finished && !c.o.OmitFinish {
		c.emit(Part{Type: PartFinish, FinishReason: "other"})
	}
	return c.out
}

// Fail returns the parts that end a message whose stream broke off. The browser is
// told the text. Call it instead of Close.
func (c *Converter) Fail(text string) []Part {
	c.out = c.out[:0]
	c.release()
	c.open()
	c.endTexts()
	c.emit(Part{Type: PartError, ErrorText: text})
	return c.out
}

// BrokenMessage is what the browser is told about an answer that broke off.
const BrokenMessage = "The connection to the agent was lost."

// Convert turns a whole stream into parts. A run that failed, or that a processor
// stopped, has said so in its parts; any other error that ends the stream becomes
// an error part with [BrokenMessage], and the details are for whoever holds the
// stream.
func Convert(chunks iter.Seq2[stream.Chunk, error], o Options) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		c := NewConverter(o)
		var end []Part
		for chunk, err := range chunks {
			if err != nil && !told(err) {
				end = c.Fail(BrokenMessage)
				break
			}
			if err != nil {
				break
			}
			for _, p := range c.Convert(chunk) {
				if !yield(p) {
					return
				}
			}
		}
		if end == nil {
			end = c.Close()
		}
		for _, p := range end {
			if !yield(p) {
				return
			}
		}
	}
}

// told tells that the browser has learned of an end from the parts before it.
func told(err error) bool {
	var run *stream.RunError
	var tripwire *stream.TripwireError
	return errors.As(err, &run) || errors.As(err, &tripwire)
}

// failed tells of a failure.
func (c *Converter) failed(said text) {
	p := Part{Type: PartError}
	p.ErrorText = p.cut.show("errorText", string(said))
	c.emit(p)
}

// emit hands a part out.
func (c *Converter) emit(p Part) {
	if c.o.EndText {
		c.trackText(&p)
	}
	if !c.texts.Idle() {
		c.endHalf(&p)
	}
	c.out = append(c.out, p)
}

// open sends the start part unless there was one.
func (c *Converter) open() {
	if !c.started {
		c.start("", nil)
	}
}

// start sends a start part for the message with the given id, if it is known.
func (c *Converter) start(id string, metadata json.RawMessage) {
	c.started = true
	if c.o.MessageID != "" {
		id = c.o.MessageID
	}
	if id == "" && c.newID != nil {
		id = c.newID()
	}
	c.emit(Part{Type: PartStart, MessageID: id, MessageMetadata: metadata})
}

// trackText keeps the ids of the texts that are open.
func (c *Converter) trackText(p *Part) {
	switch p.Type {
	case PartTextStart:
		c.openTexts = append(c.openTexts, p.ID)
	case PartTextEnd:
		c.openTexts = remove(c.openTexts, p.ID)
	case PartFinish:
		c.endTexts()
	}
}

func (c *Converter) endTexts() {
	for _, id := range c.openTexts {
		c.out = append(c.out, Part{Type: PartTextEnd, ID: id})
	}
	c.openTexts = nil
}

func remove(ids []string, id string) []string {
	for i := range ids {
		if ids[i] == id {
			return append(ids[:i], ids[i+1:]...)
		}
	}
	return ids
}

// data passes application data on, as it stands in a chunk: beside the type, or in
// the payload. A chunk without any is dropped, because a browser would refuse it.
func (c *Converter) data(chunk stream.Chunk) {
	type content struct {
		Data      json.RawMessage `json:"data"`
		ID        json.RawMessage `json:"id"`
		Transient json.RawMessage `json:"transient"`
	}
	var v struct {
		content
		Payload *content `json:"payload"`
	}
	if !decode(chunk.Raw(), &v) {
		return
	}
	if v.Payload != nil {
		v.content = *v.Payload
	}
	if v.Data == nil {
		return
	}
	id, _ := textOf(v.ID)
	c.emit(Part{Type: chunk.Type, ID: id, Data: v.Data, Transient: string(v.Transient) == "true"})
}
