package realtime

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// redisWait is the most that anything waits for Redis, connecting included. Nothing here needs an answer: who gets none goes
// on without.
const redisWait = 200 * time.Millisecond

// errAddress says what an address of Redis is. It never repeats the one given, which may hold a password.
var errAddress = errors.New("not an address of Redis: write redis://HOST:6379 or, with TLS, rediss://HOST:6379; " +
	"with a password redis://:PASSWORD@HOST:6379, where characters such as @ : / ? # % are written %40 %3A %2F %3F %23 %25")

// OpenRedis returns a client for the Redis at address, redis:// or rediss://. It connects when it is first used, so that a
// Redis that is down is no error here. The defaults of go-redis would take 2 s to find out that one is down; these take 200 ms.
// What go-redis would say on standard error, it says in the errors too: that is switched off.
func OpenRedis(address string) (*redis.Client, error) {
	o, err := redis.ParseURL(address)
	if err != nil || o.Network != "tcp" {
		return nil, errAddress
	}
	_, port, _ := net.SplitHostPort(o.Addr)
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, errAddress
	}
	logging.Disable()
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisWait, redisWait, redisWait, redisWait
	o.MaxRetries, o.DialerRetries = -1, 1
	o.ContextTimeoutEnabled = true
	o.ConnMaxIdleTime = 5 * time.Minute
	// Version 2 of the protocol has all that is used here, and each connection is there one question sooner.
	o.Protocol, o.DisableIdentity = 2, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}

// explainRedis adds to an error what an operator can do about it.
func explainRedis(err error) error {
	var no net.Error
	switch text := err.Error(); {
	case strings.Contains(text, "WRONGPASS"), strings.Contains(text, "invalid password"):
		return fmt.Errorf("redis refuses the password: mend it in the address: %w", err)
	case strings.Contains(text, "NOAUTH"), strings.Contains(text, "Authentication required"):
		return fmt.Errorf("redis wants a password: write redis://:PASSWORD@HOST:6379: %w", err)
	case strings.Contains(text, "NOPERM"):
		return fmt.Errorf("the user of Redis may not do this: it needs the channels and keys vang:*: %w", err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &no) && no.Timeout():
		return fmt.Errorf("redis does not answer within %v: %w", redisWait, err)
	}
	return err
}
