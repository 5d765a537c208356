package route

// Answer is what the JSON answer of an operation consists of: as much as tells it
// from an answer of something else, a proxy's envelope for example.
type Answer struct {
	Form Form
	// Each are members that every answer has, lists and objects, which hold what was
	// asked for. One is as good as missing where it cannot be read.
	Each []string
	// Some are further members, of which an answer has at least one.
	Some []string
	// Of a list and of a map, Each and Some are members of an element: those that
	// are not empty have one at least that is such an element.
}

// Form is the kind of a JSON value.
type Form string

// The forms.
const (
	Object Form = "object"
	List   Form = "list"
	Map    Form = "map" // an object whose members are elements, by key
)
