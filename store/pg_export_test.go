package store

// VersionTable is where goose keeps its versions, and LockTable its lock.
const (
	VersionTable = versionTable
	LockTable    = lockTable
)
