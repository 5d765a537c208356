package mastra

import (
	"encoding/json"
	"maps"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
)

// AgentVersion names one of the versions of an agent that the server's editor keeps.
type AgentVersion struct {
	// ID is the version's id. Where it is set, Status is not looked at.
	ID string `json:"versionId,omitzero"`
	// Status is [VersionDraft] for the newest version, or [VersionPublished] for the one
	// in use.
	Status PublishStatus `json:"status,omitzero"`
}

// VersionOverrides picks stored versions of the agent and of its sub-agents:
// [VersionsOf] makes one. See [gen.VersionOverrides].
type VersionOverrides = gen.VersionOverrides

// PublishStatus says which stored version is meant: see [gen.PublishStatus].
type PublishStatus = gen.PublishStatus

// The stored versions: the newest one, which is worked on, and the one that is
// published.
const (
	VersionDraft     = gen.PublishStatusDraft
	VersionPublished = gen.PublishStatusPublished
)

// VersionsOf picks a version of each of these agents, by agent id.
func VersionsOf(agents map[string]AgentVersion) *VersionOverrides {
	out := &VersionOverrides{Agents: make(map[string]gen.JSON, len(agents))}
	for id, v := range agents {
		out.Agents[id] = v.selector()
	}
	return out
}

// selector is the version as the server reads it in a body: one of the two.
func (v AgentVersion) selector() gen.JSON {
	if v.ID != "" {
		v.Status = ""
	}
	text, _ := json.Marshal(v) // two texts
	return text
}

// query picks the version for a route that reads it there.
func (v AgentVersion) query(p *call.Params) {
	if v.ID != "" {
		v.Status = ""
	}
	p.Set("versionId", v.ID)
	p.Set("status", string(v.Status))
}

// versionContext is the request context key that names a version.
const versionContext = "agentVersionId"

// inContext is the request context of a run of the version. What the caller has set there
// stays.
func (v AgentVersion) inContext(of map[string]any) map[string]any {
	if v.ID == "" {
		return of
	}
	return call.MergeContext(map[string]any{versionContext: v.ID}, of)
}

// over picks the version of the agent, where the request does not pick another one.
func (v AgentVersion) over(agent string, of *VersionOverrides) *VersionOverrides {
	if v == (AgentVersion{}) {
		return of
	}
	out := VersionOverrides{Agents: map[string]gen.JSON{agent: v.selector()}}
	if of != nil {
		maps.Copy(out.Agents, of.Agents)
		out.DefaultStatus = of.DefaultStatus
	}
	return &out
}

// inOptions are the options of a run that somebody else begins, with the agent's version
// where they do not pick one.
func (v AgentVersion) inOptions(agent string, of map[string]any) map[string]any {
	versions := v.over(agent, nil)
	if versions == nil {
		return of
	}
	return call.MergeContext(map[string]any{"versions": versions}, of)
}

// byID refuses a version that the route would not read.
func (v AgentVersion) byID(what string) error {
	if v.ID == "" && v.Status != "" {
		return refuse("%s of a version: the server reads its ID only, and AgentVersion.Status is set", what)
	}
	return nil
}

// unversioned refuses what the server does for the agent in use alone.
func (v AgentVersion) unversioned(what string) error {
	if v != (AgentVersion{}) {
		return refuse("%s: the server knows no version of it; use a handle without Version", what)
	}
	return nil
}
