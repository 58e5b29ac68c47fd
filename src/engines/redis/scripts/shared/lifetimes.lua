-- When messages are warned of and how their lives change: src/chat/lifetimes.ts in this language.
-- test/engines/redis/rules.test.ts compares the two.

-- How long before its end the warning of a message comes, in ms; nil when that is too short to act.
function lifetimes.warningOf(lifetimeMs)
  local warningMs = math.min(options.longestWarningMs, lifetimeMs / 2)
  if warningMs >= options.shortestWarningMs then return warningMs end
  return nil
end

function lifetimes.restOf(lifetimeMs)
  return math.min(options.longestRestMs, lifetimeMs / 2)
end

-- From when on a message may be kept for as long again; nil when it may not, or not any more.
function lifetimes.warnsAt(message)
  if not message.begun or message.kept >= options.mostKeeps then return nil end
  local warningMs = lifetimes.warningOf(message.lifetimeMs)
  return warningMs and message.endsAt - warningMs
end

-- How long a message lives at most without being kept, where this lifetime is chosen.
function lifetimes.longestLifeOf(lifetime)
  return lifetime.fromSeen and options.unseenLifeMs or lifetime.ms
end

function lifetimes.keptLonger(message)
  message.endsAt = message.endsAt + message.lifetimeMs
  message.kept = message.kept + 1
end

function lifetimes.seenAt(message)
  message.endsAt = now + message.lifetimeMs
  message.begun = true
end

function lifetimes.waitingNoMore(message)
  message.endsAt = math.min(message.endsAt, now + message.lifetimeMs)
  message.fromSeen = false
  message.begun = true
end
