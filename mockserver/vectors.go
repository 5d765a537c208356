package mockserver

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/filter"
	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// vectorStore is a store of vector indexes.
type vectorStore struct {
	mu      storeLock
	names   []string
	indexes map[string]*vectorIndex // by name in lower case: the database does not tell them apart
}

type vectorIndex struct {
	dimension int
	metric    string
	vectors   []*storedVector
	byID      map[string]*storedVector
}

// storedVector keeps single precision, as the real store does.
type storedVector struct {
	id       string
	values   []float32
	metadata *js.Object
}

func newVectorStore() *vectorStore { return &vectorStore{indexes: map[string]*vectorIndex{}} }

var indexName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

const (
	maxIndexName = 63
	maxDimension = 65536
)

// reservedNames are the words of SQL that are no names.
var reservedNames = strings.Fields(`add all alter and as autoincrement between case check collate commit
	constraint create default deferrable delete distinct drop else escape except exists foreign from group
	having if in index insert intersect into is isnull join limit not nothing notnull null on or order
	primary references returning select set table then to transaction union unique update using values when where`)

// checkNewName rejects a name that no table can have.
func checkNewName(name string) error {
	lower := strings.ToLower(name)
	switch {
	case slices.Contains(reservedNames, lower):
		return said("SQLITE_ERROR: near %q: syntax error", name)
	case strings.HasPrefix(lower, "sqlite_"):
		return said("SQLITE_ERROR: object name reserved for internal use: %s", name)
	}
	return nil
}

func checkIndexName(name string) error {
	if !indexName.MatchString(name) || len(name) > maxIndexName {
		return said("Invalid index name: %s. Must start with a letter or underscore, contain only letters, numbers, or underscores, and be at most 63 characters long.", name)
	}
	return nil
}

// create makes an index; one that exists stays as it is, whatever its
// dimension.
func (s *vectorStore) create(name string, dimension float64, metric string) error {
	if dimension != math.Trunc(dimension) {
		return said("Dimension must be a positive integer")
	}
	if err := checkIndexName(name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	index := s.index(name)
	if index != nil {
		dimension = float64(index.dimension)
	} else {
		if err := checkNewName(name); err != nil {
			return err
		}
		s.names = append(s.names, name)
		index = &vectorIndex{dimension: whole(dimension), metric: cmp.Or(metric, "cosine"), byID: map[string]*storedVector{}}
		s.indexes[strings.ToLower(name)] = index
	}
	if dimension > maxDimension { // the table is there all the same
		return said("SQLITE_ERROR: vector index: max vector dimension exceeded: F32_BLOB(%s)", js.Number(dimension))
	}
	return nil
}

// index finds an index; the store is locked.
func (s *vectorStore) index(name string) *vectorIndex { return s.indexes[strings.ToLower(name)] }

func (s *vectorStore) list() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.names)
}

func (s *vectorStore) drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.indexes, strings.ToLower(name))
	s.names = slices.DeleteFunc(s.names, func(n string) bool { return strings.EqualFold(n, name) })
}

func (s *vectorStore) describe(name string) (*js.Object, error) {
	if err := checkIndexName(name); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	index := s.index(name)
	if index == nil || !slices.Contains(s.names, name) {
		return nil, said("Table %s not found", name)
	}
	return js.Obj("dimension", index.dimension, "count", len(index.vectors), "metric", index.metric), nil
}

var errUnknown = said("Unknown error")

// upsert inserts or replaces vectors: all of them or none.
func (s *vectorStore) upsert(name string, vectors [][]float64, metadata []*js.Object, ids []string) ([]string, error) {
	if len(vectors) == 0 || metadata != nil && len(metadata) != len(vectors) || ids != nil && len(ids) != len(vectors) {
		return nil, errUnknown
	}
	if err := checkIndexName(name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	index := s.index(name)
	if err := index.missing(name); err != nil {
		return nil, err
	}
	for _, v := range vectors {
		if len(v) != index.dimension {
			return nil, said("Vector dimension mismatch: Index %q expects %d dimensions but got %d dimensions. Either use a matching embedding model or delete and recreate the index with the new dimension.", name, index.dimension, len(v))
		}
	}
	out := make([]string, len(vectors))
	for i, v := range vectors {
		id := newID()
		if ids != nil {
			id = ids[i]
		}
		meta := js.Obj()
		if metadata != nil && metadata[i] != nil {
			meta = metadata[i]
		}
		out[i] = id
		index.put(&storedVector{id, single(v), meta})
	}
	return out, nil
}

func (x *vectorIndex) put(v *storedVector) {
	if old := x.byID[v.id]; old != nil {
		*old = *v
		return
	}
	x.byID[v.id] = v
	x.vectors = append(x.vectors, v)
}

func single(v []float64) []float32 {
	out := make([]float32, len(v))
	for i, f := range v {
		out[i] = float32(f)
	}
	return out
}

const defaultTopK = 10

// leastScore is what a match must be better than.
const leastScore = -1

// query returns the best matches, best first.
func (s *vectorStore) query(name string, vector []float64, topK float64, conditions *js.Object, includeVector bool) ([]any, error) {
	if topK != math.Trunc(topK) || topK <= 0 {
		return nil, errUnknown
	}
	if err := checkIndexName(name); err != nil {
		return nil, err
	}
	keep, err := filter.Compile(conditions, leastScore, topK)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	index := s.index(name)
	if err := keep.Prepare(index.missing(name)); err != nil {
		return nil, err
	}
	most, err := keep.Limit()
	if err != nil {
		return nil, err
	}
	matches, err := index.matches(single(vector), keep)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, m := range matches[:min(len(matches), most)] {
		o := js.Obj("id", m.id, "score", m.score, "metadata", m.metadata)
		if includeVector {
			o.Set("vector", doubles(m.values))
		}
		out = append(out, o)
	}
	return out, nil
}

// missing is the error of a statement about an index that there is not.
func (x *vectorIndex) missing(name string) error {
	if x == nil {
		return fmt.Errorf("SQLITE_ERROR: no such table: %s", name)
	}
	return nil
}

type match struct {
	*storedVector
	score float64
}

// matches lists the vectors that a filter keeps, best first.
func (x *vectorIndex) matches(want []float32, keep *filter.Filter) ([]match, error) {
	var out []match
	for _, v := range x.vectors {
		if ok, err := keep.Match(v.metadata); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		if len(want) != x.dimension {
			return nil, fmt.Errorf("SQLITE_ERROR: vector_distance: vectors must have the same length: %d != %d", x.dimension, len(want))
		}
		if score := x.score(v.values, want); !math.IsNaN(score) && (x.metric != "cosine" || keep.Above(score)) {
			out = append(out, match{v, score})
		}
	}
	slices.SortStableFunc(out, func(a, b match) int { return cmp.Compare(b.score, a.score) })
	return out, nil
}

// doubles shows single precision values by their shortest text.
func doubles(v []float32) []any {
	out := make([]any, len(v))
	for i, f := range v {
		out[i] = shortest(f)
	}
	return out
}

// score is how well two vectors match under the index's metric; more is better.
func (x *vectorIndex) score(a, b []float32) float64 {
	var dot, na, nb, square float32
	for i := range a {
		dot += a[i] * b[i]
		na += a[i] * a[i]
		nb += b[i] * b[i]
		square += (a[i] - b[i]) * (a[i] - b[i])
	}
	switch x.metric {
	case "euclidean":
		return 1 / (1 + math.Sqrt(float64(square)))
	case "dotproduct":
		return float64(dot)
	}
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	// Single precision except for the root, as the real store computes.
	distance := float32(1 - float64(dot)/math.Sqrt(float64(na*nb)))
	return 1 - float64(distance)
}

// shortest is the double with the shortest text that reads back as f.
func shortest(f float32) float64 {
	d, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return d
}
