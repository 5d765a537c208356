package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// document is as much of openapi.yaml as the operations need.
type document struct {
	operations []operation
	Components struct {
		Schemas       map[string]schema `yaml:"schemas"`
		RequestBodies map[string]body   `yaml:"requestBodies"`
		Responses     map[string]body   `yaml:"responses"`
	} `yaml:"components"`
}

// operation is one operation, with its place in the document.
type operation struct {
	method, path string
	atRoot       bool

	ID        string          `yaml:"operationId"`
	Retry     string          `yaml:"x-mastra-retry"`
	Context   string          `yaml:"x-mastra-request-context"`
	Stream    *streamRule     `yaml:"x-mastra-stream"`
	Body      *body           `yaml:"requestBody"`
	Responses map[string]body `yaml:"responses"`
}

type streamRule struct {
	Framing   string `yaml:"framing"`
	End       string `yaml:"end"`
	Idle      string `yaml:"idle"`
	FirstByte string `yaml:"first-byte"`
}

type body struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema schema `yaml:"schema"`
	} `yaml:"content"`
}

type schema struct {
	Ref        string    `yaml:"$ref"`
	Type       yaml.Node `yaml:"type"`
	Required   []string  `yaml:"required"`
	Properties members   `yaml:"properties"`
	Items      *schema   `yaml:"items"`
	// Additional is a schema, or a bool.
	Additional yaml.Node `yaml:"additionalProperties"`
	AllOf      []schema  `yaml:"allOf"`
}

// members are the properties of a schema, in their order.
type members []member

type member struct {
	name string
	of   schema
}

func (m *members) UnmarshalYAML(n *yaml.Node) error {
	return eachPair(n, func(name string, value *yaml.Node) error {
		one := member{name: name}
		*m = append(*m, one)
		return value.Decode(&(*m)[len(*m)-1].of)
	})
}

var methods = []string{"get", "head", "post", "put", "patch", "delete"}

func readDocument(spec []byte) (*document, error) {
	doc := new(document)
	if err := yaml.Unmarshal(spec, doc); err != nil {
		return nil, err
	}
	var top struct {
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(spec, &top); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	err := eachPair(&top.Paths, func(path string, item *yaml.Node) error {
		var servers struct {
			Servers []struct {
				URL string `yaml:"url"`
			} `yaml:"servers"`
		}
		if err := item.Decode(&servers); err != nil {
			return err
		}
		return eachPair(item, func(method string, node *yaml.Node) error {
			if !slices.Contains(methods, method) {
				return nil
			}
			op := operation{method: strings.ToUpper(method), path: path}
			op.atRoot = len(servers.Servers) == 1 && servers.Servers[0].URL == "/"
			if err := node.Decode(&op); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
			if op.ID == "" || seen[op.ID] {
				return fmt.Errorf("%s %s: no operationId of its own", method, path)
			}
			seen[op.ID] = true
			doc.operations = append(doc.operations, op)
			return nil
		})
	})
	if err == nil && len(doc.operations) == 0 {
		err = errors.New("no operations")
	}
	return doc, err
}

// eachPair walks a YAML mapping in its order.
func eachPair(n *yaml.Node, do func(key string, value *yaml.Node) error) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if err := do(n.Content[i].Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// timed tells whether some stream has a limit.
func (d *document) timed() bool {
	return slices.ContainsFunc(d.operations, func(op operation) bool {
		return op.Stream != nil && (op.Stream.Idle != "" || op.Stream.FirstByte != "")
	})
}

// row is the Go value of an operation.
func (op *operation) row(d *document) (string, error) {
	fields := []string{fmt.Sprintf("ID: %q, Method: %q, Path: %q", op.ID, op.method, op.path)}
	if op.atRoot {
		fields = append(fields, "AtRoot: true")
	}
	switch op.Retry {
	case "safe":
		fields = append(fields, "Safe: true")
	case "refused-only":
	default:
		return "", fmt.Errorf("x-mastra-retry is %q", op.Retry)
	}
	switch op.Context {
	case "query":
		fields = append(fields, "Context: Query")
	case "body":
		fields = append(fields, "Context: Body")
	case "none", "":
	default:
		return "", fmt.Errorf("x-mastra-request-context is %q", op.Context)
	}
	if d.hasMember(op.Body, "tracingOptions") {
		fields = append(fields, "Tracing: true")
	}
	if answer := op.answer(d); answer != "" {
		fields = append(fields, "Answer: "+answer)
	}
	if op.Stream != nil {
		stream, err := op.Stream.row()
		if err != nil {
			return "", err
		}
		fields = append(fields, "Stream: "+stream)
	}
	return "Operation{" + strings.Join(fields, ", ") + "}", nil
}

var (
	framings = map[string]string{"sse": "SSE", "records": "Records"}
	ends     = map[string]string{"done-or-terminal": "DoneOrTerminal", "done": "Done", "terminal": "Terminal", "endless": "Endless"}
)

func (s *streamRule) row() (string, error) {
	framing, end := framings[s.Framing], ends[s.End]
	if framing == "" || end == "" {
		return "", fmt.Errorf("x-mastra-stream: framing %q, end %q", s.Framing, s.End)
	}
	out := "&Stream{Framing: " + framing + ", End: " + end
	for _, limit := range []struct{ field, text string }{{"Idle", s.Idle}, {"FirstByte", s.FirstByte}} {
		if limit.text == "" {
			continue
		}
		d, err := time.ParseDuration(limit.text)
		if err != nil || d <= 0 || d%time.Second != 0 {
			return "", fmt.Errorf("x-mastra-stream: %s: %q is not a number of seconds", limit.field, limit.text)
		}
		out += fmt.Sprintf(", %s: %d * time.Second", limit.field, int(d.Seconds()))
	}
	return out + "}", nil
}

// hasMember tells whether a JSON body has a member of this name.
func (d *document) hasMember(b *body, name string) bool {
	if b == nil {
		return false
	}
	if b.Ref != "" {
		shared := d.Components.RequestBodies[lastSegment(b.Ref)]
		return d.hasMember(&shared, name)
	}
	return d.schemaHas(b.Content["application/json"].Schema, name)
}

func (d *document) schemaHas(s schema, name string) bool {
	s = d.resolve(s)
	if slices.ContainsFunc(s.Properties, func(m member) bool { return m.name == name }) {
		return true
	}
	return slices.ContainsFunc(s.AllOf, func(part schema) bool { return d.schemaHas(part, name) })
}

// resolve follows a reference to a schema.
func (d *document) resolve(s schema) schema {
	if s.Ref != "" {
		return d.Components.Schemas[lastSegment(s.Ref)]
	}
	return s
}

func lastSegment(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
