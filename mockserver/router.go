package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// route is one row of the route table.
type route struct {
	method  string
	pattern string // {name} stands for one path segment
	op      string // operation id
	handler func(*Server, *call) error
	query   *zod.Schema
	body    *zod.Schema
	// bodyOptional accepts a request without a body.
	bodyOptional bool
	// public routes are served without a token.
	public bool
}

// router finds the route of a request; literal segments win over parameters.
type router struct {
	root       *routeNode
	operations map[string]bool // by operation id
}

type routeNode struct {
	literal map[string]*routeNode
	param   *routeNode
	routes  map[string]*boundRoute
}

type boundRoute struct {
	*route
	names []string
}

func newRouter(table []route) *router {
	r := &router{root: newRouteNode(), operations: map[string]bool{}}
	for i := range table {
		r.add(&table[i])
	}
	return r
}

func newRouteNode() *routeNode {
	return &routeNode{literal: map[string]*routeNode{}, routes: map[string]*boundRoute{}}
}

func (r *router) add(row *route) {
	r.operations[row.op] = true
	node, names := r.root, []string(nil)
	for _, segment := range strings.Split(strings.TrimPrefix(row.pattern, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
			if node.param == nil {
				node.param = newRouteNode()
			}
			node = node.param
			continue
		}
		if node.literal[segment] == nil {
			node.literal[segment] = newRouteNode()
		}
		node = node.literal[segment]
	}
	node.routes[row.method] = &boundRoute{row, names}
}

// find returns the route and the path parameters, decoded.
func (r *router) find(method, escapedPath string) (*route, map[string]string) {
	segments := strings.Split(strings.TrimPrefix(escapedPath, "/"), "/")
	found, values := r.root.find(method, segments, nil)
	if found == nil {
		return nil, nil
	}
	params := make(map[string]string, len(values))
	for i, name := range found.names {
		params[name] = values[i]
	}
	return found.route, params
}

func (n *routeNode) find(method string, segments, values []string) (*boundRoute, []string) {
	if len(segments) == 0 {
		return n.routes[method], values
	}
	if next := n.literal[segments[0]]; next != nil {
		if found, v := next.find(method, segments[1:], values); found != nil {
			return found, v
		}
	}
	if n.param == nil || segments[0] == "" {
		return nil, nil
	}
	return n.param.find(method, segments[1:], append(values[:len(values):len(values)], unescape(segments[0])))
}
