package store

const (
	updateEpoch  = `UPDATE site SET epoch = $1 WHERE id = 1`
	selectSecret = `SELECT secret FROM site WHERE id = 1`
	updateSecret = `UPDATE site SET secret = $1 WHERE id = 1`
	putSession   = `INSERT INTO sessions (token, data, expiry) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`
	deleteSession = `DELETE FROM sessions WHERE token = $1`

	secretLength = 32 // bytes, as long as the HMAC-SHA256 that it keys
)
