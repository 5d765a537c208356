package mockserver

// FreshState is what a state file would hold if all of it was written anew.
func (s *Server) FreshState() string {
	sections := s.stateSections()
	for _, section := range sections {
		section.refresh()
	}
	return string(joinSections(sections))
}
