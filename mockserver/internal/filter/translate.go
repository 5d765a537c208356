package filter

import (
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// translate rewrites a filter so that every field, nested ones with a dotted name,
// has an object of operators: a plain value means $eq, a list $in.
func translate(v any, path string) any {
	withPath := func(o *js.Object) any {
		if path == "" {
			return o
		}
		return js.Obj(path, o)
	}
	switch v := v.(type) {
	case []any:
		return withPath(js.Obj("$in", v))
	case *js.Object:
		out := js.Obj()
		for _, m := range v.Members() {
			translateMember(out, m, path)
		}
		return out
	}
	return withPath(js.Obj("$eq", v))
}

func translateMember(out *js.Object, m js.Member, path string) {
	key := m.Key
	if path != "" {
		key = path + "." + key
	}
	list, isList := m.Value.([]any)
	o, isObject := m.Value.(*js.Object)
	switch {
	case isLogical(m.Key) && isList:
		alternatives := make([]any, len(list))
		for i, e := range list {
			alternatives[i] = translate(e, "")
		}
		out.Set(m.Key, alternatives)
	case isLogical(m.Key):
		out.Set(m.Key, translate(m.Value, ""))
	case slices.Contains([]string{"$in", "$nin", "$all"}, m.Key) && !isList:
		out.Set(m.Key, []any{m.Value})
	case (m.Key == "$eq" || m.Key == "$ne") && isList:
		out.Set(m.Key, js.String(list))
	case isOperator(m.Key):
		out.Set(m.Key, m.Value)
	case isObject && slices.ContainsFunc(o.Keys(), isOperator):
		out.Set(key, translate(o, ""))
	case isObject || isList:
		out.Merge(asObject(translate(m.Value, key)))
	default:
		out.Set(key, translate(m.Value, ""))
	}
}

func asObject(v any) *js.Object {
	o, _ := v.(*js.Object)
	return o
}
