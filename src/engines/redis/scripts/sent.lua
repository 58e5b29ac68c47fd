-- What the living messages count for that a person has sent, in bytes. Argument: person.
due.sweep(options.mostDue)
return answer(people.get(ARGV[3]).bytesSent)
