package aisdk_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/aisdk"
)

func TestConfig_HoldsWhatAUserDecides(t *testing.T) {
	configs := []reflect.Type{reflect.TypeFor[aisdk.Config](), reflect.TypeFor[aisdk.WorkflowConfig]()}
	for _, config := range configs {
		for _, embedded := range []reflect.Type{reflect.TypeFor[aisdk.Display](), reflect.TypeFor[aisdk.Serving](), reflect.TypeFor[aisdk.Pace]()} {
			for _, f := range reflect.VisibleFields(embedded) {
				got, ok := config.FieldByName(f.Name)
				assert.True(t, ok && got.Type == f.Type, "%s has no %s", config, f.Name)
			}
		}
		for _, f := range reflect.VisibleFields(reflect.TypeFor[aisdk.Options]()) {
			if len(f.Index) == 1 && !f.Anonymous { // the conversion's own, which a handler sets
				_, ok := config.FieldByName(f.Name)
				assert.False(t, ok, "%s has %s", config, f.Name)
			}
		}
	}
	for _, f := range reflect.VisibleFields(configs[0]) {
		if twin, both := configs[1].FieldByName(f.Name); both && len(f.Index) == 1 && !f.Anonymous {
			assert.NotEqual(t, f.Type, twin.Type, "%s is written twice", f.Name)
		}
	}
}
