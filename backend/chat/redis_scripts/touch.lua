-- Verifies a session's link to its user, slides its end and notes the activity, at once.
-- KEYS: session, sessions of the user, active sessions, waiting activity
-- ARGV: session id, user_id, uuid, milliseconds that waiting activity is kept
-- Returns {"missing"}, {"mismatch"}, {"renamed"} or {"ok", seen, ends} (milliseconds of Redis' clock).
local held = redis.call('HMGET', KEYS[1], 'user_id', 'uuid', 'idle', 'absolute', 'seen')
if not held[1] then
  return {'missing'}
end
if held[2] ~= ARGV[3] then
  return {'mismatch'}
end
if held[1] ~= ARGV[2] then
  return {'renamed'}
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local absolute = tonumber(held[4])
-- The server's clock may have been set back; activity never is.
local seen = math.max(now, tonumber(held[5]))
local ends = seen + tonumber(held[3])
if absolute > 0 and ends > absolute then
  ends = absolute
end
if ends <= now then
  return {'missing'}
end

local function text(number)
  return string.format('%d', number)
end
redis.call('HSET', KEYS[1], 'seen', text(seen), 'ends', text(ends))
redis.call('PEXPIREAT', KEYS[1], text(ends))
for _, index in ipairs({KEYS[2], KEYS[3]}) do
  redis.call('ZADD', index, text(ends), ARGV[1])
  if redis.call('PTTL', index) < ends - now then
    redis.call('PEXPIREAT', index, text(ends))
  end
end
redis.call('ZADD', KEYS[4], 'GT', text(seen), ARGV[3] .. ':' .. ARGV[1])
redis.call('PEXPIRE', KEYS[4], ARGV[4])
return {'ok', seen, ends}
