package mastra

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// checkTags refuses the struct tags of other schema libraries, which would be read as
// descriptions, or not at all.
func checkTags(t reflect.Type, known map[reflect.Type]*jsonschema.Schema, seen map[reflect.Type]bool) error {
	if known[t] != nil || seen[t] || t.Kind() == reflect.Interface {
		return nil
	}
	seen[t] = true
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if err := checkTag(t.Field(i)); err != nil {
				return err
			}
		}
	}
	for _, part := range parts(t) {
		if err := checkTags(part, known, seen); err != nil {
			return err
		}
	}
	return nil
}

var (
	foreignWord = regexp.MustCompile(`^(description|title|enum|default|example|format|pattern|min\w*|max\w*|type|required)=`)
	foreignFlag = []string{"required", "optional", "omitempty", "nullable", "-"}
)

func checkTag(f reflect.StructField) error {
	name, tag := "jsonschema", f.Tag.Get("jsonschema")
	foreign := slices.ContainsFunc(strings.Split(tag, ","), func(part string) bool {
		part = strings.TrimSpace(part)
		return foreignWord.MatchString(part) || slices.Contains(foreignFlag, part)
	})
	if other, ok := f.Tag.Lookup("jsonschema_description"); ok {
		name, tag, foreign = "jsonschema_description", other, true
	}
	if !foreign {
		return nil
	}
	return fmt.Errorf("field %s: the tag %s:%q is of another schema library; here jsonschema:\"...\" is the description alone, enum:\"a,b\" lists values, and a field without omitempty is required", f.Name, name, tag)
}
