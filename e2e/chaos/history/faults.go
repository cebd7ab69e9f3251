package history

// The names of the faults that a history tells of.
const (
	ReplicaKill            = "replica killed"
	ReplicaKillCommit      = "replica killed after a commit"
	ReplicaRestart         = "replica restarted"
	ReplicaPause           = "replica paused"
	ReplicaRollOut         = "another version rolled out"
	ReplicaCutOff          = "replica cut off from the database"
	ReplicaDatabaseSilence = "replica's ways to the database silent"
	ReplicaWithoutRedis    = "replica cut off from Redis"

	RedisKill    = "Redis killed"
	RedisPause   = "Redis paused"
	RedisRefuse  = "Redis refuses"
	RedisSilence = "Redis silent"

	AddressCut     = "database address cut"
	AddressRefuse  = "database address refuses"
	AddressSilence = "database address silent"
	AddressDelay   = "database address late"
	CommitCut      = "connection cut after a commit"

	DatabaseRefuse  = "database refuses"
	DatabaseSilence = "database silent"
	DatabaseRestore = "database put back"

	NginxReload = "Nginx reloaded"
	// Of the network between some people and Nginx.
	NetworkCut     = "people's connections cut"
	NetworkSilence = "people's connections silent"
	AnswersLost    = "people's answers lost on the way"
)
