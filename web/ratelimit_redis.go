package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/redis/go-redis/v9"
)

// limitPrefix is before the names of the keys in Redis, which are hashed: they would tell addresses and visitors.
const limitPrefix = "vang:limit:"

// takeLua is buckets.take, for all keys or for none, by Redis' own clock: those of replicas may differ. A time that is none,
// or later than any that this script writes, is another program's, or from before the clock was set back. The later one is
// corrected also where the answer is to wait: it would be the answer until that time comes.
const takeLua = `
local burst, every = tonumber(ARGV[1]), tonumber(ARGV[2])
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local most = now + burst * every
local full, wait = {}, 0
for i, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or '')
  if not at or not (at > now) then at = now end
  if at > most then
    at = most
    redis.call('SET', key, string.format('%.0f', at), 'PX', math.ceil((at - now) / 1000))
  end
  full[i] = at + every
  wait = math.max(wait, full[i] - most)
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
end
return 0`

// giveLua is buckets.give.
const giveLua = `
local every = tonumber(ARGV[2])
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
for _, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or '')
  if at then
    at = math.min(at, now + ARGV[1] * every) - every
    if at > now then
      redis.call('SET', key, string.format('%.0f', at), 'PX', math.ceil((at - now) / 1000))
    else
      redis.call('DEL', key)
    end
  end
end
return 0`

// shared is the limiter of all replicas together. While Redis does not answer in time, each replica limits by itself.
type shared struct {
	client     *redis.Client
	fuse       *fuse
	secret     []byte
	local      *buckets
	taking     *redis.Script
	giving     *redis.Script
	fallbacks  tally
	parameters []any
}

func newShared(client *redis.Client, f *fuse, secret []byte, local *buckets) *shared {
	return &shared{
		client: client, fuse: f, secret: secret, local: local, taking: redis.NewScript(takeLua), giving: redis.NewScript(giveLua),
		parameters: []any{local.limit.Burst, max(1, local.limit.Every.Microseconds())},
	}
}

func (l *shared) take(ctx context.Context, keys ...string) (wait time.Duration, err error) {
	err = l.fuse.do(ctx, func(ctx context.Context) error {
		micros, err := l.taking.Run(ctx, l.client, l.names(keys), l.parameters...).Int64()
		wait = time.Duration(micros) * time.Microsecond
		return err
	})
	if err != nil {
		l.fallbacks.count()
		return l.local.take(ctx, keys...)
	}
	return wait, nil
}

// give may put back here what was taken there, if Redis came or went in between: the writer has one more or one less.
func (l *shared) give(ctx context.Context, keys ...string) error {
	err := l.fuse.do(ctx, func(ctx context.Context) error {
		return l.giving.Run(ctx, l.client, l.names(keys), l.parameters...).Err()
	})
	if err != nil {
		return l.local.give(ctx, keys...)
	}
	return nil
}

func (l *shared) names(keys []string) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		mac := hmac.New(sha256.New, l.secret)
		_, _ = mac.Write([]byte("limit\x00" + k))
		names[i] = limitPrefix + hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return names
}
