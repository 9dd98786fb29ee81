package plan

// Models keeps what fit has learned for apply and summary, in this run and
// later ones. It is safe for use by several goroutines.
type Models interface {
	// Model returns what was saved under a name, or false.
	Model(name string) ([]byte, bool, error)
	// SaveModel keeps data under a name, instead of what was there.
	SaveModel(name string, data []byte) error
	// ModelNames returns the names known, for suggestions.
	ModelNames() []string
}
