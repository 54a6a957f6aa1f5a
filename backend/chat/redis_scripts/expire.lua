-- Takes sessions whose time has run out off the list of active ones; their own keys
-- go by themselves.
-- KEYS: active sessions
local clock = redis.call('TIME')
return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', clock[1] * 1000))
