// Generate makes operations.gen.go from openapi.yaml.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	spec := flag.String("spec", "openapi.yaml", "the description to read")
	out := flag.String("out", "operations.gen.go", "the file to write")
	flag.Parse()
	text, err := os.ReadFile(*spec)
	if err != nil {
		log.Fatal(err)
	}
	code, err := generate(text)
	if err != nil {
		log.Fatalf("%s: %v", *spec, err)
	}
	if err := os.WriteFile(*out, code, 0o644); err != nil {
		log.Fatal(err)
	}
}

// generate writes one variable for each operation, in the order of the description.
func generate(spec []byte) ([]byte, error) {
	doc, err := readDocument(spec)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("// Code generated from openapi.yaml by internal/route/generate; DO NOT EDIT.\n\npackage route\n\n")
	if doc.timed() {
		b.WriteString("import \"time\"\n\n")
	}
	for _, op := range doc.operations {
		row, err := op.row(doc)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.ID, err)
		}
		fmt.Fprintf(&b, "var %s = %s\n\n", op.ID, row)
	}
	b.WriteString("// All lists the operations in the order of openapi.yaml.\nvar All = []Operation{\n")
	for _, op := range doc.operations {
		fmt.Fprintf(&b, "\t%s,\n", op.ID)
	}
	b.WriteString("}\n")
	return format.Source(b.Bytes())
}
